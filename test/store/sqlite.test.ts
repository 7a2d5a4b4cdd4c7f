import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import * as assert from "uvu/assert";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { StoreError } from "../../src/store/store.ts";
import { entryOf, storeContract } from "../contract/store-suite.ts";
import { inFolder } from "../support/folder.ts";
import { suite } from "../support/suite.ts";

storeContract({
  name: "sqlite",
  async open(historyLimit) {
    const folder = mkdtempSync(join(tmpdir(), "plumbline-store-"));
    const store = await openSqliteStore(join(folder, "state"), { historyLimit });
    return { store, cleanUp: async () => rmSync(folder, { recursive: true, force: true }) };
  },
});

const test = suite("store/sqlite");
const options = { historyLimit: 100 };
const writer = fileURLToPath(new URL("../fixtures/store/writer.ts", import.meta.url));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, StoreError);
  return (error as StoreError).code;
}

test("remembers everything across closing and opening", () =>
  inFolder(async (folder) => {
    const first = await openSqliteStore(folder, options);
    await first.put("one", entryOf("a"));
    await first.setFact("one", "good-commit", "abc");
    await first.close();
    const second = await openSqliteStore(folder, options);
    assert.equal(await second.inventory("one"), [entryOf("a")]);
    assert.is(await second.fact("one", "good-commit"), "abc");
    await second.close();
  }));

test("can be read while another store of the same folder holds the lock and writes", () =>
  inFolder(async (folder) => {
    const daemon = await openSqliteStore(folder, { ...options, holder: "Process 4711" });
    await daemon.lock();
    await daemon.put("one", entryOf("a"));
    const reader = await openSqliteStore(folder, options);
    assert.is((await reader.inventory("one")).length, 1);
    await daemon.put("one", entryOf("b"));
    assert.is((await reader.inventory("one")).length, 2);
    const refused = await reader.lock().catch((error: Error) => error);
    assert.instance(refused, StoreError);
    assert.match((refused as StoreError).message, /^Process 4711 already works on the state directory/);
    await daemon.close();
    await (await reader.lock())();
    await reader.close();
  }));

test("refuses a database of a newer version and leaves it as it is", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, options);
    await store.put("one", entryOf("a"));
    await store.close();
    const raw = new Database(join(folder, "state.db"));
    raw.exec("update schema_version set version = 99");
    raw.close();
    assert.is(await codeOf(openSqliteStore(folder, options)), "too-new");
    const again = new Database(join(folder, "state.db"));
    assert.equal(again.prepare("select address from entries").all(), [{ address: "a" }]);
    again.close();
  }));

test("puts a broken database aside, keeps it, and starts empty", () =>
  inFolder(async (folder) => {
    for (const number of [1, 2]) {
      const bytes = `not a database, ${number} `.repeat(1_000);
      writeFileSync(join(folder, "state.db"), bytes);
      const moved: string[] = [];
      const store = await openSqliteStore(folder, { ...options, onMovedAside: (path) => moved.push(path) });
      assert.equal(await store.inventory("one"), []);
      await store.put("one", entryOf("a"));
      await store.close();
      assert.equal(moved, [join(folder, `state.db.broken-${number}`)]);
      assert.is(readFileSync(moved[0] as string, "utf8"), bytes);
    }
  }));

test("finds a page that was overwritten, not only a wrong header", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, options);
    await store.putAll(
      "one",
      Array.from({ length: 200 }, (_, index) => entryOf(`a${index}`)),
    );
    await store.close();
    const file = join(folder, "state.db");
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8_192, Math.min(bytes.length, 40_960));
    writeFileSync(file, bytes);
    const opened = await openSqliteStore(folder, options);
    assert.equal(await opened.inventory("one"), []);
    await opened.close();
    assert.ok(existsSync(`${file}.broken-1`));
  }));

test("does not put a broken database aside under a living daemon", () =>
  inFolder(async (folder) => {
    const daemon = await openSqliteStore(join(folder), options);
    await daemon.lock();
    await daemon.close();
    const holder = await openSqliteStore(folder, options);
    const release = await holder.lock();
    writeFileSync(join(folder, "state.db"), "broken ".repeat(2_000));
    assert.is(await codeOf(openSqliteStore(folder, options)), "locked");
    assert.not.ok(readdirSync(folder).some((name) => name.includes("broken")));
    await release();
    await holder.close();
  }));

test("says that a folder cannot be made", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "file"), "");
    assert.is(await codeOf(openSqliteStore(join(folder, "file", "state"), options)), "unavailable");
  }));

test(
  "loses no acknowledged write and frees the lock when its process is killed",
  () =>
    inFolder(async (folder) => {
      let acknowledged = 0;
      for (const round of [1, 2, 3]) {
        const child = spawn(process.execPath, ["--import", "tsx", writer, folder, String(round)], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const ended = new Promise((done) => child.once("exit", done));
        let count = 0;
        for await (const line of createInterface({ input: child.stdout })) {
          if (count === 0) {
            const rival = await openSqliteStore(folder, options);
            assert.is(await codeOf(rival.lock()), "locked");
            await rival.close();
          }
          assert.is(line, `${round}-${count}`);
          count += 1;
          if (count === 40 * round) child.kill("SIGKILL");
        }
        await ended;
        assert.ok(count >= 40 * round);
        acknowledged += count;
        const store = await openSqliteStore(folder, options);
        await (await store.lock())();
        const found = new Set((await store.inventory("one")).map((entry) => entry.address));
        for (let index = 0; index < count; index += 1) assert.ok(found.has(`${round}-${index}`), `${round}-${index}`);
        assert.ok(found.size >= acknowledged);
        await store.close();
      }
    }),
  60_000,
);

test.run();

import { readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { git } from "../support/git.ts";
import { clonesOf, contentOf, inWorld, newestClone, tip, type World } from "../support/remote-world.ts";
import { failure } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";

const signal = new AbortController().signal;
const test = suite("remote repository: its clone");

test("asks little when nothing moved, and fetches no history at first", async () => {
  await inWorld(async (world) => {
    await world.push({ "a.yaml": "1" });
    const second = await world.push({ "a.yaml": "2" });
    await world.repository.head("main", signal);
    assert.equal(world.server.steps, ["greeting", "list", "advertisement", "pack"]);
    assert.is(await git(await newestClone(world), "rev-list", "--count", second), "1");
    world.server.steps.length = 0;
    await world.repository.head("main", signal);
    await world.repository.head(second, signal);
    const again = await world.reopen();
    assert.is(await again.head("main", signal), second);
    assert.equal(world.server.steps, ["greeting", "list", "greeting", "list"]);
    const before = world.server.answers.get("pack")?.length ?? 0;
    for (let round = 0; round < 5; round++) await world.push({ "b.yaml": `${round}` });
    assert.is(await world.repository.head("main", signal), await tip(world));
    assert.is(await git(await newestClone(world), "rev-list", "--count", await tip(world)), "6");
    assert.ok(before > 0);
    await git(await newestClone(world), "fsck", "--connectivity-only");
  });
});

test("heals a damaged index, a lost pack and a lost clone", async () => {
  const damages: readonly ((world: World, pack: string) => Promise<void>)[] = [
    async (_, pack) => await truncate(`${pack}.idx`, 1100),
    async (_, pack) => await truncate(`${pack}.pack`, 60),
    async (_, pack) => await rm(`${pack}.idx`),
    async (_, pack) => await rm(`${pack}.pack`),
    async (world) => await rm(await newestClone(world), { recursive: true }),
  ];
  for (const damage of damages) {
    await inWorld(async (world) => {
      const id = await world.push({ "a.yaml": "1" });
      await world.repository.head("main", signal);
      const packs = join(await newestClone(world), "objects", "pack");
      const [name = ""] = await readdir(packs);
      await damage(world, join(packs, name.replace(/\.\w+$/, "")));
      const restarted = await world.reopen();
      assert.is(await restarted.head("main", signal), id);
      assert.is(await contentOf(restarted, id), "a.yaml=1");
      const next = await world.push({ "a.yaml": "2" });
      assert.is(await restarted.head("main", signal), next);
      assert.is((await clonesOf(world)).length, 1);
    });
  }
});

test("heals while it runs when the clone loses its objects", async () => {
  await inWorld(async (world) => {
    const id = await world.push({ "a.yaml": "1", "b/b.yaml": "2" });
    await world.repository.head("main", signal);
    const packs = join(await newestClone(world), "objects", "pack");
    await rm(packs, { recursive: true });
    assert.is(await world.repository.head("main", signal), id);
    assert.is(await contentOf(world.repository, id), "a.yaml=1 b/b.yaml=2");
  });
});

test("heals when only objects of older commits are gone", async () => {
  await inWorld(async (world) => {
    await world.push({ "a.yaml": "1", "b.yaml": "2" });
    await world.repository.head("main", signal);
    const packs = join(await newestClone(world), "objects", "pack");
    const old = await readdir(packs);
    const id = await world.push({ "a.yaml": "3" });
    await world.repository.head("main", signal);
    for (const name of old) await rm(join(packs, name));
    for (const repository of [await world.reopen(), world.repository]) {
      assert.is(await repository.head("main", signal), id);
      assert.is((await failure(contentOf(repository, id))).next, "retry");
      assert.is(await repository.head("main", signal), id);
      assert.is(await contentOf(repository, id), "a.yaml=3 b.yaml=2");
    }
  });
});

test("fetches an older commit by its whole id where the server allows it", async () => {
  await inWorld(async (world) => {
    const first = await world.push({ "a.yaml": "1" });
    await world.push({ "a.yaml": "2" });
    await world.repository.head("main", signal);
    assert.is(await world.repository.head(first, signal), first);
    assert.is(await contentOf(world.repository, first), "a.yaml=1");
    const absent = await failure(world.repository.head("0123456789012345678901234567890123456789", signal));
    assert.equal([absent.code, absent.next], ["unknown-ref", "person"]);
  });
});

test("clones anew past the limit of packs, and goes on", async () => {
  await inWorld(
    async (world) => {
      for (let round = 0; round < 8; round++) {
        const id = await world.push({ "a.yaml": `${round}` });
        assert.is(await world.repository.head("main", signal), id);
        assert.is(await contentOf(world.repository, id), `a.yaml=${round}`);
        const packs = await readdir(join(await newestClone(world), "objects", "pack"));
        assert.ok(packs.length <= 2 * 3, `${packs.length} files`);
      }
      assert.ok((await clonesOf(world)).length <= 2);
    },
    { packLimit: 3 },
  );
});

test("a restart after a crash removes half-written files", async () => {
  await inWorld(async (world) => {
    const id = await world.push({ "a.yaml": "1" });
    await world.repository.head("main", signal);
    const clone = await newestClone(world);
    const packs = join(clone, "objects", "pack");
    const names = ["pack-1.idx.unfinished-0011aa", "pack-2.pack", "pack-3.pack"];
    for (const name of names) await writeFile(join(packs, name), "x");
    for (const name of names.slice(0, 2)) await utimes(join(packs, name), 1, 1);
    assert.is(await (await world.reopen()).head("main", signal), id);
    const left = (await readdir(packs)).filter((name) => names.includes(name));
    assert.equal(left, ["pack-3.pack"], "young files may belong to another process");
  });
});

test("the clone has no work tree and nothing secret in it", async () => {
  await inWorld(
    async (world) => {
      world.server.token = "very-secret";
      await world.push({ "a.yaml": "1" });
      await world.repository.head("main", signal);
      const clone = await newestClone(world);
      for (const name of await readdir(clone, { recursive: true })) {
        assert.not.match(name, "a.yaml");
        const content = await readFile(join(clone, name)).catch(() => Buffer.alloc(0));
        assert.not.ok(content.includes("very-secret"), name);
      }
      assert.not.match(world.repository.label, "secret");
    },
    { token: async () => "very-secret" },
  );
});

test.run();

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { defaultRepositoryLimits } from "../../src/repo/limits.ts";
import { checkPack, inspectPacks } from "../../src/repo/packs.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git, writeFiles } from "../support/git.ts";
import { failure } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";

const test = suite("packs");

async function withPack(body: (pack: Buffer, folder: string, stem: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await git(folder, "init", "--quiet", "work");
    const work = join(folder, "work");
    const text = Array.from({ length: 300 }, (_, index) => `line ${index}`).join("\n");
    await commitFiles(work, { "a.yaml": text, empty: "" });
    await commitFiles(work, { "a.yaml": `${text}\nmore` });
    await git(work, "repack", "-adq");
    const packs = join(work, ".git", "objects", "pack");
    const name = (await readdir(packs)).find((file) => file.endsWith(".pack")) ?? "";
    await body(await readFile(join(packs, name)), work, join(packs, name.slice(0, -5)));
  });
}

/** The pack with a checksum that fits, whatever was done to it. */
function resealed(pack: Buffer): Buffer {
  const body = pack.subarray(0, -20);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

test("takes Git's own packs and refuses every pack that was cut or changed", async () => {
  await withPack(async (pack) => {
    await checkPack("label", pack, defaultRepositoryLimits);
    const bad: (readonly [string, Buffer])[] = [];
    for (const cut of [0, 4, 11, 12, 31, 40, pack.length - 21, pack.length - 1]) {
      bad.push([`cut at ${cut}`, pack.subarray(0, cut)], [`cut at ${cut}, resealed`, resealed(pack.subarray(0, cut))]);
    }
    for (let at = 0; at < pack.length; at += 37) {
      const changed = Buffer.from(pack);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      bad.push([`changed at ${at}`, changed]);
    }
    const fewer = Buffer.from(pack);
    fewer.writeUInt32BE(pack.readUInt32BE(8) - 1, 8);
    bad.push(["one object too many", resealed(fewer)]);
    for (const [title, bytes] of bad) {
      const error = await failure(checkPack("label", bytes, defaultRepositoryLimits));
      assert.equal([error.code, error.next], ["truncated", "retry"], title);
    }
  });
});

test("refuses a pack that unpacks to more than the limit, deltas counted by what they make", async () => {
  await withPack(async (pack, folder) => {
    const sizes = (await git(folder, "cat-file", "--batch-all-objects", "--batch-check=%(objectsize)")).split("\n");
    const sum = sizes.reduce((total, size) => total + Number(size), 0);
    await checkPack("label", pack, { ...defaultRepositoryLimits, unpackedBytes: sum });
    const error = await failure(checkPack("label", pack, { ...defaultRepositoryLimits, unpackedBytes: sum - 1 }));
    assert.equal([error.code, error.next], ["too-large", "person"]);
  });
});

test("knows a whole pair of pack and index from a broken one", async () => {
  await withPack(async (pack, folder, stem) => {
    const gitDirectory = join(folder, ".git");
    const index = await readFile(`${stem}.idx`);
    assert.equal(await inspectPacks(gitDirectory), { packs: 1, broken: [] });
    const name = stem.split("/").at(-1) ?? "";
    const changed = Buffer.from(index);
    changed[1100] = (changed[1100] ?? 0) ^ 1;
    const damages: readonly (readonly [string, Buffer | undefined, Buffer | undefined])[] = [
      ["no pack", undefined, index],
      ["index cut", pack, index.subarray(0, index.length - 1)],
      ["index empty", pack, Buffer.alloc(0)],
      ["index changed", pack, changed],
      ["pack cut", pack.subarray(0, pack.length - 1), index],
      ["pack empty", Buffer.alloc(0), index],
    ];
    for (const [title, packBytes, indexBytes] of damages) {
      await writeFiles("/", { [`${stem}.pack`]: undefined, [`${stem}.idx`]: undefined });
      if (packBytes !== undefined) await writeFiles("/", { [`${stem}.pack`]: packBytes });
      if (indexBytes !== undefined) await writeFiles("/", { [`${stem}.idx`]: indexBytes });
      assert.equal((await inspectPacks(gitDirectory)).broken, [name], title);
    }
    await writeFiles("/", { [`${stem}.pack`]: pack, [`${stem}.idx`]: undefined });
    assert.equal(await inspectPacks(gitDirectory), { packs: 0, broken: [] }, "an index that is not there yet");
  });
});

test.run();

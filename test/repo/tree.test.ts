import { createHash } from "node:crypto";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { compareText } from "../../src/core/problem.ts";
import { defaultRepositoryLimits } from "../../src/repo/limits.ts";
import type { GitObject, Objects } from "../../src/repo/objects.ts";
import { RepositoryError } from "../../src/repo/repository.ts";
import { viewOf } from "../../src/repo/tree.ts";
import { suite } from "../support/suite.ts";

const test = suite("trees");

/** Objects in memory that count how often each is read. */
function memoryObjects() {
  const stored = new Map<string, GitObject>();
  const reads = new Map<string, number>();
  const put = (type: GitObject["type"], bytes: Buffer): string => {
    const id = createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
    stored.set(id, { type, bytes });
    return id;
  };
  const objects: Objects = {
    label: "memory",
    read: async (id) => {
      reads.set(id, (reads.get(id) ?? 0) + 1);
      const object = stored.get(id);
      if (object === undefined) throw new RepositoryError("absent", { code: "missing-object", next: "retry" });
      return object;
    },
    has: async (id) => stored.has(id),
    expand: async (prefix) => [...stored.keys()].filter((id) => id.startsWith(prefix)),
    close: () => undefined,
  };
  return { objects, reads, put };
}

type Files = Readonly<Record<string, string>>;

function putTree(put: (type: GitObject["type"], bytes: Buffer) => string, files: Files): string {
  const folders = new Map<string, Record<string, string>>();
  const lines: { name: string; bytes: Buffer }[] = [];
  const line = (mode: string, name: string, id: string): void => {
    lines.push({ name, bytes: Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]) });
  };
  for (const [path, content] of Object.entries(files)) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length === 0) line("100644", first, put("blob", Buffer.from(content)));
    else folders.set(first, { ...folders.get(first), [rest.join("/")]: content });
  }
  for (const [name, inner] of folders) line("40000", name, putTree(put, inner));
  return put("tree", Buffer.concat(lines.sort((a, b) => compareText(a.name, b.name)).map((entry) => entry.bytes)));
}

function putCommit(put: (type: GitObject["type"], bytes: Buffer) => string, files: Files): string {
  return put("commit", Buffer.from(`tree ${putTree(put, files)}\nauthor A <a@b> 1 +0000\n\nSubject\n`));
}

const name = fc.constantFrom("a", "b", "c.yaml", "d e");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const files: fc.Arbitrary<Files> = fc
  .dictionary(path, fc.constantFrom("1", "2"), { maxKeys: 8 })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([at]) => !hasInner(at, all))));

function hasInner(at: string, all: Files): boolean {
  return Object.keys(all).some((other) => other.startsWith(`${at}/`));
}

test("lists exactly the files, and exactly the differences", async () => {
  await fc.assert(
    fc.asyncProperty(files, files, fc.oneof(fc.constant(""), path), async (before, after, prefix) => {
      const { objects, put } = memoryObjects();
      const view = viewOf(objects, defaultRepositoryLimits);
      const from = putCommit(put, before);
      const to = putCommit(put, after);
      const under = (at: string): boolean => prefix === "" || at === prefix || at.startsWith(`${prefix}/`);
      const listed = await view.files(from, prefix);
      assert.equal(
        listed.map((file) => file.path),
        Object.keys(before).filter(under).sort(compareText),
      );
      const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(under).sort(compareText);
      const expected = paths.filter((at) => before[at] !== after[at]);
      const changed = await view.changed(from, to, prefix);
      assert.equal(
        changed.map((file) => file.path),
        expected,
      );
      for (const file of changed) {
        assert.is(file.before === undefined, before[file.path] === undefined);
        assert.is(file.after === undefined, after[file.path] === undefined);
      }
    }),
    { numRuns: 200 },
  );
});

test("reads no folder twice, and none that two commits share", async () => {
  const { objects, reads, put } = memoryObjects();
  const base: Record<string, string> = {};
  for (let folder = 0; folder < 20; folder++) base[`f${folder}/inner/a.yaml`] = `${folder}`;
  const from = putCommit(put, base);
  const to = putCommit(put, { ...base, "f3/inner/a.yaml": "changed" });
  const view = viewOf(objects, defaultRepositoryLimits);
  await view.changed(from, to, "");
  assert.is(
    [...reads.values()].reduce((sum, count) => sum + count, 0),
    2 + 2 * 3,
    "two commits, three folders each",
  );
  await view.files(to, "");
  await view.files(to, "");
  assert.is(Math.max(...[...reads].filter(([id]) => id !== to).map(([, count]) => count)), 1);
});

test("refuses trees and commits that are cut short", async () => {
  const { objects, put } = memoryObjects();
  const view = viewOf(objects, defaultRepositoryLimits);
  const tree = put("tree", Buffer.from("100644 a.yaml\0too short"));
  const table = [
    put("commit", Buffer.from(`tree ${tree}\n\n`)),
    put("commit", Buffer.from("no tree at all\n\n")),
    put("blob", Buffer.from("x")),
  ];
  for (const id of table) {
    const code = await view.files(id, "").then(
      () => "read",
      (error: RepositoryError) => error.code,
    );
    assert.ok(["corrupt", "not-a-commit"].includes(code), code);
  }
});

test.run();

import { symlink } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { defaultRepositoryLimits, type RepositoryLimits } from "../../src/repo/limits.ts";
import { type Repository, RepositoryError } from "../../src/repo/repository.ts";
import { commitFiles, git } from "../support/git.ts";
import { suite } from "../support/suite.ts";

/** A repository under test and a work tree whose commits reach it. */
export interface RepositoryWorld {
  readonly repository: Repository;
  readonly workTree: string;
  /** Brings all branches and tags of the work tree to where the repository looks; what is gone is removed there. */
  publish(): Promise<void>;
  /** Packs the objects where the repository looks. */
  pack(): Promise<void>;
  close(): Promise<void>;
}

/** Builds a world whose work tree is on an empty branch `main`. */
export type MakeWorld = (limits: RepositoryLimits) => Promise<RepositoryWorld>;

const signal = new AbortController().signal;

/** The promises of the Repository contract, run on every implementation. */
export function repositorySuite(name: string, makeWorld: MakeWorld): void {
  const test = suite(`Repository contract: ${name}`);
  const inWorld = (
    title: string,
    body: (world: RepositoryWorld) => Promise<void>,
    limits: Partial<RepositoryLimits> = {},
  ): void => {
    test(title, async () => {
      const world = await makeWorld({ ...defaultRepositoryLimits, ...limits });
      try {
        await body(world);
      } finally {
        await world.close();
      }
    });
  };
  reading(inWorld);
  limiting(inWorld);
  moving(inWorld);
  test.run();
}

type InWorld = (
  title: string,
  body: (world: RepositoryWorld) => Promise<void>,
  limits?: Partial<RepositoryLimits>,
) => void;

function reading(inWorld: InWorld): void {
  inWorld("finds a commit by branch, full ref, tag, id and short id", async ({ repository, workTree, publish }) => {
    const first = await commitFiles(workTree, { "a.yaml": "a: 1\n" });
    await git(workTree, "tag", "--annotate", "--message", "first", "v1");
    const second = await commitFiles(workTree, { "a.yaml": "a: 2\n" });
    await git(workTree, "branch", "team/feature", first);
    await publish();
    const table: readonly (readonly [string, string])[] = [
      ["main", second],
      ["refs/heads/main", second],
      ["HEAD", second],
      ["team/feature", first],
      ["refs/tags/v1", first],
      ["v1", first],
      [second, second],
      [second.slice(0, 10), second],
    ];
    for (const [ref, expected] of table) assert.is(await repository.head(ref, signal), expected, ref);
  });

  inWorld("says which ref is unknown, and that a person is needed", async ({ repository, workTree, publish }) => {
    await commitFiles(workTree, { "a.yaml": "a: 1\n" });
    await publish();
    await repository.head("main", signal);
    for (const ref of [
      "absent",
      "refs/heads/absent",
      "refs/tags/v9",
      "abcdef1",
      "../../etc/passwd",
      "a..b",
      "",
      "-x",
    ]) {
      const error = await failure(repository.head(ref, signal));
      assert.is(error.code, "unknown-ref", ref);
      assert.is(error.next, "person", ref);
    }
  });

  inWorld("tells the facts of a commit", async ({ repository, workTree, publish }) => {
    const first = await commitFiles(workTree, { "a.yaml": "a: 1\n" }, "Begin\n\nWith a body.");
    const second = await commitFiles(workTree, { "a.yaml": "a: 2\n" }, "Grüße 🚀");
    await publish();
    const id = await repository.head("main", signal);
    const seconds = Number(await git(workTree, "log", "-1", "--format=%at"));
    assert.equal(await repository.commit(id), {
      id: second,
      parents: [first],
      author: "Ada Lovelace",
      authoredAtSeconds: seconds,
      subject: "Grüße 🚀",
    });
  });

  inWorld("lists files sorted, without links and submodules", async ({ repository, workTree, publish }) => {
    await symlink("/etc/passwd", join(workTree, "link"));
    await commitFiles(workTree, {
      "fleet/b.yaml": "b\n",
      "fleet/a/deep/é ü.yaml": "e\n",
      "fleet.yaml": "f\n",
      "fleet-old/c.yaml": "c\n",
      "run.sh": "#!/bin/sh\n",
    });
    await git(workTree, "update-index", "--chmod=+x", "run.sh");
    const id = await git(workTree, "rev-parse", "HEAD");
    await git(workTree, "update-index", "--add", "--cacheinfo", `160000,${id},module`);
    await git(workTree, "commit", "--quiet", "--message", "Link a module");
    await publish();
    const head = await repository.head("main", signal);
    const paths = async (prefix: string) => (await repository.files(head, prefix)).map((file) => file.path);
    const all = ["fleet-old/c.yaml", "fleet.yaml", "fleet/a/deep/é ü.yaml", "fleet/b.yaml", "run.sh"];
    assert.equal(await paths(""), all);
    assert.equal(await paths("fleet"), ["fleet/a/deep/é ü.yaml", "fleet/b.yaml"]);
    assert.equal(await paths("./fleet/a/"), ["fleet/a/deep/é ü.yaml"]);
    assert.equal(await paths("fleet.yaml"), ["fleet.yaml"]);
    for (const nothing of ["absent", "fleet.yaml/x", "link", "module"]) assert.equal(await paths(nothing), [], nothing);
    const expected = await git(workTree, "rev-parse", "HEAD:fleet/b.yaml");
    assert.is((await repository.files(head, "fleet/b.yaml"))[0]?.blobId, expected);
  });

  inWorld("gives the files that differ between two commits", async ({ repository, workTree, publish }) => {
    const from = await commitFiles(workTree, {
      "fleet/same.yaml": "s\n",
      "fleet/edit.yaml": "1\n",
      "fleet/gone.yaml": "g\n",
      "fleet/file-to-folder": "x\n",
      "other/o.yaml": "o\n",
    });
    await publish();
    assert.is(await repository.head("main", signal), from);
    const to = await commitFiles(workTree, {
      "fleet/edit.yaml": "2\n",
      "fleet/gone.yaml": undefined,
      "fleet/new/n.yaml": "n\n",
      "fleet/file-to-folder": undefined,
      "other/o.yaml": "p\n",
    });
    const last = await commitFiles(workTree, { "fleet/file-to-folder/inner": "y\n" });
    await publish();
    await repository.head("main", signal);
    const blob = async (commit: string, path: string) => await git(workTree, "rev-parse", `${commit}:${path}`);
    assert.equal(await repository.changed(from, last, "fleet"), [
      {
        path: "fleet/edit.yaml",
        before: await blob(from, "fleet/edit.yaml"),
        after: await blob(last, "fleet/edit.yaml"),
      },
      { path: "fleet/file-to-folder", before: await blob(from, "fleet/file-to-folder"), after: undefined },
      { path: "fleet/file-to-folder/inner", before: undefined, after: await blob(last, "fleet/file-to-folder/inner") },
      { path: "fleet/gone.yaml", before: await blob(from, "fleet/gone.yaml"), after: undefined },
      { path: "fleet/new/n.yaml", before: undefined, after: await blob(last, "fleet/new/n.yaml") },
    ]);
    assert.equal(await repository.changed(last, last, ""), []);
    assert.equal(await repository.changed(from, to, "absent"), []);
    const others = await repository.changed(from, last, "other");
    assert.equal(
      others.map((file) => file.path),
      ["other/o.yaml"],
    );
  });

  inWorld("gives the exact bytes of blobs", async ({ repository, workTree, publish }) => {
    const binary = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
    await commitFiles(workTree, { binary, empty: "", "crlf.txt": "a\r\nb", twin: "a\r\nb" });
    await publish();
    const head = await repository.head("main", signal);
    const files = await repository.files(head, "");
    const ids = files.map((file) => file.blobId);
    const content = await repository.read([...ids, ...ids], signal);
    const text = (path: string) => Buffer.from(content.get(idOf(files, path)) ?? []).toString("latin1");
    assert.is(content.size, 3);
    assert.is(text("binary"), Buffer.from(binary).toString("latin1"));
    assert.is(text("empty"), "");
    assert.is(text("crlf.txt"), "a\r\nb");
    assert.is((await repository.read([], signal)).size, 0);
  });
}

function limiting(inWorld: InWorld): void {
  const limits = { blobBytes: 1000, readBytes: 1500, files: 4, treeDepth: 6 };
  inWorld(
    "refuses what is past a limit with a clear error",
    async ({ repository, workTree, publish }) => {
      await commitFiles(workTree, {
        "one/a": "a".repeat(1000),
        "one/b": "b".repeat(1000),
        "large/c": "c".repeat(1001),
      });
      await commitFiles(workTree, { "many/1": "1", "many/2": "2", "d/d/d/d/d/d/d/d": "deep" });
      await publish();
      const head = await repository.head("main", signal);
      const ids = async (prefix: string) => (await repository.files(head, prefix)).map((file) => file.blobId);
      const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
        ["a large blob", async () => repository.read(await ids("large"), signal)],
        ["many bytes", async () => repository.read(await ids("one"), signal)],
        ["many files", () => repository.files(head, "")],
        ["deep folders", () => repository.files(head, "d")],
      ];
      for (const [title, work] of cases) {
        const error = await failure(work());
        assert.is(error.code, "too-large", title);
        assert.is(error.next, "person", title);
      }
      assert.is((await repository.read((await ids("one")).slice(0, 1), signal)).size, 1);
    },
    limits,
  );

  inWorld("asks to try again when an object is not there", async ({ repository, workTree, publish }) => {
    await commitFiles(workTree, { "a.yaml": "a: 1\n" });
    await publish();
    await repository.head("main", signal);
    const absent = "0123456789012345678901234567890123456789";
    const works = [
      () => repository.commit(absent),
      () => repository.read([absent], signal),
      () => repository.files(absent, ""),
    ];
    for (const work of works) {
      const error = await failure(work());
      assert.is(error.code, "missing-object");
      assert.is(error.next, "retry");
    }
  });

  inWorld("stops when it is told to", async ({ repository, workTree, publish }) => {
    await commitFiles(workTree, { "a.yaml": "a: 1\n" });
    await publish();
    const head = await repository.head("main", signal);
    const files = await repository.files(head, "");
    const stopped = AbortSignal.abort();
    assert.is((await failure(repository.head("main", stopped))).code, "aborted");
    assert.is((await failure(repository.read([idOf(files, "a.yaml")], stopped))).code, "aborted");
  });
}

function moving(inWorld: InWorld): void {
  inWorld("sees each new commit, also after packing and a forced push", async (world) => {
    const { repository, workTree } = world;
    const content = async (ref: string) => {
      const head = await repository.head(ref, signal);
      const files = await repository.files(head, "");
      const bytes = await repository.read(
        files.map((file) => file.blobId),
        signal,
      );
      return Buffer.from(bytes.get(idOf(files, "a.yaml")) ?? []).toString();
    };
    const base = await commitFiles(workTree, { "a.yaml": "1" });
    await world.publish();
    assert.is(await content("main"), "1");
    await commitFiles(workTree, { "a.yaml": "2" });
    await world.publish();
    assert.is(await content("main"), "2");
    await world.pack();
    assert.is(await content("main"), "2");
    await commitFiles(workTree, { "a.yaml": "3" });
    await world.publish();
    await world.pack();
    assert.is(await content("main"), "3");
    await git(workTree, "reset", "--quiet", "--hard", base);
    const forced = await commitFiles(workTree, { "a.yaml": "forced" });
    await world.publish();
    assert.is(await repository.head("main", signal), forced);
    assert.is(await content("main"), "forced");
  });

  inWorld("follows branches that come, become folders and go", async ({ repository, workTree, publish }) => {
    const first = await commitFiles(workTree, { "a.yaml": "1" });
    await git(workTree, "branch", "topic");
    await publish();
    assert.is(await repository.head("topic", signal), first);
    await git(workTree, "branch", "-D", "topic");
    await git(workTree, "checkout", "--quiet", "-b", "topic/inner");
    const second = await commitFiles(workTree, { "a.yaml": "2" });
    await publish();
    assert.is(await repository.head("topic/inner", signal), second);
    assert.is((await failure(repository.head("topic", signal))).code, "unknown-ref");
  });

  inWorld("answers many at once", async ({ repository, workTree, publish, pack }) => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f/${index}.yaml`, `n: ${index}\n`]));
    const id = await commitFiles(workTree, files);
    await publish();
    await pack();
    const look = async () => {
      const head = await repository.head("main", signal);
      const listed = await repository.files(head, "f");
      const bytes = await repository.read(
        listed.map((file) => file.blobId),
        signal,
      );
      return { head, texts: [...bytes.values()].map((content) => Buffer.from(content).toString()).sort() };
    };
    for (const answer of await Promise.all(Array.from({ length: 20 }, look))) {
      assert.is(answer.head, id);
      assert.equal(answer.texts, Object.values(files).sort());
    }
  });

  inWorld("hints when a branch moves, and not after the watch has ended", async ({ repository, workTree, publish }) => {
    await commitFiles(workTree, { "a.yaml": "1" });
    await publish();
    await repository.head("main", signal);
    let hints = 0;
    let wake = (): void => undefined;
    const stop = await repository.watch(() => {
      hints += 1;
      wake();
    });
    const hinted = new Promise<void>((done) => {
      wake = done;
    });
    await commitFiles(workTree, { "a.yaml": "2" });
    await publish();
    await hinted;
    await stop();
    const before = hints;
    await commitFiles(workTree, { "a.yaml": "3" });
    await publish();
    await repository.head("main", signal);
    assert.is(hints, before);
  });
}

/** The RepositoryError a promise fails with; anything else is a failure of the test. */
export async function failure(promise: Promise<unknown>): Promise<RepositoryError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RepositoryError) return error;
    throw error;
  }
  throw new Error("it succeeded, an error was expected");
}

function idOf(files: readonly { path: string; blobId: string }[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`no file ${path}`);
  return file.blobId;
}

import * as assert from "uvu/assert";
import { defaultRepositoryLimits, type RepositoryLimits } from "../../src/repo/limits.ts";
import { commitFiles, git } from "../support/git.ts";
import { failure, idOf } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";
import { testReading } from "./repository-reading.ts";
import type { InWorld, RepositoryWorld } from "./repository-world.ts";

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
  testReading(inWorld);
  testLimits(inWorld);
  testMoves(inWorld);
  test.run();
}

function testLimits(inWorld: InWorld): void {
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

function testMoves(inWorld: InWorld): void {
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

import { readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openRepository, type RepositoryOptions } from "../../src/repo/index.ts";
import type { Repository, RepositoryError } from "../../src/repo/repository.ts";
import { failure } from "../contract/repository-suite.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git } from "../support/git.ts";
import { type GitFault, type GitServer, type GitStep, startGitServer } from "../support/git-server.ts";
import { suite } from "../support/suite.ts";

const test = suite("remote repository");
const signal = new AbortController().signal;
const timeouts = { connectMs: 1000, headersMs: 200, bodyMs: 200, totalMs: 2000 };

interface World {
  readonly folder: string;
  readonly workTree: string;
  readonly bare: string;
  readonly server: GitServer;
  readonly repository: Repository;
  readonly state: string;
  /** Commits and pushes; gives the id. */
  push(files: Readonly<Record<string, string>>): Promise<string>;
  /** A second look at the same state, as after a restart. */
  reopen(options?: Partial<RepositoryOptions>): Promise<Repository>;
}

async function inWorld(body: (world: World) => Promise<void>, options: Partial<RepositoryOptions> = {}): Promise<void> {
  await inFolder(async (folder) => {
    await git(folder, "init", "--quiet", "work");
    await git(folder, "init", "--quiet", "--bare", "bare.git");
    const server = await startGitServer(folder);
    const opened: Repository[] = [];
    const state = join(folder, "state");
    const workTree = join(folder, "work");
    const bare = join(folder, "bare.git");
    const reopen = async (more: Partial<RepositoryOptions> = {}): Promise<Repository> => {
      const location = server.url("bare.git");
      const base = { location, stateDirectory: state, pollIntervalMs: 20, pollJitter: 0, timeouts };
      const repository = await openRepository({ ...base, ...options, ...more });
      opened.push(repository);
      return repository;
    };
    const push = async (files: Readonly<Record<string, string>>): Promise<string> => {
      const id = await commitFiles(workTree, files);
      await git(workTree, "push", "--quiet", "--force", bare, "main");
      return id;
    };
    try {
      await body({ folder, workTree, bare, server, state, push, reopen, repository: await reopen() });
    } finally {
      await Promise.all(opened.map((repository) => repository.close()));
      await server.close();
    }
  });
}

async function clonesOf(world: World): Promise<readonly string[]> {
  const [folder] = await readdir(world.state);
  if (folder === undefined) return [];
  return (await readdir(join(world.state, folder))).sort().map((name) => join(world.state, folder, name));
}

async function newestClone(world: World): Promise<string> {
  const clone = (await clonesOf(world)).at(-1);
  if (clone === undefined) throw new Error("there is no clone");
  return clone;
}

/** Every ref of our clone with its value: what must not move when an answer is bad. */
async function refsOf(world: World): Promise<string> {
  return await git(await newestClone(world), "for-each-ref");
}

async function contentOf(repository: Repository, head: string): Promise<string> {
  const files = await repository.files(head, "");
  const content = await repository.read(
    files.map((file) => file.blobId),
    signal,
  );
  return files.map((file) => `${file.path}=${Buffer.from(content.get(file.blobId) ?? [])}`).join(" ");
}

const steps: readonly GitStep[] = ["greeting", "list", "advertisement", "pack"];

for (const step of steps) {
  test(`a broken ${step}: an error to retry, no ref moves, the next attempt heals`, async () => {
    await inWorld(async (world) => {
      const first = await world.push({ "a.yaml": "1" });
      assert.is(await world.repository.head("main", signal), first);
      const refs = await refsOf(world);
      const second = await world.push({ "a.yaml": "2" });
      const other = await world.reopen({ stateDirectory: join(world.folder, "other") });
      assert.is(await other.head("main", signal), second);
      const whole = world.server.answers.get(step)?.length ?? 0;
      assert.ok(whole > 40, "the step was seen");
      // Also right behind an inner flush packet (34), where only the structure shows that something is missing.
      const cuts = [0, 3, 34, Math.floor(whole / 2), whole - 4, whole - 1];
      const faults: readonly GitFault[] = [
        ...cuts.map((bytes): GitFault => ({ step, kind: "truncate", bytes })),
        { step, kind: "kill", bytes: Math.floor(whole / 2) },
      ];
      for (const fault of faults) {
        world.server.faults.push(fault);
        const error = await failure(world.repository.head("main", signal));
        assert.is(error.next, "retry", `${JSON.stringify(fault)} of ${whole}: ${error.message}`);
        assert.ok(["truncated", "unreachable"].includes(error.code), `${JSON.stringify(fault)}: ${error.code}`);
        assert.is(await refsOf(world), refs);
      }
      assert.is(await contentOf(world.repository, first), "a.yaml=1");
      const healed = await world.repository.head("main", signal);
      assert.is(healed, second);
      assert.is(await contentOf(world.repository, healed), "a.yaml=2");
    });
  });
}

async function tip(world: World): Promise<string> {
  return await git(world.bare, "rev-parse", "refs/heads/main");
}

test("faults of the first clone leave nothing behind, and the next attempt heals", async () => {
  await inWorld(async (world) => {
    const id = await world.push({ "a.yaml": "1" });
    const faults: readonly GitFault[] = [
      { step: "pack", kind: "truncate", bytes: 200 },
      { step: "pack", kind: "kill", bytes: 120 },
      { step: "advertisement", kind: "truncate", bytes: 34 },
      { step: "pack", kind: "stall" },
    ];
    for (const fault of faults) {
      world.server.faults.push(fault);
      assert.is((await failure(world.repository.head("main", signal))).next, "retry");
      assert.equal(await clonesOf(world), []);
    }
    assert.is(await world.repository.head("main", signal), id);
    assert.is((await clonesOf(world)).length, 1);
  });
});

test("sorts every failure by what happens next, without a secret in it", async () => {
  const token = "ghs_secret0123456789";
  const table: readonly (readonly [GitFault, string, RepositoryError["next"]])[] = [
    [{ step: "greeting", kind: "stall" }, "timeout", "retry"],
    [{ step: "list", kind: "stall" }, "timeout", "retry"],
    [{ step: "greeting", kind: "status", status: 401 }, "auth", "person"],
    [{ step: "greeting", kind: "status", status: 403 }, "auth", "person"],
    [{ step: "greeting", kind: "status", status: 404 }, "not-found", "person"],
    [{ step: "greeting", kind: "status", status: 429 }, "unreachable", "retry"],
    [{ step: "list", kind: "status", status: 500 }, "unreachable", "retry"],
    [{ step: "greeting", kind: "status", status: 503 }, "unreachable", "retry"],
    [
      { step: "greeting", kind: "status", status: 302, location: "https://elsewhere.example/x" },
      "redirected",
      "person",
    ],
    [{ step: "greeting", kind: "replace", body: Buffer.from("<html>") }, "protocol", "retry"],
    [{ step: "list", kind: "replace", body: packet(`ERR access denied for ${token}\n`) }, "refused", "person"],
  ];
  await inWorld(
    async (world) => {
      world.server.token = token;
      await world.push({ "a.yaml": "1" });
      for (const [fault, code, next] of table) {
        world.server.faults.push(fault);
        const error = await failure(world.repository.head("main", signal));
        assert.is(error.code, code, error.message);
        assert.is(error.next, next, error.message);
        for (const text of [error.message, error.stack, String(error.cause), JSON.stringify(error)]) {
          assert.not.match(text ?? "", token);
          assert.not.match(text ?? "", Buffer.from(`x-access-token:${token}`).toString("base64"));
        }
      }
      await world.repository.head("main", signal);
    },
    { token: async () => token },
  );
});

function packet(text: string): Buffer {
  return Buffer.from(`${(text.length + 4).toString(16).padStart(4, "0")}${text}0000`);
}

test("wants a token where the server does, and takes a new one at once", async () => {
  let token: string | undefined;
  await inWorld(
    async (world) => {
      world.server.token = "good";
      const id = await world.push({ "a.yaml": "1" });
      assert.is((await failure(world.repository.head("main", signal))).code, "auth");
      token = "bad";
      assert.is((await failure(world.repository.head("main", signal))).code, "auth");
      token = "good";
      assert.is(await world.repository.head("main", signal), id);
    },
    { token: async () => token },
  );
});

test("a server that is away is an error to retry", async () => {
  await inWorld(async (world) => {
    const id = await world.push({ "a.yaml": "1" });
    await world.repository.head("main", signal);
    await world.server.close();
    const error = await failure(world.repository.head("main", signal));
    assert.equal([error.code, error.next], ["unreachable", "retry"]);
    assert.is(await contentOf(world.repository, id), "a.yaml=1", "what was fetched can still be read");
  });
});

test("stops in the middle of a request", async () => {
  await inWorld(async (world) => {
    await world.push({ "a.yaml": "1" });
    world.server.faults.push({ step: "greeting", kind: "stall" });
    const stop = new AbortController();
    const head = failure(world.repository.head("main", stop.signal));
    stop.abort();
    assert.is((await head).code, "aborted");
    world.server.faults.push({ step: "greeting", kind: "stall" });
    const closed = failure(world.repository.head("main", signal));
    await world.repository.close();
    assert.is((await closed).code, "aborted");
  });
});

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
    const restarted = await world.reopen();
    assert.is(await restarted.head("main", signal), id);
    assert.is((await failure(contentOf(restarted, id))).next, "retry");
    assert.is(await restarted.head("main", signal), id);
    assert.is(await contentOf(restarted, id), "a.yaml=3 b.yaml=2");
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
    const leftover = join(clone, "objects", "pack", "pack-1.idx.unfinished-0011aa");
    await git(clone, "bundle", "create", "--quiet", leftover, "--all");
    assert.is(await (await world.reopen()).head("main", signal), id);
    assert.is(await stat(leftover).catch(() => undefined), undefined);
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

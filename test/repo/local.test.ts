import { execFile } from "node:child_process";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflateSync } from "node:zlib";
import * as assert from "uvu/assert";
import { locationKind, openRepository, type RepositoryOptions } from "../../src/repo/index.ts";
import type { Repository } from "../../src/repo/repository.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git, gitEnvironment } from "../support/git.ts";
import { failure } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";

const test = suite("local repository");
const signal = new AbortController().signal;
const run = promisify(execFile);

async function inWork(body: (workTree: string, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await git(folder, "init", "--quiet", "work");
    await body(join(folder, "work"), folder);
  });
}

async function opened<T>(
  location: string,
  body: (repository: Repository) => Promise<T>,
  options: Partial<RepositoryOptions> = {},
): Promise<T> {
  const base = { location, stateDirectory: "/nonexistent", pollIntervalMs: 60_000, pollJitter: 0 };
  const repository = await openRepository({ ...base, ...options });
  try {
    return await body(repository);
  } finally {
    await repository.close();
  }
}

async function pathsAt(repository: Repository, ref: string): Promise<readonly string[]> {
  return (await repository.files(await repository.head(ref, signal), "")).map((file) => file.path);
}

test("opens linked work trees, submodules and the .git folder itself", async () => {
  await inWork(async (work, folder) => {
    await commitFiles(work, { "a.yaml": "1" });
    await git(work, "worktree", "add", "--quiet", "-b", "side", join(folder, "side"));
    await commitFiles(join(folder, "side"), { "side.yaml": "s" });
    await git(folder, "init", "--quiet", "outer");
    await git(join(folder, "outer"), "submodule", "--quiet", "add", work, "inner");
    assert.equal(await opened(join(folder, "side"), (it) => pathsAt(it, "HEAD")), ["a.yaml", "side.yaml"]);
    assert.equal(await opened(join(folder, "side"), (it) => pathsAt(it, "main")), ["a.yaml"]);
    assert.equal(await opened(join(folder, "outer", "inner"), (it) => pathsAt(it, "HEAD")), ["a.yaml"]);
    assert.equal(await opened(join(work, ".git"), (it) => pathsAt(it, "HEAD")), ["a.yaml"]);
    assert.equal(await opened(join(folder, "side", ".git"), (it) => pathsAt(it, "HEAD")), ["a.yaml", "side.yaml"]);
  });
});

test("reads objects of alternates, packed and loose, by short id too", async () => {
  await inWork(async (work, folder) => {
    const packed = await commitFiles(work, { "a.yaml": "1" });
    await git(work, "repack", "-adq");
    await commitFiles(work, { "b.yaml": "2" });
    await git(folder, "clone", "--quiet", "--shared", work, "borrower");
    await git(folder, "clone", "--quiet", "--shared", "--bare", "borrower", "second");
    await opened(join(folder, "second"), async (repository) => {
      assert.equal(await pathsAt(repository, "main"), ["a.yaml", "b.yaml"]);
      assert.is(await repository.head(packed.slice(0, 9), signal), packed);
    });
  });
});

test("says what cannot be opened and why", async () => {
  await inWork(async (work, folder) => {
    await mkdir(join(work, "inside"));
    await writeFile(join(folder, "file"), "x");
    await git(folder, "init", "--quiet", "--object-format=sha256", "long");
    const table: readonly (readonly [string, string])[] = [
      [join(folder, "absent"), "not-found"],
      [join(work, "inside"), "not-a-repository"],
      [join(folder, "file"), "not-a-repository"],
      [join(folder, "long"), "unsupported"],
      ["file:///srv/fleet.git", "unsupported"],
      ["ssh://git@example.org/fleet.git", "unsupported"],
      ["git@example.org:fleet.git", "unsupported"],
      ["git://example.org/fleet.git", "unsupported"],
      ["https://ada:hunter2@example.org/fleet.git", "insecure"],
      ["", "unsupported"],
    ];
    for (const [location, code] of table) {
      const error = await failure(opened(location, async () => undefined));
      assert.equal([error.code, error.next], [code, "person"], location);
      assert.not.match(error.message, "hunter2");
    }
    assert.is(locationKind("HTTPS://example.org/a"), "remote");
    assert.is(locationKind("./fleet"), "local");
  });
});

test("an empty repository has no head yet, and then it has", async () => {
  await inWork(async (work) => {
    await opened(work, async (repository) => {
      assert.is((await failure(repository.head("main", signal))).code, "unknown-ref");
      assert.is((await failure(repository.head("HEAD", signal))).code, "unknown-ref");
      const id = await commitFiles(work, { "a.yaml": "1" });
      assert.is(await repository.head("HEAD", signal), id);
    });
  });
});

test("waits for an object that is just being moved", async () => {
  await inWork(async (work, folder) => {
    const id = await commitFiles(work, { "a.yaml": "1" });
    const path = join(work, ".git", "objects", id.slice(0, 2), id.slice(2));
    await opened(work, async (repository) => {
      await rename(path, join(folder, "aside"));
      const head = repository.head("main", signal);
      const back = new Promise((done) => setTimeout(done, 30)).then(() => rename(join(folder, "aside"), path));
      assert.is(await head, id);
      await back;
      await rename(path, join(folder, "aside"));
      const error = await failure(repository.head("main", signal));
      assert.equal([error.code, error.next], ["missing-object", "retry"]);
      await rename(join(folder, "aside"), path);
      assert.is(await repository.head("main", signal), id);
    });
  });
});

test("reads while Git packs and prunes underneath", async () => {
  await inWork(async (work) => {
    for (let round = 0; round < 4; round++)
      await commitFiles(work, { "a.yaml": `${round}`, [`f/${round}`]: `${round}` });
    await opened(work, async (repository) => {
      let done = false;
      const pack = (async () => {
        for (let round = 0; round < 4; round++) {
          await git(work, "repack", "-adqf", "--window", `${round + 1}`);
          await git(work, "pack-refs", "--all");
          await commitFiles(work, { "a.yaml": `again ${round}` });
        }
        done = true;
      })();
      try {
        for (let looks = 0; !done || looks < 3; looks++) {
          const head = await repository.head("main", signal);
          const files = await repository.files(head, "");
          const ids = new Set(files.map((file) => file.blobId));
          assert.is((await repository.read([...ids], signal)).size, ids.size);
        }
      } finally {
        await pack;
      }
    });
  });
});

test("refuses an object that lies about itself or unpacks to far too much", async () => {
  await inWork(async (work) => {
    await commitFiles(work, { "a.yaml": "1" });
    const blob = await git(work, "rev-parse", "HEAD:a.yaml");
    const path = join(work, ".git", "objects", blob.slice(0, 2), blob.slice(2));
    const replace = async (content: Uint8Array): Promise<void> => {
      await rm(path);
      await writeFile(path, content);
    };
    await opened(work, async (repository) => {
      const read = () => failure(repository.read([blob], signal));
      await replace(deflateSync("blob 1\0" + "2"));
      assert.equal([(await read()).code, (await read()).next], ["corrupt", "retry"]);
      await replace(Buffer.from("no zlib at all"));
      assert.is((await read()).code, "corrupt");
      await replace(deflateSync(Buffer.alloc(64 * 1024 * 1024)));
      assert.equal([(await read()).code, (await read()).next], ["too-large", "person"]);
    });
  });
});

test("hints for whatever moves a branch, and for nothing else", async () => {
  await inWork(async (work, folder) => {
    await commitFiles(work, { "a.yaml": "1" });
    await git(folder, "clone", "--quiet", "--bare", work, "bare.git");
    const bare = join(folder, "bare.git");
    // A bare clone starts with packed refs only: the folders of branches come and go.
    await rm(join(bare, "refs", "heads"), { recursive: true });
    await opened(bare, async (repository) => {
      const bell = await listen(repository);
      await commitFiles(work, { "a.yaml": "2" });
      const moves: readonly (readonly string[])[] = [
        ["push", "--quiet", bare, "main"],
        ["push", "--quiet", bare, "main:refs/heads/team/deep/topic"],
        ["--git-dir", bare, "pack-refs", "--all"],
        ["--git-dir", bare, "symbolic-ref", "HEAD", "refs/heads/team/deep/topic"],
        ["push", "--quiet", bare, ":refs/heads/main"],
      ];
      for (const move of moves) {
        const next = bell.next();
        await git(work, ...move);
        await next;
      }
      await bell.end();
    });
    await opened(work, async (repository) => {
      const bell = await listen(repository);
      const before = bell.count();
      await git(work, "status");
      await writeFile(join(work, "a.yaml"), "3");
      await git(work, "add", "a.yaml");
      const next = bell.next();
      assert.is(bell.count(), before);
      await git(work, "commit", "--quiet", "--message", "three");
      await next;
      await bell.end();
    });
  });
});

async function listen(repository: Repository) {
  let count = 0;
  let waiting: (() => void)[] = [];
  const end = await repository.watch(() => {
    count += 1;
    for (const wake of waiting) wake();
    waiting = [];
  });
  return { end, count: () => count, next: () => new Promise<void>((done) => waiting.push(done)) };
}

test("sees a move by its own poll where the disk sends no events", async () => {
  await inWork(async (work) => {
    await commitFiles(work, { "a.yaml": "1" });
    await opened(
      work,
      async (repository) => {
        const bell = await listen(repository);
        const next = bell.next();
        await commitFiles(work, { "a.yaml": "2" });
        await next;
        await bell.end();
      },
      { pollIntervalMs: 20 },
    );
  });
});

test("never writes into the repository", async () => {
  await inWork(async (work) => {
    await commitFiles(work, { "a.yaml": "1", "b/c.yaml": "2" });
    const state = async () => (await run("ls", ["-lR", "--time-style=full-iso", work], { env: gitEnvironment })).stdout;
    const before = await state();
    await opened(work, async (repository) => {
      await pathsAt(repository, "main");
      await (await repository.watch(() => undefined))();
    });
    assert.is(await state(), before);
    assert.ok((await readdir(work)).includes("a.yaml"));
  });
});

test.run();

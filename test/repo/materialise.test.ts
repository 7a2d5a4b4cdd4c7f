import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { materialise, openRepository } from "../../src/repo/index.ts";
import { inFolder } from "../support/folder.ts";
import { git, gitEnvironment, writeFiles } from "../support/git.ts";
import { failure } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";

const test = suite("materialise");
const run = promisify(execFile);
const signal = new AbortController().signal;
const files = { "README.md": "# Fleet\n", "fleet/web.yaml": "kind: Workload\n", ".gitignore": "*.log\n" };

async function inSource(body: (source: string, target: string, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await writeFiles(join(folder, "source"), files);
    await body(join(folder, "source"), join(folder, "state", "fleet"), folder);
  });
}

test("makes a clean repository in which a person can commit and to which one can push", async () => {
  await inSource(async (source, target, folder) => {
    const { created, commit } = await materialise(source, target);
    assert.is(created, true);
    assert.is(await git(target, "rev-parse", "main"), commit);
    assert.is(await git(target, "status", "--porcelain"), "");
    assert.is(await git(target, "fsck", "--full", "--strict"), "");
    assert.equal((await git(target, "ls-files")).split("\n"), Object.keys(files).sort());
    await writeFile(join(target, "fleet", "web.yaml"), "kind: Network\n");
    // A fresh machine knows nobody's name: the repository itself must.
    const { PATH, GIT_CONFIG_GLOBAL } = gitEnvironment;
    const fresh = { PATH, GIT_CONFIG_GLOBAL, GIT_CONFIG_NOSYSTEM: "1", HOME: folder };
    await run("git", ["commit", "--quiet", "--all", "--message", "Change"], { cwd: target, env: fresh });
    await git(folder, "clone", "--quiet", target, "clone");
    await writeFiles(join(folder, "clone"), { "fleet/db.yaml": "kind: Workload\n" });
    await git(join(folder, "clone"), "add", "--all");
    await git(join(folder, "clone"), "commit", "--quiet", "--message", "Add");
    await git(join(folder, "clone"), "push", "--quiet", "origin", "main");
    assert.is(await git(target, "status", "--porcelain"), "");
    assert.ok((await readdir(join(target, "fleet"))).includes("db.yaml"));
    const repository = await openRepository({
      location: target,
      stateDirectory: "",
      pollIntervalMs: 1000,
      pollJitter: 0,
    });
    const head = await repository.head("main", signal);
    assert.is(head, await git(join(folder, "clone"), "rev-parse", "HEAD"));
    await repository.close();
  });
});

test("gives the same first commit whatever the modes, dates and leftovers of the source", async () => {
  await inSource(async (source, target, folder) => {
    const first = await materialise(source, target);
    await chmod(join(source, "README.md"), 0o755);
    await utimes(join(source, "README.md"), 1, 1);
    await symlink("README.md", join(source, "link"));
    await writeFiles(source, { "node_modules/x/index.js": "x", ".git/HEAD": "x" });
    const second = await materialise(source, join(folder, "second"));
    assert.is(second.commit, first.commit);
    assert.is(first.commit, await git(target, "rev-list", "--max-parents=0", "HEAD"));
  });
});

test("leaves what is there as it is, and fills an empty folder", async () => {
  await inSource(async (source, target) => {
    await writeFiles(target, { mine: "x" });
    assert.equal(await materialise(source, target), { created: false, commit: "" });
    assert.equal(await readdir(target), ["mine"]);
    await mkdir(`${target}-empty`);
    assert.is((await materialise(source, `${target}-empty`)).created, true);
    await writeFile(`${target}-file`, "x");
    assert.is((await materialise(source, `${target}-file`)).created, false);
  });
});

test("appears once when several start together, and leaves nothing else", async () => {
  await inSource(async (source, target, folder) => {
    const results = await Promise.all([1, 2, 3].map(() => materialise(source, target)));
    assert.is(results.filter((result) => result.created).length, 1);
    assert.equal(await readdir(join(folder, "state")), ["fleet"]);
    assert.is(await git(target, "status", "--porcelain"), "");
  });
});

test("removes what a crash left behind, but not what somebody builds right now", async () => {
  await inSource(async (source, target, folder) => {
    const state = join(folder, "state");
    await writeFiles(state, { ".fleet.building-old/x": "x", ".fleet.building-new/x": "x" });
    await utimes(join(state, ".fleet.building-old"), 1, 1);
    await materialise(source, target);
    assert.equal((await readdir(state)).sort(), [".fleet.building-new", "fleet"]);
  });
});

test("says when there is nothing to make it from", async () => {
  await inSource(async (_, target, folder) => {
    await mkdir(join(folder, "empty"));
    for (const source of ["empty", "absent"]) {
      assert.is((await failure(materialise(join(folder, source), target))).code, "not-found");
    }
    assert.equal(await readdir(join(folder, "state")).catch(() => []), []);
  });
});

test.run();

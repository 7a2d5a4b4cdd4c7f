import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import git from "isomorphic-git";
import { codeOf, diskError, isAbsent, needsPerson } from "./errors.ts";
import { folderFiles } from "./files.ts";

/** What became of a request to lay down a repository. */
export interface Materialised {
  /** False when something was there already; it was not touched. */
  readonly created: boolean;
  /** The new repository's first commit, the same on every machine for the same files; empty when not created. */
  readonly commit: string;
}

const author = {
  name: "Plumbline",
  email: "plumbline@localhost",
  /** 2025-01-01T00:00:00Z: a fixed date, so that the first commit has the same id everywhere. */
  timestamp: 1_735_689_600,
  timezoneOffset: 0,
};
/** Replaces the library's settings, which are for file systems that know neither modes nor case. */
const config = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[user]
\tname = ${author.name}
\temail = ${author.email}
[receive]
\tdenyCurrentBranch = updateInstead
`;
const leftoverAgeMs = 10 * 60 * 1000;

/**
 * Makes a Git repository with a work tree from a plain folder, in which a person can `git commit` at once and to which
 * one can push. It appears whole or not at all; whatever is at the target already stays as it is.
 */
export async function materialise(sourceDirectory: string, targetDirectory: string): Promise<Materialised> {
  const target = resolve(targetDirectory);
  if (await isTaken(target)) return { created: false, commit: "" };
  const parent = dirname(target);
  const building = join(parent, `.${basename(target)}.building-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(parent, { recursive: true });
    await removeLeftovers(parent, `.${basename(target)}.building-`);
    await mkdir(building);
    const paths = await copyInto(resolve(sourceDirectory), building);
    if (paths.length === 0) throw needsPerson("not-found", `${sourceDirectory}: there are no files in it`);
    const commit = await firstCommit(building, paths);
    await flushTree(building);
    const placed = await renameInto(building, target);
    if (placed) await flush(parent);
    return placed ? { created: true, commit } : { created: false, commit: "" };
  } catch (error) {
    throw diskError(targetDirectory, error);
  } finally {
    await rm(building, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isTaken(target: string): Promise<boolean> {
  try {
    return (await readdir(target)).length > 0;
  } catch (error) {
    if (codeOf(error) === "ENOTDIR") return true;
    if (isAbsent(error)) return false;
    throw diskError(target, error);
  }
}

async function copyInto(source: string, building: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const file of await folderFiles([source])) {
    const path = relative(source, file.path.split("/").join(sep));
    const destination = join(building, path);
    await mkdir(dirname(destination), { recursive: true });
    // One mode for all: the first commit must not depend on the umask of whoever unpacked the source.
    await writeFile(destination, file.bytes, { mode: 0o644, flag: "wx" });
    paths.push(path.split(sep).join("/"));
  }
  return paths;
}

async function firstCommit(dir: string, paths: readonly string[]): Promise<string> {
  await git.init({ fs, dir, defaultBranch: "main" });
  await writeFile(join(dir, ".git", "config"), config);
  for (const filepath of paths) await git.add({ fs, dir, filepath, force: true });
  return await git.commit({ fs, dir, message: "Describe the fleet\n", author, committer: author });
}

/** Gives false when somebody else was faster. */
async function renameInto(building: string, target: string): Promise<boolean> {
  try {
    await rename(building, target);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(codeOf(error))) return false;
    throw error;
  }
}

async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.mtimeMs > leftoverAgeMs)
      await rm(path, { recursive: true, force: true });
  }
}

async function flushTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await flushTree(path);
    else await flush(path);
  }
  await flush(folder);
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openRepository, type RepositoryOptions } from "../../src/repo/index.ts";
import type { Repository } from "../../src/repo/repository.ts";
import { inFolder } from "./folder.ts";
import { commitFiles, git } from "./git.ts";
import { type GitServer, startGitServer } from "./git-server.ts";

const signal = new AbortController().signal;
const timeouts = { connectMs: 1000, headersMs: 200, bodyMs: 200, totalMs: 2000 };

/** A remote repository under test, and the server and work tree behind it. */
export interface World {
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

/** Gives the body a world of its own; what it opened is closed afterwards. */
export async function inWorld(
  body: (world: World) => Promise<void>,
  options: Partial<RepositoryOptions> = {},
): Promise<void> {
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

/** Folders in which the repository keeps clones, oldest first. */
export async function clonesOf(world: World): Promise<readonly string[]> {
  const [folder] = await readdir(world.state);
  if (folder === undefined) return [];
  return (await readdir(join(world.state, folder))).sort().map((name) => join(world.state, folder, name));
}

/** The clone that counts. */
export async function newestClone(world: World): Promise<string> {
  const clone = (await clonesOf(world)).at(-1);
  if (clone === undefined) throw new Error("there is no clone");
  return clone;
}

/** Every ref of our clone with its value: what must not move when an answer is bad. */
export async function refsOf(world: World): Promise<string> {
  return await git(await newestClone(world), "for-each-ref");
}

/** Every file of a commit with its content. */
export async function contentOf(repository: Repository, head: string): Promise<string> {
  const files = await repository.files(head, "");
  const content = await repository.read(
    files.map((file) => file.blobId),
    signal,
  );
  return files.map((file) => `${file.path}=${Buffer.from(content.get(file.blobId) ?? [])}`).join(" ");
}

/** Where the server's main branch is. */
export async function tip(world: World): Promise<string> {
  return await git(world.bare, "rev-parse", "refs/heads/main");
}

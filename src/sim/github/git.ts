import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Refusal } from "./answer.ts";

/** Facts of one commit as Git has it. */
export interface GitCommit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: GitPerson;
  readonly committer: GitPerson;
  readonly message: string;
}

/** Who wrote or made a commit, and when (ISO 8601). */
export interface GitPerson {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** One path that differs between two commits. */
export interface GitChange {
  readonly path: string;
  readonly status: "added" | "removed" | "modified";
  readonly additions: number;
  readonly deletions: number;
  /** The file's blob after the change; before it when the change took the file away. */
  readonly blob: string;
}

/** The bare repository of one simulated project. Everything is done by the git program. */
export interface GitRepository {
  readonly folder: string;
  refs(): Promise<ReadonlyMap<string, string>>;
  /** Undefined when there is no such commit. */
  commit(name: string): Promise<GitCommit | undefined>;
  setRef(ref: string, id: string): Promise<void>;
  /** Moves a branch as a push does: a clean work tree follows, one with changes of its own refuses. */
  moveBranch(branch: string, id: string): Promise<void>;
  dropRef(ref: string): Promise<void>;
  /** Takes over the objects of another repository's ref, and no ref. */
  fetchFrom(other: GitRepository, ref: string): Promise<void>;
  /** The tree that a merge gives; undefined when the two do not merge. */
  mergeTree(base: string, head: string): Promise<string | undefined>;
  commitTree(tree: string, parents: readonly string[], message: string, by: GitPerson): Promise<string>;
  writeBlob(content: Buffer): Promise<string>;
  writeTree(base: string | undefined, entries: readonly TreeEntry[]): Promise<string>;
  changes(from: string, to: string): Promise<readonly GitChange[]>;
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** What a command that only reads puts out, cut at a limit; undefined when git refuses. */
  read(parameters: readonly string[], maxBytes: number): Promise<Buffer | undefined>;
}

/** One entry of a tree to be written; without an id the path is taken away. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly id: string | undefined;
}

/** Nothing of the machine's own settings reaches the repositories. */
const environment: Readonly<Record<string, string>> = {
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
};

/** Git is not there, or refused. */
export class GitError extends Error {
  override readonly name = "GitError";
}

interface Ran {
  readonly code: number;
  readonly output: Buffer;
  readonly complaint: string;
}

/** Runs git and waits for its end. `path` is the search path for programs. */
export function runGit(
  path: string,
  parameters: readonly string[],
  options: {
    readonly folder?: string;
    readonly input?: Buffer;
    readonly env?: Readonly<Record<string, string>>;
    /** The program is ended when it has put out this much. */
    readonly maxBytes?: number;
  } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...parameters], {
      env: { PATH: path, ...environment, ...options.env },
      ...(options.folder !== undefined && { cwd: options.folder }),
      stdio: ["pipe", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    const complaint: Buffer[] = [];
    child.once("error", () => reject(new GitError("git is not installed, which serving repositories needs.")));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? Buffer.alloc(0));
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      output.push(chunk);
      size += chunk.length;
      if (options.maxBytes !== undefined && size >= options.maxBytes) child.kill();
    });
    child.stderr.on("data", (chunk: Buffer) => complaint.push(chunk));
    child.once("close", (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(output), complaint: Buffer.concat(complaint).toString() }),
    );
  });
}

/** Opens the repository in a folder; one of our own is bare, and made where there is none. */
export async function openGitRepository(
  path: string,
  folder: string,
  { defaultBranch, isOurs }: { readonly defaultBranch: string; readonly isOurs: boolean },
): Promise<GitRepository> {
  if (isOurs) await mkdir(folder, { recursive: true });
  const git = async (...parameters: readonly string[]): Promise<string> => {
    const { code, output, complaint } = await runGit(path, parameters, { folder });
    if (code !== 0) throw new GitError(`git ${parameters[0]}: ${complaint.trim()}`);
    return output.toString().replace(/\n$/, "");
  };
  if (isOurs) await git("-c", `init.defaultBranch=${defaultBranch}`, "init", "-q", "--bare", ".");
  for (const [key, value] of serverSettings) await git("config", key, value);
  const repository: GitRepository = {
    folder,
    async refs() {
      const text = await git("for-each-ref", "--format=%(refname) %(objectname)");
      return new Map(text.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ") as [string, string]])));
    },
    commit: (name) => readCommit(path, folder, name),
    setRef: async (ref, id) => void (await git("update-ref", ref, id)),
    async moveBranch(branch, id) {
      const moved = await runGit(path, ["push", "-q", "-f", ".", `${id}:refs/heads/${branch}`], { folder });
      if (moved.code === 0) return;
      if (!/unstaged|uncommitted|untracked/i.test(moved.complaint))
        throw new GitError(`git push: ${moved.complaint.trim()}`);
      throw new Refusal(
        409,
        `${branch} is checked out in ${folder}, where changes are not committed. Commit or undo them there, then try again.`,
      );
    },
    fetchFrom: async (other, ref) =>
      void (await git("fetch", "-q", "--no-tags", "--no-write-fetch-head", other.folder, ref)),
    dropRef: async (ref) => void (await git("update-ref", "-d", ref)),
    async mergeTree(base, head) {
      const { code, output } = await runGit(path, ["merge-tree", "--write-tree", base, head], { folder });
      return code === 0 ? output.toString().split("\n")[0] : undefined;
    },
    async commitTree(tree, parents, message, by) {
      const parameters = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
      const input = Buffer.from(message);
      const { code, output, complaint } = await runGit(path, parameters, { folder, input, env: personEnvironment(by) });
      if (code !== 0) throw new GitError(`git commit-tree: ${complaint.trim()}`);
      return output.toString().trim();
    },
    async writeBlob(content) {
      const { output } = await runGit(path, ["hash-object", "-w", "--stdin"], { folder, input: content });
      return output.toString().trim();
    },
    writeTree: async (base, entries) =>
      await writeTree(path, { folder, gitFolder: resolve(folder, await git("rev-parse", "--git-dir")) }, base, entries),
    changes: async (from, to) => parseChanges(await git("-c", "core.quotePath=false", "diff", ...rawDiff, from, to)),
    async isAncestor(older, newer) {
      const { code } = await runGit(path, ["merge-base", "--is-ancestor", older, newer], { folder });
      return code === 0;
    },
    async read(parameters, maxBytes) {
      const { code, output } = await runGit(path, parameters, { folder, maxBytes });
      return code === 0 || output.length >= maxBytes ? output.subarray(0, maxBytes) : undefined;
    },
  };
  return repository;
}

/** What GitHub lets clients do. */
const serverSettings: readonly (readonly [string, string])[] = [
  ["http.receivepack", "true"],
  ["uploadpack.allowFilter", "true"],
  ["uploadpack.allowTipSHA1InWant", "true"],
  ["uploadpack.allowReachableSHA1InWant", "true"],
  ["gc.auto", "0"],
];

function personEnvironment({ name, email, date }: GitPerson): Readonly<Record<string, string>> {
  return {
    ...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date },
  };
}

async function readCommit(path: string, folder: string, name: string): Promise<GitCommit | undefined> {
  const format = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";
  const { code, output } = await runGit(path, ["log", "-1", format, "--end-of-options", `${name}^{commit}`, "--"], {
    folder,
  });
  if (code !== 0) return undefined;
  const parts = output.toString().split("\0");
  const [id = "", tree = "", parents = "", authorName = "", authorEmail = "", authored = ""] = parts;
  const [, , , , , , committerName = "", committerEmail = "", committed = "", message = ""] = parts;
  return {
    ...{ id, tree, parents: parents === "" ? [] : parents.split(" "), message: message.trimEnd() },
    author: { name: authorName, email: authorEmail, date: utc(authored) },
    committer: { name: committerName, email: committerEmail, date: utc(committed) },
  };
}

function utc(date: string): string {
  return new Date(date).toISOString().replace(".000Z", "Z");
}

async function writeTree(
  path: string,
  { folder, gitFolder }: { readonly folder: string; readonly gitFolder: string },
  base: string | undefined,
  entries: readonly TreeEntry[],
): Promise<string> {
  const index = join(gitFolder, `index-${entries[0]?.id?.slice(0, 12) ?? "empty"}-${entries.length}`);
  const env = { GIT_INDEX_FILE: index };
  const run = async (parameters: readonly string[], input?: string): Promise<string> => {
    const ran = await runGit(path, parameters, {
      folder,
      env,
      ...(input !== undefined && { input: Buffer.from(input) }),
    });
    if (ran.code !== 0) throw new GitError(`git ${parameters[0]}: ${ran.complaint.trim()}`);
    return ran.output.toString().trim();
  };
  await run(base === undefined ? ["read-tree", "--empty"] : ["read-tree", base]);
  const nothing = "0".repeat(40);
  const lines = entries.map(
    ({ path: file, mode, id }) => `${id === undefined ? "0" : mode} ${id ?? nothing}\t${file}\n`,
  );
  await run(["update-index", "--index-info"], lines.join(""));
  return await run(["write-tree"]);
}

const rawDiff = ["--no-renames", "--abbrev=40", "--raw", "--numstat"];

function parseChanges(text: string): readonly GitChange[] {
  const known = new Map<string, { readonly letter: string; readonly blob: string }>();
  const changes: GitChange[] = [];
  for (const line of text.split("\n")) {
    const raw = /^:\d+ \d+ (\w+) (\w+) (\w)\t(.*)$/.exec(line);
    const [, before = "", after = "", told = "", changed = ""] = raw ?? [];
    if (raw !== null) known.set(changed, { letter: told, blob: told === "D" ? before : after });
    const counted = /^(\d+|-)\t(\d+|-)\t(.*)$/.exec(line);
    if (counted === null) continue;
    const file = counted[3] ?? "";
    const { letter = "M", blob = "" } = known.get(file) ?? {};
    const status = letter === "A" ? "added" : letter === "D" ? "removed" : "modified";
    const [additions, deletions] = [Number(counted[1]) || 0, Number(counted[2]) || 0];
    changes.push({ path: file, status, additions, deletions, blob });
  }
  return changes;
}

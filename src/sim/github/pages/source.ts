import type { GitRepository } from "../git.ts";

/** One file that differs between two commits, line by line. */
export interface FileDifference {
  readonly path: string;
  readonly status: "added" | "removed" | "changed";
  readonly lines: readonly DifferenceLine[];
  /** More differs than is shown. */
  readonly isCut: boolean;
}

/** One line of a difference, with its numbers before and after. */
export interface DifferenceLine {
  readonly kind: "added" | "removed" | "same" | "hunk" | "note";
  readonly before?: number;
  readonly after?: number;
  readonly text: string;
}

/** One entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "folder" | "file" | "other";
}

/** One commit of a list. */
export interface CommitLine {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
  readonly date: string;
}

const maxPatchBytes = 2 * 1024 * 1024;
const maxListBytes = 1024 * 1024;
const maxLines = 5_000;
const maxLineLength = 2_000;
/** Git's name for a folder without anything; what a first commit is compared with. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const plainDiff = ["--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];

/** What differs between two commits; `undefined` for before the first. Both are ids, never names. */
export async function differences(
  git: GitRepository,
  from: string | undefined,
  to: string,
): Promise<readonly FileDifference[]> {
  const ends = [from ?? emptyTree, to, "--"];
  const names = await git.read(["diff", ...plainDiff, "--name-status", "-z", ...ends], maxListBytes);
  const patch = await git.read(["diff", ...plainDiff, "--patch", "--unified=3", ...ends], maxPatchBytes);
  const fields = (names ?? Buffer.alloc(0)).toString().split("\0");
  // Names are read from the list, which quotes nothing; the patch has the same files in the same order.
  const parts = (patch ?? Buffer.alloc(0))
    .toString()
    .split(/^diff --git .*\n/m)
    .slice(1);
  const isCut = (patch?.length ?? 0) >= maxPatchBytes;
  const found: FileDifference[] = [];
  let left = maxLines;
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const letter = fields[index] ?? "";
    const lines = linesOf(parts[index / 2] ?? "");
    const shown = lines.slice(0, left);
    left -= shown.length;
    found.push({
      path: fields[index + 1] ?? "",
      status: letter === "A" ? "added" : letter === "D" ? "removed" : "changed",
      lines: shown,
      isCut: shown.length < lines.length || (isCut && index / 2 >= parts.length - 1),
    });
  }
  return found;
}

/** What differs between two commits, as git writes it. */
export async function plainDifference(git: GitRepository, from: string | undefined, to: string): Promise<Buffer> {
  const patch = await git.read(["diff", ...plainDiff, "--patch", from ?? emptyTree, to, "--"], maxPatchBytes);
  return patch ?? Buffer.alloc(0);
}

/** What differs in each file that is text, from its first hunk on, by path. */
export async function patches(git: GitRepository, from: string, to: string): Promise<ReadonlyMap<string, string>> {
  const names = await git.read(["diff", ...plainDiff, "--name-only", "-z", from, to, "--"], maxListBytes);
  const parts = (await plainDifference(git, from, to)).toString().split(/^diff --git .*\n/m);
  const paths = (names ?? Buffer.alloc(0)).toString().split("\0").filter(Boolean);
  return new Map(
    paths.flatMap((path, index) => {
      const hunks = /^@@[\s\S]*/m.exec(parts[index + 1] ?? "")?.[0];
      return hunks === undefined ? [] : [[path, hunks.replace(/\n$/, "")] as const];
    }),
  );
}

function linesOf(patch: string): readonly DifferenceLine[] {
  const lines: DifferenceLine[] = [];
  let [before, after] = [0, 0];
  let isInside = false;
  for (const line of patch.replace(/\n$/, "").split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    const text = cut(line.slice(1));
    if (hunk !== null) {
      [before, after, isInside] = [Number(hunk[1]), Number(hunk[2]), true];
      lines.push({ kind: "hunk", text: cut(line) });
    } else if (!isInside) {
      if (line.startsWith("Binary files")) lines.push({ kind: "note", text: "Not text: it is not shown." });
    } else if (line.startsWith("+")) lines.push({ kind: "added", after: after++, text });
    else if (line.startsWith("-")) lines.push({ kind: "removed", before: before++, text });
    else if (line.startsWith(" ")) lines.push({ kind: "same", before: before++, after: after++, text });
    else if (line.startsWith("\\")) lines.push({ kind: "note", text: text.trim() });
  }
  return lines;
}

/** A line as far as anybody reads it. */
export function cut(line: string): string {
  return line.length > maxLineLength
    ? `${line.slice(0, maxLineLength)} … and ${line.length - maxLineLength} more`
    : line;
}

/** The commit two lines of work have in common. */
export async function forkPoint(git: GitRepository, base: string, head: string): Promise<string | undefined> {
  const output = await git.read(["merge-base", base, head], maxListBytes);
  return output === undefined ? undefined : output.toString().trim() || undefined;
}

/** A file as a commit has it, cut at `maxBytes`; undefined when there is none. */
export async function fileAt(
  git: GitRepository,
  commit: string,
  path: string,
  maxBytes: number,
): Promise<Buffer | undefined> {
  return path === "" ? undefined : await git.read(["cat-file", "blob", `${commit}:${path}`], maxBytes);
}

/** What is in a folder of a commit; undefined when there is no such folder. */
export async function folderAt(
  git: GitRepository,
  commit: string,
  path: string,
): Promise<readonly FolderEntry[] | undefined> {
  const output = await git.read(["ls-tree", "-z", path === "" ? commit : `${commit}:${path}`], maxListBytes);
  if (output === undefined) return undefined;
  const entries = output.toString().split("\0").filter(Boolean);
  return entries.map((entry) => {
    const [facts = "", name = ""] = entry.split("\t");
    const kind = facts.split(" ")[1];
    return { name, kind: kind === "tree" ? "folder" : kind === "blob" ? "file" : "other" };
  });
}

/** One line of a tree: a file, a folder or a foreign commit. */
export interface TreeLine {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly id: string;
  /** In bytes; 0 for what is no file. */
  readonly size: number;
}

/** What a tree holds, by its id or a name Git has for it; the entry of one path alone where it is given. */
export async function treeAt(
  git: GitRepository,
  tree: string,
  options: { readonly path?: string; readonly isRecursive?: boolean },
): Promise<readonly TreeLine[] | undefined> {
  const depth = options.isRecursive === true ? ["-r", "-t"] : [];
  const paths = options.path === undefined ? [] : [options.path];
  const output = await git.read(["ls-tree", "-z", "-l", ...depth, "--full-tree", tree, "--", ...paths], maxListBytes);
  if (output === undefined) return undefined;
  return output
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((entry) => {
      const [facts = "", path = ""] = entry.split("\t");
      const [mode = "", type = "", id = "", size = ""] = facts.split(/ +/);
      return { path, mode, type, id, size: Number(size) || 0 };
    });
}

/** The newest commits that `head` has and `without` has not; of `path` alone where it is given. */
export async function commitList(
  git: GitRepository,
  head: string,
  options: { readonly without?: string; readonly most: number; readonly path?: string },
): Promise<readonly CommitLine[]> {
  const range = options.without === undefined ? [head] : [head, `^${options.without}`];
  const paths = options.path === undefined ? [] : [options.path];
  const format = "--format=%H%x00%an%x00%cI%x00%s";
  const output = await git.read(
    ["log", "-z", `--max-count=${options.most}`, format, ...range, "--", ...paths],
    maxListBytes,
  );
  const fields = (output ?? Buffer.alloc(0)).toString().split("\0");
  const commits: CommitLine[] = [];
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [id = "", author = "", date = "", subject = ""] = fields.slice(index, index + 4);
    commits.push({ id, author, date, subject });
  }
  return commits;
}

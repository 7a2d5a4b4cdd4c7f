import { createHash } from "node:crypto";
import { compareText } from "../core/problem.ts";
import { needsPerson, retryLater, stopIfAborted } from "./errors.ts";
import type { RepositoryLimits } from "./limits.ts";
import type { Objects } from "./objects.ts";
import { type ParsedCommit, parseCommit, parseTagTarget, parseTree, type TreeEntry } from "./parse.ts";
import type { ChangedFile, CommitInfo, TreeFile } from "./repository.ts";

/** What can be told of commits from their objects alone. */
export interface ObjectView {
  commit(id: string): Promise<CommitInfo>;
  rawCommit(id: string): Promise<Uint8Array>;
  /** The commit an id leads to, annotated tags followed; undefined when it leads to something else. */
  commitOf(id: string): Promise<string | undefined>;
  files(commitId: string, prefix: string): Promise<readonly TreeFile[]>;
  changed(from: string, to: string, prefix: string): Promise<readonly ChangedFile[]>;
  read(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
}

const parallelReads = 8;
/** Folders that did not change since the last look are not read again; this many lines of them are kept. */
const rememberedEntries = 100_000;
const tagDepth = 5;

/** Builds the view. It keeps parsed folders by id, which never grow old. */
export function viewOf(objects: Objects, limits: RepositoryLimits): ObjectView {
  const folder = rememberedFolders(objects);
  const parsed = async (id: string): Promise<ParsedCommit> => {
    const object = await objects.read(id);
    if (object.type !== "commit") throw needsPerson("not-a-commit", `${objects.label}: ${id} is a ${object.type}`);
    return parseCommit(objects.label, id, object.bytes);
  };
  const walker = { label: objects.label, folder, limits };
  return {
    commit: async (id) => (await parsed(id)).info,
    rawCommit: async (id) => {
      const object = await objects.read(id);
      if (object.type !== "commit") throw needsPerson("not-a-commit", `${objects.label}: ${id} is a ${object.type}`);
      const { bytes } = object;
      // Objects in packs are not compared with their ids when they are read.
      const actual = createHash("sha1").update(`commit ${bytes.length}\0`).update(bytes).digest("hex");
      if (actual !== id) throw retryLater("corrupt", `${objects.label}: commit ${id} has other bytes than its id says`);
      return bytes;
    },
    commitOf: (id) => peeled(objects, id),
    files: async (commitId, prefix) => {
      const found: TreeFile[] = [];
      const start = await entryAt(walker, (await parsed(commitId)).tree, parts(prefix, objects.label));
      await walk(walker, undefined, start, parts(prefix, objects.label), (path, _before, after) => {
        if (after !== undefined) found.push({ path, blobId: after });
        if (found.length > limits.files) {
          throw needsPerson("too-large", `${objects.label}: more than ${limits.files} files`);
        }
      });
      return found.sort((left, right) => compareText(left.path, right.path));
    },
    changed: async (from, to, prefix) => {
      const found: ChangedFile[] = [];
      const names = parts(prefix, objects.label);
      const before = await entryAt(walker, (await parsed(from)).tree, names);
      const after = await entryAt(walker, (await parsed(to)).tree, names);
      await walk(walker, before, after, names, (path, left, right) => {
        if (left !== right) found.push({ path, before: left, after: right });
        if (found.length > limits.files) {
          throw needsPerson("too-large", `${objects.label}: more than ${limits.files} changed files`);
        }
      });
      return found.sort((left, right) => compareText(left.path, right.path));
    },
    read: (ids, signal) => readAll(objects, limits, ids, signal),
  };
}

async function peeled(objects: Objects, id: string): Promise<string | undefined> {
  let current = id;
  for (let step = 0; step < tagDepth; step++) {
    const object = await objects.read(current);
    if (object.type === "commit") return current;
    if (object.type !== "tag") return undefined;
    current = parseTagTarget(objects.label, object.bytes);
  }
  return undefined;
}

interface Walker {
  readonly label: string;
  readonly limits: RepositoryLimits;
  folder(id: string): Promise<readonly TreeEntry[]>;
}

/** `./a//b/` → [`a`, `b`]. */
function parts(prefix: string, label: string): readonly string[] {
  const names = prefix.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw needsPerson("bad-prefix", `${label}: the path ${prefix} leaves the repository`);
  return names;
}

async function entryAt(walker: Walker, tree: string, names: readonly string[]): Promise<TreeEntry | undefined> {
  let entry: TreeEntry | undefined = { kind: "folder", name: "", id: tree };
  for (const name of names) {
    if (entry?.kind !== "folder") return undefined;
    entry = (await walker.folder(entry.id)).find((child) => child.name === name);
  }
  return entry;
}

type Visit = (path: string, before: string | undefined, after: string | undefined) => void;

/** Visits files of two trees side by side; equal ids are skipped with everything under them. */
async function walk(
  walker: Walker,
  before: TreeEntry | undefined,
  after: TreeEntry | undefined,
  path: readonly string[],
  visit: Visit,
): Promise<void> {
  if (before?.id === after?.id && before?.kind === after?.kind) return;
  if (path.length > walker.limits.treeDepth) {
    throw needsPerson("too-large", `${walker.label}: folders nest deeper than ${walker.limits.treeDepth}`);
  }
  const left = before?.kind === "file" ? before.id : undefined;
  const right = after?.kind === "file" ? after.id : undefined;
  if (left !== undefined || right !== undefined) visit(path.join("/"), left, right);
  const leftChildren = before?.kind === "folder" ? await walker.folder(before.id) : [];
  const rightChildren = after?.kind === "folder" ? await walker.folder(after.id) : [];
  const lefts = new Map(leftChildren.map((child) => [child.name, child]));
  const rights = new Map(rightChildren.map((child) => [child.name, child]));
  for (const name of new Set([...lefts.keys(), ...rights.keys()])) {
    await walk(walker, lefts.get(name), rights.get(name), [...path, name], visit);
  }
}

function rememberedFolders(objects: Objects): (id: string) => Promise<readonly TreeEntry[]> {
  const known = new Map<string, readonly TreeEntry[]>();
  let total = 0;
  return async (id) => {
    const old = known.get(id);
    if (old !== undefined) return old;
    const object = await objects.read(id);
    if (object.type !== "tree") throw retryLater("corrupt", `${objects.label}: ${id} is no folder`);
    const entries = parseTree(objects.label, object.bytes);
    if (!known.has(id)) {
      known.set(id, entries);
      total += entries.length + 1;
    }
    for (const [oldest, lines] of known) {
      if (total <= rememberedEntries) break;
      known.delete(oldest);
      total -= lines.length + 1;
    }
    return entries;
  };
}

async function readAll(
  objects: Objects,
  limits: RepositoryLimits,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const waiting = [...new Set(ids)];
  const found = new Map<string, Uint8Array>();
  let total = 0;
  const worker = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      stopIfAborted(signal, objects.label);
      const object = await objects.read(id);
      if (object.type !== "blob") throw needsPerson("not-a-blob", `${objects.label}: ${id} is a ${object.type}`);
      total += object.bytes.length;
      if (total > limits.readBytes) {
        throw needsPerson(
          "too-large",
          `${objects.label}: the files asked for have more than ${limits.readBytes} bytes`,
        );
      }
      found.set(id, object.bytes);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelReads, waiting.length) }, worker));
  return found;
}

import { retryLater } from "./errors.ts";
import type { CommitInfo } from "./repository.ts";

/** One line of a tree object. */
export interface TreeEntry {
  readonly kind: "file" | "folder" | "other";
  readonly name: string;
  readonly id: string;
}

/** A commit and the id of its tree. */
export interface ParsedCommit {
  readonly tree: string;
  readonly info: CommitInfo;
}

/** Reads the bytes of a tree object. Symbolic links and submodules come out as `other`. */
export function parseTree(label: string, bytes: Uint8Array): readonly TreeEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: TreeEntry[] = [];
  for (let at = 0; at < buffer.length; ) {
    const space = buffer.indexOf(0x20, at);
    const end = space === -1 ? -1 : buffer.indexOf(0, space);
    if (end === -1 || end + 21 > buffer.length) throw retryLater("corrupt", `${label}: a tree object is cut short`);
    const mode = buffer.toString("latin1", at, space);
    entries.push({
      kind: kindOfMode(mode),
      name: buffer.toString("utf8", space + 1, end),
      id: buffer.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

function kindOfMode(mode: string): TreeEntry["kind"] {
  if (mode === "40000" || mode === "040000") return "folder";
  return mode.startsWith("100") ? "file" : "other";
}

/** Reads the bytes of a commit object; tolerant of everything but a missing tree. */
export function parseCommit(label: string, id: string, bytes: Uint8Array): ParsedCommit {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const cut = text.indexOf("\n\n");
  const lines = (cut === -1 ? text : text.slice(0, cut)).split("\n");
  const field = (name: string): string =>
    lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? "";
  const tree = field("tree");
  if (!/^[0-9a-f]{40}$/.test(tree)) throw retryLater("corrupt", `${label}: commit ${id} names no tree`);
  const author = /^(.*?)\s*<([^>]*)>\s*(-?\d+)?/.exec(field("author"));
  const message = cut === -1 ? "" : text.slice(cut + 2).trimStart();
  const info: CommitInfo = {
    id,
    parents: lines.filter((line) => line.startsWith("parent ")).map((line) => line.slice("parent ".length)),
    author: author?.[1] || author?.[2] || "unknown",
    authoredAtSeconds: Number(author?.[3] ?? 0),
    subject: (message.split("\n")[0] ?? "").trim(),
  };
  return { tree, info };
}

/** The object an annotated tag points at. */
export function parseTagTarget(label: string, bytes: Uint8Array): string {
  const target = /^object ([0-9a-f]{40})\n/.exec(Buffer.from(bytes.subarray(0, 64)).toString("latin1"))?.[1];
  if (target === undefined) throw retryLater("corrupt", `${label}: a tag object names no target`);
  return target;
}

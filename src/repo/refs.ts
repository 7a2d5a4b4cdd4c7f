import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, diskError, isAbsent, needsPerson, retryLater } from "./errors.ts";
import type { Layout } from "./layout.ts";

const packedRefsBytes = 64 * 1024 * 1024;
const symbolicDepth = 5;
const fullId = /^[0-9a-f]{40}$/;

/** Says whether a text is a whole object id. */
export function isFullId(text: string): boolean {
  return fullId.test(text);
}

/** Says whether a text may be an object id, whole or shortened. */
export function isIdPrefix(text: string): boolean {
  return /^[0-9a-f]{7,40}$/.test(text);
}

/** Refuses names that Git would refuse, before they become part of a path. */
export function checkRefName(ref: string, label: string): void {
  const parts = ref.split("/");
  const bad =
    ref === "" ||
    ref.length > 250 ||
    ref.endsWith(".") ||
    ref.startsWith("-") ||
    ref.includes("..") ||
    ref.includes("@{") ||
    [...ref].some((letter) => letter <= " " || letter === "\u007f" || "~^:?*[\\".includes(letter)) ||
    parts.some((part) => part === "" || part.startsWith(".") || part.endsWith(".lock"));
  if (bad) throw needsPerson("unknown-ref", `${label}: ${JSON.stringify(ref)} cannot be the name of a ref`);
}

/** Full names a ref may have, in the order they are tried: a branch wins over a tag. */
export function candidates(ref: string): readonly string[] {
  if (ref === "HEAD" || ref.startsWith("refs/")) return [ref];
  return [`refs/heads/${ref}`, `refs/tags/${ref}`];
}

/** The id a full ref name stands for now, symbolic refs followed; undefined when there is no such ref. */
export async function resolveRef(layout: Layout, name: string): Promise<string | undefined> {
  let current = name;
  for (let step = 0; step < symbolicDepth; step++) {
    const value = (await looseRef(layout, current)) ?? (await packedRef(layout, current));
    if (value === undefined) return undefined;
    if (isFullId(value)) return value;
    const target = /^ref:\s*(\S+)$/.exec(value)?.[1];
    if (target === undefined) throw retryLater("corrupt", `${layout.label}: the ref ${current} has no id in it`);
    checkRefName(target, layout.label);
    current = target;
  }
  throw needsPerson("corrupt", `${layout.label}: the ref ${name} leads in a circle`);
}

async function looseRef(layout: Layout, name: string): Promise<string | undefined> {
  const own = name === "HEAD" || /^refs\/(worktree|bisect|rewritten)\//.test(name);
  try {
    const text = await readFile(join(own ? layout.gitDirectory : layout.commonDirectory, name), "utf8");
    return text.trim();
  } catch (error) {
    if (isAbsent(error) || codeOf(error) === "EISDIR") return undefined;
    throw diskError(layout.label, error);
  }
}

async function packedRef(layout: Layout, name: string): Promise<string | undefined> {
  const path = join(layout.commonDirectory, "packed-refs");
  try {
    if ((await stat(path)).size > packedRefsBytes) {
      throw needsPerson("too-large", `${layout.label}: packed-refs is larger than ${packedRefsBytes} bytes`);
    }
    const text = await readFile(path, "utf8");
    const ending = ` ${name}`;
    for (const line of text.split("\n")) {
      if (line.length === 40 + ending.length && line.endsWith(ending)) return line.slice(0, 40);
    }
    return undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw diskError(layout.label, error);
  }
}

/** A text that changes whenever HEAD, a branch or packed-refs changes; cheap enough to ask now and then. */
export async function refsFingerprint(layout: Layout): Promise<string> {
  const heads = join(layout.commonDirectory, "refs", "heads");
  const names = await readdir(heads, { recursive: true }).catch(() => []);
  const paths = [join(layout.gitDirectory, "HEAD"), join(layout.commonDirectory, "packed-refs")];
  for (const name of names.sort()) paths.push(join(heads, name));
  const parts: string[] = [];
  for (const path of paths) {
    const facts = await stat(path, { bigint: true }).catch(() => undefined);
    if (facts?.isFile()) parts.push(`${path} ${facts.ino} ${facts.size} ${facts.mtimeNs}`);
  }
  return parts.join("\n");
}

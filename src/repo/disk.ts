import { promises as disk } from "node:fs";
import { sep } from "node:path";
import { codeOf, isAbsent, needsPerson } from "./errors.ts";
import type { Layout } from "./layout.ts";

/** The file system calls isomorphic-git asks for. */
export interface GitFileSystem {
  readonly promises: Readonly<Record<GitCall, (...parameters: never[]) => Promise<unknown>>>;
}

type GitCall =
  | "readFile"
  | "writeFile"
  | "mkdir"
  | "rmdir"
  | "unlink"
  | "stat"
  | "lstat"
  | "readdir"
  | "readlink"
  | "symlink";

/** A view of a repository's files that cannot write, shows the alternates' objects as its own and caps every file. */
export function readOnlyDisk(layout: Layout, fileBytes: number): GitFileSystem {
  const ownObjects = `${layout.commonDirectory}${sep}objects`;
  const places = (path: string): readonly string[] => {
    const plain = path.split("/").join(sep);
    if (plain !== ownObjects && !plain.startsWith(ownObjects + sep)) return [plain];
    return layout.objectDirectories.map((directory) => directory + plain.slice(ownObjects.length));
  };
  return {
    promises: {
      readFile: async (path: string, options?: BufferEncoding | { encoding?: BufferEncoding }) =>
        await first(places(path), (place) => cappedRead(place, fileBytes, options, layout.label)),
      stat: async (path: string) => await first(places(path), (place) => disk.stat(place)),
      lstat: async (path: string) => await first(places(path), (place) => disk.lstat(place)),
      readlink: async (path: string) => await first(places(path), (place) => disk.readlink(place)),
      readdir: async (path: string) => await union(places(path)),
      writeFile: refuse,
      mkdir: refuse,
      rmdir: refuse,
      unlink: refuse,
      symlink: refuse,
    },
  };
}

async function refuse(): Promise<never> {
  throw Object.assign(new Error("this repository is only read"), { code: "EROFS" });
}

async function first<T>(places: readonly string[], ask: (place: string) => Promise<T>): Promise<T> {
  let absent: unknown;
  for (const place of places) {
    try {
      return await ask(place);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      absent ??= error;
    }
  }
  throw absent;
}

async function union(places: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const place of places) {
    const found = await disk.readdir(place).catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    });
    for (const name of found) names.add(name);
  }
  return [...names];
}

async function cappedRead(
  path: string,
  fileBytes: number,
  options: BufferEncoding | { encoding?: BufferEncoding } | undefined,
  label: string,
): Promise<Buffer | string> {
  const file = await disk.open(path, "r");
  try {
    const size = (await file.stat()).size;
    if (size > fileBytes) {
      throw needsPerson("too-large", `${label}: an object file has ${size} bytes, the limit is ${fileBytes}`);
    }
    return await file.readFile(options ?? {});
  } finally {
    await file.close();
  }
}

/** Says whether an error means that there is no such object, rather than that the disk failed. */
export function isMissingObject(error: unknown): boolean {
  return codeOf(error) === "NotFoundError";
}

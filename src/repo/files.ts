import { lstat, open, readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { compareText } from "../core/problem.ts";
import { diskError, isAbsent, needsPerson } from "./errors.ts";
import { defaultRepositoryLimits, type RepositoryLimits } from "./limits.ts";
import { RepositoryError } from "./repository.ts";

/** One file read from a plain folder. */
export interface FolderFile {
  /** As the user would type it: the path given, then the way inside it, `/` between parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What to take from a folder. */
export interface FolderOptions {
  /** Says by its path whether a file is wanted; all are when absent. A path given by name is always read. */
  readonly accept?: (path: string) => boolean;
  /** Told of each file of a folder that is not wanted. */
  readonly onLeftOut?: (path: string) => void;
  /** Told of each file past the size limit, which is left out then; without it such a file is an error. */
  readonly onTooLarge?: (path: string, message: string) => void;
  readonly limits?: RepositoryLimits;
}

const skippedFolders: ReadonlySet<string> = new Set([".git", "node_modules"]);

/** Reads files and folders of the disk, sorted by path, each once. Symbolic links and whatever else is no file are left out of folders. */
export async function folderFiles(
  paths: readonly string[],
  options: FolderOptions = {},
): Promise<readonly FolderFile[]> {
  const limits = options.limits ?? defaultRepositoryLimits;
  const found = new Set<string>();
  const leftOut = new Set<string>();
  const wanted = { limits, accept: options.accept ?? (() => true), onLeftOut: (path: string) => leftOut.add(path) };
  for (const path of paths) await collect(path, wanted, found);
  for (const path of leftOut) if (!found.has(path)) options.onLeftOut?.(path);
  const sorted = [...found].sort(compareText);
  const files: FolderFile[] = [];
  let total = 0;
  for (const path of sorted) {
    const bytes = await readUnlessTooLarge(path, limits.blobBytes, options.onTooLarge);
    if (bytes === undefined) continue;
    total += bytes.length;
    if (total > limits.readBytes) {
      throw needsPerson("too-large", `the files given have more than ${limits.readBytes} bytes together`);
    }
    files.push({ path: path.split(sep).join("/"), bytes });
  }
  return files;
}

interface Wanted {
  readonly limits: RepositoryLimits;
  accept(path: string): boolean;
  onLeftOut(path: string): void;
}

async function collect(given: string, wanted: Wanted, found: Set<string>): Promise<void> {
  const top = join(given);
  const facts = await lstat(top).catch((error: unknown) => {
    if (isAbsent(error)) throw needsPerson("not-found", `${given}: there is no such file or folder`, error);
    throw diskError(given, error);
  });
  if (facts.isFile()) {
    found.add(top);
    return;
  }
  if (facts.isSymbolicLink()) throw needsPerson("not-found", `${given}: symbolic links are not followed`);
  if (!facts.isDirectory()) throw needsPerson("not-found", `${given}: neither a file nor a folder`);
  await collectFolder(top, 0, wanted, found);
}

async function collectFolder(folder: string, depth: number, wanted: Wanted, found: Set<string>): Promise<void> {
  if (depth > wanted.limits.treeDepth) {
    throw needsPerson("too-large", `${folder}: folders nest deeper than ${wanted.limits.treeDepth}`);
  }
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw diskError(folder, error);
  });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) await collectFolder(path, depth + 1, wanted, found);
    if (entry.isFile()) {
      if (wanted.accept(path.split(sep).join("/"))) found.add(path);
      else wanted.onLeftOut(path);
    } else if (!entry.isDirectory()) wanted.onLeftOut(path);
    if (found.size > wanted.limits.files) {
      throw needsPerson("too-large", `${folder}: more than ${wanted.limits.files} files`);
    }
  }
}

async function readUnlessTooLarge(
  path: string,
  most: number,
  onTooLarge: FolderOptions["onTooLarge"],
): Promise<Uint8Array | undefined> {
  try {
    return await readCapped(path, most);
  } catch (error) {
    if (onTooLarge === undefined || !(error instanceof RepositoryError) || error.code !== "too-large") throw error;
    onTooLarge(path.split(sep).join("/"), error.message);
    return undefined;
  }
}

async function readCapped(path: string, most: number): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    try {
      const size = (await file.stat()).size;
      if (size > most) throw needsPerson("too-large", `${path}: ${size} bytes, the limit is ${most}`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw diskError(path, error);
  }
}

import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { diskError, isAbsent, needsPerson } from "./errors.ts";

/** Where the parts of a local repository lie. */
export interface Layout {
  /** What the user called it. */
  readonly label: string;
  /** Holds HEAD; differs from `commonDirectory` in a linked work tree. */
  readonly gitDirectory: string;
  /** Holds refs, packed-refs, config and objects. */
  readonly commonDirectory: string;
  /** Folders of objects in the order they are asked: our own, then the alternates. */
  readonly objectDirectories: readonly string[];
}

const alternateLimit = 32;
const smallFileBytes = 64 * 1024;

/** Finds the parts of a repository given by its top folder, its `.git` or its bare folder. */
export async function findLayout(location: string): Promise<Layout> {
  const path = resolve(location);
  const gitDirectory = await folderAt(await findGitDirectory(path, location), location);
  const common = await smallFile(join(gitDirectory, "commondir"), location);
  const commonDirectory =
    common === undefined ? gitDirectory : await folderAt(resolve(gitDirectory, common.trim()), location);
  await refuseForeignFormats(commonDirectory, location);
  const objectDirectories = await withAlternates(join(commonDirectory, "objects"), location);
  return { label: location, gitDirectory, commonDirectory, objectDirectories };
}

async function findGitDirectory(path: string, label: string): Promise<string> {
  const kind = await kindOf(path, label);
  if (kind === "absent") throw needsPerson("not-found", `${label}: there is no such folder`);
  if (kind === "file") return pointedTo(path, label);
  const inside = join(path, ".git");
  const insideKind = await kindOf(inside, label);
  if (insideKind === "folder") return inside;
  if (insideKind === "file") return pointedTo(inside, label);
  if (await looksBare(path, label)) return path;
  throw needsPerson(
    "not-a-repository",
    `${label}: not a Git repository; give the top folder of a work tree or a bare repository`,
  );
}

async function folderAt(path: string, label: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw diskError(label, error);
  }
}

async function looksBare(path: string, label: string): Promise<boolean> {
  if ((await kindOf(join(path, "HEAD"), label)) !== "file") return false;
  if ((await kindOf(join(path, "commondir"), label)) === "file") return true;
  return (await kindOf(join(path, "objects"), label)) === "folder";
}

/** Linked work trees and submodules have a file `.git` that names the real folder. */
async function pointedTo(file: string, label: string): Promise<string> {
  const match = /^gitdir: (.+?)\r?\n?$/.exec((await smallFile(file, label)) ?? "");
  const target = match?.[1];
  if (target === undefined) throw needsPerson("not-a-repository", `${label}: not a Git repository`);
  const directory = isAbsolute(target) ? target : resolve(dirname(file), target);
  if ((await kindOf(directory, label)) === "folder") return directory;
  throw needsPerson("not-found", `${label}: its .git file names a folder that is gone`);
}

async function refuseForeignFormats(commonDirectory: string, label: string): Promise<void> {
  const config = ((await smallFile(join(commonDirectory, "config"), label)) ?? "").toLowerCase();
  if (/^\s*objectformat\s*=\s*"?sha256/m.test(config)) {
    throw needsPerson("unsupported", `${label}: repositories with SHA-256 ids are not supported`);
  }
  if (/^\s*refstorage\s*=\s*"?reftable/m.test(config)) {
    throw needsPerson("unsupported", `${label}: repositories with the reftable format are not supported`);
  }
}

async function withAlternates(own: string, label: string): Promise<readonly string[]> {
  const found = [own];
  for (let next = 0; next < found.length; next++) {
    const directory = found[next] as string;
    const list = (await smallFile(join(directory, "info", "alternates"), label)) ?? "";
    for (const line of list.split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      const alternate = resolve(directory, line);
      if (!found.includes(alternate)) found.push(alternate);
    }
    if (found.length > alternateLimit) {
      throw needsPerson("too-large", `${label}: more than ${alternateLimit} alternate object folders`);
    }
  }
  return found;
}

async function kindOf(path: string, label: string): Promise<"file" | "folder" | "absent"> {
  try {
    const facts = await stat(path);
    return facts.isDirectory() ? "folder" : "file";
  } catch (error) {
    if (isAbsent(error)) return "absent";
    throw diskError(label, error);
  }
}

async function smallFile(path: string, label: string): Promise<string | undefined> {
  try {
    const facts = await stat(path);
    if (facts.size > smallFileBytes)
      throw needsPerson("too-large", `${label}: ${path} is too large to be what it says`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw diskError(label, error);
  }
}

import type { Problem } from "./core/problem.ts";
import type { OnProgress } from "./core/progress.ts";
import type { Checker, ParsedFile } from "./datum/check.ts";
import { isOfOtherTool } from "./datum/other-files.ts";
import { type Repository, RepositoryError, type TreeFile } from "./repo/repository.ts";

/** Parsed files by blob and path: a file that did not change since the last pass is neither read nor parsed again. */
export interface ParseCache {
  get(file: TreeFile): ParsedFile | undefined;
  put(file: TreeFile, parsed: ParsedFile): void;
}

/** A cache that forgets the least recently used file past its limit. */
export function createParseCache(limit: number): ParseCache {
  const files = new Map<string, ParsedFile>();
  return {
    get(file) {
      const key = `${file.blobId} ${file.path}`;
      const parsed = files.get(key);
      if (parsed !== undefined) {
        files.delete(key);
        files.set(key, parsed);
      }
      return parsed;
    },
    put(file, parsed) {
      files.set(`${file.blobId} ${file.path}`, parsed);
      const oldest = files.size > limit ? files.keys().next().value : undefined;
      if (oldest !== undefined) files.delete(oldest);
    },
  };
}

/** The manifests of one commit, and which blobs they were. */
export interface Manifests {
  readonly parsed: readonly ParsedFile[];
  /** Path to blob id: the identity of what was read. */
  readonly ids: Readonly<Record<string, string>>;
}

/** Says by its name whether a file may hold manifests; every other file of a repository is passed over. */
export function isManifestPath(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path);
}

/** Reads and parses the files of a commit that may hold manifests; unchanged ones come from the cache. */
export async function readManifests(
  judges: { readonly checker: Checker; readonly prefix: string; readonly cache: ParseCache },
  question: {
    readonly repository: Repository;
    readonly commit: string;
    readonly signal: AbortSignal;
    readonly onProgress: OnProgress;
  },
): Promise<Manifests> {
  const { repository, commit, signal, onProgress } = question;
  onProgress({ kind: "step", step: "read", message: `reading ${commit.slice(0, 8)} of ${repository.label}` });
  const files = (await repository.files(commit, judges.prefix)).filter((file) => isManifestPath(file.path));
  const parsed: ParsedFile[] = [];
  for (const file of files) {
    const cached = judges.cache.get(file);
    if (cached !== undefined) {
      parsed.push(cached);
      continue;
    }
    const bytes = await readOne(repository, file, signal);
    if (bytes instanceof RepositoryError) {
      parsed.push(tooLargeFile(file.path, bytes.message));
      continue;
    }
    const fresh = judges.checker.parse(file.path, bytes);
    judges.cache.put(file, fresh);
    parsed.push(fresh);
  }
  return { parsed, ids: Object.fromEntries(files.map((file) => [file.path, file.blobId])) };
}

async function readOne(
  repository: Repository,
  file: TreeFile,
  signal: AbortSignal,
): Promise<Uint8Array | RepositoryError> {
  try {
    const blobs = await repository.read([file.blobId], signal);
    return blobs.get(file.blobId) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof RepositoryError && error.code === "too-large") return error;
    throw error;
  }
}

/** A file past the size limit, unread: a problem of its own, so that every other file is still judged. */
export function tooLargeFile(file: string, message: string): ParsedFile {
  if (isOfOtherTool(file)) return { file, documents: [], problems: [], dispositions: ["not-a-manifest"] };
  const problem: Problem = {
    severity: "error",
    rule: "file/too-large",
    file,
    line: 1,
    column: 1,
    path: "",
    message: `${message}.`.replace(/\.+$/, "."),
    hint: "Split the file, or keep what is not a manifest outside the watched folder.",
  };
  return { file, documents: [], problems: [problem], dispositions: ["unknown"] };
}

/** Says whether a file may hold a Secret, also where it cannot be read or the kind is misspelled: its text is never shown. */
export function mayHoldSecret({ documents }: Pick<ParsedFile, "documents">, text: string): boolean {
  if (documents.some(({ kind }) => kind === "Secret")) return true;
  return /\bkind["']?\s*:\s*["']?\w*secr?e?t?/i.test(text) || /\bstringData\b/.test(text);
}

/** Files with problems whose text is fetched for excerpts, and how long each may be. */
const excerptFiles = 20;
const excerptCharacters = 200_000;

/** Texts of the files that problems are in, for excerpts. A file that holds a Secret is never shown. */
export async function readSources(
  manifests: Manifests,
  problems: readonly Problem[],
  question: { readonly repository: Repository; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, string>> {
  const read = new Map(manifests.parsed.map((file) => [file.file, file]));
  const names = [...new Set(problems.map(({ file }) => file))].slice(0, excerptFiles);
  const texts = new Map<string, string>();
  for (const name of names) {
    const blobId = manifests.ids[name];
    if (blobId === undefined) continue;
    const bytes = await readOne(question.repository, { path: name, blobId }, question.signal);
    if (bytes instanceof RepositoryError || bytes.length > excerptCharacters) continue;
    const text = new TextDecoder().decode(bytes);
    const parsed = read.get(name);
    if (parsed !== undefined && !mayHoldSecret(parsed, text)) texts.set(name, text);
  }
  return texts;
}

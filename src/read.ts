import { digest } from "./core/identity.ts";
import { compareText, type Problem } from "./core/problem.ts";
import type { OnProgress } from "./core/progress.ts";
import type { Checker, ParsedFile } from "./datum/check.ts";
import { isOfOtherTool } from "./datum/other-files.ts";
import { type Repository, RepositoryError, type TreeFile } from "./repo/repository.ts";

/** Parsed files by blob and path: a file that did not change since the last pass is neither read nor parsed again. */
export interface ParseCache {
  get(file: TreeFile): ParsedFile | undefined;
  put(file: TreeFile, parsed: ParsedFile): void;
  /** What a commit held when it was read; of another commit of the same repository where this one was not. */
  recall(repository: Repository, prefix: string, commit: string): Manifests | undefined;
  remember(repository: Repository, prefix: string, manifests: Manifests): void;
}

/** How many commits of a repository are remembered as a whole. */
const rememberedCommits = 8;

/** A cache that forgets the least recently used file past its limit. */
export function createParseCache(limit: number): ParseCache {
  const files = new Map<string, ParsedFile>();
  const commits = new WeakMap<Repository, readonly (readonly [prefix: string, manifests: Manifests])[]>();
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
    recall(repository, prefix, commit) {
      const known = (commits.get(repository) ?? []).filter(([at]) => at === prefix).map(([, manifests]) => manifests);
      return known.find((manifests) => manifests.commit === commit) ?? known[0];
    },
    remember(repository, prefix, manifests) {
      const others = (commits.get(repository) ?? []).filter(
        ([at, { commit }]) => at !== prefix || commit !== manifests.commit,
      );
      commits.set(repository, [[prefix, manifests] as const, ...others].slice(0, rememberedCommits));
    },
  };
}

/** The manifests of one commit, and which blobs they were. */
export interface Manifests {
  readonly commit: string;
  /** What may hold manifests, sorted by path: the identity of what was read. */
  readonly files: readonly TreeFile[];
  /** The same files parsed, in the same order. The same list for the same commit, as long as it is remembered. */
  readonly parsed: readonly ParsedFile[];
}

/** Digest of which files a commit holds: of paths and blob ids. */
export function manifestsDigest({ files }: Pick<Manifests, "files">): string {
  return digest(Object.fromEntries(files.map((file) => [file.path, file.blobId])));
}

/** Says by its name whether a file may hold manifests; every other file of a repository is passed over. */
export function isManifestPath(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path);
}

interface Reading {
  readonly repository: Repository;
  readonly commit: string;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

interface Reader {
  readonly checker: Checker;
  readonly prefix: string;
  readonly cache: ParseCache;
}

/** Reads and parses the files of a commit that may hold manifests; unchanged ones come from the cache. */
export async function readManifests(reader: Reader, question: Reading): Promise<Manifests> {
  const { repository, commit, onProgress } = question;
  const { prefix, cache } = reader;
  onProgress({ kind: "step", step: "read", message: `reading ${commit.slice(0, 8)} of ${repository.label}` });
  const known = cache.recall(repository, prefix, commit);
  if (known?.commit === commit) return known;
  const files = (known && (await filesSince(known, reader, question))) ?? (await repository.files(commit, prefix));
  const manifests = { commit, ...(await parseFiles(reader, question, files, known)) };
  cache.remember(repository, prefix, manifests);
  return manifests;
}

/** The files of a commit, told from those of another one; undefined where the two cannot be compared. */
async function filesSince(
  known: Manifests,
  { prefix }: Reader,
  { repository, commit }: Reading,
): Promise<readonly TreeFile[] | undefined> {
  try {
    const changes = await repository.changed(known.commit, commit, prefix);
    const after = new Map(changes.map((change) => [change.path, change.after]));
    const added = changes.flatMap(({ path, before, after: blobId }) =>
      before === undefined && blobId !== undefined ? [{ path, blobId }] : [],
    );
    const kept = known.files.flatMap((file): readonly TreeFile[] => {
      if (!after.has(file.path)) return [file];
      const blobId = after.get(file.path);
      return blobId === undefined ? [] : [{ path: file.path, blobId }];
    });
    return added.length === 0 ? kept : [...kept, ...added].sort((left, right) => compareText(left.path, right.path));
  } catch (error) {
    // History may have been cut short since: then the commit is read as a whole.
    if (error instanceof RepositoryError) return undefined;
    throw error;
  }
}

async function parseFiles(
  { checker, cache }: Reader,
  { repository, signal }: Reading,
  all: readonly TreeFile[],
  known: Manifests | undefined,
): Promise<Omit<Manifests, "commit">> {
  const files: TreeFile[] = [];
  const parsed: ParsedFile[] = [];
  let at = 0;
  for (const file of all) {
    if (!isManifestPath(file.path)) continue;
    files.push(file);
    // Both lists are sorted and most files are the very same.
    while (at < (known?.files.length ?? 0) && (known?.files[at]?.path ?? "") < file.path) at += 1;
    const same = known?.files[at]?.path === file.path && known.files[at]?.blobId === file.blobId;
    const found = same ? known.parsed[at] : cache.get(file);
    if (found !== undefined) {
      parsed.push(found);
      continue;
    }
    const bytes = await readOne(repository, file, signal);
    if (bytes instanceof RepositoryError) {
      parsed.push(tooLargeFile(file.path, bytes.message));
      continue;
    }
    const fresh = checker.parse(file.path, bytes);
    cache.put(file, fresh);
    parsed.push(fresh);
  }
  return { files, parsed };
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
  return /\bkind["']?\s*:\s*["']?\w*sec(?!urity)r?e?t?/i.test(text) || /\bstringData\b/.test(text);
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
  const texts = new Map<string, string>();
  const wanted = new Set(problems.map(({ file }) => file));
  if (wanted.size === 0) return texts;
  const ids = new Map(manifests.files.filter(({ path }) => wanted.has(path)).map(({ path, blobId }) => [path, blobId]));
  const read = new Map(manifests.parsed.filter(({ file }) => wanted.has(file)).map((file) => [file.file, file]));
  const names = [...wanted].slice(0, excerptFiles);
  for (const name of names) {
    const blobId = ids.get(name);
    if (blobId === undefined) continue;
    const bytes = await readOne(question.repository, { path: name, blobId }, question.signal);
    if (bytes instanceof RepositoryError || bytes.length > excerptCharacters) continue;
    const text = new TextDecoder().decode(bytes);
    const parsed = read.get(name);
    if (parsed !== undefined && !mayHoldSecret(parsed, text)) texts.set(name, text);
  }
  return texts;
}

import { createHash } from "node:crypto";
import { type Repository, RepositoryError } from "../../src/repo/repository.ts";

/** Files of a commit by path. */
export type Files = Readonly<Record<string, string>>;

/** A repository whose commits are given as plain texts. */
export interface MemoryRepository extends Repository {
  /** Adds a commit and moves the branch to it; gives its id. */
  commitFiles(files: Files, subject?: string): string;
  /** Adds a commit with parents under a ref of its own, such as `refs/pull/7/merge`; the branch stays where it is. */
  commitAt(ref: string, files: Files, parents: readonly string[]): string;
  /** Where the branch stands. */
  headId(): string;
  /** Moves the branch to a commit that is there already. */
  moveTo(id: string): void;
  /** Blobs read so far, in order. */
  readonly reads: readonly string[];
  /** Every coming look fails with this, until it is taken back. */
  failure: RepositoryError | undefined;
  /** Tells all watchers that something may have moved. */
  hint(): void;
}

/** Makes an empty repository; a file past `maxBlobBytes` cannot be read. */
export function memoryRepository(maxBlobBytes = 1_000_000): MemoryRepository {
  const commits = new Map<
    string,
    { readonly files: Files; readonly subject: string; readonly parents: readonly string[] }
  >();
  const refs = new Map<string, string>();
  const blobs = new Map<string, Uint8Array>();
  const watchers = new Set<() => void>();
  const reads: string[] = [];
  let head = "";

  function commitOf(id: string) {
    const found = commits.get(id);
    if (found === undefined) throw new RepositoryError(`There is no ${id}.`, { code: "unknown-ref", next: "person" });
    return found;
  }

  function commitIdOf(ref: string): string {
    const id = refs.get(ref);
    if (id === undefined) throw new RepositoryError(`There is no ${ref}.`, { code: "unknown-ref", next: "person" });
    return id;
  }

  const repository: MemoryRepository = {
    label: "memory",
    reads,
    failure: undefined,
    commitFiles(files, subject = "A commit") {
      for (const text of Object.values(files)) blobs.set(idOf(text), new TextEncoder().encode(text));
      const parents = head === "" ? [] : [head];
      head = idOf(JSON.stringify([files, subject, commits.size]));
      commits.set(head, { files, subject, parents });
      return head;
    },
    commitAt(ref, files, parents) {
      for (const text of Object.values(files)) blobs.set(idOf(text), new TextEncoder().encode(text));
      const id = idOf(JSON.stringify([files, ref, commits.size]));
      commits.set(id, { files, subject: "A commit", parents });
      refs.set(ref, id);
      return id;
    },
    headId: () => head,
    moveTo(id) {
      head = id;
    },
    hint: () => {
      for (const watcher of watchers) watcher();
    },
    async head(ref) {
      if (repository.failure !== undefined) throw repository.failure;
      if (ref.startsWith("refs/")) return commitIdOf(ref);
      commitOf(head);
      return head;
    },
    commit: async (id) => ({
      ...{ id, parents: commitOf(id).parents, author: "Ada", authoredAtSeconds: 0 },
      subject: commitOf(id).subject,
    }),
    rawCommit: async (id) => new TextEncoder().encode(`tree ${id}\n\n${commitOf(id).subject}\n`),
    files: async (id, prefix) =>
      Object.entries(commitOf(id).files)
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, text]) => ({ path, blobId: idOf(text) })),
    changed: async (from, to, prefix) => {
      const [before, after] = [commitOf(from).files, commitOf(to).files];
      return [...new Set([...Object.keys(before), ...Object.keys(after)])]
        .filter((path) => path.startsWith(prefix) && before[path] !== after[path])
        .sort()
        .map((path) => ({ path, before: blobIdIn(before, path), after: blobIdIn(after, path) }));
    },
    async read(ids) {
      const found = new Map<string, Uint8Array>();
      for (const id of ids) {
        const bytes = blobs.get(id) ?? new Uint8Array();
        if (bytes.length > maxBlobBytes)
          throw new RepositoryError(`${bytes.length} bytes are too many.`, { code: "too-large", next: "person" });
        reads.push(id);
        found.set(id, bytes);
      }
      return found;
    },
    async watch(onHint) {
      watchers.add(onHint);
      return async () => void watchers.delete(onHint);
    },
    close: async () => undefined,
  };
  return repository;
}

function blobIdIn(files: Readonly<Record<string, string>>, path: string): string | undefined {
  const text = files[path];
  return text === undefined ? undefined : idOf(text);
}

function idOf(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

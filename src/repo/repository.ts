/** One file of a commit. Symbolic links and submodules never appear. */
export interface TreeFile {
  /** Path from the root of the repository, `/` between parts. */
  readonly path: string;
  /** Object id of the content: equal id, equal bytes. */
  readonly blobId: string;
}

/** What a reader of history wants to know of a commit. */
export interface CommitInfo {
  readonly id: string;
  readonly parents: readonly string[];
  readonly author: string;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly authoredAtSeconds: number;
  readonly subject: string;
}

/** What the signature of a commit is worth. Only `good` counts. */
export interface SignatureVerdict {
  readonly state: "good" | "unsigned" | "untrusted" | "bad";
  /** Whose key it is, in the words of the allowed keys; empty unless good. */
  readonly signer: string;
  /** What is wrong, as the rest of a sentence about the commit; empty when good. */
  readonly reason: string;
}

/** A path that differs between two commits. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A Git repository seen through its objects alone: no work tree, no hook, no process of the repository. */
export interface Repository {
  /** What to call it in messages: a path or a URL without credentials. */
  readonly label: string;
  /**
   * Makes the newest state of a ref available and gives its commit id.
   * `ref` is a branch name, a full ref name or a commit id (at least 7 hex digits).
   */
  head(ref: string, signal: AbortSignal): Promise<string>;
  /** Facts of one commit. */
  commit(id: string): Promise<CommitInfo>;
  /** The very bytes of one commit, proven to be those of its id. */
  rawCommit(id: string): Promise<Uint8Array>;
  /** All files of a commit under a prefix (empty: all), sorted by path. */
  files(commitId: string, prefix: string): Promise<readonly TreeFile[]>;
  /** Files that differ between two commits under a prefix; subtrees with equal ids are not walked. */
  changed(from: string, to: string, prefix: string): Promise<readonly ChangedFile[]>;
  /** Content by blob id. Throws RepositoryError `too-large` past the limit. */
  read(blobIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Calls back on every hint that a ref may have moved; gives the function that ends it. A hint carries no truth. */
  watch(onHint: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Sorted by what happens next: `retry` later, or a `person` has to change something. */
export class RepositoryError extends Error {
  override readonly name = "RepositoryError";
  /** `not-found`, `unknown-ref`, `auth`, `truncated`, `timeout`, `unreachable`, `corrupt`, `too-large`, … */
  readonly code: string;
  readonly next: "retry" | "person";

  constructor(message: string, facts: { code: string; next: "retry" | "person"; cause?: unknown }) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
    this.next = facts.next;
  }
}

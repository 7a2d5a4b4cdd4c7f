/** How much one repository may cost. Every number has a default in `defaultRepositoryLimits`. */
export interface RepositoryLimits {
  /** Largest content of one file, after decompression. */
  readonly blobBytes: number;
  /** Most bytes one call of `read` may give. */
  readonly readBytes: number;
  /** Most files one commit may have under a prefix. */
  readonly files: number;
  /** Deepest folder. */
  readonly treeDepth: number;
  /** Largest pack or loose object file, on disk and over the wire: it is held in memory while it is read. */
  readonly packBytes: number;
  /** Most bytes the objects of one fetched pack may have together, after decompression. */
  readonly unpackedBytes: number;
  /** Largest object other than a blob (a folder's listing, a commit, a tag), after decompression. */
  readonly otherObjectBytes: number;
}

/** Limits that fit a fleet of thousands of manifests in some hundred megabytes of memory. */
export const defaultRepositoryLimits: RepositoryLimits = {
  blobBytes: 8 * 1024 * 1024,
  readBytes: 256 * 1024 * 1024,
  files: 100_000,
  treeDepth: 64,
  packBytes: 256 * 1024 * 1024,
  unpackedBytes: 4 * 1024 * 1024 * 1024,
  otherObjectBytes: 16 * 1024 * 1024,
};

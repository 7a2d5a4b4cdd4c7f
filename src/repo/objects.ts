import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { inflate } from "node:zlib";
import git from "isomorphic-git";
import { type GitFileSystem, isMissingObject } from "./disk.ts";
import { codeOf, needsPerson, retryLater } from "./errors.ts";
import type { RepositoryLimits } from "./limits.ts";
import { isFullId } from "./refs.ts";
import { RepositoryError } from "./repository.ts";

/** One object as it is stored. */
export interface GitObject {
  readonly type: "commit" | "tree" | "blob" | "tag";
  readonly bytes: Uint8Array;
}

/** Reads objects of one repository; gives the right bytes or an error, also while packs come and go. */
export interface Objects {
  readonly label: string;
  read(id: string): Promise<GitObject>;
  /** Says at once whether an object is there. */
  has(id: string): Promise<boolean>;
  /** Ids that begin with a prefix. */
  expand(prefix: string): Promise<readonly string[]>;
  close(): void;
}

/** A packer removes an old file after the new one is there, so a short wait is enough. */
const retryDelaysMs: readonly number[] = [5, 20, 75];
/** isomorphic-git never forgets what it has read, so its memory is thrown away past this. */
const cacheBytes = 48 * 1024 * 1024;
const cacheReads = 5_000;
/** A daemon at rest holds no packs. */
const cacheIdleMs = 5_000;

const inflateAsync = promisify(inflate) as (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Opens the objects under `gitDirectory`/objects as `disk` shows them. */
export function openObjects(
  label: string,
  gitDirectory: string,
  disk: GitFileSystem,
  limits: RepositoryLimits,
): Objects {
  const memory = cacheWithLimits();

  const readOnce = async (id: string): Promise<GitObject> => {
    const found = await git.readObject({
      fs: disk,
      gitdir: gitDirectory,
      oid: id,
      format: "deflated",
      cache: memory.current(),
    });
    if (found.format === "parsed") throw retryLater("corrupt", `${label}: unexpected form of an object`);
    const result: GitObject =
      found.format === "content"
        ? { type: found.type, bytes: found.object }
        : await unwrapped(label, id, found.format, found.object, limits);
    const most = result.type === "blob" ? limits.blobBytes : limits.otherObjectBytes;
    memory.count(result.bytes.length);
    if (result.bytes.length > most) throw tooLarge(label, id, most);
    return result;
  };

  return {
    label,
    read: (id) => withRetries(label, memory.forget, () => readOnce(id)),
    has: async (id) => {
      try {
        await readOnce(id);
        return true;
      } catch (error) {
        if (isMissingObject(error)) return false;
        throw sorted(label, error);
      }
    },
    expand: (prefix) =>
      withRetries(label, memory.forget, async () => {
        try {
          return [await git.expandOid({ fs: disk, gitdir: gitDirectory, oid: prefix, cache: memory.current() })];
        } catch (error) {
          if (isMissingObject(error)) return [];
          const several = (error as { data?: { matches?: unknown } }).data?.matches;
          if (codeOf(error) === "AmbiguousError" && Array.isArray(several)) return several.filter(isFullId);
          throw error;
        }
      }),
    close: memory.close,
  };
}

/** Tries again with an empty memory: what failed may have been moved from one file to another meanwhile. */
async function withRetries<T>(label: string, forget: () => void, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RepositoryError && error.next === "person") throw error;
      const waitMs = retryDelaysMs[attempt];
      if (waitMs === undefined) throw sorted(label, error);
      forget();
      await delay(waitMs);
    }
  }
}

function sorted(label: string, error: unknown): RepositoryError {
  if (error instanceof RepositoryError) return error;
  if (isMissingObject(error)) {
    return retryLater("missing-object", `${label}: an object is not there (or not yet)`, error);
  }
  if (codeOf(error) === "ERR_FS_FILE_TOO_LARGE") {
    return needsPerson("too-large", `${label}: a pack is too large to be read`, error);
  }
  if (codeOf(error) === "EACCES" || codeOf(error) === "EPERM") {
    return needsPerson("permission", `${label}: this user may not read its objects`, error);
  }
  return retryLater("corrupt", `${label}: an object or a pack cannot be read`, error);
}

/** Loose objects are inflated here rather than by the library, so that a small file cannot become a huge one. */
async function unwrapped(
  label: string,
  id: string,
  format: "deflated" | "wrapped",
  bytes: Uint8Array,
  limits: RepositoryLimits,
): Promise<GitObject> {
  const most = Math.max(limits.blobBytes, limits.otherObjectBytes);
  let whole = bytes;
  if (format === "deflated") {
    try {
      whole = await inflateAsync(bytes, { maxOutputLength: most + 64 });
    } catch (error) {
      if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge(label, id, most);
      throw error;
    }
    const actual = createHash("sha1").update(whole).digest("hex");
    if (actual !== id) throw retryLater("corrupt", `${label}: object ${id} has other bytes than its id says`);
  }
  const end = whole.indexOf(0);
  const header = Buffer.from(whole.subarray(0, Math.max(end, 0))).toString("latin1");
  const match = /^(commit|tree|blob|tag) (\d+)$/.exec(header);
  const content = whole.subarray(end + 1);
  if (match === null || Number(match[2]) !== content.length) {
    throw retryLater("corrupt", `${label}: object ${id} has no proper header`);
  }
  return { type: match[1] as GitObject["type"], bytes: content };
}

function tooLarge(label: string, id: string, most: number): RepositoryError {
  return needsPerson("too-large", `${label}: object ${id.slice(0, 12)} is larger than ${most} bytes`);
}

function cacheWithLimits() {
  let cache: object = {};
  let bytes = 0;
  let reads = 0;
  let lastUse = 0;
  let timer: NodeJS.Timeout | undefined;
  const forget = (): void => {
    cache = {};
    bytes = 0;
    reads = 0;
  };
  const rest = (): void => {
    timer = undefined;
    if (performance.now() - lastUse >= cacheIdleMs) forget();
    else arm();
  };
  const arm = (): void => {
    timer ??= setTimeout(rest, cacheIdleMs).unref();
  };
  return {
    current: (): object => {
      lastUse = performance.now();
      arm();
      return cache;
    },
    count: (size: number): void => {
      bytes += size;
      reads += 1;
      if (bytes > cacheBytes || reads > cacheReads) forget();
    },
    forget,
    close: (): void => {
      clearTimeout(timer);
      timer = undefined;
      forget();
    },
  };
}

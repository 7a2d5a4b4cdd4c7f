import { needsPerson } from "./errors.ts";
import { defaultRepositoryLimits, type RepositoryLimits } from "./limits.ts";
import { openLocalRepository } from "./local.ts";
import type { Repository } from "./repository.ts";
import { defaultHttpTimeouts, type HttpTimeouts } from "./timeouts.ts";

export { type FolderFile, type FolderOptions, folderFiles } from "./files.ts";
export { defaultRepositoryLimits, type RepositoryLimits } from "./limits.ts";
export { type Materialised, materialise } from "./materialise.ts";
export { defaultHttpTimeouts, type HttpTimeouts } from "./timeouts.ts";

/** Which repository to open and how. */
export interface RepositoryOptions {
  /** A path of this machine, or an http(s) URL without credentials. */
  readonly location: string;
  /** Where clones of remote repositories are kept; nothing is written there for a path. */
  readonly stateDirectory: string;
  /** Asked before every request to a remote repository. */
  readonly token?: () => Promise<string | undefined>;
  readonly pollIntervalMs: number;
  /** Share of the interval by which each poll is moved at random, 0 to 1. */
  readonly pollJitter: number;
  readonly limits?: RepositoryLimits;
  readonly timeouts?: HttpTimeouts;
  /** Past this many packs a remote repository is cloned anew; 50 when absent. */
  readonly packLimit?: number;
  /** Gives a number from 0 up to 1, for the jitter. */
  readonly random?: () => number;
}

const settleMs = 60;
const settleAtMostMs = 150;
const defaultPackLimit = 50;

/** Opens a repository by its location; nothing is fetched before the first `head`. */
export async function openRepository(options: RepositoryOptions): Promise<Repository> {
  const limits = options.limits ?? defaultRepositoryLimits;
  if (locationKind(options.location) === "remote") {
    // HTTP is slow to load, and a repository of this machine needs none.
    const { openRemoteRepository } = await import("./remote.ts");
    return await openRemoteRepository({
      url: options.location,
      stateDirectory: options.stateDirectory,
      token: options.token ?? (async () => undefined),
      limits,
      timeouts: options.timeouts ?? defaultHttpTimeouts,
      polling: {
        intervalMs: options.pollIntervalMs,
        jitter: options.pollJitter,
        random: options.random ?? Math.random,
      },
      packLimit: options.packLimit ?? defaultPackLimit,
    });
  }
  return await openLocalRepository(options.location, limits, {
    settleMs,
    settleAtMostMs,
    pollIntervalMs: options.pollIntervalMs,
  });
}

/** Says what a location is; throws a RepositoryError for kinds that are not supported. */
export function locationKind(location: string): "local" | "remote" {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (scheme === "http" || scheme === "https") return "remote";
  if (scheme === "file") {
    throw needsPerson("unsupported", "file:// URLs are not supported: give the path itself");
  }
  if (scheme !== undefined || /^[^/\\:]+@[^/\\:]+:/.test(location)) {
    throw needsPerson("unsupported", "only http(s) URLs and paths are supported: give the https URL and a token");
  }
  if (location === "") throw needsPerson("unsupported", "the location of the repository is empty");
  return "local";
}

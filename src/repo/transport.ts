import git from "isomorphic-git";
import type { GitFileSystem } from "./disk.ts";
import { codeOf, diskError, needsPerson, retryLater } from "./errors.ts";
import type { GitHttp } from "./http.ts";
import { isFullId } from "./refs.ts";
import { RepositoryError } from "./repository.ts";

/** What the server says of one ref. */
export interface ServerRef {
  /** Full name, e.g. `refs/heads/main`. */
  readonly name: string;
  readonly id: string;
}

/** Talks to one Git server: lists refs, brings objects. Moves no ref of ours. */
export interface Transport {
  /** What a full ref name (or HEAD) stands for on the server now. */
  find(name: string, signal: AbortSignal): Promise<ServerRef | undefined>;
  /**
   * Brings a ref (or a commit by its whole id) and everything it leads to into a clone; gives the id that came.
   * `have` is a ref of the clone whose objects need not be sent again. `shallow` leaves history out where the server can.
   */
  fetch(
    clone: string,
    wanted: { readonly name: string; readonly have: string | undefined; readonly shallow: boolean },
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** Opens a transport; `disk` writes into clones. */
export function openTransport(label: string, url: string, http: GitHttp, disk: GitFileSystem): Transport {
  return {
    find: async (name, signal) => {
      try {
        const listed = await git.listServerRefs({
          http: http.client(signal),
          url,
          prefix: name,
          symrefs: name === "HEAD",
          protocolVersion: 2,
        });
        const found = listed.find((line) => line.ref === name);
        if (found === undefined || !isFullId(found.oid)) return undefined;
        return { name: found.target ?? found.ref, id: found.oid };
      } catch (error) {
        throw transportError(label, error);
      }
    },
    fetch: async (clone, wanted, signal) => {
      const bring = async (shallow: boolean): Promise<string | undefined> => {
        const result = await git.fetch({
          fs: disk,
          http: http.client(signal),
          gitdir: clone,
          url,
          // The library offers the server what this ref of ours has; what it brings is named by remoteRef.
          ref: wanted.have ?? wanted.name,
          remoteRef: wanted.name,
          singleBranch: true,
          tags: false,
          ...(shallow ? { depth: 1 } : {}),
        });
        return result.fetchHead ?? undefined;
      };
      try {
        return await bring(wanted.shallow);
      } catch (error) {
        if (!wanted.shallow || codeOf(error) !== "RemoteCapabilityError") throw transportError(label, error);
      }
      try {
        return await bring(false);
      } catch (error) {
        throw transportError(label, error);
      }
    },
  };
}

function transportError(label: string, error: unknown): RepositoryError {
  if (error instanceof RepositoryError) return error;
  const code = codeOf(error);
  if (code === "NotFoundError") return needsPerson("unknown-ref", `${label}: the server has no such ref`, error);
  if (code === "SmartHttpError") {
    return needsPerson("not-a-repository", `${label}: there is no Git repository at this URL`, error);
  }
  if (/^E[A-Z]+$/.test(code)) return diskError(label, error);
  return retryLater(
    "protocol",
    `${label}: the server's answer could not be used${code === "" ? "" : ` (${code})`}`,
    error,
  );
}

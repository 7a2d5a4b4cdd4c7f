import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import git from "isomorphic-git";
import { cloneDisk } from "./clone-disk.ts";
import { type Clone, type CloneShelf, openShelf } from "./clones.ts";
import type { GitFileSystem } from "./disk.ts";
import { needsPerson, retryLater, stopIfAborted } from "./errors.ts";
import { type GitHttp, openHttp } from "./http.ts";
import type { RepositoryLimits } from "./limits.ts";
import { commitByPrefix } from "./local.ts";
import { inspectPacks } from "./packs.ts";
import { type PollOptions, startPolling } from "./poll.ts";
import { candidates, checkRefName, isFullId, isIdPrefix } from "./refs.ts";
import { type Repository, RepositoryError } from "./repository.ts";
import type { HttpTimeouts } from "./timeouts.ts";
import { openTransport, type ServerRef, type Transport } from "./transport.ts";
import type { ObjectView } from "./tree.ts";

/** What a remote repository needs. */
export interface RemoteOptions {
  readonly url: string;
  readonly stateDirectory: string;
  readonly token: () => Promise<string | undefined>;
  readonly limits: RepositoryLimits;
  readonly timeouts: HttpTimeouts;
  readonly polling: PollOptions;
  /** Past this many packs the repository is cloned anew: the library cannot join packs. */
  readonly packLimit: number;
}

/** A clone that seems to have lost objects is built anew, but not again and again for an id that never existed. */
const mendPauseMs = 10 * 60 * 1000;

/** The poll asks for this many refs at most, those that were looked at last. */
const polledRefs = 16;

interface Remote {
  readonly label: string;
  readonly options: RemoteOptions;
  readonly disk: GitFileSystem;
  readonly http: GitHttp;
  readonly transport: Transport;
  readonly shelf: CloneShelf;
  /** What the server said of each ref when last asked, by the name asked for. */
  readonly seen: Map<string, string>;
  clone: Clone | undefined;
  opened: boolean;
  /** `suspected`: objects were missing or unreadable. `certain`: a pack does not fit its index. */
  damage: "none" | "suspected" | "certain";
  /** When a suspicion last led to a new clone. */
  mendedAtMs: number;
}

/** Opens a repository behind an http(s) URL. It keeps a bare clone of its own; nothing is asked before the first `head`. */
export async function openRemoteRepository(options: RemoteOptions): Promise<Repository> {
  const remote = start(options);
  const closing = new AbortController();
  const inTurn = turns();
  const endings = new Set<() => Promise<void>>();
  const view = async (): Promise<ObjectView> => {
    const clone = await inTurn(() => openClone(remote));
    if (clone === undefined) throw retryLater("missing-object", `${remote.label}: nothing was fetched yet`);
    return clone.view;
  };
  return {
    label: remote.label,
    head: async (ref, signal) => {
      const either = AbortSignal.any([signal, closing.signal]);
      return await inTurn(() => remoteHead(remote, ref, either));
    },
    commit: async (id) => await (await view()).commit(id),
    rawCommit: async (id) => await (await view()).rawCommit(id),
    files: async (id, prefix) => {
      const current = await view();
      return await noticing(
        remote,
        () => current.files(id, prefix),
        () => current.commit(id),
      );
    },
    changed: async (from, to, prefix) => await (await view()).changed(from, to, prefix),
    read: async (ids, signal) => {
      const current = await view();
      return await noticing(
        remote,
        () => current.read(ids, signal),
        async () => undefined,
      );
    },
    watch: async (onHint) => {
      const stop = startPolling(options.polling, () => hasMoved(remote, closing.signal), onHint);
      const end = async (): Promise<void> => {
        endings.delete(end);
        await stop();
      };
      endings.add(end);
      return end;
    },
    close: async () => {
      closing.abort();
      await Promise.all([...endings].map((end) => end()));
      await inTurn(async () => remote.clone?.objects.close());
      await remote.http.close();
    },
  };
}

function start(options: RemoteOptions): Remote {
  const address = new URL(options.url);
  if (address.password !== "") {
    throw needsPerson("insecure", `${address.host}: no password in the URL of a repository; configure a token instead`);
  }
  const url = `${address.origin}${address.pathname.replace(/\/+$/, "")}`;
  const name =
    url
      .split("/")
      .at(-1)
      ?.replace(/\.git$/, "")
      .replace(/[^\w.-]/g, "_") ?? "";
  const folder = `${name.slice(0, 60)}-${createHash("sha256").update(url).digest("hex").slice(0, 12)}`;
  const answerBytes = options.limits.packBytes;
  const http = openHttp({ label: url, url, token: options.token, timeouts: options.timeouts, answerBytes });
  const disk = cloneDisk(url, options.limits);
  return {
    label: url,
    options,
    disk,
    http,
    transport: openTransport(url, url, http, disk),
    shelf: openShelf(join(options.stateDirectory, folder), url, options.limits),
    seen: new Map(),
    clone: undefined,
    opened: false,
    damage: "none",
    mendedAtMs: Number.NEGATIVE_INFINITY,
  };
}

async function openClone(remote: Remote): Promise<Clone | undefined> {
  if (!remote.opened) {
    remote.clone = await remote.shelf.open();
    remote.opened = true;
  }
  return remote.clone;
}

async function remoteHead(remote: Remote, ref: string, signal: AbortSignal): Promise<string> {
  stopIfAborted(signal, remote.label);
  const clone = await openClone(remote);
  if (isFullId(ref)) return await bring(remote, { name: ref, id: ref }, signal);
  checkRefName(ref, remote.label);
  for (const name of candidates(ref)) {
    const found = await remote.transport.find(name, signal);
    if (found === undefined) continue;
    const commit = await bring(remote, found, signal);
    remember(remote.seen, name, found.id);
    return commit;
  }
  if (isIdPrefix(ref) && clone !== undefined) return await commitByPrefix(remote.label, clone.objects, clone.view, ref);
  throw needsPerson("unknown-ref", `${remote.label}: there is no branch, tag or commit ${ref} (yet)`);
}

/** Makes what the server named readable here; nothing is fetched when it already is. */
async function bring(remote: Remote, found: ServerRef, signal: AbortSignal): Promise<string> {
  const clone = remote.clone;
  if (clone === undefined || mustMend(remote) || !(await isThere(clone))) return await rebuild(remote, found, signal);
  if (await clone.objects.has(found.id)) {
    const commit = await commitFrom(remote, clone, found.id);
    // It came by another ref: this one must follow, or the next fetch brings the same objects again.
    const followed = isFullId(found.name) || remote.seen.get(found.name) === found.id;
    if (!followed) await track(remote, clone, found.name, commit);
    return commit;
  }
  const { commit, packs } = await fetchInto(remote, clone, found, false, signal);
  if (packs <= remote.options.packLimit) return commit;
  // Tidying may fail without harm: the commit is here, and the next fetch tries again.
  return await rebuild(remote, found, signal).catch(() => commit);
}

function mustMend(remote: Remote): boolean {
  if (remote.damage === "certain") return true;
  return remote.damage === "suspected" && performance.now() - remote.mendedAtMs > mendPauseMs;
}

async function isThere(clone: Clone): Promise<boolean> {
  return await access(join(clone.directory, "config")).then(
    () => true,
    () => false,
  );
}

async function rebuild(remote: Remote, found: ServerRef, signal: AbortSignal): Promise<string> {
  let commit = "";
  const fresh = await remote.shelf.build(async (building) => {
    commit = (await fetchInto(remote, building, found, !isFullId(found.name), signal)).commit;
  });
  remote.clone?.objects.close();
  remote.clone = fresh;
  if (remote.damage === "suspected") remote.mendedAtMs = performance.now();
  remote.damage = "none";
  return commit;
}

async function fetchInto(
  remote: Remote,
  clone: Clone,
  found: ServerRef,
  shallow: boolean,
  signal: AbortSignal,
): Promise<{ commit: string; packs: number }> {
  const known = await git.listRefs({ fs: remote.disk, gitdir: clone.directory, filepath: "refs/tracked" });
  const own = trackedName(found.name);
  const have = known.includes(own) ? own : known[0];
  const wanted = { name: found.name, have: have && `refs/tracked/${have}`, shallow };
  const came = await remote.transport.fetch(clone.directory, wanted, signal);
  if (came === undefined) throw needsPerson("unknown-ref", `${remote.label}: the server has no commits`);
  const commit = await commitFrom(remote, clone, came);
  const { packs, broken } = await inspectPacks(clone.directory);
  if (broken.length > 0) {
    remote.damage = "certain";
    throw retryLater("corrupt", `${remote.label}: a pack of the clone is damaged; it will be cloned anew`);
  }
  await track(remote, clone, found.name, commit);
  return { commit, packs };
}

/** Moves a ref of ours; only ever called with a commit that was read from the clone. */
async function track(remote: Remote, clone: Clone, name: string, value: string): Promise<void> {
  const ref = `refs/tracked/${trackedName(name)}`;
  await git.writeRef({ fs: remote.disk, gitdir: clone.directory, ref, value, force: true });
}

/** One flat folder of refs: on the server `a` may become `a/b`, which two files cannot. */
function trackedName(name: string): string {
  return name.replaceAll("/", "!").slice(0, 200);
}

async function commitFrom(remote: Remote, clone: Clone, id: string): Promise<string> {
  const commit = await clone.view.commitOf(id);
  if (commit === undefined) throw needsPerson("not-a-commit", `${remote.label}: ${id} does not lead to a commit`);
  return commit;
}

function remember(seen: Map<string, string>, name: string, id: string): void {
  seen.delete(name);
  seen.set(name, id);
  const [oldest] = seen.keys();
  if (seen.size > polledRefs && oldest !== undefined) seen.delete(oldest);
}

async function hasMoved(remote: Remote, signal: AbortSignal): Promise<boolean> {
  if (remote.seen.size === 0) return true;
  for (const [name, id] of remote.seen) {
    const found = await remote.transport.find(name, signal);
    if (found?.id !== id) return true;
  }
  return false;
}

/** Suspects the clone when objects are gone that belong to a commit it has. */
async function noticing<T>(remote: Remote, work: () => Promise<T>, belongs: () => Promise<unknown>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof RepositoryError ? error.code : "";
    if (code === "missing-object") await belongs();
    if (code === "missing-object" || code === "corrupt") {
      remote.damage = remote.damage === "certain" ? "certain" : "suspected";
    }
    throw error;
  }
}

/** Lets one work at a time touch the clone. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

import { readOnlyDisk } from "./disk.ts";
import { needsPerson, stopIfAborted } from "./errors.ts";
import { findLayout, type Layout } from "./layout.ts";
import type { RepositoryLimits } from "./limits.ts";
import { type Objects, openObjects } from "./objects.ts";
import { candidates, checkRefName, isFullId, isIdPrefix, resolveRef } from "./refs.ts";
import { type Repository, RepositoryError } from "./repository.ts";
import { type ObjectView, viewOf } from "./tree.ts";
import { type WatchOptions, watchRefs } from "./watch.ts";

/** Opens a repository on this machine's disk: a work tree, a linked work tree, a submodule or a bare one. Only reads. */
export async function openLocalRepository(
  location: string,
  limits: RepositoryLimits,
  watching: WatchOptions,
): Promise<Repository> {
  const layout = await findLayout(location);
  const disk = readOnlyDisk(layout, limits.packBytes);
  const objects = openObjects(layout.label, layout.commonDirectory, disk, limits);
  const view = viewOf(objects, limits);
  const endings = new Set<() => Promise<void>>();
  return {
    label: layout.label,
    head: async (ref, signal) => {
      stopIfAborted(signal, layout.label);
      return await localHead(layout, objects, view, ref);
    },
    commit: view.commit,
    rawCommit: view.rawCommit,
    files: view.files,
    changed: view.changed,
    read: view.read,
    watch: async (onHint) => {
      const stop = await watchRefs(layout, watching, onHint);
      const end = async (): Promise<void> => {
        endings.delete(end);
        await stop();
      };
      endings.add(end);
      return end;
    },
    close: async () => {
      await Promise.all([...endings].map((end) => end()));
      objects.close();
    },
  };
}

async function localHead(layout: Layout, objects: Objects, view: ObjectView, ref: string): Promise<string> {
  if (isFullId(ref)) return await commitByPrefix(layout.label, objects, view, ref);
  checkRefName(ref, layout.label);
  for (const name of candidates(ref)) {
    const id = await resolveRef(layout, name);
    if (id === undefined) continue;
    const commit = await view.commitOf(id);
    if (commit === undefined) throw needsPerson("not-a-commit", `${layout.label}: ${ref} does not lead to a commit`);
    return commit;
  }
  if (isIdPrefix(ref)) return await commitByPrefix(layout.label, objects, view, ref);
  throw needsPerson("unknown-ref", `${layout.label}: there is no branch, tag or commit ${ref} (yet)`);
}

/** The one commit whose id begins with a prefix. */
export async function commitByPrefix(
  label: string,
  objects: Objects,
  view: ObjectView,
  prefix: string,
): Promise<string> {
  const commits = new Set<string>();
  for (const id of await objects.expand(prefix)) {
    const commit = await view.commitOf(id).catch((error: unknown) => {
      if (error instanceof RepositoryError && error.code === "too-large") return undefined;
      throw error;
    });
    if (commit !== undefined) commits.add(commit);
  }
  const [only] = commits;
  if (only === undefined) throw needsPerson("unknown-ref", `${label}: there is no commit ${prefix}`);
  if (commits.size > 1) throw needsPerson("unknown-ref", `${label}: more than one commit begins with ${prefix}`);
  return only;
}

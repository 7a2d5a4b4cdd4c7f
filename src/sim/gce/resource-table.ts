import type { JsonObject } from "../../core/json.ts";
import { usedBy } from "./links.ts";
import type { Place } from "./reference.ts";

/** One resource as it is served, with its place. */
export interface Stored extends Place {
  readonly path: string;
  readonly body: JsonObject;
}

/** Resources by path, by collection in order, and by numeric id. */
export interface ResourceTable {
  get(path: string): Stored | undefined;
  pathOfId(collection: string, id: string): string | undefined;
  all(project: string, collection: string): readonly Stored[];
  values(): Iterable<Stored>;
  /** How many resources a collection of a project has. */
  size(project: string, collection: string): number;
  /** The resources of a collection of a project, oldest first. */
  oldest(project: string, collection: string): Iterable<Stored>;
  /** Paths of the resources that use a path or an address, see links.ts. */
  usersOf(used: string): ReadonlySet<string>;
  /** The path of the operation that a request id of a project started. */
  requestOperation(project: string, requestId: string): string | undefined;
  /** Writes or, with undefined, ends a resource. */
  set(path: string, next: Stored | undefined): void;
  projects(): readonly string[];
  counts(): JsonObject;
}

const none: ReadonlySet<string> = new Set();

/** What is looked up otherwise than by path: numeric ids, users of things, and operations of requests. */
function createIndex() {
  const ids = new Map<string, string>();
  const users = new Map<string, Set<string>>();
  const requests = new Map<string, string>();
  const index = (stored: Stored): void => {
    const { path, collection, project, body } = stored;
    if (typeof body.id === "string") ids.set(`${collection} ${body.id}`, path);
    if (typeof body.clientOperationId === "string") requests.set(`${project} ${body.clientOperationId}`, path);
    for (const used of usedBy(stored)) {
      const set = users.get(used) ?? new Set<string>();
      users.set(used, set.add(path));
    }
  };
  const unindex = (stored: Stored): void => {
    const { path, collection, project, body } = stored;
    ids.delete(`${collection} ${body.id}`);
    requests.delete(`${project} ${body.clientOperationId}`);
    for (const used of usedBy(stored)) {
      const set = users.get(used);
      set?.delete(path);
      if (set?.size === 0) users.delete(used);
    }
  };
  return { ids, users, requests, index, unindex };
}

/** Makes an empty table. */
export function createResourceTable(): ResourceTable {
  const resources = new Map<string, Stored>();
  const collections = new Map<string, Map<string, Stored>>();
  const sorted = new Map<string, Stored[]>();
  const { ids, users, requests, index, unindex } = createIndex();
  return {
    get: (path) => resources.get(path),
    pathOfId: (collection, id) => ids.get(`${collection} ${id}`),
    values: () => resources.values(),
    size: (project, collection) => collections.get(`${project} ${collection}`)?.size ?? 0,
    oldest: (project, collection) => collections.get(`${project} ${collection}`)?.values() ?? [],
    usersOf: (used) => users.get(used) ?? none,
    requestOperation: (project, requestId) => requests.get(`${project} ${requestId}`),
    all: (project, collection) => {
      const key = `${project} ${collection}`;
      const known = sorted.get(key);
      if (known !== undefined) return known;
      const list = [...(collections.get(key)?.values() ?? [])].sort(byPlace);
      sorted.set(key, list);
      return list;
    },
    set: (path, next) => {
      const before = resources.get(path);
      const one = next ?? before;
      if (one === undefined) return;
      const key = `${one.project} ${one.collection}`;
      const group = collections.get(key) ?? new Map<string, Stored>();
      collections.set(key, group);
      if (before !== undefined) unindex(before);
      if (next === undefined) {
        resources.delete(path);
        group.delete(path);
      } else {
        resources.set(path, next);
        group.set(path, next);
        index(next);
      }
      const list = sorted.get(key);
      if (list === undefined) return;
      if (before === undefined || next === undefined) sorted.delete(key);
      else replaceIn(list, before, next);
    },
    projects: () => [...new Set([...collections.keys()].map((key) => key.split(" ")[0] ?? ""))].sort(),
    counts: () =>
      Object.fromEntries(
        [...collections].filter(([, group]) => group.size > 0).map(([key, group]) => [key, group.size]),
      ),
  };
}

function byPlace(left: Stored, right: Stored): number {
  if (left.scope !== right.scope) return left.scope < right.scope ? -1 : 1;
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

/** Sorting ten thousand resources anew after each small change would cost more than the change. */
function replaceIn(list: Stored[], before: Stored, next: Stored): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byPlace(list[middle] as Stored, before) < 0) low = middle + 1;
    else high = middle;
  }
  if (list[low] === before) list[low] = next;
}

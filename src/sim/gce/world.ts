import type { Json, JsonObject } from "../../core/json.ts";
import { numericId, operationName } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { createQueue, type Due, type NewDue, type Queue } from "./queue.ts";
import { type Place, pathOf } from "./reference.ts";
import { createResourceTable, type ResourceTable, type Stored } from "./resource-table.ts";

/** Everything the simulator holds: resources of all projects, operations among them, and what is due later. */
export interface World {
  get(path: string): Stored | undefined;
  /** The path of a resource whose numeric id was used in place of its name. */
  pathOfId(collection: string, id: string): string | undefined;
  /** Resources of one collection of a project, over all scopes, ordered by scope and name. */
  all(project: string, collection: string): readonly Stored[];
  /** Paths of the resources that use a path or an address, see links.ts. */
  usersOf(used: string): ReadonlySet<string>;
  /** The path of the operation that a request id of a project started. */
  requestOperation(project: string, requestId: string): string | undefined;
  /** How many resources a collection of a project has. */
  size(project: string, collection: string): number;
  /** The resources of a collection of a project, oldest first. */
  oldest(project: string, collection: string): Iterable<Stored>;
  put(place: Place, body: JsonObject): Stored;
  /** Replaces top-level fields; a field that is undefined goes away. */
  merge(path: string, fields: Fields): Stored | undefined;
  remove(path: string): void;
  schedule(due: NewDue): void;
  /** Takes the next thing that is due at a time. */
  takeDue(nowMs: number): Due | undefined;
  /** When the next thing is due. */
  nextDueMs(): number | undefined;
  /** Says whether an unfinished operation works on a resource. */
  isBusy(path: string): boolean;
  /** A new resource id. */
  newId(): string;
  newOperationName(nowMs: number): string;
  /** Writes what changed since the last commit to the journal. */
  commit(): void;
  /** Undoes what changed since the last commit. */
  rollback(): void;
  projects(): readonly string[];
  /** How many resources there are, by project and collection. */
  counts(): JsonObject;
}

/** Fields to replace; undefined takes the field away. */
export type Fields = Readonly<Record<string, Json | undefined>>;

/** One commit: resources written and gone, things that became due later or are done, and the counter behind all ids. */
interface Line {
  readonly put?: readonly Stored[];
  readonly drop?: readonly string[];
  readonly due?: readonly Due[];
  readonly done?: readonly number[];
  readonly counter?: number;
}

/** The journal is rewritten when it has grown by this much; a rewrite costs about a second per 100 MB. */
const rewriteBytes = 64_000_000;

/** Builds the world from what the journal held; `seed` decides ids. */
export function createWorld(lines: readonly JsonObject[], journal: Journal, seed: number): World {
  const table = createResourceTable();
  const queue = createQueue();
  let counter = 0;
  for (const line of lines as readonly Line[]) counter = Math.max(counter, load(line, table, queue));
  queue.settle();
  const rewrite = (): void => journal.rewrite(snapshot(table, queue, counter));
  if (lines.length > 0) rewrite();
  let changed = new Map<string, Stored | undefined>();
  let undo: (() => void)[] = [];
  const write = (path: string, next: Stored | undefined): void => {
    const before = table.get(path);
    undo.push(() => table.set(path, before));
    table.set(path, next);
    changed.set(path, next);
  };
  const next = (): number => {
    counter += 1;
    return counter;
  };
  return {
    ...table,
    put: (place, body) => {
      const { project, scope, collection, name } = place;
      const stored = { path: pathOf(place), project, scope, collection, name, body };
      write(stored.path, stored);
      return stored;
    },
    merge: (path, fields) => {
      const before = table.get(path);
      if (before === undefined) return undefined;
      const stored = { ...before, body: mergedFields(before.body, fields) };
      write(path, stored);
      return stored;
    },
    remove: (path) => write(path, undefined),
    schedule: (due) => {
      const added = { ...due, number: next() };
      queue.add(added);
      undo.push(() => queue.forget(added.number));
    },
    takeDue: (nowMs) => {
      const due = queue.take(nowMs);
      if (due !== undefined) undo.push(() => queue.restore(due));
      return due;
    },
    nextDueMs: queue.nextMs,
    isBusy: queue.works,
    newId: () => numericId(seed, next()),
    newOperationName: (nowMs) => operationName(seed, next(), nowMs),
    commit: () => {
      const { added, gone } = queue.changes();
      if (changed.size > 0 || added.length > 0 || gone.length > 0) {
        journal.append(lineText(changed, added, gone, counter));
        queue.settle();
      }
      changed = new Map();
      undo = [];
      if (journal.bytes() > rewriteBytes) rewrite();
    },
    rollback: () => {
      for (const step of undo.reverse()) step();
      changed = new Map();
      undo = [];
    },
  };
}

/** A body with some top-level fields replaced or, when undefined, taken away. */
export function mergedFields(body: JsonObject, fields: Fields): JsonObject {
  const entries = Object.entries({ ...body, ...fields }).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

function load(line: Line, table: ResourceTable, queue: Queue): number {
  for (const stored of line.put ?? []) table.set(stored.path, stored);
  for (const path of line.drop ?? []) table.set(path, undefined);
  for (const due of line.due ?? []) queue.add(due);
  for (const number of line.done ?? []) queue.drop(number);
  return line.counter ?? 0;
}

function lineText(
  changed: ReadonlyMap<string, Stored | undefined>,
  added: readonly Due[],
  gone: readonly number[],
  counter: number,
): string {
  const put = [...changed.values()].filter((stored) => stored !== undefined);
  const drop = [...changed].filter(([, stored]) => stored === undefined).map(([path]) => path);
  const line = { put, drop, due: added, done: gone };
  const filled = Object.entries(line).filter(([, list]) => list.length > 0);
  return JSON.stringify({ ...Object.fromEntries(filled), counter });
}

function* snapshot(table: ResourceTable, queue: Queue, counter: number): Iterable<string> {
  yield JSON.stringify({ counter });
  for (const stored of table.values()) yield JSON.stringify({ put: [stored] });
  if (queue.all().length > 0) yield JSON.stringify({ due: queue.all() });
}

import type { Entry, Journal } from "./journal.ts";
import { type EdgeKind, kindKey } from "./kinds.ts";
import { type ApiObject, metadataText, placeOf, withMetadata } from "./object.ts";

/** An object with the times the controllers wait on. */
export interface Stored {
  readonly object: ApiObject;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

/** One change as watchers see it. */
export interface WorldEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: string;
  readonly version: number;
  readonly object: ApiObject;
  /** The state before, so that a selector can tell entering from leaving. */
  readonly before: ApiObject | undefined;
}

/** One control plane: its objects, and the history that watches and continued lists start from. */
export interface World {
  /** Path prefix; empty for the root. */
  readonly prefix: string;
  get(kind: EdgeKind, place: string): Stored | undefined;
  /** All objects of a kind, ordered by namespace and name. */
  all(kind: EdgeKind): readonly Stored[];
  /** Writes an object under a new resourceVersion and gives it back; on disk when this returns. */
  put(kind: EdgeKind, object: ApiObject): ApiObject;
  /** Ends an object; gives its last state (the given one, or as stored) under the version of its end. */
  remove(kind: EdgeKind, place: string, last?: ApiObject): ApiObject | undefined;
  /** Newest resourceVersion of the whole server. */
  version(): number;
  /** Events after a version; undefined when they are no longer kept. */
  since(version: number): readonly WorldEvent[] | undefined;
  /** Calls back on every event; gives the function that ends it. */
  onEvent(listener: (event: WorldEvent) => void): () => void;
  /** Forgets history, as a compaction does. */
  compact(): void;
}

/** All control planes of one server with their common version counter. */
export interface Universe {
  world(prefix: string): World;
  worlds(): readonly World[];
}

const keptEvents = 2_000;

/** Builds the control planes from what the journal held; every further write goes to the journal first. */
export function createUniverse(
  entries: readonly Entry[],
  journal: Journal,
  nowMs: () => number,
  onChange: () => void,
): Universe {
  const worlds = new Map<string, World>();
  const counter = { version: entries.reduce((highest, entry) => Math.max(highest, entry.version), 100) };
  const world = (prefix: string): World => {
    const known = worlds.get(prefix);
    if (known !== undefined) return known;
    const held = entries.filter((entry) => entry.world === prefix);
    const made = createWorld({ prefix, held, journal, nowMs, counter, onChange });
    worlds.set(prefix, made);
    return made;
  };
  for (const prefix of new Set(entries.map((entry) => entry.world))) world(prefix);
  return { world, worlds: () => [...worlds.values()] };
}

interface WorldParts {
  readonly prefix: string;
  readonly held: readonly Entry[];
  readonly journal: Journal;
  readonly nowMs: () => number;
  readonly counter: { version: number };
  readonly onChange: () => void;
}

function createWorld(parts: WorldParts): World {
  const { prefix, journal, nowMs, counter, onChange } = parts;
  const kinds = new Map<string, Map<string, Stored>>();
  const listeners = new Set<(event: WorldEvent) => void>();
  let events: WorldEvent[] = [];
  let floor = counter.version;
  const objectsOf = (kind: string): Map<string, Stored> => {
    const objects = kinds.get(kind) ?? new Map<string, Stored>();
    kinds.set(kind, objects);
    return objects;
  };
  for (const entry of parts.held) {
    const { object, createdAtMs, changedAtMs } = entry;
    if (object !== undefined) objectsOf(entry.kind).set(entry.place, { object, createdAtMs, changedAtMs });
  }
  const publish = (event: WorldEvent): void => {
    events.push(event);
    if (events.length > keptEvents) {
      events = events.slice(keptEvents / 2);
      floor = (events[0] as WorldEvent).version - 1;
    }
    for (const listener of [...listeners]) listener(event);
    onChange();
  };
  return {
    prefix,
    get: (kind, place) => kinds.get(kindKey(kind))?.get(place),
    all: (kind) => {
      const objects = kinds.get(kindKey(kind)) ?? new Map<string, Stored>();
      return [...objects.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, stored]) => stored);
    },
    put: (kind, object) => {
      const key = kindKey(kind);
      const place = placeOf(metadataText(object, "namespace"), metadataText(object, "name"));
      const before = objectsOf(key).get(place);
      const version = counter.version + 1;
      const written = withMetadata(object, { resourceVersion: String(version) });
      const changedAtMs = nowMs();
      const stored = { object: written, createdAtMs: before?.createdAtMs ?? changedAtMs, changedAtMs };
      journal.append({ world: prefix, kind: key, place, version, ...stored });
      counter.version = version;
      objectsOf(key).set(place, stored);
      const type = before === undefined ? "ADDED" : "MODIFIED";
      publish({ type, kind: key, version, object: written, before: before?.object });
      return written;
    },
    remove: (kind, place, last) => {
      const key = kindKey(kind);
      const stored = objectsOf(key).get(place);
      if (stored === undefined) return undefined;
      const version = counter.version + 1;
      const { createdAtMs } = stored;
      journal.append({ world: prefix, kind: key, place, version, createdAtMs, changedAtMs: nowMs() });
      counter.version = version;
      objectsOf(key).delete(place);
      const object = withMetadata(last ?? stored.object, { resourceVersion: String(version) });
      publish({ type: "DELETED", kind: key, version, object, before: stored.object });
      return object;
    },
    version: () => counter.version,
    since: (version) =>
      version < floor || version > counter.version ? undefined : events.filter((event) => event.version > version),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact: () => {
      events = [];
      floor = counter.version;
    },
  };
}

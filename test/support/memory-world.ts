import { withoutReferences } from "../../src/core/identity.ts";
import { canonical, isObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { FieldChange, Marker, Observed, Resource } from "../../src/core/resource.ts";
import { type Order, type Provider, ProviderError } from "../../src/providers/provider.ts";

/** One thing of the in-memory world. */
export interface Thing {
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  readonly state: JsonObject;
  readonly marker: Marker | undefined;
}

/** What goes wrong with the next calls, in order: `before` refuses, `after` loses the answer, `none` works. */
export type Fault = "none" | "before" | "after";

/** A world that enforces its rules: what is referred to must exist, what is used cannot be deleted. */
export interface MemoryWorld {
  readonly provider: Provider;
  readonly things: ReadonlyMap<string, Thing>;
  /** Every write that had an effect, in order: `create key`, `update key`, `delete key`. */
  readonly writes: string[];
  /** Faults of the coming calls of apply. */
  faults: Fault[];
  /** Changes by hand. */
  put(thing: Omit<Thing, "id">): void;
  remove(key: string): void;
}

/** Makes an empty world. Resource.spec may hold `fixed` (forces a replacement) and anything else (updates in place). */
export function createMemoryWorld(name = "memory"): MemoryWorld {
  const things = new Map<string, Thing>();
  const writes: string[] = [];
  let serial = 0;

  const world: MemoryWorld = {
    provider: {
      name,
      kinds: ["network", "subnetwork", "instance"],
      realms: () => ["all"],
      translate: () => [],
      compare: compareThing,
      async *observe() {
        for (const thing of things.values()) yield observedOf(name, thing);
      },
      async apply(order) {
        const fault = world.faults.shift() ?? "none";
        // The later the kind, the longer it takes: whoever does not wait for its dependencies is found out.
        for (let turn = 0; turn < 1 + world.provider.kinds.indexOf(order.change.kind); turn += 1) await turnOfTheLoop();
        if (fault === "before") throw lost("refused before the effect");
        const result = perform(order);
        if (fault === "after") throw lost("the answer was lost after the effect");
        return result;
      },
      close: async () => undefined,
    },
    things,
    writes,
    faults: [],
    put: (thing) => void things.set(thing.key, { ...thing, id: nextId() }),
    remove: (key) => void things.delete(key),
  };

  function nextId(): string {
    serial += 1;
    return `${serial}`;
  }

  function perform(order: Order): Observed | undefined {
    const { change } = order;
    if (change.action === "delete") return removeThing(change.observed?.key ?? "");
    const resource = change.resource as Resource;
    if (change.action === "replace" && change.observed !== undefined) removeThing(change.observed.key);
    for (const key of refer(withoutReferences(resource.spec)))
      if (!things.has(key)) throw lost(`${key} does not exist`);
    const standing = things.get(resource.key);
    if (standing !== undefined && change.action === "create" && standing.marker?.uid !== resource.uid) {
      throw new ProviderError(`${resource.key} exists`, { code: "conflict", next: "person" });
    }
    const marker = {
      fleet: order.fleet,
      uid: resource.uid,
      address: resource.address,
      spec: order.specHash,
      commit: order.commit,
    };
    const state = withoutReferences(resource.spec) as JsonObject;
    const thing = { kind: resource.kind, key: resource.key, id: standing?.id ?? nextId(), state, marker };
    writes.push(`${standing === undefined ? "create" : "update"} ${resource.key}`);
    things.set(resource.key, thing);
    return observedOf(name, thing);
  }

  function removeThing(key: string): undefined {
    const user = [...things.values()].find((thing) => refer(thing.state).includes(key));
    if (user !== undefined) throw new ProviderError(`${key} is used by ${user.key}`, { code: "in-use", next: "retry" });
    if (things.delete(key)) writes.push(`delete ${key}`);
    return undefined;
  }

  return world;
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function lost(message: string): ProviderError {
  return new ProviderError(message, { code: "unavailable", next: "retry" });
}

/** Values under `uses` are keys of other things. */
function refer(state: Json): readonly string[] {
  if (!isObject(state) || !Array.isArray(state.uses)) return [];
  return state.uses as readonly string[];
}

function observedOf(provider: string, thing: Thing): Observed {
  const { marker, ...rest } = thing;
  return {
    provider,
    realm: "all",
    ...rest,
    ...(marker === undefined ? {} : { marker }),
    status: { phase: "ready", detail: "RUNNING", addresses: {} },
  };
}

function compareThing(resource: Resource, observed: Observed): readonly FieldChange[] {
  const after = withoutReferences(resource.spec) as JsonObject;
  const names = [...new Set([...Object.keys(after), ...Object.keys(observed.state)])].sort();
  return names
    .filter((name) => canonical(after[name] ?? null) !== canonical(observed.state[name] ?? null))
    .map((name) => ({
      path: name,
      before: observed.state[name],
      after: after[name],
      forces: name === "fixed" ? ("replace" as const) : ("nothing" as const),
    }));
}

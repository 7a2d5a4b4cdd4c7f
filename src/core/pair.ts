import { referencesIn } from "./identity.ts";
import type { InventoryEntry } from "./inventory.ts";
import { compareText, type Problem } from "./problem.ts";
import type { Address, Observed, Resource } from "./resource.ts";

/** One address with everything known of it: what is wanted, what is there, what we remember. */
export interface Pair {
  readonly address: Address;
  readonly wanted: Resource | undefined;
  /** What stands under the wanted key, or carries our uid under another key. */
  readonly live: Observed | undefined;
  readonly entry: InventoryEntry | undefined;
  /**
   * `ours`: our marker and uid. `stripped`: the incarnation we made, its marker gone. `adopted`: taken over, but nobody can mark
   * it. `foreign`: anything else.
   */
  readonly ownership: "ours" | "stripped" | "adopted" | "foreign" | "absent";
}

/** What pairing found: the pairs, sorted by address, and what is remembered but neither wanted nor there. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly gone: readonly InventoryEntry[];
}

interface Lookup {
  readonly byKey: ReadonlyMap<string, Observed>;
  readonly byUid: ReadonlyMap<string, Observed>;
  readonly entries: ReadonlyMap<Address, InventoryEntry>;
  readonly made: ReadonlyMap<string, InventoryEntry>;
}

/**
 * Pairs wanted resources with live things by key, then by our uid, and finds live things of ours that nobody wants.
 * Only what the given realms cover may be called gone.
 */
export function pair(
  fleet: string,
  wanted: readonly Resource[],
  observed: readonly Observed[],
  inventory: readonly InventoryEntry[],
): Pairing {
  const lookup: Lookup = {
    byKey: new Map(observed.map((live) => [keyOf(live), live])),
    byUid: new Map(observed.filter((live) => live.marker?.fleet === fleet).map((live) => [uidKey(live), live])),
    entries: new Map(inventory.map((entry) => [entry.address, entry])),
    made: new Map(inventory.filter(({ id }) => id !== "").map((entry) => [keyOf(entry), entry])),
  };
  const used = usedByOurs(fleet, wanted, lookup);
  const pairs = wanted.map((resource) => pairWanted(fleet, resource, lookup, used));
  const paired = new Set(pairs.flatMap((row) => (row.live === undefined ? [] : [keyOf(row.live)])));
  const taken = new Set(pairs.map((row) => row.address));
  const orphans: Pair[] = [];
  for (const live of [...observed].sort((left, right) => compareText(keyOf(left), keyOf(right)))) {
    const name = paired.has(keyOf(live)) ? undefined : orphanName(fleet, live, lookup);
    if (name === undefined) continue;
    const address = taken.has(name) ? `${name}@${live.key}` : name;
    taken.add(address);
    const ownership = live.marker === undefined ? "stripped" : "ours";
    orphans.push({ address, wanted: undefined, live, entry: lookup.entries.get(address), ownership });
  }
  const seen = new Set([...pairs, ...orphans].map((row) => row.address));
  const gone = inventory.filter((entry) => !seen.has(entry.address));
  return { pairs: [...pairs, ...orphans].sort((left, right) => compareText(left.address, right.address)), gone };
}

/** Addresses that living things with our marker refer to: what bears ours was taken over once, whoever remembers it. */
function usedByOurs(fleet: string, wanted: readonly Resource[], lookup: Lookup): ReadonlySet<Address> {
  const users = wanted.filter(({ uid, ...resource }) => {
    const marker = lookup.byKey.get(keyOf(resource))?.marker;
    return marker?.fleet === fleet && marker.uid === uid;
  });
  return new Set(users.flatMap(({ spec }) => referencesIn(spec)));
}

function pairWanted(fleet: string, resource: Resource, lookup: Lookup, used: ReadonlySet<Address>): Pair {
  const entry = lookup.entries.get(resource.address);
  const atKey = lookup.byKey.get(keyOf(resource));
  const live = atKey ?? lookup.byUid.get(uidKey({ ...resource, marker: { uid: resource.uid } }));
  return {
    address: resource.address,
    wanted: resource,
    live,
    entry,
    ownership: ownership(fleet, resource, live, entry, used),
  };
}

function ownership(
  fleet: string,
  resource: Resource,
  live: Observed | undefined,
  entry: InventoryEntry | undefined,
  used: ReadonlySet<Address>,
): Pair["ownership"] {
  if (live === undefined) return "absent";
  if (live.marker !== undefined) {
    return live.marker.fleet === fleet && live.marker.uid === resource.uid ? "ours" : "foreign";
  }
  const madeByUs = entry !== undefined && entry.id !== "" && entry.id === live.id && entry.uid === resource.uid;
  if (resource.unmarkable !== true) return madeByUs ? "stripped" : "foreign";
  const isTaken = (madeByUs && entry.phase === "applied") || used.has(resource.address);
  return resource.adopt && isTaken ? "adopted" : "foreign";
}

/** The address of a thing of ours: its marker says so, or it is the very incarnation that we made and its marker is gone. */
function orphanName(fleet: string, live: Observed, { made }: Lookup): Address | undefined {
  if (live.marker !== undefined) {
    if (live.marker.fleet !== fleet) return undefined;
    return live.marker.address || `${live.provider}/${live.kind}/${live.key}`;
  }
  const entry = made.get(keyOf(live));
  return entry?.id === live.id ? entry.address : undefined;
}

function keyOf(thing: { readonly provider: string; readonly key: string }): string {
  return `${thing.provider} ${thing.key}`;
}

function uidKey(thing: {
  readonly provider: string;
  readonly kind: string;
  readonly marker?: { readonly uid: string };
}): string {
  return `${thing.provider} ${thing.kind} ${thing.marker?.uid ?? ""}`;
}

/** Two wanted resources under one key or address would fight for ever: each clash is a problem on the later one. */
export function clashes(wanted: readonly Resource[]): readonly Problem[] {
  const problems: Problem[] = [];
  const holders = new Map<string, Resource>();
  for (const resource of [...wanted].sort((left, right) => compareText(left.address, right.address))) {
    for (const name of [keyOf(resource), `address ${resource.address}`]) {
      const holder = holders.get(name);
      if (holder === undefined) {
        holders.set(name, resource);
        continue;
      }
      problems.push({
        ...resource.source,
        severity: "error",
        rule: "names/collision",
        path: "metadata.name",
        message: `${resource.owner} and ${holder.owner} both make ${resource.kind} ${resource.key}.`,
        hint: "Rename one of the two so that the generated names differ.",
      });
      break;
    }
  }
  return problems;
}

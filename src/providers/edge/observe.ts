import type { JsonObject } from "../../core/json.ts";
import type { Observed } from "../../core/resource.ts";
import { ProviderError, type Scope } from "../provider.ts";
import type { Client } from "./client.ts";
import { stateOf } from "./compare.ts";
import { type Discovery, pathOf, type ServedKind } from "./discovery.ts";
import { type KnownKind, kindId } from "./kinds.ts";
import { fleetLabel, markerOf } from "./marker.ts";
import { fieldOf, textOf } from "./object.ts";
import { claimedBlock } from "./presences.ts";
import { readinessOf } from "./readiness.ts";
import { clusterRealm, keyOf } from "./translate.ts";

/** The object in the engine's words. */
export function observedOf(provider: string, kind: KnownKind, object: JsonObject): Observed {
  const metadata = fieldOf(object, "metadata");
  const namespace = textOf(metadata, "namespace");
  const marker = markerOf(object);
  const claimed = claimedBlock(object);
  return {
    provider,
    kind: kind.word,
    key: keyOf(kind, namespace, textOf(metadata, "name")),
    realm: namespace === "" ? clusterRealm : namespace,
    id: textOf(metadata, "uid"),
    ...(marker === undefined ? {} : { marker }),
    state: stateOf(object),
    status: readinessOf(kind, object).status,
    ...(marker === undefined || claimed === undefined ? {} : { allocation: claimed }),
  };
}

/** Which kinds have to be listed, and how. */
export interface Interest {
  /** Kinds the manifests want: everything under their names matters, marked or not. */
  readonly wanted: ReadonlySet<string>;
  /** Kinds that may hold something of ours; undefined: any kind may. */
  readonly marked: ReadonlySet<string> | undefined;
}

/** What listing works with. */
export interface Lens {
  readonly provider: string;
  readonly kinds: readonly KnownKind[];
  readonly client: Client;
  readonly discovery: Discovery;
  /** The other control planes of the configuration. */
  readonly siblings: readonly string[];
}

/** Lists the kinds of interest in the realms. Each list is whole or an error. */
export async function* observeRealms(
  lens: Lens,
  scope: Scope,
  interest: Interest,
  signal: AbortSignal,
): AsyncIterable<Observed> {
  const { provider, kinds, client } = lens;
  const served = await lens.discovery.all(signal);
  refuseStale(kinds, interest, await lens.discovery.stale(signal));
  const listed = kinds.flatMap((kind) => {
    const id = kindId(kind);
    const how = served.get(id);
    const of = interest.wanted.has(id) || interest.marked === undefined || interest.marked.has(id);
    return how !== undefined && of ? [{ kind, how, all: interest.wanted.has(id) }] : [];
  });
  const realms = new Set(scope.realms);
  const selector = `${fleetLabel}=${scope.fleet}`;
  const sweep = interest.marked === undefined;
  for (let start = 0; start < listed.length; start += sideBySide) {
    const batch = listed.slice(start, start + sideBySide);
    const lists = await Promise.all(
      batch.map(({ kind, how, all }) =>
        unlessGone(lens.discovery, kind, signal, () =>
          listKind({ client, kind, served: how, realms, all, selector, sweep, signal }),
        ),
      ),
    );
    for (const [index, objects] of lists.entries()) {
      const { kind } = batch[index] as (typeof batch)[number];
      for (const object of objects) {
        const observed = observedOf(provider, kind, object);
        if (!isSiblings(observed, scope.fleet, lens.siblings)) yield observed;
      }
    }
  }
}

/** Two planes that turn out to be one server must not take each other's objects for leftovers of their own. */
function isSiblings({ marker }: Observed, fleet: string, siblings: readonly string[]): boolean {
  return marker?.fleet === fleet && siblings.some((name) => marker.address.startsWith(`${name}/`));
}

const sideBySide = 6;

/** A group that cannot be seen now must not be taken for one that is empty. */
function refuseStale(kinds: readonly KnownKind[], interest: Interest, stale: ReadonlySet<string>): void {
  const missed = kinds.find((kind) => {
    const id = kindId(kind);
    return stale.has(kind.group) && (interest.wanted.has(id) || interest.marked?.has(id) === true);
  });
  if (missed === undefined) return;
  const message = `list ${missed.kind}: the server cannot reach what serves ${missed.group}.`;
  throw new ProviderError(message, { code: "unavailable", next: "retry" });
}

interface Listing {
  readonly client: Client;
  readonly kind: KnownKind;
  readonly served: ServedKind;
  readonly realms: ReadonlySet<string>;
  /** Whether unmarked objects matter too. */
  readonly all: boolean;
  /** Picks what is marked as the fleet's. */
  readonly selector: string;
  /** Whether what is ours may stand in namespaces nobody remembers. */
  readonly sweep: boolean;
  readonly signal: AbortSignal;
}

/** A kind that was taken off the server since it was asked what it serves is as one it never served: the others go on. */
async function unlessGone(
  discovery: Discovery,
  kind: KnownKind,
  signal: AbortSignal,
  list: () => Promise<readonly JsonObject[]>,
): Promise<readonly JsonObject[]> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "not-served") throw error;
    discovery.forget();
    if ((await discovery.find(kindId(kind), signal)) !== undefined) throw error;
    return [];
  }
}

/** One namespace is asked for alone, as its reader may see nothing else; several come out of one list. */
async function listKind(listing: Listing): Promise<readonly JsonObject[]> {
  const { kind, served, realms, all, selector, sweep } = listing;
  const namespaces = [...realms].filter((realm) => realm !== clusterRealm);
  if (!served.namespaced) {
    if (realms.size === 0 && !sweep) return [];
    return list(listing, "", all ? "" : selector).catch((error) => orNothingOurs(error, all || !sweep));
  }
  if (sweep) {
    const marked = await sweepMarked(listing).catch((error) => orNothingOurs(error, all));
    const near = all ? await Promise.all(namespaces.map((namespace) => list(listing, namespace, ""))) : [];
    return [...new Map([...marked, ...near.flat()].map((object) => [keyIn(kind, object), object])).values()];
  }
  if (namespaces.length === 0) return [];
  const items = await list(listing, namespaces.length === 1 ? (namespaces[0] as string) : "", all ? "" : selector);
  return items.filter((object) => realms.has(textOf(fieldOf(object, "metadata"), "namespace")));
}

/**
 * Who may not even look at a kind that nobody asks for has hardly made something of it. A sweep goes through all kinds, and a role
 * that names those of the fleet alone is a good one; what is wanted or remembered has to be seen.
 */
function orNothingOurs(error: unknown, isNeeded: boolean): readonly JsonObject[] {
  if (isNeeded || !(error instanceof ProviderError) || error.code !== "permission") throw error;
  return [];
}

/** What is marked as the fleet's in any namespace; who may not look so wide sees the known namespaces only. */
async function sweepMarked(listing: Listing): Promise<readonly JsonObject[]> {
  try {
    return await list(listing, "", listing.selector);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "permission") throw error;
    const namespaces = [...listing.realms].filter((realm) => realm !== clusterRealm);
    return (await Promise.all(namespaces.map((namespace) => list(listing, namespace, listing.selector)))).flat();
  }
}

async function list({ client, kind, served, signal }: Listing, namespace: string, labelSelector: string) {
  const path = pathOf(served, served.apiVersion, namespace);
  return (await client.list(path, labelSelector, `list ${kind.kind}`, signal)).items;
}

function keyIn(kind: KnownKind, object: JsonObject): string {
  const metadata = fieldOf(object, "metadata");
  return keyOf(kind, textOf(metadata, "namespace"), textOf(metadata, "name"));
}

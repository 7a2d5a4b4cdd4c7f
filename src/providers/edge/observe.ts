import type { JsonObject } from "../../core/json.ts";
import type { Observed } from "../../core/resource.ts";
import type { Scope } from "../provider.ts";
import type { Client } from "./client.ts";
import { stateOf } from "./compare.ts";
import { type Discovery, pathOf, type ServedKind } from "./discovery.ts";
import { type KnownKind, kindId } from "./kinds.ts";
import { fleetLabel, markerOf } from "./marker.ts";
import { fieldOf, textOf } from "./object.ts";
import { readinessOf } from "./readiness.ts";
import { clusterRealm, keyOf } from "./translate.ts";

/** The object in the engine's words. */
export function observedOf(provider: string, kind: KnownKind, object: JsonObject): Observed {
  const metadata = fieldOf(object, "metadata");
  const namespace = textOf(metadata, "namespace");
  const marker = markerOf(object);
  return {
    provider,
    kind: kind.word,
    key: keyOf(kind, namespace, textOf(metadata, "name")),
    realm: namespace === "" ? clusterRealm : namespace,
    id: textOf(metadata, "uid"),
    ...(marker === undefined ? {} : { marker }),
    state: stateOf(object),
    status: readinessOf(kind, object).status,
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
  const listed = kinds.flatMap((kind) => {
    const id = kindId(kind);
    const how = served.get(id);
    const of = interest.wanted.has(id) || interest.marked === undefined || interest.marked.has(id);
    return how !== undefined && of ? [{ kind, how, all: interest.wanted.has(id) }] : [];
  });
  const realms = new Set(scope.realms);
  const selector = `${fleetLabel}=${scope.fleet}`;
  for (let start = 0; start < listed.length; start += sideBySide) {
    const batch = listed.slice(start, start + sideBySide);
    const lists = await Promise.all(
      batch.map(({ kind, how, all }) => listKind(client, kind, how, realms, all ? "" : selector, signal)),
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

/** One namespace is asked for alone, as its reader may see nothing else; several come out of one list. */
async function listKind(
  client: Client,
  kind: KnownKind,
  served: ServedKind,
  realms: ReadonlySet<string>,
  labelSelector: string,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const namespaces = [...realms].filter((realm) => realm !== clusterRealm);
  if (served.namespaced ? namespaces.length === 0 : realms.size === 0) return [];
  const namespace = served.namespaced && namespaces.length === 1 ? (namespaces[0] as string) : "";
  const path = pathOf(served, served.apiVersion, namespace);
  const { items } = await client.list(path, labelSelector, `list ${kind.kind}`, signal);
  if (!served.namespaced) return items;
  return items.filter((object) => realms.has(textOf(fieldOf(object, "metadata"), "namespace")));
}

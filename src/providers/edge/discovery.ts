import type { JsonObject } from "../../core/json.ts";
import { compareText } from "../../core/problem.ts";
import { ProviderError } from "../provider.ts";
import type { Client } from "./client.ts";
import { groupOf, type KnownKind, kindId } from "./kinds.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";

/** A kind as the server serves it. */
export interface ServedKind {
  readonly id: string;
  /** `group/version` to read it with: the first one the server names. */
  readonly apiVersion: string;
  readonly versions: readonly string[];
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What a server serves, asked once and kept until it is found to be old. */
export interface Discovery {
  /** The kind; undefined when the server does not serve it. */
  find(id: string, signal: AbortSignal): Promise<ServedKind | undefined>;
  all(signal: AbortSignal): Promise<ReadonlyMap<string, ServedKind>>;
  /** Groups that the server has behind another one which does not answer: nothing can be said of what is in them. */
  stale(signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** The newest whole answer, however old; undefined before the first. */
  last(): ReadonlyMap<string, ServedKind> | undefined;
  /** Forgets the answer: the next question goes to the server. */
  forget(): void;
}

const aggregatedType =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

interface Found {
  readonly served: ReadonlyMap<string, ServedKind>;
  readonly stale: ReadonlySet<string>;
}

const keepMs = 10 * 60 * 1_000;

/** Makes the discovery for the kinds a provider knows; older servers are asked group by group. */
export function createDiscovery(client: Client, kinds: readonly KnownKind[], nowMs: () => number): Discovery {
  let newest: ReadonlyMap<string, ServedKind> | undefined;
  let kept: { readonly found: Promise<Found>; readonly untilMs: number } | undefined;
  const ask = (signal: AbortSignal): Promise<Found> => {
    if (kept !== undefined && nowMs() < kept.untilMs) return kept.found;
    const found = discover(client, kinds, signal);
    const mine = { found, untilMs: nowMs() + keepMs };
    kept = mine;
    const drop = () => {
      if (kept === mine) kept = undefined;
    };
    found.then(({ served, stale }) => {
      newest = served;
      if (stale.size > 0) drop();
    }, drop);
    return found;
  };
  const all = async (signal: AbortSignal) => (await ask(signal)).served;
  return {
    all,
    stale: async (signal) => (await ask(signal)).stale,
    last: () => newest,
    find: async (id, signal) => (await all(signal)).get(id),
    forget: () => {
      kept = undefined;
    },
  };
}

async function discover(client: Client, kinds: readonly KnownKind[], signal: AbortSignal): Promise<Found> {
  const core = kinds.some((kind) => kind.group === "");
  const roots = core ? ["/apis", "/api"] : ["/apis"];
  const served = new Map<string, ServedKind>();
  const stale = new Set<string>();
  for (const path of roots) {
    const doing = "discover kinds";
    const body = await client.call({ method: "GET", path, accept: aggregatedType, doing, resource: "" }, signal);
    if (body === undefined && path === "/apis") {
      const message = `${doing}: there is no Kubernetes API under this address (HTTP 404).`;
      throw new ProviderError(message, { code: "unavailable", next: "retry" });
    }
    const isWhole = textOf(body, "kind") === "APIGroupDiscoveryList";
    const found = isWhole ? fromAggregated(body as JsonObject) : await groupByGroup(client, path, body, kinds, signal);
    for (const kind of found) served.set(kind.id, merged(served.get(kind.id), kind));
    if (isWhole) for (const group of staleGroups(body as JsonObject)) stale.add(group);
  }
  return { served, stale };
}

function staleGroups(body: JsonObject): readonly string[] {
  return objectsOf(body, "items")
    .filter((group) => objectsOf(group, "versions").some((version) => textOf(version, "freshness") === "Stale"))
    .map((group) => textOf(fieldOf(group, "metadata"), "name"));
}

function merged(known: ServedKind | undefined, next: ServedKind): ServedKind {
  if (known === undefined) return next;
  return { ...known, versions: [...new Set([...known.versions, ...next.versions])].sort(compareText) };
}

function fromAggregated(body: JsonObject): readonly ServedKind[] {
  return objectsOf(body, "items").flatMap((group) => {
    const groupName = textOf(fieldOf(group, "metadata"), "name");
    return objectsOf(group, "versions").flatMap((version) =>
      objectsOf(version, "resources").map((resource) => {
        const kind = textOf(fieldOf(resource, "responseKind"), "kind");
        const namespaced = textOf(resource, "scope") === "Namespaced";
        return servedKind(groupName, textOf(version, "version"), kind, textOf(resource, "resource"), namespaced);
      }),
    );
  });
}

async function groupByGroup(
  client: Client,
  path: string,
  body: JsonObject | undefined,
  kinds: readonly KnownKind[],
  signal: AbortSignal,
): Promise<readonly ServedKind[]> {
  const wanted = new Set(kinds.map((kind) => kind.group));
  const versions =
    path === "/api"
      ? ["v1"]
      : objectsOf(body, "groups")
          .filter((group) => wanted.has(textOf(group, "name")))
          .flatMap((group) => objectsOf(group, "versions").map((version) => textOf(version, "groupVersion")));
  const lists = await Promise.all(
    versions.map(async (apiVersion) => {
      const doing = `discover ${apiVersion}`;
      const list = await client.call({ method: "GET", path: `${path}/${apiVersion}`, doing, resource: "" }, signal);
      return objectsOf(list, "resources")
        .filter((resource) => !textOf(resource, "name").includes("/"))
        .map((resource) => {
          const version = apiVersion.split("/").at(-1) as string;
          const plural = textOf(resource, "name");
          return servedKind(
            groupOf(apiVersion),
            version,
            textOf(resource, "kind"),
            plural,
            resource.namespaced === true,
          );
        });
    }),
  );
  return lists.flat();
}

function servedKind(group: string, version: string, kind: string, plural: string, namespaced: boolean): ServedKind {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return { id: kindId({ group, kind }), apiVersion, versions: [apiVersion], plural, namespaced };
}

/** Path of a collection, or of one object in it. Empty namespace: all namespaces. */
export function pathOf(served: ServedKind, apiVersion: string, namespace: string, name?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = served.namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${place}/${served.plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

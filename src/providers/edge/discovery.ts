import type { JsonObject } from "../../core/json.ts";
import { compareText } from "../../core/problem.ts";
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
  /** The newest whole answer, however old; undefined before the first. */
  last(): ReadonlyMap<string, ServedKind> | undefined;
  /** Forgets the answer: the next question goes to the server. */
  forget(): void;
}

const aggregatedType =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/** Makes the discovery for the kinds a provider knows; older servers are asked group by group. */
export function createDiscovery(client: Client, kinds: readonly KnownKind[], nowMs: () => number): Discovery {
  const keepMs = 10 * 60 * 1_000;
  let newest: ReadonlyMap<string, ServedKind> | undefined;
  let kept: { readonly served: Promise<ReadonlyMap<string, ServedKind>>; readonly untilMs: number } | undefined;
  const all = (signal: AbortSignal): Promise<ReadonlyMap<string, ServedKind>> => {
    if (kept !== undefined && nowMs() < kept.untilMs) return kept.served;
    const served = discover(client, kinds, signal);
    const mine = { served, untilMs: nowMs() + keepMs };
    kept = mine;
    served.then(
      (answer) => {
        newest = answer;
      },
      () => {
        if (kept === mine) kept = undefined;
      },
    );
    return served;
  };
  return {
    all,
    last: () => newest,
    find: async (id, signal) => (await all(signal)).get(id),
    forget: () => {
      kept = undefined;
    },
  };
}

async function discover(
  client: Client,
  kinds: readonly KnownKind[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ServedKind>> {
  const core = kinds.some((kind) => kind.group === "");
  const roots = core ? ["/apis", "/api"] : ["/apis"];
  const served = new Map<string, ServedKind>();
  for (const path of roots) {
    const doing = "discover kinds";
    const body = await client.call({ method: "GET", path, accept: aggregatedType, doing, resource: "" }, signal);
    const found =
      textOf(body, "kind") === "APIGroupDiscoveryList"
        ? fromAggregated(body as JsonObject)
        : await groupByGroup(client, path, body, kinds, signal);
    for (const kind of found) served.set(kind.id, merged(served.get(kind.id), kind));
  }
  return served;
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

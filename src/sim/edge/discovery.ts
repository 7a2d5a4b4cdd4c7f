import type { JsonObject } from "../../core/json.ts";
import type { EdgeKind } from "./kinds.ts";

const verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] as const;
const statusVerbs = ["get", "patch", "update"] as const;

/** `/api`: the versions of the core group. */
export function coreVersions(host: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

/** `/apis`: every other group with its versions. */
export function groupList(kinds: readonly EdgeKind[]): JsonObject {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groupsOf(kinds).map((group) => groupBody(kinds, group)) };
}

/** `/apis/<group>`; undefined when nothing is served under it. */
export function groupFor(kinds: readonly EdgeKind[], group: string): JsonObject | undefined {
  if (!groupsOf(kinds).includes(group)) return undefined;
  return { kind: "APIGroup", apiVersion: "v1", ...groupBody(kinds, group) };
}

/** `/apis/<group>/<version>` and `/api/v1`: the kinds; undefined when nothing is served under it. */
export function resourceList(kinds: readonly EdgeKind[], group: string, version: string): JsonObject | undefined {
  const served = kinds.filter((kind) => kind.group === group && kind.version === version);
  if (served.length === 0) return undefined;
  const resources = served.flatMap((kind) => {
    const main = {
      name: kind.plural,
      singularName: kind.kind.toLowerCase(),
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs,
      ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    };
    const { namespaced } = kind;
    const status = { name: `${kind.plural}/status`, singularName: "", namespaced, kind: kind.kind, verbs: statusVerbs };
    return kind.status ? [main, status] : [main];
  });
  const groupVersion = group === "" ? version : `${group}/${version}`;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

/** The aggregated form of `/api` and `/apis`, which answers the whole discovery in two requests. */
export function aggregated(kinds: readonly EdgeKind[], core: boolean): JsonObject {
  const groups = core ? [""] : groupsOf(kinds);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map((group) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versionsOf(kinds, group).map((version) => ({
        version,
        freshness: "Current",
        resources: kinds
          .filter((kind) => kind.group === group && kind.version === version)
          .map((kind) => aggregatedKind(kind)),
      })),
    })),
  };
}

/** Whether the client asked for the aggregated form. */
export function wantsAggregated(accept: string): boolean {
  return /g=apidiscovery\.k8s\.io/.test(accept) && /v=v2(;|,|$)/.test(accept);
}

function aggregatedKind(kind: EdgeKind): JsonObject {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.kind };
  const status = { subresource: "status", responseKind, verbs: statusVerbs };
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.namespaced ? "Namespaced" : "Cluster",
    singularResource: kind.kind.toLowerCase(),
    verbs,
    ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.status ? { subresources: [status] } : {}),
  };
}

function groupsOf(kinds: readonly EdgeKind[]): readonly string[] {
  return [...new Set(kinds.map((kind) => kind.group))].filter((group) => group !== "");
}

function versionsOf(kinds: readonly EdgeKind[], group: string): readonly string[] {
  return [...new Set(kinds.filter((kind) => kind.group === group).map((kind) => kind.version))];
}

function groupBody(kinds: readonly EdgeKind[], group: string): JsonObject {
  const versions = versionsOf(kinds, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] ?? {} };
}

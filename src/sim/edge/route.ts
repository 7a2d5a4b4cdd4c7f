import { apiVersionOf, type EdgeKind } from "./kinds.ts";

/** What a path means. */
export type Route =
  | { readonly type: "collection"; readonly kind: EdgeKind; readonly namespace: string }
  | {
      readonly type: "object";
      readonly kind: EdgeKind;
      readonly namespace: string;
      readonly name: string;
      readonly status: boolean;
    }
  | { readonly type: "discovery"; readonly path: readonly string[] }
  | { readonly type: "unknown" };

const prefixes = [
  /^\/apis\/resourcemanager\.miloapis\.com\/v1alpha1\/(?:projects|organizations)\/[^/]+\/control-plane(?=\/|$)/,
  /^\/apis\/iam\.miloapis\.com\/v1alpha1\/users\/[^/]+\/control-plane(?=\/|$)/,
];

/** Splits a path into the control plane it belongs to and the rest. */
export function splitControlPlane(path: string): { readonly prefix: string; readonly rest: string } {
  for (const pattern of prefixes) {
    const match = pattern.exec(path);
    if (match !== null) return { prefix: match[0], rest: path.slice(match[0].length) || "/" };
  }
  return { prefix: "", rest: path };
}

const discoveryPath = /^\/(?:api|apis|version|healthz|livez|readyz|openapi)(?:\/|$)|^\/$/;

/** Reads the part of a path that follows the control plane's prefix. */
export function routeOf(kinds: readonly EdgeKind[], path: string): Route {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const resource = resourceRoute(kinds, parts);
  if (resource !== undefined) return resource;
  return discoveryPath.test(path) ? { type: "discovery", path: parts } : { type: "unknown" };
}

function resourceRoute(kinds: readonly EdgeKind[], parts: readonly string[]): Route | undefined {
  const core = parts[0] === "api";
  const apiVersion = core ? parts[1] : `${parts[1]}/${parts[2]}`;
  const rest = parts.slice(core ? 2 : 3);
  if ((!core && parts[0] !== "apis") || rest.length === 0) return undefined;
  const served = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
  const inNamespace = rest[0] === "namespaces" && rest.length > 2 && !(core && rest[2] === "status");
  const [plural, name, subresource, ...more] = inNamespace ? rest.slice(2) : rest;
  const kind = served.find((candidate) => candidate.plural === plural);
  if (kind === undefined || more.length > 0) return { type: "unknown" };
  const namespace = inNamespace ? (rest[1] as string) : "";
  if (kind.namespaced !== inNamespace && (inNamespace || name !== undefined)) return { type: "unknown" };
  if (name === undefined) return { type: "collection", kind, namespace };
  if (subresource !== undefined && (subresource !== "status" || !kind.status)) return { type: "unknown" };
  return { type: "object", kind, namespace, name, status: subresource === "status" };
}

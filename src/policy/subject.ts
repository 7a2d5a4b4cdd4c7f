import type { CelValue } from "@bufbuild/cel";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { celOf } from "./language/values.ts";

/** A manifest as policies see it: what is wanted now, and what was applied last. One of the two is there. */
export interface Manifests {
  /** Absent when the manifest was removed. */
  readonly object?: JsonObject;
  /** Absent when the manifest is new. */
  readonly oldObject?: JsonObject;
}

/** Everything that is read off a manifest once, for all policies. */
export interface Subject {
  readonly object: JsonObject | undefined;
  readonly oldObject: JsonObject | undefined;
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly name: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly labels: readonly Readonly<Record<string, Json>>[];
  readonly namespaceObject: JsonObject | undefined;
  /** Values of the language, made when first asked for. */
  readonly values: () => Readonly<Record<string, CelValue>>;
}

/** Kinds of which one serves a whole fleet or cluster: they have no namespace. */
const clusterScoped = new Set([
  ..."Namespace Node PersistentVolume ClusterRole ClusterRoleBinding CustomResourceDefinition GatewayClass".split(" "),
  ..."ConnectorClass InternetEgressClass InstanceType RuntimeClass LocationBinding LocationClass".split(" "),
  ..."ServingLocation DNSZoneClass Organization Project ProjectControlPlane StorageClass PriorityClass".split(" "),
]);

/** Reads a manifest for policies. */
export function subjectOf(manifests: Manifests, namespaces: readonly JsonObject[]): Subject {
  const main = manifests.object ?? manifests.oldObject ?? {};
  const metadata = objectAt(main, "metadata");
  const apiVersion = textAt(main, "apiVersion");
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/", 2) : ["", apiVersion];
  const kind = textAt(main, "kind");
  const isCluster = clusterScoped.has(kind) || (kind === "Location" && group === "locations.miloapis.com");
  const namespace = isCluster ? "" : textAt(metadata, "namespace") || "default";
  const seen = {
    operation: manifests.object === undefined ? "DELETE" : manifests.oldObject === undefined ? "CREATE" : "UPDATE",
    group: group ?? "",
    version: version ?? "",
    kind,
    resource: pluralOf(kind),
    name: textAt(metadata, "name"),
    namespace,
  } as const;
  const namespaceObject = isCluster ? undefined : namespaceOf(namespace, namespaces);
  let values: Readonly<Record<string, CelValue>> | undefined;
  return {
    ...seen,
    object: manifests.object,
    oldObject: manifests.oldObject,
    labels: [manifests.object, manifests.oldObject].flatMap((manifest) =>
      manifest === undefined ? [] : [objectAt(objectAt(manifest, "metadata"), "labels")],
    ),
    namespaceObject,
    values: () => {
      values ??= {
        object: shown(manifests.object, namespace),
        oldObject: shown(manifests.oldObject, namespace),
        request: celOf(requestOf(seen)),
        namespaceObject: namespaceObject === undefined ? null : celOf(namespaceObject),
      };
      return values;
    },
  };
}

/**
 * A manifest as admission would show it: its namespace is said, for a server fills it in before anything is asked. The contents
 * of a Secret are none of a policy's business: it may see which keys there are.
 */
function shown(written: JsonObject | undefined, namespace: string): CelValue {
  if (written === undefined) return null;
  const metadata = objectAt(written, "metadata");
  const isSaid = namespace === "" || textAt(metadata, "namespace") !== "";
  const manifest: JsonObject = isSaid ? written : { ...written, metadata: { ...metadata, namespace } };
  if (manifest.kind !== "Secret") return celOf(manifest);
  const hide = (value: Json | undefined): Json =>
    isObject(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, ""])) : "";
  const hidden = ["data", "stringData"].filter((field) => manifest[field] !== undefined);
  return celOf({ ...manifest, ...Object.fromEntries(hidden.map((field) => [field, hide(manifest[field])])) });
}

function requestOf(seen: Omit<Subject, "object" | "oldObject" | "labels" | "namespaceObject" | "values">): JsonObject {
  const kind = { group: seen.group, version: seen.version, kind: seen.kind };
  const resource = { group: seen.group, version: seen.version, resource: seen.resource };
  return {
    uid: "",
    kind,
    resource,
    subResource: "",
    requestKind: kind,
    requestResource: resource,
    requestSubResource: "",
    name: seen.name,
    namespace: seen.namespace,
    operation: seen.operation,
    // Whoever wrote the commit is known to the forge, not to the repository.
    userInfo: { username: "", uid: "", groups: [], extra: {} },
    dryRun: true,
    options: {},
  };
}

/** The namespace that the policies' folder declares, else one with the label that every namespace has. */
function namespaceOf(name: string, namespaces: readonly JsonObject[]): JsonObject {
  const known = namespaces.find((one) => textAt(objectAt(one, "metadata"), "name") === name) ?? {};
  const metadata = objectAt(known, "metadata");
  const labels = { "kubernetes.io/metadata.name": name, ...objectAt(metadata, "labels") };
  return { apiVersion: "v1", kind: "Namespace", ...known, metadata: { ...metadata, name, labels } };
}

/** The resource's name of a kind: `NetworkPolicy` → `networkpolicies`. */
export function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word === "endpoints") return word;
  if (/(?:s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** The object in a field; empty when there is none. */
export function objectAt(value: JsonObject, field: string): JsonObject {
  const inner = value[field];
  return isObject(inner) ? inner : {};
}

/** The text in a field; empty when there is none. */
export function textAt(value: JsonObject, field: string): string {
  const inner = value[field];
  return typeof inner === "string" ? inner : "";
}

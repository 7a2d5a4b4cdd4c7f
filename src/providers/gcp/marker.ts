import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Marker } from "../../core/resource.ts";
import { addressOf } from "./names.ts";

/** Labels that begin so are ours; every other label is left alone. */
export const ownLabel = "plumbline-";

const commitLength = 12;

/** What a marker says, and the allocation a subnetwork holds. */
export interface Description {
  readonly marker: Marker;
  readonly allocation: string | undefined;
}

/** The marker as labels, for kinds that have them. Address pieces are label-safe because names are legal. */
export function markerLabels(marker: Marker): Readonly<Record<string, string>> {
  const [, , namespace = "", ...name] = marker.address.split("/");
  return {
    "plumbline-fleet": marker.fleet,
    "plumbline-uid": marker.uid,
    "plumbline-namespace": namespace,
    "plumbline-name": name.join("/"),
    "plumbline-spec": marker.spec,
    "plumbline-commit": marker.commit.slice(0, commitLength).toLowerCase(),
    ...(marker.protected === true ? { "plumbline-protected": "true" } : {}),
  };
}

/** Reads the marker out of labels; undefined when any part of the identity is missing. */
export function markerOfLabels(provider: string, kind: string, labels: JsonObject): Marker | undefined {
  const read = (name: string): string => (typeof labels[name] === "string" ? (labels[name] as string) : "");
  const fleet = read("plumbline-fleet");
  const uid = read("plumbline-uid");
  const namespace = read("plumbline-namespace");
  const name = read("plumbline-name");
  if (fleet === "" || uid === "" || namespace === "" || name === "") return undefined;
  const address = addressOf(provider, kind, namespace, name);
  const marked = { fleet, uid, address, spec: read("plumbline-spec"), commit: read("plumbline-commit") };
  return read("plumbline-protected") === "true" ? { ...marked, protected: true } : marked;
}

/** The labels that are not about the marker alone: what the spec asks for. */
export function specLabels(labels: JsonObject): JsonObject {
  const ours = Object.entries(labels).filter(([name]) => name.startsWith(ownLabel) && !markerNames.has(name));
  return Object.fromEntries(ours);
}

const markerNames = new Set(
  ["fleet", "uid", "namespace", "name", "spec", "commit", "protected"].map((part) => `${ownLabel}${part}`),
);

/** The marker as a description, for kinds without labels. */
export function markerDescription(marker: Marker, allocation: string | undefined): string {
  const { fleet, uid, spec, address } = marker;
  const commit = marker.commit.slice(0, commitLength);
  const plumbline: Record<string, Json> = { fleet, uid, spec, commit, address };
  if (allocation !== undefined) plumbline.allocation = allocation;
  if (marker.protected === true) plumbline.protected = true;
  return JSON.stringify({ plumbline });
}

/** Reads the marker out of a description; undefined for any other text. */
export function markerOfDescription(description: string): Description | undefined {
  if (!description.startsWith('{"plumbline":')) return undefined;
  let parsed: Json;
  try {
    parsed = JSON.parse(description) as Json;
  } catch {
    return undefined;
  }
  const found = isObject(parsed) && isObject(parsed.plumbline) ? parsed.plumbline : {};
  const { fleet, uid, address, spec, commit, allocation } = found;
  if (typeof fleet !== "string" || typeof uid !== "string" || typeof address !== "string") return undefined;
  const marked = { fleet, uid, address, spec: String(spec ?? ""), commit: String(commit ?? "") };
  return {
    marker: found.protected === true ? { ...marked, protected: true } : marked,
    allocation: typeof allocation === "string" ? allocation : undefined,
  };
}

import { type Document, isOf, valueAt } from "./document.ts";
import type { Fleet, Location } from "./fleet.ts";
import { textAt } from "./report.ts";

/** Says on a Location, or on any object of the edge, which control plane serves it; several are parted by commas. */
export const controlPlaneNote = "plumbline.dev/control-plane";

/** The control planes that a manifest names itself; none: it leaves them to its location or the default. */
export function namedControlPlanes(document: Pick<Document, "content">): readonly string[] {
  const value = valueAt(document.content, ["metadata", "annotations", controlPlaneNote]);
  if (typeof value !== "string") return [];
  return [...new Set(value.split(",").map((name) => name.trim()))].filter((name) => name !== "");
}

/** The control plane that serves a location; empty: the default one. */
export function controlPlaneOf(location: Pick<Location, "document">): string {
  return namedControlPlanes(location.document)[0] ?? "";
}

/**
 * Says where each manifest of a fleet belongs: where it says itself; else where its location does. A network stands on
 * the default plane and on each that serves a location it is present in, or holds an object that speaks of it.
 */
export function controlPlanesOf(fleet: Fleet, byDefault: string): (document: Document) => readonly string[] {
  const locations = new Map(fleet.locations.map((location) => [nameOf(location.namespace, location.name), location]));
  const ofLocation = (location: Location | undefined): string =>
    location === undefined ? byDefault : controlPlaneOf(location) || byDefault;
  const own = (document: Document): readonly string[] => {
    const named = namedControlPlanes(document);
    if (named.length > 0) return named;
    const name = textAt(document.content, ["spec", "location", "name"]);
    if (name === "") return [byDefault];
    const within = textAt(document.content, ["spec", "location", "namespace"]);
    const candidates = [nameOf(within || document.namespace, name), nameOf("", name)];
    const found = candidates.map((candidate) => locations.get(candidate)).find((location) => location !== undefined);
    return [ofLocation(found ?? fleet.locations.find((location) => location.name === name))];
  };
  const ofNetworks = new Map<string, Set<string>>();
  const add = (network: string, planes: readonly string[]): void => {
    const all = ofNetworks.get(network) ?? new Set();
    for (const plane of planes) all.add(plane);
    ofNetworks.set(network, all);
  };
  for (const { network, location } of fleet.presences) {
    add(nameOf(network.namespace, network.name), [ofLocation(location)]);
  }
  for (const document of fleet.documents) {
    const name = isWorkload(document) ? "" : textAt(document.content, ["spec", "network", "name"]);
    const namespace = textAt(document.content, ["spec", "network", "namespace"]) || document.namespace;
    if (name !== "") add(nameOf(namespace, name), own(document));
  }
  return (document) => {
    if (!isOf(document, "Network") || namedControlPlanes(document).length > 0) return own(document);
    return [...new Set([byDefault, ...(ofNetworks.get(nameOf(document.namespace, document.name)) ?? [])])];
  };
}

function isWorkload(document: Document): boolean {
  return document.apiVersion.startsWith("compute.");
}

function nameOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

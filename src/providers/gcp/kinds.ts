import { invariant } from "../../core/invariant.ts";

/** The kinds in the order they are made. */
export const kindNames = ["network", "subnetwork", "router", "firewall", "disk", "instance", "route"] as const;
export type Kind = (typeof kindNames)[number];

/** A service of the API as the official client names it. */
export type Service =
  | "Instances"
  | "Disks"
  | "Networks"
  | "Subnetworks"
  | "Firewalls"
  | "Routers"
  | "Routes"
  | "ZoneOperations"
  | "RegionOperations"
  | "GlobalOperations";

/** Kinds that are listed only where a fleet wants or has some. */
export function isRoutingKind(kind: string): boolean {
  return kind === "router" || kind === "route";
}

/** How the API speaks of one kind. */
export interface KindFacts {
  readonly service: Service;
  /** Word in paths: `instances`. */
  readonly collection: string;
  /** Field of a request that names one thing. */
  readonly nameField: string;
  /** Field of a request that holds the body. */
  readonly bodyField: string;
  readonly scope: "global" | "region" | "zone";
}

/** One row per kind. */
export const kindFacts: Readonly<Record<Kind, KindFacts>> = {
  network: {
    ...{ service: "Networks", collection: "networks", nameField: "network", scope: "global" },
    bodyField: "networkResource",
  },
  subnetwork: {
    ...{ service: "Subnetworks", collection: "subnetworks", nameField: "subnetwork", scope: "region" },
    bodyField: "subnetworkResource",
  },
  router: {
    ...{ service: "Routers", collection: "routers", nameField: "router", scope: "region" },
    bodyField: "routerResource",
  },
  route: {
    ...{ service: "Routes", collection: "routes", nameField: "route", scope: "global" },
    bodyField: "routeResource",
  },
  firewall: {
    ...{ service: "Firewalls", collection: "firewalls", nameField: "firewall", scope: "global" },
    bodyField: "firewallResource",
  },
  disk: {
    ...{ service: "Disks", collection: "disks", nameField: "disk", scope: "zone" },
    bodyField: "diskResource",
  },
  instance: {
    ...{ service: "Instances", collection: "instances", nameField: "instance", scope: "zone" },
    bodyField: "instanceResource",
  },
};

/** Where one thing is. */
export interface Place {
  readonly kind: Kind;
  readonly project: string;
  /** Region or zone; empty for global things. */
  readonly area: string;
  readonly name: string;
}

/** `projects/p/zones/z/instances/i`: pairs the wanted with the living. */
export function keyOf({ kind, project, area, name }: Place): string {
  const { scope, collection } = kindFacts[kind];
  const where = scope === "global" ? "global" : `${scope}s/${area}`;
  return `projects/${project}/${where}/${collection}/${name}`;
}

/** The place a key of ours speaks of. */
export function placeOf(key: string): Place {
  const [, project = "", scope, ...rest] = key.split("/");
  const [area, collection, name] = scope === "global" ? ["", ...rest] : rest;
  const kind = kindNames.find((known) => kindFacts[known].collection === collection);
  invariant(kind !== undefined && name !== undefined && name !== "", `${key} is not a key of this provider`);
  return { kind, project, area: area ?? "", name };
}

/** The place as fields of a request: project, region or zone, and the thing's name under its own word. */
export function requestAt(place: Place): Record<string, string> {
  const { scope, nameField } = kindFacts[place.kind];
  return { ...scopeAt(place), ...(scope === "global" ? {} : { [scope]: place.area }), [nameField]: place.name };
}

/** Project and region or zone alone, for inserts and lists. */
export function scopeAt(place: Omit<Place, "name">): Record<string, string> {
  const { scope } = kindFacts[place.kind];
  return { project: place.project, ...(scope === "global" ? {} : { [scope]: place.area }) };
}

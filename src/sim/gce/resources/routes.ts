import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { readRange } from "../cidr.ts";
import { invalid, invalidValue, required } from "../failure.ts";
import { withCommon } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { linkOf, pathIn } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { textOf } from "../values.ts";
import { referenced } from "./references.ts";

const nextHops = [
  "nextHopGateway",
  "nextHopInstance",
  "nextHopIp",
  "nextHopIlb",
  "nextHopVpnTunnel",
  "nextHopNetwork",
  "nextHopPeering",
];

/** Routes; those of a subnetwork and the first way out are made and deleted by the server. */
export const routes: ResourceKind = {
  service: "Routes",
  collection: "routes",
  kind: "compute#route",
  label: "route",
  parameter: "route",
  make: (call) => {
    const { body } = call;
    const network = referenced(call, "resource.network", body.network ?? "", "networks", "network");
    const range = textOf(body, "destRange");
    if (range === undefined) throw required("resource.destRange");
    if (readRange(range) === undefined && !range.includes(":")) {
      throw invalidValue("resource.destRange", range, "Must be a CIDR address range without host bits.");
    }
    const given = nextHops.filter((hop) => body[hop] !== undefined);
    if (given.length !== 1) throw invalid("Exactly one next hop must be specified for a route.");
    return {
      ...body,
      description: body.description ?? "",
      network: linkOf(network.path),
      priority: body.priority ?? 1000,
      ...hopLink(call, given[0] ?? ""),
    };
  },
};

function hopLink(call: Call, hop: string): JsonObject {
  const value = textOf(call.body, hop) ?? "";
  if (hop === "nextHopIp" || hop === "nextHopPeering") return {};
  if (hop === "nextHopInstance") {
    return { [hop]: linkOf(referenced(call, `resource.${hop}`, value, "instances", "instance").path) };
  }
  const path = pathIn(value);
  return { [hop]: linkOf(path.startsWith("projects/") ? path : `projects/${call.project}/${path}`) };
}

/** Says whether the server made a route by itself. */
export function isSystemRoute(name: string): boolean {
  return name.startsWith("default-route-");
}

/** Adds a route that the server makes by itself. */
export function addSystemRoute(call: Call, network: Stored, body: JsonObject): void {
  const hex = BigInt(call.world.newId()).toString(16).padStart(16, "0");
  const place = { project: network.project, scope: "global", collection: "routes", name: `default-route-${hex}` };
  call.world.put(place, withCommon(call, routes, place, { ...body, network: linkOf(network.path) }));
}

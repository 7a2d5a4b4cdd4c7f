import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Observed } from "../../core/resource.ts";

/**
 * The networks and subnetworks that a thing of Compute Engine stands in, the closest first. What Compute Engine makes by itself with
 * every network stands in it for everybody and is not told.
 */
export function standsIn({ kind, state }: Observed): readonly string[] {
  if (kind === "network" || kind === "disk") return [];
  if (kind === "route" && isMadeByNetwork(state)) return [];
  if (kind !== "instance") return texts([state.network]);
  const interfaces = Array.isArray(state.networkInterfaces) ? state.networkInterfaces.filter(isObject) : [];
  return interfaces.flatMap(({ subnetwork, network }) => texts([subnetwork, network]));
}

/** Routes to a network's own subnetworks, through its peerings, and the one to the internet that it begins with. */
function isMadeByNetwork(state: JsonObject): boolean {
  const name = typeof state.name === "string" ? state.name : "";
  return state.nextHopNetwork !== undefined || state.nextHopPeering !== undefined || name.startsWith("default-route-");
}

function texts(values: readonly (Json | undefined)[]): readonly string[] {
  return values.filter((value) => typeof value === "string" && value !== "") as readonly string[];
}

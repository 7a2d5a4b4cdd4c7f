import { compareText } from "../../../core/problem.ts";
import type { Resource } from "../../../core/resource.ts";
import type { Fleet } from "../../../datum/fleet.ts";
import type { Settings } from "../options.ts";
import { firewallResources } from "./firewall.ts";
import { instanceResources } from "./instance.ts";
import { networkResources } from "./network.ts";
import { isServed, namingOf } from "./served.ts";

/** The fleet's share of Compute Engine as resources, sorted by address. */
export function translateFleet(fleet: Fleet, settings: Settings): readonly Resource[] {
  const naming = namingOf(fleet, settings);
  const all = [
    ...networkResources(fleet, settings, naming),
    ...firewallResources(fleet, settings, naming),
    ...instanceResources(fleet, settings, naming),
  ];
  return all.sort((left, right) => compareText(left.address, right.address));
}

/**
 * The projects of every location the fleet may use, sorted: where nothing runs any more, something may still stand that nobody
 * remembers, because the memory was lost.
 */
export function projectsOf(fleet: Fleet, settings: Settings): readonly string[] {
  const projects = fleet.locations.flatMap((location) =>
    isServed(location, settings) ? [location.gcp.projectId] : [],
  );
  return [...new Set(projects)].sort(compareText);
}

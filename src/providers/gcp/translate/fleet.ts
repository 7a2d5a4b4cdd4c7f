import { compareText } from "../../../core/problem.ts";
import type { Resource } from "../../../core/resource.ts";
import type { Fleet } from "../../../datum/fleet.ts";
import type { Settings } from "../options.ts";
import { secretsRealm } from "../secrets/kinds.ts";
import { needsAccount } from "../secrets/needs.ts";
import { secretResources } from "../secrets/translate.ts";
import { firewallResources } from "./firewall.ts";
import { instanceResources } from "./instance.ts";
import { networkResources } from "./network.ts";
import { routingProjects, routingRealm, routingResources } from "./routing.ts";
import { isServed, namingOf } from "./served.ts";

/** The fleet's share of Compute Engine as resources, sorted by address. */
export function translateFleet(fleet: Fleet, settings: Settings): readonly Resource[] {
  const naming = namingOf(fleet, settings);
  const all = [
    ...networkResources(fleet, settings, naming),
    ...routingResources(fleet, settings, naming),
    ...firewallResources(fleet, settings, naming),
    ...secretResources(fleet, settings),
    ...instanceResources(fleet, settings, naming),
  ];
  return all.sort((left, right) => compareText(left.address, right.address));
}

/** The projects, and beside each that needs accounts and secrets, or routers and routes, the realm of these. */
export function realmsOf(fleet: Fleet, settings: Settings): readonly string[] {
  const secret = fleet.deployments.flatMap((deployment) =>
    isServed(deployment.location, settings) && needsAccount(deployment)
      ? [secretsRealm(deployment.location.gcp.projectId)]
      : [],
  );
  const routing = routingProjects(fleet, settings).map(routingRealm);
  return [...projectsOf(fleet, settings), ...routing, ...new Set(secret)].sort(compareText);
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

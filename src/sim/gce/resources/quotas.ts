import type { Json, JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { GceFailure } from "../failure.ts";
import { regionOf } from "../geography.ts";
import { machineNamed } from "../machine-types.ts";
import { lastSegment } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectsOf, textOf } from "../values.ts";
import type { World } from "../world.ts";

/** Limits shown when none are enforced. */
const shownLimits: Readonly<Record<string, number>> = {
  CPUS: 20_000,
  INSTANCES: 20_000,
  IN_USE_ADDRESSES: 20_000,
  STATIC_ADDRESSES: 2_000,
  DISKS_TOTAL_GB: 2_000_000,
  NETWORKS: 500,
  SUBNETWORKS: 5_000,
  FIREWALLS: 5_000,
  ROUTES: 5_000,
};

const regional = ["CPUS", "INSTANCES", "IN_USE_ADDRESSES", "STATIC_ADDRESSES", "DISKS_TOTAL_GB"];
const global = ["NETWORKS", "SUBNETWORKS", "FIREWALLS", "ROUTES"];

/** Quotas of a region with their use. */
export function regionQuotas(call: Call, region: string): readonly Json[] {
  const used = usage(call.world, call.project, region);
  return regional.map((metric) => quotaBody(call, metric, region, used[metric] ?? 0));
}

/** Quotas of the project with their use. */
export function projectQuotas(call: Call): readonly Json[] {
  return global.map((metric) => {
    const used = call.world.all(call.project, metric.toLowerCase()).length;
    return quotaBody(call, metric, "global", used);
  });
}

function quotaBody(call: Call, metric: string, scope: string, used: number): JsonObject {
  const limit = call.settings.quota(metric, scope) ?? shownLimits[metric] ?? 0;
  return { metric, limit, usage: used };
}

function usage(world: World, project: string, region: string): Readonly<Record<string, number>> {
  const inRegion = (stored: Stored): boolean => {
    const place = lastSegment(stored.scope);
    return `regions/${stored.scope.startsWith("zones/") ? regionOf(place) : place}` === region;
  };
  const instances = world.all(project, "instances").filter(inRegion);
  const running = instances.filter((one) => one.body.status !== "TERMINATED");
  return {
    INSTANCES: instances.length,
    CPUS: running.reduce((sum, one) => sum + processors(one.body), 0),
    IN_USE_ADDRESSES: running.reduce((sum, one) => sum + externals(one.body), 0),
    STATIC_ADDRESSES: world.all(project, "addresses").filter(inRegion).length,
    DISKS_TOTAL_GB: world
      .all(project, "disks")
      .filter(inRegion)
      .reduce((sum, disk) => sum + Number(textOf(disk.body, "sizeGb") ?? 0), 0),
  };
}

function processors(instance: JsonObject): number {
  return machineNamed(lastSegment(textOf(instance, "machineType") ?? ""))?.processors ?? 0;
}

function externals(instance: JsonObject): number {
  return objectsOf(instance, "networkInterfaces").flatMap((nic) => objectsOf(nic, "accessConfigs")).length;
}

/** 403 when a new instance of a zone would go over a limit that is enforced. */
export function checkInstanceQuota(call: Call, processorsWanted: number): void {
  const region = `regions/${regionOf(lastSegment(call.scope))}`;
  const wanted: Readonly<Record<string, number>> = { INSTANCES: 1, CPUS: processorsWanted };
  if (!Object.keys(wanted).some((metric) => call.settings.quota(metric, region) !== undefined)) return;
  const used = usage(call.world, call.project, region);
  for (const [metric, more] of Object.entries(wanted)) {
    const limit = call.settings.quota(metric, region);
    if (limit === undefined || (used[metric] ?? 0) + more <= limit) continue;
    const message = `Quota '${metric}' exceeded.  Limit: ${limit.toFixed(1)} in region ${lastSegment(region)}.`;
    throw new GceFailure(403, "quotaExceeded", message, { domain: "usageLimits" });
  }
}

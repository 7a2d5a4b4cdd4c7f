import type { Problem } from "../core/problem.ts";
import type { Resource } from "../core/resource.ts";
import type { Fleet } from "./fleet.ts";

/** Copies that are wanted in a location where nobody makes any: nothing would ever say that they are missing. */
export function unservedProblems(fleet: Fleet, wanted: readonly Resource[]): readonly Problem[] {
  const made = new Set(wanted.flatMap(({ group }) => group?.name ?? []));
  return fleet.deployments.flatMap(({ namespace, name, replicas, location, document }): readonly Problem[] => {
    if (replicas === 0 || made.has(`${namespace}/${name}`)) return [];
    const at = document.at(["spec", "placements"]);
    const wishes = replicas === 1 ? `1 copy of ${name} stays a wish` : `${replicas} copies of ${name} stay wishes`;
    const message = `Nobody makes instances in ${location.name}: ${wishes}. Its networks are made present there.`;
    const hint = "Choose a location that a configured provider serves, or configure the provider of this one.";
    return [{ severity: "warning", rule: "location/unserved", ...at, path: "spec.placements", message, hint }];
  });
}

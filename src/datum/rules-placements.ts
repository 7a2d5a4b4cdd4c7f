import type { JsonObject } from "../core/json.ts";
import { type Path, valueAt } from "./document.ts";
import { quantityMillis } from "./quantity.ts";
import { isLabel, objectsAt, type Reporter, textAt } from "./report.ts";

/** Where copies run and how many: names, cities, scale settings. */
export function checkPlacements(content: JsonObject, report: Reporter): void {
  const names = new Set<string>();
  for (const { path, value } of objectsAt(content, ["spec", "placements"])) {
    const name = textAt(value, ["name"]);
    if (!isLabel(name))
      report.say(
        "workload/placement-name",
        [...path, "name"],
        `${JSON.stringify(name)} is no DNS label.`,
        "Use lower-case letters, digits and dashes.",
      );
    if (names.has(name))
      report.say(
        "workload/placement-duplicate",
        [...path, "name"],
        `A placement ${name} stands above already.`,
        "Give each placement a name of its own.",
      );
    names.add(name);
    checkCities(value, path, report);
    checkScale(value, path, report);
  }
}

function checkCities(placement: JsonObject, path: Path, report: Reporter): void {
  const cities = valueAt(placement, ["cityCodes"]);
  if (!Array.isArray(cities) || cities.length === 0) {
    report.say(
      "workload/city-codes",
      [...path, "cityCodes"],
      "The placement names no city.",
      "Name at least one, such as DFW.",
    );
    return;
  }
  for (const [index, city] of cities.entries()) {
    if (cities.indexOf(city) < index)
      report.say(
        "workload/city-duplicate",
        [...path, "cityCodes", index],
        `${String(city)} stands twice.`,
        "Remove one.",
      );
  }
}

function checkScale(placement: JsonObject, path: Path, report: Reporter): void {
  const at = [...path, "scaleSettings"];
  const scale = valueAt(placement, ["scaleSettings"]);
  const minimum = Number(valueAt(scale, ["minReplicas"]));
  const maximum = valueAt(scale, ["maxReplicas"]);
  const metrics = objectsAt(scale, ["metrics"]);
  if (minimum < 1 || minimum > 1000) {
    report.say(
      "workload/min-replicas",
      [...at, "minReplicas"],
      `minReplicas is ${minimum}; it must be between 1 and 1000.`,
      "To run nothing, remove the placement.",
    );
  }
  if (typeof maximum === "number") {
    if (metrics.length === 0)
      report.say(
        "workload/max-replicas",
        [...at, "maxReplicas"],
        "maxReplicas needs metrics to scale by.",
        "Add metrics, or remove maxReplicas.",
      );
    if (maximum < minimum)
      report.say(
        "workload/max-replicas",
        [...at, "maxReplicas"],
        `maxReplicas ${maximum} is less than minReplicas ${minimum}.`,
      );
  }
  const policy = textAt(scale, ["instanceManagementPolicy"]);
  if (policy !== "OrderedReady") {
    report.say(
      "workload/management-policy",
      [...at, "instanceManagementPolicy"],
      `${JSON.stringify(policy)} is no policy that is carried out.`,
      "Use OrderedReady; plumbline.dev/rollout-width widens a rollout.",
    );
  }
  for (const metric of metrics) checkMetric(metric.value, [...at, ...metric.path], report);
}

function checkMetric(metric: JsonObject, path: Path, report: Reporter): void {
  const resource = valueAt(metric, ["resource"]);
  if (resource === undefined) {
    report.say("workload/metric", path, "The metric names no resource.", "Add resource.");
    return;
  }
  const name = textAt(resource, ["name"]);
  if (name !== "cpu")
    report.say(
      "workload/metric",
      [...path, "resource", "name"],
      `${JSON.stringify(name)} is no metric that can be measured.`,
      "Use cpu.",
    );
  const target = valueAt(resource, ["target"]);
  const given = ["value", "averageValue", "averageUtilization"].filter(
    (field) => valueAt(target, [field]) !== undefined,
  );
  const at = [...path, "resource", "target"];
  if (given.length === 0)
    report.say(
      "workload/metric-target",
      at,
      "The target says no value.",
      "Say one of value, averageValue, averageUtilization.",
    );
  for (const field of given.slice(1))
    report.say(
      "workload/metric-target",
      [...at, field],
      `The target says ${given[0]} already.`,
      "Keep one of the two.",
    );
  const [first] = given;
  if (first === undefined) return;
  const amount =
    first === "averageUtilization"
      ? BigInt(Number(valueAt(target, [first]))) * 1000n
      : quantityMillis(valueAt(target, [first]));
  if (amount === undefined || amount <= 0n)
    report.say("workload/metric-target", [...at, first], `${first} must be a quantity above 0.`);
}

import { isObject, type JsonObject } from "../core/json.ts";
import { type Path, valueAt } from "./document.ts";
import { quantityMillis } from "./quantity.ts";
import { isLabel, objectsAt, type Reporter, textAt } from "./report.ts";
import { isEmptySelector } from "./targets.ts";

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
    checkTargets(value, path, report);
    checkScale(content, [...path, "scaleSettings"], report);
  }
}

/** A placement chooses its locations in exactly one way. */
function checkTargets(placement: JsonObject, path: Path, report: Reporter): void {
  const given = ["cityCodes", "locations", "locationSelector"].filter((field) => placement[field] !== undefined);
  const cities = placement.cityCodes;
  if (given.length === 0 || (given.length === 1 && Array.isArray(cities) && cities.length === 0)) {
    const message = "The placement names no city.";
    report.say("workload/city-codes", [...path, "cityCodes"], message, "Name at least one, such as DFW.");
    return;
  }
  for (const field of given.slice(1)) {
    const message = `The placement chooses its locations by ${given[0]} already.`;
    report.say("workload/placement-target", [...path, field], message, "Keep one of the two.");
  }
  const once = (rule: string, list: readonly unknown[], at: Path): void => {
    for (const [index, item] of list.entries()) {
      if (list.indexOf(item) < index) report.say(rule, [...at, index], `${String(item)} stands twice.`, "Remove one.");
    }
  };
  if (Array.isArray(cities)) once("workload/city-duplicate", cities, [...path, "cityCodes"]);
  const names = objectsAt(placement, ["locations"]).map(({ value }) => textAt(value, ["name"]));
  once("workload/location-duplicate", names, [...path, "locations"]);
  const selector = placement.locationSelector;
  if (isObject(selector)) checkSelector(selector, [...path, "locationSelector"], report);
}

function checkSelector(selector: JsonObject, path: Path, report: Reporter): void {
  const say = (at: Path, message: string, hint: string): void =>
    report.say("workload/location-selector", at, message, hint);
  if (isEmptySelector(selector)) say(path, "The selector asks for nothing.", "Add matchLabels or matchExpressions.");
  for (const { path: at, value } of objectsAt(selector, ["matchExpressions"])) {
    const count = Array.isArray(value.values) ? value.values.length : 0;
    const needsValues = value.operator === "In" || value.operator === "NotIn";
    if (needsValues && count === 0) say([...path, ...at], `${String(value.operator)} needs values.`, "Add values.");
    if (!needsValues && count > 0)
      say([...path, ...at, "values"], `${String(value.operator)} takes no values.`, "Remove values.");
  }
}

/** How many copies run, from the scale settings at a path of the content. */
export function checkScale(content: JsonObject, at: Path, report: Reporter): void {
  const scale = valueAt(content, at);
  const minimum = Number(valueAt(scale, ["minReplicas"]));
  const maximum = valueAt(scale, ["maxReplicas"]);
  const metrics = objectsAt(scale, ["metrics"]);
  if (minimum < 1 || minimum > 1000) {
    report.say(
      "workload/min-replicas",
      [...at, "minReplicas"],
      `minReplicas is ${minimum}; it must be between 1 and 1000.`,
      Number(minimum) > 1 ? "Spread the copies over several placements." : "To run nothing, remove the placement.",
    );
  }
  if (typeof maximum === "number") {
    if (metrics.length === 0)
      report.say(
        "workload/max-replicas",
        [...at, "metrics"],
        "maxReplicas needs metrics to scale by.",
        "Add metrics, or remove maxReplicas.",
      );
    if (maximum < minimum)
      report.say(
        "workload/max-replicas",
        [...at, "maxReplicas"],
        `maxReplicas ${maximum} is less than minReplicas ${minimum}.`,
        "Raise it, or lower minReplicas.",
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
    report.say("workload/metric", [...path, "resource"], "The metric names no resource.", "Add resource.");
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
  const amount = quantityMillis(valueAt(target, [first]));
  if (amount === undefined || amount <= 0n)
    report.say(
      "workload/metric-target",
      [...at, first],
      `${first} must be a quantity above 0.`,
      "For example 70, or 500m.",
    );
}

import { isObject, type JsonObject } from "../core/json.ts";
import { valueAt } from "./document.ts";
import { objectsAt, type Reporter } from "./report.ts";
import { isEmptySelector } from "./targets.ts";

/** A network service: which interfaces it takes, and ports that each have their own name and number. */
export function checkService(content: JsonObject, report: Reporter): void {
  const at = ["spec", "networkInterfaces", "selector"];
  const selector = valueAt(content, at);
  if (isObject(selector) && isEmptySelector(selector))
    report.say("service/selector", at, "The selector chooses nothing in particular.", "Add matchLabels.");
  const ports = objectsAt(content, ["spec", "ports"]);
  for (const [index, { path, value }] of ports.entries()) {
    for (const field of ["name", "port"]) {
      const first = ports.findIndex((other) => other.value[field] === value[field]);
      if (value[field] === undefined || first === index) continue;
      const message = `The ${field} ${String(value[field])} stands above already.`;
      report.say("service/port", [...path, field], message, "Remove or change one.");
    }
  }
}

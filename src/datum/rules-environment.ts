import { isObject, type JsonObject } from "../core/json.ts";
import type { Path } from "./document.ts";
import { objectsAt, type Reporter, textAt } from "./report.ts";

/** Fields of a copy that a variable can read. */
export const readableFields = ["metadata.name", "metadata.namespace", "spec.nodeName"] as const;

const sources = ["configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef"];

/** The variables of every container of a template. */
export function checkEnvironment(content: JsonObject, report: Reporter): void {
  const containers = ["spec", "template", "spec", "runtime", "sandbox", "containers"];
  for (const { path, value } of objectsAt(content, containers)) checkVariables(value, path, report);
}

/** Variables of one container: their names, and where their values come from. */
export function checkVariables(container: JsonObject, path: Path, report: Reporter): void {
  const names = new Set<string>();
  for (const variable of objectsAt(container, ["env"])) {
    const name = textAt(variable.value, ["name"]);
    const at = [...path, ...variable.path, "name"];
    if (name === "" || name.includes("="))
      report.say(
        "workload/env-name",
        at,
        `${JSON.stringify(name)} is no name of a variable.`,
        "Use letters, digits and underscores.",
      );
    if (names.has(name))
      report.say("workload/env-duplicate", at, `A variable ${name} stands above already.`, "Keep one of the two.");
    names.add(name);
    checkSource(variable.value, [...path, ...variable.path], report);
  }
  for (const { path: at, value } of objectsAt(container, ["envFrom"])) {
    const sources = ["configMapRef", "secretRef"].filter((field) => value[field] !== undefined);
    if (sources.length === 1) continue;
    const message = "An entry of envFrom reads exactly one of configMapRef and secretRef.";
    report.say("workload/env-from", [...path, ...at], message, "Write one entry for each.");
  }
}

/** A variable has one source; what nobody can read would leave it out in silence. */
function checkSource(variable: JsonObject, path: Path, report: Reporter): void {
  const { valueFrom } = variable;
  if (!isObject(valueFrom)) return;
  const at = [...path, "valueFrom"];
  const name = textAt(variable, ["name"]);
  if (textAt(variable, ["value"]) !== "") {
    const message = `The variable ${name} has a value, and says where to read one.`;
    report.say("workload/env-source", at, message, "Keep one of value and valueFrom.");
  }
  const given = sources.filter((source) => valueFrom[source] !== undefined);
  if (given.length !== 1) {
    const message = `The variable ${name} must be read from exactly one source.`;
    report.say("workload/env-source", at, message, `Write one of ${sources.slice(0, 3).join(", ")}.`);
    return;
  }
  const field = textAt(valueFrom, ["fieldRef", "fieldPath"]);
  if (given[0] === "resourceFieldRef") {
    const message = `The variable ${name} is left out: the resources of a copy cannot be read.`;
    report.say("workload/env-source", [...at, "resourceFieldRef"], message, "Write the value itself.", "warning");
  } else if (given[0] === "fieldRef" && !readableFields.some((known) => known === field)) {
    const message = `The variable ${name} is left out: ${JSON.stringify(field)} is no field that can be read.`;
    const hint = `Use ${readableFields.join(", ")}.`;
    report.say("workload/env-source", [...at, "fieldRef", "fieldPath"], message, hint, "warning");
  }
}

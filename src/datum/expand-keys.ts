import { isObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import { type Document, isOf, type Path, valueAt } from "./document.ts";
import type { Deployment } from "./fleet.ts";
import { createReporter, objectsAt, type Reporter, textAt } from "./report.ts";
import { reportOnInstance } from "./template.ts";

const spec = ["spec", "template", "spec"] as const;

/** Keys that templates read of ConfigMaps of the repository and that those do not have: nothing would stand there. */
export function missingKeys(deployments: readonly Deployment[]): readonly Problem[] {
  // Every city of a workload has the same template.
  const byDocument = new Map(deployments.map((deployment) => [deployment.document, deployment.configMaps]));
  return [...byDocument].flatMap(([document, configMaps]) => {
    if (Object.keys(configMaps).length === 0) return [];
    // Expansion sees an Instance as a template of its own spec.
    const report = isOf(document, "Instance") ? reportOnInstance(createReporter(document)) : createReporter(document);
    for (const container of objectsAt(document.content, [...spec, "runtime", "sandbox", "containers"])) {
      for (const { path } of objectsAt(document.content, [...container.path, "env"])) {
        const at = [...path, "valueFrom", "configMapKeyRef"];
        if (valueAt(document.content, at) !== undefined) checkKey(document, at, configMaps, report);
      }
    }
    for (const { path, value } of objectsAt(document.content, [...spec, "volumes"])) {
      const isOptional = valueAt(value, ["configMap", "optional"]) === true;
      const configMap = configMaps[textAt(value, ["configMap", "name"])];
      for (const item of objectsAt(document.content, [...path, "configMap", "items"])) {
        if (!isOptional) sayMissing(configMap, textAt(item.value, ["key"]), [...item.path, "key"], report);
      }
    }
    return report.problems;
  });
}

function checkKey(
  document: Document,
  at: Path,
  configMaps: Readonly<Record<string, Document>>,
  report: Reporter,
): void {
  const reference = valueAt(document.content, at);
  if (!isObject(reference) || reference.optional === true) return;
  sayMissing(configMaps[textAt(reference, ["name"])], textAt(reference, ["key"]), [...at, "key"], report);
}

function sayMissing(configMap: Document | undefined, key: string, at: Path, report: Reporter): void {
  if (configMap === undefined) return;
  const known = ["data", "binaryData"].flatMap((part) => {
    const values = configMap.content[part];
    return isObject(values) ? Object.keys(values) : [];
  });
  if (known.includes(key)) return;
  const meant = nearest(key, known);
  const all = known.length === 0 ? "It has none." : `It has ${known.slice(0, 20).join(", ")}.`;
  const message = `The ConfigMap ${configMap.name} has no key ${JSON.stringify(key)}.`;
  report.say("workload/configmap-key", at, message, meant === undefined ? all : `Did you mean ${meant}?`);
}

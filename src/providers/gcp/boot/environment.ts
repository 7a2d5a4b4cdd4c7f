import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { objectAt, objectsAt, textAt } from "./template.ts";

/** One variable of a container. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** A container's variables: `envFrom` in order, then `env`, the later one winning; sorted by name. What needs a secret is left out. */
export function environmentOf(container: JsonObject, deployment: Deployment, instance: string): readonly Variable[] {
  const found = new Map<string, string>();
  for (const source of objectsAt(container, "envFrom")) {
    const prefix = textAt(source, "prefix");
    const content = deployment.configMaps[textAt(objectAt(source, "configMapRef"), "name")]?.content;
    for (const [key, value] of Object.entries(objectAt(content, "data"))) found.set(`${prefix}${key}`, String(value));
  }
  for (const variable of objectsAt(container, "env")) {
    const value = variableValue(variable, deployment, instance);
    if (value !== undefined) found.set(textAt(variable, "name"), value);
  }
  return [...found].map(([name, value]) => ({ name, value })).sort((left, right) => compareText(left.name, right.name));
}

function variableValue(variable: JsonObject, deployment: Deployment, instance: string): string | undefined {
  const from = objectAt(variable, "valueFrom");
  if (from.configMapKeyRef !== undefined) {
    const reference = objectAt(from, "configMapKeyRef");
    const content = deployment.configMaps[textAt(reference, "name")]?.content;
    const value = objectAt(content, "data")[textAt(reference, "key")];
    return value === undefined ? undefined : String(value);
  }
  if (from.fieldRef !== undefined)
    return fieldValue(textAt(objectAt(from, "fieldRef"), "fieldPath"), deployment, instance);
  if (Object.keys(from).length > 0) return undefined;
  return textAt(variable, "value");
}

function fieldValue(path: string, deployment: Deployment, instance: string): string | undefined {
  const fields: Readonly<Record<string, string>> = {
    "metadata.name": instance,
    "metadata.namespace": deployment.namespace,
    "spec.nodeName": instance,
  };
  return fields[path];
}

/** Whether the boot text of a deployment's instances differs from one to the next. */
export function namesInstance(deployment: Deployment): boolean {
  return JSON.stringify(deployment.template).includes('"fieldRef"');
}

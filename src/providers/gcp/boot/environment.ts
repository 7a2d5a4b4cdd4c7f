import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { readableFields } from "../../../datum/rules-environment.ts";
import { keysOf, type SecretVariable } from "./secrets.ts";
import { objectAt, objectsAt, textAt } from "./template.ts";

/** One variable of a container: its value, or where a secret's value is found. */
export type Variable = { readonly name: string; readonly value: string } | SecretVariable;

type Value = { readonly value: string } | Omit<SecretVariable, "name">;

/** A container's variables: `envFrom` in order, then `env`, the later one winning; sorted by name. */
export function environmentOf(container: JsonObject, deployment: Deployment, instance: string): readonly Variable[] {
  const found = new Map<string, Value>();
  for (const source of objectsAt(container, "envFrom")) {
    const prefix = textAt(source, "prefix");
    const content = deployment.configMaps[textAt(objectAt(source, "configMapRef"), "name")]?.content;
    for (const [key, value] of Object.entries(objectAt(content, "data"))) {
      found.set(`${prefix}${key}`, { value: String(value) });
    }
    const secret = textAt(objectAt(source, "secretRef"), "name");
    const document = deployment.secrets[secret];
    // As with Kubernetes, a key that is no name of a variable gives none.
    const keys = document === undefined ? [] : keysOf(document).filter((key) => isVariableName(`${prefix}${key}`));
    for (const key of keys) found.set(`${prefix}${key}`, { secret, key });
  }
  for (const variable of objectsAt(container, "env")) {
    const value = variableValue(variable, deployment, instance);
    if (value !== undefined) found.set(textAt(variable, "name"), value);
  }
  const all = [...found].map(([name, value]): Variable => ({ name, ...value }));
  return all.sort((left, right) => compareText(left.name, right.name));
}

/** Whether a shell can hand a variable of this name on. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function variableValue(variable: JsonObject, deployment: Deployment, instance: string): Value | undefined {
  const reference = objectAt(objectAt(variable, "valueFrom"), "secretKeyRef");
  const [secret, key] = [textAt(reference, "name"), textAt(reference, "key")];
  if (secret === "") {
    const value = plainValue(variable, deployment, instance);
    return value === undefined ? undefined : { value };
  }
  const document = deployment.secrets[secret];
  return document !== undefined && keysOf(document).includes(key) ? { secret, key } : undefined;
}

function plainValue(variable: JsonObject, deployment: Deployment, instance: string): string | undefined {
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
  const fields: Readonly<Record<(typeof readableFields)[number], string>> = {
    "metadata.name": instance,
    "metadata.namespace": deployment.namespace,
    "spec.nodeName": instance,
  };
  const field = readableFields.find((known) => known === path);
  return field === undefined ? undefined : fields[field];
}

/** Whether the boot text of a deployment's instances differs from one to the next. */
export function namesInstance(deployment: Deployment): boolean {
  return JSON.stringify(deployment.template).includes('"fieldRef"');
}

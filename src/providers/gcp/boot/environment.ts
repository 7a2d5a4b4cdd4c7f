import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { readableFields } from "../../../datum/rules-environment.ts";
import { expand, type Part, plainText } from "./expansion.ts";
import { keysOf, type SecretVariable } from "./secrets.ts";
import { objectAt, objectsAt, textAt } from "./template.ts";

/** One variable of a container: its value, or what it is made of where secrets stand in it. */
export type Variable = { readonly name: string; readonly value: string } | SecretVariable;

/** A container's variables: `envFrom` in order, then `env`, the later one winning; sorted by name. */
export function environmentOf(container: JsonObject, deployment: Deployment, instance: string): readonly Variable[] {
  const all = [...valuesOf(container, deployment, instance)].map(([name, parts]): Variable => {
    const value = plainText(parts);
    return value === undefined ? { name, parts } : { name, value };
  });
  return all.sort((left, right) => compareText(left.name, right.name));
}

/** The words of a container's command or arguments, with its variables where they are named. */
export function wordsOf(
  words: readonly string[],
  container: JsonObject,
  deployment: Deployment,
  instance: string,
): readonly (readonly Part[])[] {
  const values = valuesOf(container, deployment, instance);
  return words.map((word) => expand(word, (name) => values.get(name)));
}

function valuesOf(
  container: JsonObject,
  deployment: Deployment,
  instance: string,
): ReadonlyMap<string, readonly Part[]> {
  const found = new Map<string, readonly Part[]>();
  for (const source of objectsAt(container, "envFrom")) {
    const prefix = textAt(source, "prefix");
    const content = deployment.configMaps[textAt(objectAt(source, "configMapRef"), "name")]?.content;
    for (const [key, value] of Object.entries(objectAt(content, "data"))) {
      found.set(`${prefix}${key}`, [String(value)]);
    }
    const secret = textAt(objectAt(source, "secretRef"), "name");
    const document = deployment.secrets[secret];
    // As with Kubernetes, a key that is no name of a variable gives none.
    const keys = document === undefined ? [] : keysOf(document).filter((key) => isVariableName(`${prefix}${key}`));
    for (const key of keys) found.set(`${prefix}${key}`, [{ secret, key }]);
  }
  for (const variable of objectsAt(container, "env")) {
    const value = variableValue(variable, deployment, instance, found);
    if (value !== undefined) found.set(textAt(variable, "name"), value);
  }
  return found;
}

/** Whether a shell can hand a variable of this name on. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** A value may name the variables above it; what is read from elsewhere is taken as it is. */
function variableValue(
  variable: JsonObject,
  deployment: Deployment,
  instance: string,
  above: ReadonlyMap<string, readonly Part[]>,
): readonly Part[] | undefined {
  if (Object.keys(objectAt(variable, "valueFrom")).length === 0) {
    return expand(textAt(variable, "value"), (name) => above.get(name));
  }
  const reference = objectAt(objectAt(variable, "valueFrom"), "secretKeyRef");
  const [secret, key] = [textAt(reference, "name"), textAt(reference, "key")];
  if (secret === "") {
    const value = plainValue(variable, deployment, instance);
    return value === undefined ? undefined : [value];
  }
  const document = deployment.secrets[secret];
  return document !== undefined && keysOf(document).includes(key) ? [{ secret, key }] : undefined;
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
  return undefined;
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

import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** What an answer holds at a path; undefined when it is not there. Nothing the forge sends is taken on trust. */
export function valueAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const step of path) {
    if (!isObject(current)) return undefined;
    current = current[step];
  }
  return current;
}

/** The text at a path; empty when there is none. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The number at a path; 0 when there is none. */
export function numberAt(value: Json | undefined, ...path: readonly string[]): number {
  const found = valueAt(value, ...path) as unknown;
  if (typeof found === "bigint") return Number(found);
  return typeof found === "number" ? found : 0;
}

/** The objects of the list at a path; what is no object is left out. */
export function objectsAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** An object id or comment id as text, however large it is. */
export function idAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = valueAt(value, ...path) as unknown;
  return typeof found === "number" || typeof found === "bigint" || typeof found === "string" ? String(found) : "";
}

import type { Json, JsonObject } from "../../core/json.ts";

/** A text value of a body, or undefined. */
export function textOf(body: JsonObject | undefined, key: string): string | undefined {
  const value = body?.[key];
  return typeof value === "string" ? value : undefined;
}

/** The objects in a list of a body; none when it is absent. */
export function objectsOf(body: JsonObject | undefined, key: string): readonly JsonObject[] {
  const value = body?.[key];
  return Array.isArray(value) ? (value as readonly Json[]).filter((item): item is JsonObject => isPlain(item)) : [];
}

/** The texts in a list of a body; none when it is absent. */
export function textsOf(body: JsonObject | undefined, key: string): readonly string[] {
  const value = body?.[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** Whether a query parameter says yes; clients spell it in more than one way. Undefined when it is not there. */
export function flagOf(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  return value === null ? undefined : /^(?:true|1)$/i.test(value);
}

/** An object in a body, or an empty one. */
export function objectOf(body: JsonObject | undefined, key: string): JsonObject {
  const value = body?.[key];
  return isPlain(value) ? value : {};
}

function isPlain(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

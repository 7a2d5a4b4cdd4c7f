import { isObject, type Json, type JsonObject } from "../../../core/json.ts";

/** The object under a field; empty when there is none. */
export function objectAt(value: Json | undefined, field: string): JsonObject {
  const inner = isObject(value) ? value[field] : undefined;
  return isObject(inner) ? inner : {};
}

/** The objects of a list under a field, in order. */
export function objectsAt(value: Json | undefined, field: string): readonly JsonObject[] {
  const inner = isObject(value) ? value[field] : undefined;
  return Array.isArray(inner) ? inner.filter(isObject) : [];
}

/** The texts of a list under a field, in order. */
export function textsAt(value: Json | undefined, field: string): readonly string[] {
  const inner = isObject(value) ? value[field] : undefined;
  return Array.isArray(inner) ? inner.map(String) : [];
}

/** The text under a field; empty when there is none. */
export function textAt(value: Json | undefined, field: string): string {
  const inner = isObject(value) ? value[field] : undefined;
  return typeof inner === "string" ? inner : "";
}

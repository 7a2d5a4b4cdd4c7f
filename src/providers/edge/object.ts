import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** An object field of an object; empty when absent or of another type. */
export function fieldOf(object: JsonObject | undefined, field: string): JsonObject {
  const value = object?.[field];
  return isObject(value) ? value : {};
}

/** A text field of an object; empty when absent or of another type. */
export function textOf(object: JsonObject | undefined, field: string): string {
  const value = object?.[field];
  return typeof value === "string" ? value : "";
}

/** The objects of a list field; empty when absent. */
export function objectsOf(object: JsonObject | undefined, field: string): readonly JsonObject[] {
  const value = object?.[field];
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

/** `Network default/prod`: how people read which object is meant. */
export function titleOf(object: JsonObject): string {
  const metadata = fieldOf(object, "metadata");
  const namespace = textOf(metadata, "namespace");
  const name = textOf(metadata, "name");
  return `${textOf(object, "kind")} ${namespace === "" ? name : `${namespace}/${name}`}`;
}

/** The object with some fields left out. */
export function omit(object: JsonObject, leaveOut: (field: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !leaveOut(field)));
}

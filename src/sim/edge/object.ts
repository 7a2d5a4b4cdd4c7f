import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** An API object as it is stored and answered: a plain JSON object that is replaced, never changed in place. */
export type ApiObject = JsonObject;

/** The object's metadata; empty when it has none. */
export function metadataOf(object: ApiObject): JsonObject {
  return isObject(object.metadata) ? object.metadata : {};
}

/** A text field of the metadata; empty when absent. */
export function metadataText(object: ApiObject, field: string): string {
  const value = metadataOf(object)[field];
  return typeof value === "string" ? value : "";
}

/** The object with some metadata fields replaced; undefined removes a field. */
export function withMetadata(object: ApiObject, fields: Readonly<Record<string, Json | undefined>>): ApiObject {
  return { ...object, metadata: withFields(metadataOf(object), fields) };
}

/** A copy with some fields replaced; undefined removes a field. */
export function withFields(object: JsonObject, fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const copy: Record<string, Json> = { ...object };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) delete copy[name];
    else copy[name] = value;
  }
  return copy;
}

/** Finalizers in order. */
export function finalizersOf(object: ApiObject): readonly string[] {
  const value = metadataOf(object).finalizers;
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** Owner references as objects. */
export function ownersOf(object: ApiObject): readonly JsonObject[] {
  const value = metadataOf(object).ownerReferences;
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Whether somebody has asked for its deletion. */
export function isDeleting(object: ApiObject): boolean {
  return metadataText(object, "deletionTimestamp") !== "";
}

/** An object field of an object; empty when absent or of another type. */
export function fieldOf(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isObject(value) ? value : {};
}

/** A text field of an object; empty when absent or of another type. */
export function textOf(object: JsonObject, field: string): string {
  const value = object[field];
  return typeof value === "string" ? value : "";
}

/** `namespace/name`: how an object is found within its kind. Cluster-scoped objects have an empty namespace. */
export function placeOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** A condition by its type. */
export function conditionOf(object: ApiObject, type: string): JsonObject | undefined {
  const conditions = fieldOf(object, "status").conditions;
  if (!Array.isArray(conditions)) return undefined;
  return conditions.filter(isObject).find((condition) => condition.type === type);
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

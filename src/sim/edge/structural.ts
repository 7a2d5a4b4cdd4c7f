import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { FieldCause } from "./failure.ts";

/** Told of each place where a schema does not hold. */
export type Report = (reason: FieldCause["reason"], field: string, message: string) => unknown;

/** Checks a value against a structural schema, in the words of an API server. */
export function checkValue(schema: JsonObject, value: Json, path: string, report: Report): void {
  if (!checkType(schema, value, path, report)) return;
  if (isObject(value)) checkObject(schema, value, path, report);
  else if (Array.isArray(value)) checkList(schema, value as readonly Json[], path, report);
  else checkScalar(schema, value, path, report);
}

function checkType(schema: JsonObject, value: Json, path: string, report: Report): boolean {
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => typeof type === "string");
  if (types.length === 0 || types.some((type) => isOfType(value, type as string))) return true;
  const given = JSON.stringify(typeOf(value));
  const shown = types.length === 1 ? String(types[0]) : types.join(",");
  const text = `Invalid value: ${given}: ${path} in body must be of type ${shown}: ${given}`;
  report("FieldValueTypeInvalid", path, text);
  return false;
}

function isOfType(value: Json, type: string): boolean {
  if (type === "integer") return typeof value === "number" && Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "null") return value === null;
  return typeof value === type;
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function checkObject(schema: JsonObject, value: JsonObject, path: string, report: Report): void {
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const name of Array.isArray(schema.required) ? schema.required : []) {
    if (value[String(name)] === undefined) report("FieldValueRequired", inside(path, String(name)), "Required value");
  }
  const others = isObject(schema.additionalProperties) ? schema.additionalProperties : undefined;
  for (const [name, inner] of Object.entries(value)) {
    const own = properties[name] ?? others;
    if (isObject(own)) checkValue(own, inner, inside(path, name), report);
  }
}

function checkList(schema: JsonObject, list: readonly Json[], path: string, report: Report): void {
  const { minItems, maxItems } = schema;
  if (typeof minItems === "number" && list.length < minItems) {
    const message = `Invalid value: ${list.length}: ${path} in body should have at least ${minItems} items`;
    report("FieldValueInvalid", path, message);
  }
  if (typeof maxItems === "number" && list.length > maxItems) {
    report("FieldValueTooMany", path, `Too many: ${list.length}: must have at most ${maxItems} items`);
  }
  checkDoubles(schema, list, path, report);
  if (!isObject(schema.items)) return;
  for (const [index, item] of list.entries()) checkValue(schema.items, item, `${path}[${index}]`, report);
}

function checkDoubles(schema: JsonObject, list: readonly Json[], path: string, report: Report): void {
  const keys = schema["x-kubernetes-list-map-keys"];
  const keyed = Array.isArray(keys) ? (keys as readonly Json[]).map(String) : undefined;
  if (keyed === undefined && schema.uniqueItems !== true) return;
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const own =
      keyed === undefined || !isObject(item) ? item : Object.fromEntries(keyed.map((key) => [key, item[key] ?? null]));
    const text = canonical(own);
    if (seen.has(text)) report("FieldValueDuplicate", `${path}[${index}]`, `Duplicate value: ${text}`);
    seen.add(text);
  }
}

function checkScalar(schema: JsonObject, value: Json, path: string, report: Report): void {
  const { enum: choices, const: only, minimum, maximum } = schema;
  const allowed = Array.isArray(choices) ? (choices as readonly Json[]) : only === undefined ? undefined : [only];
  const shown = JSON.stringify(value);
  if (allowed !== undefined && !allowed.includes(value)) {
    const list = allowed.map((choice) => JSON.stringify(choice)).join(", ");
    report("FieldValueNotSupported", path, `Unsupported value: ${shown}: supported values: ${list}`);
    return;
  }
  const invalid = (what: string) =>
    report("FieldValueInvalid", path, `Invalid value: ${shown}: ${path} in body ${what}`);
  if (typeof value === "number") {
    if (typeof minimum === "number" && value < minimum) invalid(`should be greater than or equal to ${minimum}`);
    if (typeof maximum === "number" && value > maximum) invalid(`should be less than or equal to ${maximum}`);
  }
  if (typeof value !== "string") return;
  const { minLength, maxLength, pattern } = schema;
  const length = [...value].length;
  if (typeof minLength === "number" && length < minLength) invalid(`should be at least ${minLength} chars long`);
  if (typeof maxLength === "number" && length > maxLength) {
    report("FieldValueTooLong", path, `Too long: may not be more than ${maxLength} bytes`);
  }
  if (typeof pattern === "string" && !new RegExp(pattern, "u").test(value)) invalid(`should match '${pattern}'`);
}

/** Paths of the fields that a schema does not know. */
export function unknownFields(schema: JsonObject, value: Json, path = ""): readonly string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isObject(items)) return [];
    return (value as readonly Json[]).flatMap((item, index) => unknownFields(items, item, `${path}[${index}]`));
  }
  if (!isObject(value) || !isObject(schema.properties)) return [];
  const properties = schema.properties;
  return Object.entries(value).flatMap(([name, inner]) => {
    const own = properties[name];
    if (isObject(own)) return unknownFields(own, inner, inside(path, name));
    return schema.additionalProperties === false ? [inside(path, name)] : [];
  });
}

/** The value without what the schema does not know, and with its defaults where their parents are written. */
export function shaped(schema: JsonObject, value: Json): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isObject(items) ? (value as readonly Json[]).map((item) => shaped(items, item)) : value;
  }
  if (!isObject(value) || !isObject(schema.properties)) return value;
  const properties = schema.properties;
  const kept = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    const own = properties[name];
    if (isObject(own)) return [[name, shaped(own, inner)]];
    return schema.additionalProperties === false ? [] : [[name, inner]];
  });
  const missing = Object.entries(properties).flatMap(([name, own]): [string, Json][] => {
    const fallback = isObject(own) ? own.default : undefined;
    return fallback === undefined || value[name] !== undefined ? [] : [[name, fallback]];
  });
  return { ...Object.fromEntries(missing), ...Object.fromEntries(kept) };
}

function inside(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

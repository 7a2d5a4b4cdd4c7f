import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { type Description, type FieldType, fieldType } from "./description.ts";

/** One thing in a body that the published description does not allow. */
export interface Finding {
  /** Unknown names, wrong types and values outside an enumeration are told apart because the API answers differently. */
  readonly rule: "unknown" | "type" | "enum";
  /** Where the object or value is, such as `disks[0].autoDelete`; for unknown names the object that holds it; "" is the body. */
  readonly path: string;
  /** The unknown name, the wanted type, or the allowed values. */
  readonly detail: string;
  readonly value: Json;
}

/** Compares a body with a message of the description; an empty answer means the API would read all of it. */
export function validateBody(description: Description, message: string, body: Json): readonly Finding[] {
  const findings: Finding[] = [];
  checkMessage({ description, findings }, message, body, "");
  return findings;
}

/** The body without nulls and without what only the server may set, as the API reads it. */
export function readableBody(description: Description, message: string, body: JsonObject): JsonObject {
  const fields = description.messages[message] ?? {};
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(body)) {
    const code = fields[name];
    if (value === null || code === undefined) continue;
    const type = fieldType(code);
    if (type.outputOnly || (type.scalar === "enum" && value === "")) continue;
    kept[name] = readable(description, type, value);
  }
  return kept;
}

function readable(description: Description, type: FieldType, value: Json): Json {
  const one = (item: Json): Json => {
    if (type.scalar !== "message") return inOwnForm(type, item);
    return isObject(item) ? readableBody(description, type.name, item) : item;
  };
  if (type.list && Array.isArray(value)) return value.map(one);
  if (type.map && isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item)]));
  return one(value);
}

/** Clients send numbers as numbers or as text; the API answers, and so keeps, long ones as text and others as numbers. */
function inOwnForm({ scalar }: FieldType, value: Json): Json {
  if (scalar === "long" || scalar === "unsignedLong") return typeof value === "number" ? String(value) : value;
  const isNumber = scalar === "integer" || scalar === "unsigned" || scalar === "number";
  return isNumber && typeof value === "string" ? Number(value) : value;
}

interface Check {
  readonly description: Description;
  readonly findings: Finding[];
}

function checkMessage(check: Check, message: string, value: Json, path: string): void {
  if (!isObject(value)) {
    check.findings.push({ rule: "type", path, detail: message, value });
    return;
  }
  const fields = check.description.messages[message];
  if (fields === undefined) return;
  for (const [name, item] of Object.entries(value)) {
    const code = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (code === undefined) check.findings.push({ rule: "unknown", path, detail: name, value: item });
    else if (item !== null) checkField(check, fieldType(code), item, path === "" ? name : `${path}.${name}`);
  }
}

function checkField(check: Check, type: FieldType, value: Json, path: string): void {
  if (type.list) {
    if (!Array.isArray(value)) check.findings.push({ rule: "type", path, detail: "list", value });
    else for (const [index, item] of value.entries()) checkValue(check, type, item, `${path}[${index}]`);
  } else if (type.map) {
    if (!isObject(value)) check.findings.push({ rule: "type", path, detail: "map", value });
    else for (const [key, item] of Object.entries(value)) checkValue(check, type, item, `${path}.${key}`);
  } else checkValue(check, type, value, path);
}

function checkValue(check: Check, type: FieldType, value: Json, path: string): void {
  if (type.scalar === "message") checkMessage(check, type.name, value, path);
  else if (type.scalar === "enum") {
    const values = check.description.enums[type.name] ?? [];
    if (typeof value !== "string") check.findings.push({ rule: "type", path, detail: "text", value });
    // What only the server sets is not judged: it is ignored anyway, and newer servers know more values.
    // An empty value is none.
    else if (!type.outputOnly && value !== "" && values.length > 0 && !values.includes(value)) {
      check.findings.push({ rule: "enum", path, detail: values.join(", "), value });
    }
  } else if (!fits(type, value)) check.findings.push({ rule: "type", path, detail: type.scalar, value });
}

function fits(type: FieldType, value: Json): boolean {
  switch (type.scalar) {
    case "text":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return whole(value, -2_147_483_648n, 2_147_483_647n);
    case "unsigned":
      return whole(value, 0n, 4_294_967_295n);
    case "long":
      return whole(value, -(2n ** 63n), 2n ** 63n - 1n);
    case "unsignedLong":
      return whole(value, 0n, 2n ** 64n - 1n);
    case "number":
      return typeof value === "number" || (typeof value === "string" && value !== "" && Number.isFinite(Number(value)));
    default:
      return true;
  }
}

/** Numbers may travel as text, as the proto rules for JSON have it. */
function whole(value: Json, least: bigint, most: bigint): boolean {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return false;
  if (typeof value !== "number" && (typeof value !== "string" || !/^-?\d{1,20}$/.test(value))) return false;
  const number = BigInt(value);
  return number >= least && number <= most;
}

import { createHash } from "node:crypto";
import { canonical, isObject, type Json, type JsonObject } from "./json.ts";
import type { Address } from "./resource.ts";

/** Stable identity of one thing: 12 hex digits of SHA-256 over the parts (fleet, kind, namespace, name). */
export function uidOf(...parts: readonly string[]): string {
  return digest(parts).slice(0, 12);
}

/** Hash of a spec as it is written to the provider: 16 hex digits. Two specs that write the same have the same hash. */
export function specHash(spec: JsonObject): string {
  return digest(withoutReferences(spec)).slice(0, 16);
}

/** SHA-256 of a JSON value in its canonical text, 64 hex digits. */
export function digest(value: Json): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

/** A reference to another resource inside a spec; `value` is what the provider writes. */
export function reference(address: Address, value: string): JsonObject {
  return { $ref: address, value };
}

/** The spec as plain JSON: every reference replaced by its value. */
export function withoutReferences(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (!isObject(value)) return value;
  if (typeof value.$ref === "string") return value.value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutReferences(inner)]));
}

/** Addresses a spec refers to, sorted, without repeats. Dependencies are derived from here and nowhere else. */
export function referencesIn(spec: Json): readonly Address[] {
  const found = new Set<Address>();
  collect(spec, found);
  return [...found].sort();
}

function collect(value: Json, found: Set<Address>): void {
  if (Array.isArray(value)) {
    for (const inner of value) collect(inner, found);
    return;
  }
  if (!isObject(value)) return;
  if (typeof value.$ref === "string") {
    found.add(value.$ref);
    return;
  }
  for (const inner of Object.values(value)) collect(inner, found);
}

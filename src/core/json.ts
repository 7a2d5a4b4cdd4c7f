/** A JSON value. Specs, plans and stored rows hold nothing else, so that they can be printed, stored and compared. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; keys whose value is undefined are never written. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Says whether a value is a plain JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The one text of a JSON value: keys sorted at every depth, no white space. Equal values give equal text. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as Json)}`);
  return `{${parts.join(",")}}`;
}

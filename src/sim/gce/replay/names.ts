import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";

/** The project that recordings with a placeholder are replayed in. */
export const replayProject = "replay-project";

/** Gives the recorder's placeholders values; what it calls by one name can be several resources. */
export interface Names {
  /** Fills placeholders in a text. */
  fill(text: string): string;
  fillBody(body: JsonObject): JsonObject;
  /** The placeholder name of a collection stands for this from now on. */
  bind(placeholder: string, value: string): void;
  /** A name for a placeholder that nothing has yet. */
  fresh(placeholder: string): string;
}

/** The recorder's spelling of a placeholder. */
export function placeholderOf(name: string): string {
  return `\${${name}}`;
}

/** Says whether a text has a placeholder in it. */
export function hasPlaceholder(text: string): boolean {
  return text.includes("${");
}

/** Makes the names of one session. */
export function createNames(): Names {
  const bound = new Map<string, string>([
    [placeholderOf("projectId"), replayProject],
    [placeholderOf("projectNumber"), "123456789012"],
    [placeholderOf("uniqueId"), "u1"],
  ]);
  let counter = 0;
  const plain = (placeholder: string): string => placeholder.replace(/[^A-Za-z]/g, "").toLowerCase() || "thing";
  const fresh = (placeholder: string): string => {
    counter += 1;
    const known = placeholder.replace(/\$\{uniqueId\}/g, `u${counter}`);
    return hasPlaceholder(known) ? `${plain(known)}-${counter}` : known;
  };
  const fill = (text: string): string =>
    text.replace(/\$\{[A-Za-z]+\}/g, (placeholder) => bound.get(placeholder) ?? plain(placeholder));
  const fillValue = (value: Json): Json => {
    if (typeof value === "string") return fill(value);
    if (Array.isArray(value)) return value.map(fillValue);
    return isObject(value) ? fillObject(value) : value;
  };
  const fillObject = (body: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(body).map(([key, value]) => [key, fillValue(value)]));
  return { fill, fillBody: fillObject, bind: (placeholder, value) => bound.set(placeholder, value), fresh };
}

import { isObject, type Json } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import { type Path, type PolicyDocument, problemAt } from "./document.ts";

/** What a value must look like. */
export type Shape =
  | { readonly is: "text"; readonly oneOf?: readonly string[] }
  | { readonly is: "truth" }
  | { readonly is: "anything" }
  | { readonly is: "list"; readonly of: Shape }
  | { readonly is: "map"; readonly of: Shape }
  | { readonly is: "object"; readonly fields: Readonly<Record<string, Shape>>; readonly required: readonly string[] };

/** Any text, or one of some words. */
export function text(...oneOf: readonly string[]): Shape {
  return oneOf.length === 0 ? { is: "text" } : { is: "text", oneOf };
}

/** A list of such values. */
export function list(of: Shape): Shape {
  return { is: "list", of };
}

/** An object with these fields and no others. */
export function object(fields: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  return { is: "object", fields, required };
}

/** Anything at all. */
export const anything: Shape = { is: "anything" };

/** A map of texts. */
export const texts: Shape = { is: "map", of: { is: "text" } };

/** Everything in which a value differs from its shape. */
export function shapeProblems(
  document: PolicyDocument,
  value: Json | undefined,
  shape: Shape,
  path: Path,
): readonly Problem[] {
  const wrong = (wanted: string): readonly Problem[] => [
    problemAt(document, path, "policy/field", `${path.at(-1) ?? "The document"} must be ${wanted}.`, ""),
  ];
  // A field whose value was left empty counts as not written.
  if (value === undefined || value === null || shape.is === "anything") return [];
  switch (shape.is) {
    case "text":
      if (typeof value !== "string") return wrong("a text");
      return shape.oneOf === undefined || shape.oneOf.includes(value) ? [] : wrong(`one of ${shape.oneOf.join(", ")}`);
    case "truth":
      return typeof value === "boolean" ? [] : wrong("true or false");
    case "list":
      if (!Array.isArray(value)) return wrong("a list");
      return value.flatMap((item: Json, index) => shapeProblems(document, item, shape.of, [...path, index]));
    case "map":
      if (!isObject(value)) return wrong("a map");
      return Object.entries(value).flatMap(([key, item]) => shapeProblems(document, item, shape.of, [...path, key]));
    case "object":
      if (!isObject(value)) return wrong("an object");
      return [
        ...shape.required
          .filter((field) => value[field] === undefined || value[field] === null || value[field] === "")
          .map((field) => problemAt(document, path, "policy/field", `${field} is missing.`, `Add ${field}.`)),
        ...Object.entries(value).flatMap(([field, inner]) =>
          fieldProblems(document, shape.fields, [...path, field], inner),
        ),
      ];
  }
}

function fieldProblems(
  document: PolicyDocument,
  fields: Readonly<Record<string, Shape>>,
  path: Path,
  value: Json,
): readonly Problem[] {
  const field = String(path.at(-1));
  const shape = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (shape !== undefined) return shapeProblems(document, value, shape, path);
  const near = nearest(field, Object.keys(fields));
  const hint = near === undefined ? `Known are ${Object.keys(fields).join(", ")}.` : `Did you mean ${near}?`;
  return [problemAt(document, path, "policy/field", `There is no field ${field} here.`, hint)];
}

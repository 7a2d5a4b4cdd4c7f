import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Problem, Severity, Source } from "../core/problem.ts";

/** A path into a document: field names and list indexes. */
export type Path = readonly (string | number)[];

/** What this room needs of a document, whoever parsed it: its content and the place of every node. */
export interface PolicyDocument {
  readonly file: string;
  readonly content: Json;
  at(path: Path): Source;
}

/** A document with its identity read off. */
export interface Manifest extends PolicyDocument {
  readonly content: JsonObject;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** Reads kind and name of a document; undefined when it is no manifest. */
export function asManifest(document: PolicyDocument): Manifest | undefined {
  const { content, file } = document;
  if (!isObject(content)) return undefined;
  const { apiVersion, kind } = content;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  const name = isObject(content.metadata) ? content.metadata.name : undefined;
  return {
    file,
    content,
    apiVersion,
    kind,
    name: typeof name === "string" ? name : "",
    at: (path) => document.at(path),
  };
}

/** The documents in a list of them (`kind: List`), each with its own paths; any other document is itself. */
export function unfold(document: PolicyDocument): readonly PolicyDocument[] {
  const { content, file } = document;
  if (!isObject(content) || content.apiVersion !== "v1" || content.kind !== "List" || !Array.isArray(content.items))
    return [document];
  return content.items.map((item, index) => ({
    file,
    content: item,
    at: (path) => document.at(["items", index, ...path]),
  }));
}

/** Writes a path as people read it: `spec.validations[0].expression`. */
export function textOfPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z0-9_-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${step}]`;
  }
  return text;
}

/** A problem of a document at a path. */
export function problemAt(
  document: Pick<PolicyDocument, "at">,
  path: Path,
  rule: string,
  message: string,
  hint: string,
  severity: Severity = "error",
): Problem {
  return { ...document.at(path), severity, rule, path: textOfPath(path), message, hint };
}

/** The longest start of a path that exists in a value. */
export function existingPath(value: Json | undefined, path: Path): Path {
  const found: (string | number)[] = [];
  let inner: Json | undefined = value;
  for (const step of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, step)) break;
    inner = (inner as Record<string | number, Json>)[step];
    found.push(step);
  }
  return found;
}

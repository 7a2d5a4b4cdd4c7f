import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type YAMLParseError,
} from "yaml";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Problem, Source } from "../core/problem.ts";
import { bounds } from "./defaults.ts";

/** A path into the file: keys and list indexes. */
export type Path = readonly (string | number)[];

/** A YAML file as plain values, with the place of every node. */
export interface ReadFile {
  /** Undefined when the text is no YAML mapping. */
  readonly value: JsonObject | undefined;
  readonly problems: readonly Problem[];
  /** Place of the value at a path, or of its key; the nearest parent's when the path does not exist. */
  at(path: Path, part: "key" | "value"): Source;
}

const syntaxHint = "Look for a missing quote, bracket, colon or space at that place, or just above it.";

/** Reads one YAML document. Never throws; what is no single mapping gives problems. */
export function readYaml(text: string, file: string): ReadFile {
  const start: Source = { file, line: 1, column: 1 };
  if (text.length > bounds.maxFileBytes) {
    return failed([problem(start, "is larger than 1 MiB", "Keep the configuration small.")], start);
  }
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ""), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: "1.2",
  });
  const place = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    return failed(
      document.errors.map((error) => problem(place(error.pos[0]), whatOf(error), syntaxHint)),
      start,
    );
  }
  const value = plainValue(document);
  if (value === undefined) {
    const what = "has an alias without an anchor, or too many";
    return failed([problem(start, what, "Write the values out.")], start);
  }
  if (!isObject(value)) {
    const what = value === null ? "is empty" : "must be a mapping of keys to values";
    return failed([problem(start, what, "Write keys and values, as Configuration in the README shows.")], start);
  }
  return { value, problems: [], at: (path, part) => place(offsetAt(document, path, part)) };
}

function failed(problems: readonly Problem[], start: Source): ReadFile {
  return { value: undefined, problems, at: () => start };
}

function problem(source: Source, what: string, hint: string): Problem {
  return { ...source, severity: "error", rule: "config/yaml", path: "", message: `The file ${what}.`, hint };
}

function whatOf(error: YAMLParseError): string {
  if (error.code === "MULTIPLE_DOCS") return "has more than one document";
  return `is no valid YAML: ${(error.message.split("\n")[0] ?? "").replace(/[.:\s]+$/, "")}`;
}

/** Aliases to nothing, or that multiply past the limit, give undefined. */
function plainValue(document: Document): Json | undefined {
  try {
    return (document.toJS({ maxAliasCount: 100 }) ?? null) as Json;
  } catch {
    return undefined;
  }
}

function offsetAt(document: Document, path: Path, part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node, 0);
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      : undefined;
    const child = isMap(node) ? pair?.value : node.items[Number(step)];
    const keyOnly = part === "key" && index === path.length - 1;
    if (pair === undefined && child === undefined) break;
    const fallback = pair === undefined ? offset : startOf(pair.key, offset);
    offset = keyOnly && pair !== undefined ? fallback : startOf(child, fallback);
    node = child;
  }
  return offset;
}

function startOf(node: unknown, fallback: number): number {
  if (isPair(node)) return startOf(node.key, fallback);
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0] ?? fallback;
}

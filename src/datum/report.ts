import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Problem, Severity } from "../core/problem.ts";
import { type Document, type Path, pathText, valueAt } from "./document.ts";

/** Collects the problems of one document. */
export interface Reporter {
  readonly problems: Problem[];
  /** Adds a problem at a path; the place is that of the nearest node that was written. */
  say(rule: string, path: Path, message: string, hint: string, severity?: Severity): void;
}

/** Makes an empty collection for a document. */
export function createReporter(document: Document): Reporter {
  const problems: Problem[] = [];
  return {
    problems,
    say(rule, path, message, hint, severity = "error") {
      problems.push({
        severity,
        rule,
        ...document.at(path),
        path: clippedPath(pathText(path)),
        message: clipped(message),
        hint: clipped(hint),
      });
    },
  };
}

const maxSentence = 400;

/** A sentence that quotes what somebody wrote, cut where a value was too long to be read. */
export function clipped(sentence: string): string {
  return sentence.length <= maxSentence ? sentence : `${sentence.slice(0, maxSentence)}…`;
}

const maxPath = 1_000;

/** A path whose keys may be as long as a file. */
export function clippedPath(path: string): string {
  return path.length <= maxPath ? path : `${path.slice(0, maxPath)}…`;
}

/** The objects of a list at a path, with their paths; empty when there is no list. */
export function objectsAt(
  content: Json | undefined,
  path: Path,
): readonly { readonly path: Path; readonly value: JsonObject }[] {
  const list = valueAt(content, path);
  if (!Array.isArray(list)) return [];
  return list.flatMap((value, index) => (isObject(value) ? [{ path: [...path, index], value }] : []));
}

/** The text at a path; empty when there is none. */
export function textAt(content: Json | undefined, path: Path): string {
  const value = valueAt(content, path);
  return typeof value === "string" ? value : "";
}

/** Says whether a text is a variable of a shell or a template that nobody filled in: `$NAME`, `${NAME}`, `<name>`, `{{ name }}`. */
export function isPlaceholder(value: unknown): boolean {
  return typeof value === "string" && /^(\$\w+|\$\{[^}]*\}|<[^<>]+>|\{\{.*\}\})$/.test(value.trim());
}

/** Says whether a name is a DNS label (RFC 1123). */
export function isLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

/** Says whether a name is labels joined by dots (RFC 1123). */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && name.split(".").every(isLabel);
}

/** Says whether a name is a port name (RFC 6335). */
export function isPortName(name: string): boolean {
  return (
    name.length <= 15 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) && /[a-z]/.test(name) && !name.includes("--")
  );
}

import type { Json } from "../../core/json.ts";
import { badRequest } from "./failure.ts";
import { type ApiObject, fieldOf, metadataOf } from "./object.ts";

/** Says whether an object is meant. */
export type Match = (object: ApiObject) => boolean;

/** Reads a labelSelector: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (b,c)`, `a notin (b,c)`, comma between them. */
export function labelSelector(text: string): Match {
  const terms = splitTerms(text).map(labelTerm);
  return (object) => {
    const labels = fieldOf(metadataOf(object), "labels");
    return terms.every((term) => term(labels));
  };
}

/** Reads a fieldSelector: `metadata.name=x`, `metadata.namespace!=y`, `status.phase=z`, comma between them. */
export function fieldSelector(text: string): Match {
  const terms = splitTerms(text).map((term) => {
    const match = /^([A-Za-z0-9_.]+)\s*(==|=|!=)\s*(.*)$/.exec(term);
    if (match === null) throw badRequest(`invalid field selector: ${term}`);
    const path = (match[1] as string).split(".");
    const wanted = match[3] as string;
    const negated = match[2] === "!=";
    return (object: ApiObject) => (valueText(object, path) === wanted) !== negated;
  });
  return (object) => terms.every((term) => term(object));
}

function valueText(object: ApiObject, path: readonly string[]): string {
  let value: Json | undefined = object;
  for (const step of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
    value = (value as ApiObject)[step];
  }
  return value === undefined || value === null ? "" : String(value);
}

/** Splits at commas that do not stand inside parentheses. */
function splitTerms(text: string): readonly string[] {
  const terms = text.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  return terms.map((term) => term.trim()).filter((term) => term !== "");
}

function labelTerm(term: string): (labels: Readonly<Record<string, Json>>) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const values = (set[3] as string).split(",").map((value) => value.trim());
    const key = set[1] as string;
    const wanted = set[2] === "in";
    return (labels) => {
      const value = labels[key];
      return (typeof value === "string" && values.includes(value)) === wanted;
    };
  }
  const equal = /^([^!=\s]+)\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$/.exec(term);
  if (equal !== null) {
    const key = equal[1] as string;
    return (labels) => (labels[key] === equal[3]) === (equal[2] !== "!=");
  }
  const exists = /^(!?)\s*([^!=\s]+)$/.exec(term);
  if (exists !== null) {
    const key = exists[2] as string;
    return (labels) => (labels[key] !== undefined) === (exists[1] === "");
  }
  throw badRequest(`unable to parse requirement: ${term}`);
}

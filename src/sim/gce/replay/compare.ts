import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";

/** One way in which an answer differs from the recorded one. */
export interface Difference {
  readonly kind: "status" | "reason" | "message" | "missing" | "extra" | "type" | "value" | "operationType" | "length";
  /** Where in the body, such as `disks[].licenses`. */
  readonly path: string;
  readonly recorded: string;
  readonly simulated: string;
}

/** Compares an answer with the recorded one: status, reason, keys, types, operation type, and values of closed sets. */
export function compareAnswers(
  recorded: { readonly status: number; readonly body: JsonObject },
  simulated: { readonly status: number; readonly body: JsonObject },
): readonly Difference[] {
  if (recorded.status !== simulated.status) {
    const shown = `${simulated.status} ${textOf(objectOf(simulated.body, "error"), "message") ?? ""}`.trim();
    return [{ kind: "status", path: "", recorded: String(recorded.status), simulated: shown }];
  }
  if (recorded.status >= 400) return compareErrors(recorded.body, simulated.body);
  const found: Difference[] = [];
  compareValues(recorded.body, simulated.body, "", found);
  return dedupe(found);
}

function compareErrors(recorded: JsonObject, simulated: JsonObject): readonly Difference[] {
  const [left, right] = [objectOf(recorded, "error"), objectOf(simulated, "error")];
  const found: Difference[] = [];
  const reason = (body: JsonObject): string => textOf(objectsOf(body, "errors")[0], "reason") ?? "";
  if (reason(left) !== reason(right)) {
    found.push({ kind: "reason", path: "error", recorded: reason(left), simulated: reason(right) });
  }
  const [said, says] = [textOf(left, "message") ?? "", textOf(right, "message") ?? ""];
  if (shape(said) !== shape(says)) found.push({ kind: "message", path: "error", recorded: said, simulated: says });
  compareValues(left, right, "error", found);
  return dedupe(found.filter((one) => one.kind !== "value"));
}

/** A message without the names in it. */
function shape(message: string): string {
  return message.replace(/'[^']*'/g, "''");
}

/** Keys are data, not fields, in these. */
const isMap = (path: string): boolean => /(?:^|\.)(?:labels|resourceManagerTags|items\{\}|metadatas)$/.test(path);

function compareValues(recorded: Json, simulated: Json, path: string, found: Difference[]): void {
  const [left, right] = [typeName(recorded), typeName(simulated)];
  if (left !== right) {
    found.push({ kind: "type", path, recorded: left, simulated: right });
    return;
  }
  if (Array.isArray(recorded) && Array.isArray(simulated)) compareLists(recorded, simulated, path, found);
  else if (isObject(recorded) && isObject(simulated)) {
    if (path === "items") compareScopes(recorded, simulated, found);
    else if (!isMap(path)) compareObjects(recorded, simulated, path, found);
  } else compareScalars(recorded, simulated, path, found);
}

function compareLists(recorded: readonly Json[], simulated: readonly Json[], path: string, found: Difference[]): void {
  if (recorded.length !== simulated.length) {
    const [left, right] = [String(recorded.length), String(simulated.length)];
    found.push({ kind: "length", path, recorded: left, simulated: right });
  }
  for (const [index, item] of recorded.entries()) {
    const other = simulated[index];
    if (other !== undefined) compareValues(item, other, `${path}[]`, found);
  }
}

function compareObjects(recorded: JsonObject, simulated: JsonObject, path: string, found: Difference[]): void {
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const [key, value] of Object.entries(recorded)) {
    const other = Object.hasOwn(simulated, key) ? simulated[key] : undefined;
    if (other === undefined) {
      found.push({ kind: "missing", path: at(key), recorded: brief(value), simulated: "" });
    } else compareValues(value, other, at(key), found);
  }
  for (const [key, value] of Object.entries(simulated)) {
    if (!Object.hasOwn(recorded, key)) {
      found.push({ kind: "extra", path: at(key), recorded: "", simulated: brief(value) });
    }
  }
}

/** The scopes of an aggregated list; those without results are counted, not named one by one. */
function compareScopes(recorded: JsonObject, simulated: JsonObject, found: Difference[]): void {
  for (const [scope, value] of Object.entries(recorded)) {
    const other = simulated[scope];
    if (other !== undefined) compareValues(value, other, "items{}.scope", found);
  }
  const lacking = Object.keys(recorded).filter((scope) => simulated[scope] === undefined);
  const added = Object.keys(simulated).filter((scope) => recorded[scope] === undefined);
  if (lacking.length > 0) found.push({ kind: "missing", path: "items{}", recorded: scopes(lacking), simulated: "" });
  if (added.length > 0) found.push({ kind: "extra", path: "items{}", recorded: "", simulated: scopes(added) });
}

function scopes(names: readonly string[]): string {
  return `${names.length} scopes, ${names.slice(0, 3).join(", ")}`;
}

/** Only closed sets are compared by value: what is yes or no, and words in capitals. */
function compareScalars(recorded: Json, simulated: Json, path: string, found: Difference[]): void {
  if (recorded === simulated) return;
  if (path === "operationType") {
    found.push({ kind: "operationType", path, recorded: brief(recorded), simulated: brief(simulated) });
    return;
  }
  const isClosed =
    typeof recorded === "boolean" || (typeof recorded === "string" && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(recorded));
  const isConstant = path === "kind" || path.endsWith(".kind") || path === "progress";
  if (isClosed || isConstant) {
    found.push({ kind: "value", path, recorded: brief(recorded), simulated: brief(simulated) });
  }
}

function typeName(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

function brief(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function dedupe(found: readonly Difference[]): readonly Difference[] {
  const seen = new Set<string>();
  return found.filter((one) => {
    const key = `${one.kind} ${one.path}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";

/**
 * A set of field paths as managedFields writes them. Each path is a list of steps joined by a line break:
 * `f:name` a field, `k:{"type":"Ready"}` an item of a keyed list, `v:"x"` an item of a set.
 */
export type FieldSet = ReadonlySet<string>;

const separator = "\n";

/** Lists that are merged item by item: their last field name and the key of an item. All others are one value. */
const keyedLists: Readonly<Record<string, readonly string[]>> = {
  ownerReferences: ["uid"],
  listeners: ["name"],
};
const setLists: ReadonlySet<string> = new Set(["finalizers"]);

/** Metadata that the server writes and nobody owns. */
const unowned: ReadonlySet<string> = new Set([
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "generateName",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
]);

/** Which part of an object a request may write: everything but status, or status alone. */
export type Part = "main" | "status" | "all";

/** The fields of an object that may be owned through a request on this part. */
export function ownable(object: JsonObject, part: Part): JsonObject {
  if (part === "status") return object.status === undefined ? {} : { status: object.status };
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(object)) {
    if (name === "apiVersion" || name === "kind" || (name === "status" && part === "main")) continue;
    kept[name] = name === "metadata" && isObject(value) ? ownableMetadata(value) : value;
  }
  if (isObject(kept.metadata) && Object.keys(kept.metadata).length === 0) delete kept.metadata;
  return kept;
}

function ownableMetadata(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !unowned.has(name)));
}

/** Every leaf of a value, and every object that holds some: who writes without applying owns the objects it made too. */
export function nodesOf(value: JsonObject): Map<string, Json> {
  const nodes = leavesOf(value);
  for (const path of [...nodes.keys()]) {
    const steps = path.split(separator);
    // The top of metadata stands whatever anybody does, and is nobody's.
    for (let depth = steps.length - 1; depth > 0; depth -= 1) {
      const above = steps.slice(0, depth).join(separator);
      if (above !== "f:metadata" && !nodes.has(above)) nodes.set(above, null);
    }
  }
  return nodes;
}

/** Every leaf of a value. */
export function leavesOf(value: Json): Map<string, Json> {
  const leaves = new Map<string, Json>();
  collect(value, [], leaves);
  return leaves;
}

function collect(value: Json, path: readonly string[], leaves: Map<string, Json>): void {
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0 && path.length > 0) leaves.set(path.join(separator), value);
    for (const [name, inner] of entries) collect(inner, [...path, `f:${name}`], leaves);
    return;
  }
  const list = listKind(path);
  if (!Array.isArray(value) || list === "atomic" || value.length === 0) {
    leaves.set(path.join(separator), value);
    return;
  }
  for (const item of value as readonly Json[]) {
    const step = itemStep(list, item);
    const inner = [...path, step];
    leaves.set(inner.join(separator), list === "set" ? item : null);
    if (list !== "set") collect(item, inner, leaves);
  }
}

type ListKind = "atomic" | "set" | readonly string[];

/** How the list at a path is merged. */
export function listKind(path: readonly string[]): ListKind {
  const name = (path.at(-1) ?? "").slice(2);
  if (setLists.has(name)) return "set";
  return keyedLists[name] ?? "atomic";
}

/** The step that names one item of a list. */
export function itemStep(list: ListKind, item: Json): string {
  if (list === "set" || list === "atomic" || !isObject(item)) return `v:${canonical(item)}`;
  const keys = list.map((key) => [key, item[key] ?? null] as const);
  return `k:${canonical(Object.fromEntries(keys))}`;
}

/** The set as FieldsV1. */
export function toFieldsV1(set: Iterable<string>): JsonObject {
  const root: Record<string, Json> = {};
  const members = [...set].sort();
  for (const [index, path] of members.entries()) {
    let node = root;
    const steps = path.split(separator);
    for (const step of steps) {
      node[step] ??= {};
      node = node[step] as Record<string, Json>;
    }
    const holdsMore = members[index + 1]?.startsWith(path + separator) === true;
    if (holdsMore || /^[kv]:/.test(steps.at(-1) ?? "")) node["."] = {};
  }
  return root;
}

/** Reads FieldsV1; inner nodes without a dot of their own are not members. */
export function fromFieldsV1(value: Json | undefined): Set<string> {
  const set = new Set<string>();
  const walk = (node: JsonObject, path: readonly string[]): void => {
    const children = Object.keys(node).filter((step) => step !== ".");
    if (path.length > 0 && (children.length === 0 || node["."] !== undefined)) set.add(path.join(separator));
    for (const step of children) walk(node[step] as JsonObject, [...path, step]);
  };
  if (isObject(value)) walk(value, []);
  return set;
}

/** `.spec.mtu`, `.status.conditions[type="Ready"].status`: a path as conflicts name it. */
export function pathText(path: string): string {
  let text = "";
  for (const step of path.split(separator)) {
    if (step.startsWith("f:")) text += `.${step.slice(2)}`;
    else if (step.startsWith("v:")) text += `[=${step.slice(2)}]`;
    else {
      const keys = Object.entries(JSON.parse(step.slice(2)) as JsonObject);
      text += `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
    }
  }
  return text;
}

/** Whether a path or anything beneath it is in the set. */
export function covers(set: FieldSet, path: string): boolean {
  if (set.has(path)) return true;
  for (const member of set) if (member.startsWith(path + separator)) return true;
  return false;
}

/** The value with a path removed, and with the objects that this left empty. */
export function without(value: Json, path: string): Json {
  return removeStep(value, path.split(separator), []) ?? {};
}

function removeStep(value: Json, steps: readonly string[], above: readonly string[]): Json | undefined {
  const [step, ...rest] = steps as [string, ...string[]];
  const here = [...above, step];
  if (step.startsWith("f:")) {
    if (!isObject(value)) return value;
    const name = step.slice(2);
    const inner = value[name];
    if (inner === undefined) return value;
    const kept: Record<string, Json> = { ...value };
    const left = rest.length === 0 ? undefined : removeStep(inner, rest, here);
    if (left === undefined) delete kept[name];
    else kept[name] = left;
    return Object.keys(kept).length === 0 && above.length > 0 ? undefined : kept;
  }
  if (!Array.isArray(value)) return value;
  const list = listKind(above);
  const items = (value as readonly Json[]).flatMap((item) => {
    if (itemStep(list, item) !== step) return [item];
    const left = rest.length === 0 ? undefined : removeStep(item, rest, here);
    return left === undefined ? [] : [left];
  });
  return items.length === 0 ? undefined : items;
}

import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ApiFailure } from "./failure.ts";
import {
  covers,
  fromFieldsV1,
  itemStep,
  leavesOf,
  listKind,
  nodesOf,
  ownable,
  type Part,
  pathText,
  toFieldsV1,
  without,
} from "./fields.ts";
import { type ApiObject, metadataOf, textOf, timeText, withMetadata } from "./object.ts";

/** Who writes, as managedFields tells managers apart. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly part: Part;
}

interface Owned {
  readonly manager: string;
  readonly operation: string;
  readonly subresource: string;
  readonly apiVersion: string;
  readonly time: string;
  readonly set: Set<string>;
}

function read(object: ApiObject): Owned[] {
  const entries = metadataOf(object).managedFields;
  if (!Array.isArray(entries)) return [];
  return entries.filter(isObject).map((entry) => ({
    manager: textOf(entry, "manager"),
    operation: textOf(entry, "operation"),
    subresource: textOf(entry, "subresource"),
    apiVersion: textOf(entry, "apiVersion"),
    time: textOf(entry, "time"),
    set: fromFieldsV1(entry.fieldsV1),
  }));
}

/** What stood there before anybody was noted belongs to a manager of that name. */
function ownersOf(live: ApiObject): Owned[] {
  const owned = read(live);
  if (owned.length > 0) return owned;
  const set = new Set(leavesOf(ownable(live, "main")).keys());
  const apiVersion = textOf(live, "apiVersion");
  const time = textOf(metadataOf(live), "creationTimestamp");
  return [{ manager: "before-first-apply", operation: "Update", subresource: "", apiVersion, time, set }];
}

function write(object: ApiObject, owned: readonly Owned[]): ApiObject {
  const entries: JsonObject[] = owned
    .filter((entry) => entry.set.size > 0)
    .map(({ manager, operation, apiVersion, time, set, subresource }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: "FieldsV1",
      fieldsV1: toFieldsV1(set),
      ...(subresource === "" ? {} : { subresource }),
    }));
  return withMetadata(object, { managedFields: entries.length === 0 ? undefined : entries });
}

function isMine(entry: Owned, manager: Manager): boolean {
  const subresource = manager.part === "status" ? "status" : "";
  return entry.manager === manager.name && entry.operation === manager.operation && entry.subresource === subresource;
}

function entryFor(object: ApiObject, manager: Manager, nowMs: number, set: Set<string>): Owned {
  const subresource = manager.part === "status" ? "status" : "";
  const apiVersion = textOf(object, "apiVersion");
  return { manager: manager.name, operation: manager.operation, subresource, apiVersion, time: timeText(nowMs), set };
}

/** Records who owns what after a create, a replace or a patch: fields that changed belong to the writer alone. */
export function recordUpdate(
  before: ApiObject | undefined,
  after: ApiObject,
  manager: Manager,
  nowMs: number,
): ApiObject {
  const claimed = before === undefined ? undefined : claimedEntries(before, after);
  const old = before === undefined ? new Map<string, Json>() : nodesOf(ownable(before, "all"));
  const fresh = nodesOf(ownable(after, "all"));
  const changed = [...fresh].filter(([path, value]) => !old.has(path) || !same(old.get(path), value)).map(([p]) => p);
  const removed = [...old.keys()].filter((path) => !fresh.has(path));
  if (before !== undefined && changed.length === 0 && removed.length === 0) {
    return withMetadata(after, { managedFields: claimed });
  }
  const owned = before === undefined ? [] : read(withMetadata(before, { managedFields: claimed }));
  for (const entry of owned) {
    for (const path of removed) entry.set.delete(path);
    if (!isMine(entry, manager)) for (const path of changed) entry.set.delete(path);
  }
  const mine = owned.find((entry) => isMine(entry, manager));
  const set = new Set([...(mine?.set ?? []), ...changed]);
  return write(after, placed(owned, mine, entryFor(after, manager, nowMs, set)));
}

/** Who owns what as the writer says it: clients may rewrite the entries, and one empty entry takes them all away. */
function claimedEntries(before: ApiObject, after: ApiObject): Json | undefined {
  const given = metadataOf(after).managedFields;
  if (!Array.isArray(given) || given.length === 0) return metadataOf(before).managedFields;
  const [first] = given as readonly Json[];
  return given.length === 1 && isObject(first) && Object.keys(first).length === 0 ? undefined : given;
}

/** Merges an applied configuration into an object; other managers' differing fields are conflicts unless forced. */
export function applyTo(
  live: ApiObject | undefined,
  applied: ApiObject,
  manager: Manager,
  force: boolean,
  nowMs: number,
): ApiObject {
  const intent = ownable(applied, manager.part);
  const wanted = leavesOf(intent);
  const owned = live === undefined ? [] : ownersOf(live);
  const mine = owned.find((entry) => isMine(entry, manager));
  const others = owned.filter((entry) => entry !== mine);
  const current = live === undefined ? new Map<string, Json>() : leavesOf(ownable(live, "all"));
  const contested = others.flatMap((entry) =>
    [...wanted].filter(([path, value]) => contends(entry.set, path, value, current)).map(([path]) => ({ entry, path })),
  );
  if (contested.length > 0 && !force) throw conflictOf(contested);
  for (const { entry, path } of contested) {
    for (const member of [...entry.set])
      if (member === path || member.startsWith(`${path}\n`)) entry.set.delete(member);
  }
  const base = live ?? { apiVersion: applied.apiVersion ?? "", kind: applied.kind ?? "", metadata: {} };
  let merged = merge(base, intent, []) as ApiObject;
  const set = new Set(wanted.keys());
  const dropped = [...(mine?.set ?? [])].filter((path) => !covers(set, path));
  for (const path of dropped.sort((left, right) => left.length - right.length)) {
    if (!others.some((entry) => covers(entry.set, path))) merged = without(merged, path) as ApiObject;
  }
  // Letting go of a field may have taken an object with it that is still wanted empty.
  merged = merge(merged, intent, []) as ApiObject;
  const unchanged =
    live !== undefined && same(merged, live) && mine !== undefined && same([...mine.set].sort(), [...set].sort());
  const entry = unchanged ? mine : entryFor(applied, manager, nowMs, set);
  return write(merged, placed(owned, mine, entry));
}

/** The entries with one replaced where it stood, or added at the end. */
function placed(owned: readonly Owned[], mine: Owned | undefined, entry: Owned): readonly Owned[] {
  return mine === undefined ? [...owned, entry] : owned.map((other) => (other === mine ? entry : other));
}

function contends(theirs: ReadonlySet<string>, path: string, value: Json, current: ReadonlyMap<string, Json>): boolean {
  if (!theirs.has(path) || /\n[kv]:[^\n]*$/.test(path)) return false;
  return !same(current.get(path), value);
}

/** One conflict is told in one line; several are grouped by manager, as a real server does. */
function conflictOf(contested: readonly { readonly entry: Owned; readonly path: string }[]): ApiFailure {
  const causes = contested.map(({ entry, path }) => {
    const using = entry.operation === "Update" ? ` using ${entry.apiVersion}` : "";
    return {
      reason: "FieldManagerConflict",
      message: `conflict with "${entry.manager}"${using}`,
      field: pathText(path),
    };
  });
  const [first] = causes;
  let text = `1 conflict: ${first?.message}: ${first?.field}`;
  if (causes.length > 1) {
    const managers = [...new Set(causes.map((cause) => cause.message))];
    const groups = managers.map((message) => {
      const fields = causes.filter((cause) => cause.message === message).map((cause) => `- ${cause.field}`);
      return `${message.replace("conflict", "conflicts")}:\n${fields.join("\n")}`;
    });
    text = `${causes.length} conflicts: ${groups.join("\n")}`;
  }
  return new ApiFailure(409, "Conflict", `Apply failed with ${text}`, { details: { causes } });
}

function merge(live: Json, applied: Json, path: readonly string[]): Json {
  if (isObject(live) && isObject(applied)) {
    const merged: Record<string, Json> = { ...live };
    for (const [name, value] of Object.entries(applied)) {
      const there = merged[name];
      merged[name] = there === undefined ? value : merge(there, value, [...path, `f:${name}`]);
    }
    return merged;
  }
  const list = listKind(path);
  if (!Array.isArray(live) || !Array.isArray(applied) || list === "atomic") return applied;
  const items = [...(live as readonly Json[])];
  for (const item of applied as readonly Json[]) {
    const step = itemStep(list, item);
    const index = items.findIndex((there) => itemStep(list, there) === step);
    if (index < 0) items.push(item);
    else items[index] = merge(items[index] as Json, item, [...path, step]);
  }
  return items;
}

function same(left: Json | undefined, right: Json | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonical(left) === canonical(right);
}

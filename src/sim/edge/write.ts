import { randomUUID } from "node:crypto";
import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import {
  ApiFailure,
  alreadyExists,
  badRequest,
  invalidNamed,
  invalidObject,
  notFound,
  resourceName,
  staleWrite,
} from "./failure.ts";
import type { Part } from "./fields.ts";
import { type EdgeKind, namespaceKind } from "./kinds.ts";
import { applyTo, type Manager, recordUpdate } from "./managed.ts";
import {
  type ApiObject,
  fieldOf,
  finalizersOf,
  isDeleting,
  metadataOf,
  metadataText,
  placeOf,
  textOf,
  timeText,
  withFields,
  withMetadata,
} from "./object.ts";
import { jsonPatch, mergePatch } from "./patch.ts";
import { type FieldValidation, judgeFields } from "./strange.ts";
import { refuseUntyped } from "./typed.ts";
import { checkContent, checkIdentity, withDefaults } from "./validation.ts";
import type { World } from "./world.ts";

/** Where a write goes and who sends it. */
export interface Target {
  readonly world: World;
  readonly kind: EdgeKind;
  readonly namespace: string;
  /** Empty for a create in a collection. */
  readonly name: string;
  readonly part: Part;
  readonly manager: string;
  readonly dryRun: boolean;
  readonly nowMs: number;
  readonly fieldValidation: FieldValidation;
}

/** What a write answers with. */
export interface Written {
  readonly code: 200 | 201;
  readonly body: JsonObject;
  /** For the Warning header. */
  readonly warnings?: readonly string[];
}

/** What a patch may be. */
export type PatchType = "apply" | "merge" | "json";

/** POST: makes an object that does not exist yet. */
export function createObject(target: Target, body: ApiObject): Written {
  checkIdentity(target.kind, target.namespace, "", body);
  if (metadataText(body, "resourceVersion") !== "") {
    throw new ApiFailure(500, "", "resourceVersion should not be set on objects to be created");
  }
  const prefix = metadataText(body, "generateName");
  const name = metadataText(body, "name") || (prefix === "" ? "" : `${prefix}${randomUUID().slice(0, 5)}`);
  if (name === "") {
    const cause = {
      field: "metadata.name",
      reason: "FieldValueRequired",
      message: "Required value: name or generateName is required",
    };
    throw invalidObject(target.kind, name, [cause]);
  }
  if (target.world.get(target.kind, placeOf(target.namespace, name)) !== undefined) {
    throw alreadyExists(target.kind, name);
  }
  const warnings = judgeFields(target.kind, target.fieldValidation, body);
  const owned = recordUpdate(undefined, born(target, name, body), manager(target, "Update"), target.nowMs);
  return { code: 201, body: commit(target, undefined, owned), warnings };
}

/** PUT: replaces the part the path names. */
export function replaceObject(target: Target, body: ApiObject): Written {
  checkIdentity(target.kind, target.namespace, target.name, body);
  const before = required(target);
  if (metadataText(body, "resourceVersion") === "") {
    const message = "Invalid value: 0x0: must be specified for an update";
    const cause = { field: "metadata.resourceVersion", reason: "FieldValueInvalid", message };
    const { group, plural } = target.kind;
    throw invalidNamed(resourceName(target.kind), { group, kind: plural }, target.name, [cause]);
  }
  const warnings = judgeFields(target.kind, target.fieldValidation, body);
  return { code: 200, body: store(target, before, body), warnings };
}

/** PATCH: changes the part the path names; an apply makes the object when it is missing. */
export function patchObject(target: Target, type: PatchType, patch: Json, force: boolean): Written {
  const before = target.world.get(target.kind, placeOf(target.namespace, target.name))?.object;
  if (type === "apply") return applyObject(target, before, patch, force);
  if (before === undefined) throw notFound(target.kind, target.name);
  if (type === "merge" && !isObject(patch)) {
    const what = Array.isArray(patch) ? "array" : typeof patch;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${what} into Go value of type map[string]interface {}`,
    );
  }
  const patched = type === "merge" ? mergePatch(before, patch) : jsonPatch(before, patch);
  if (!isObject(patched)) throw badRequest("the patch does not leave an object");
  checkIdentity(target.kind, target.namespace, target.name, patched);
  const warnings = judgeFields(target.kind, target.fieldValidation, patched);
  return { code: 200, body: store(target, before, patched), warnings };
}

function applyObject(target: Target, before: ApiObject | undefined, patch: Json, force: boolean): Written {
  if (!isObject(patch)) throw badRequest("an applied configuration is an object");
  checkIdentity(target.kind, target.namespace, target.name, patch);
  if (metadataOf(patch).managedFields !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  if (target.manager === "") {
    const message = "Required value: is required for apply patch";
    const cause = { field: "fieldManager", reason: "FieldValueRequired", message };
    throw invalidNamed("PatchOptions.meta.k8s.io", { group: "meta.k8s.io", kind: "PatchOptions" }, "", [cause]);
  }
  checkPreconditions(target, before, patch);
  refuseUntyped(target.kind, patch);
  const applied = target.kind.status && target.part === "main" ? withFields(patch, { status: undefined }) : patch;
  const merged = applyTo(before, applied, manager(target, "Apply"), force, target.nowMs);
  if (before !== undefined) return { code: 200, body: commit(target, before, merged) };
  if (target.part === "status") throw notFound(target.kind, target.name);
  const fresh = born(target, target.name, merged);
  const kept = withMetadata(fresh, { managedFields: metadataOf(merged).managedFields });
  return { code: 201, body: commit(target, undefined, kept) };
}

/** Writes the parts of `body` that the path may write over `before`. */
function store(target: Target, before: ApiObject, body: ApiObject): ApiObject {
  checkPreconditions(target, before, body);
  const main = target.part === "main";
  const status = main && target.kind.status ? before.status : body.status;
  const base = main ? withDefaults(target.kind, body) : before;
  const given = withFields(metadataOf(main ? body : before), { deletionTimestamp: undefined });
  const kept = { ...given, ...serverMetadata(before) };
  const after = withFields({ ...base, metadata: kept }, { status });
  return commit(target, before, recordUpdate(before, after, manager(target, "Update"), target.nowMs));
}

/** DELETE: ends the object, or marks it when somebody still has to let go of it. */
export function deleteObject(target: Target, options: JsonObject): Written {
  const before = required(target);
  const wanted = fieldOf(options, "preconditions");
  for (const field of ["uid", "resourceVersion"]) {
    const given = textOf(wanted, field);
    const actual = metadataText(before, field);
    if (given !== "" && given !== actual) {
      const label = field === "uid" ? "UID" : "ResourceVersion";
      const what = field === "uid" ? "deleted and then recreated" : "modified";
      const why = `the ${label} in the precondition (${given}) does not match the ${label} in record (${actual}). `;
      throw staleWrite(
        { ...target.kind, plural: target.kind.kind },
        target.name,
        `${why}The object might have been ${what}`,
      );
    }
  }
  const foreground = textOf(options, "propagationPolicy") === "Foreground";
  const present = finalizersOf(before);
  const finalizers =
    foreground && !present.includes("foregroundDeletion") ? [...present, "foregroundDeletion"] : present;
  if (finalizers.length === 0) {
    if (!target.dryRun) target.world.remove(target.kind, placeOf(target.namespace, target.name));
    const details = { name: target.name, group: target.kind.group, kind: target.kind.plural };
    const body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };
    return { code: 200, body: { ...body, details: { ...details, uid: metadataText(before, "uid") } } };
  }
  if (isDeleting(before)) return { code: 200, body: before };
  const marked = withMetadata(before, {
    finalizers,
    deletionTimestamp: timeText(target.nowMs),
    deletionGracePeriodSeconds: 0,
  });
  return { code: 200, body: commit(target, before, marked) };
}

function required(target: Target): ApiObject {
  const stored = target.world.get(target.kind, placeOf(target.namespace, target.name));
  if (stored === undefined) throw notFound(target.kind, target.name);
  return stored.object;
}

function manager(target: Target, operation: Manager["operation"]): Manager {
  return { name: target.manager, operation, part: target.part };
}

function checkPreconditions(target: Target, before: ApiObject | undefined, body: ApiObject): void {
  const uid = metadataText(body, "uid");
  const version = metadataText(body, "resourceVersion");
  if (before === undefined) {
    if (uid === "") return;
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw staleWrite(target.kind, target.name, why);
  }
  if (uid !== "" && uid !== metadataText(before, "uid")) {
    const message = `Invalid value: "${uid}": field is immutable`;
    throw invalidObject(target.kind, target.name, [{ field: "metadata.uid", reason: "FieldValueInvalid", message }]);
  }
  if (version !== "" && version !== metadataText(before, "resourceVersion")) throw staleWrite(target.kind, target.name);
}

function serverMetadata(before: ApiObject): JsonObject {
  const metadata = metadataOf(before);
  const kept: Record<string, Json> = {};
  for (const field of serverFields) {
    if (metadata[field] !== undefined) kept[field] = metadata[field];
  }
  return kept;
}

const serverFields = [
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "generation",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

function born(target: Target, name: string, body: ApiObject): ApiObject {
  const { kind, namespace, nowMs } = target;
  const conditions = kind.conditions.map((type) => ({
    type,
    status: "Unknown",
    reason: "Pending",
    message: "Waiting for controller",
    lastTransitionTime: "1970-01-01T00:00:00Z",
  }));
  const status = kind.kind === "Namespace" ? { phase: "Active" } : { conditions };
  const initial = kind.kind === "Namespace" || conditions.length > 0 ? status : undefined;
  const object = withFields(withDefaults(kind, body), { status: kind.status ? initial : body.status });
  return withMetadata(object, {
    name,
    namespace: kind.namespaced ? namespace : undefined,
    uid: randomUUID(),
    creationTimestamp: timeText(nowMs),
    generation: 1,
    finalizers: kind.kind === "Namespace" ? ["kubernetes"] : metadataOf(body).finalizers,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    managedFields: undefined,
  });
}

function commit(target: Target, before: ApiObject | undefined, given: ApiObject): ApiObject {
  const { world, kind } = target;
  // What nobody says any more falls back to its default.
  const object = target.part === "main" ? withDefaults(kind, given) : given;
  checkContent(kind, before, object);
  const after = before === undefined ? object : withGeneration(before, object);
  if (before !== undefined && canonical(before) === canonical(after)) return before;
  if (target.dryRun) return before === undefined ? after : { ...after };
  if (kind.namespaced && before === undefined) ensureNamespace(target);
  const place = placeOf(metadataText(after, "namespace"), metadataText(after, "name"));
  if (isDeleting(after) && finalizersOf(after).length === 0) return world.remove(kind, place, after) ?? after;
  return world.put(kind, after);
}

function withGeneration(before: ApiObject, after: ApiObject): ApiObject {
  const content = (object: ApiObject) => canonical(withFields(object, { metadata: undefined, status: undefined }));
  const generation = Number(metadataOf(before).generation ?? 1);
  const startsDeleting = isDeleting(after) && !isDeleting(before);
  const changed = content(before) !== content(after) || startsDeleting;
  return withMetadata(after, { generation: changed ? generation + 1 : generation });
}

/** Namespaces come into being with their first object: a project's control plane has only the default one anyway. */
function ensureNamespace(target: Target): void {
  const { world, namespace } = target;
  const existing = world.get(namespaceKind, placeOf("", namespace));
  if (existing !== undefined) {
    if (!isDeleting(existing.object)) return;
    throw new ApiFailure(403, "Forbidden", `namespace ${namespace} is being terminated`);
  }
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  world.put(namespaceKind, born({ ...target, kind: namespaceKind, namespace: "" }, namespace, body));
}

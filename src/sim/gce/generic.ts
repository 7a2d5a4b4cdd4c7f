import type { Json, JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Call } from "./call.ts";
import { alreadyExists, conditionNotMet, inUse, invalidValue, notFound, notReady, required } from "./failure.ts";
import { emptyFingerprint, fingerprintOf, timestamp } from "./identity.ts";
import type { ResourceKind } from "./kind.ts";
import { operationOfRequest, startOperation } from "./operations.ts";
import { linkOf, type Place, pathOf } from "./reference.ts";
import type { Stored } from "./resource-table.ts";
import { objectOf, textOf } from "./values.ts";

const namePattern = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const nameText = "(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)";

/** The resource that a call names, by name or by numeric id. */
export function resourceOf(call: Call, kind: ResourceKind): Stored {
  const name = call.params[kind.parameter] ?? call.params.resource ?? "";
  const path = pathOf({ project: call.project, scope: call.scope, collection: kind.collection, name });
  const found = call.world.get(path) ?? byId(call, kind, name);
  if (found !== undefined) return found;
  if (!/^(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?|[1-9][0-9]{0,19})$/.test(name)) {
    throw invalidValue(
      kind.parameter,
      name,
      "Must be a match of regex '[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?|[1-9][0-9]{0,19}'",
    );
  }
  throw notFound(path);
}

function byId(call: Call, kind: ResourceKind, name: string): Stored | undefined {
  if (!/^[1-9][0-9]{0,19}$/.test(name)) return undefined;
  const path = call.world.pathOfId(kind.collection, name);
  const found = path === undefined ? undefined : call.world.get(path);
  return found?.project === call.project && found.scope === call.scope ? found : undefined;
}

/** Insert: checks the name, makes the resource and starts the operation. */
export function insertResource(call: Call, kind: ResourceKind): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const name = textOf(call.body, "name");
  if (name === undefined) throw required("resource.name");
  checkName("resource.name", name);
  const place = { project: call.project, scope: call.scope, collection: kind.collection, name };
  if (call.world.get(pathOf(place)) !== undefined) throw alreadyExists(pathOf(place));
  if (kind.labelled === true) checkLabels(objectOf(call.body, "labels"));
  const stored = createResource(call, kind, place);
  const more = kind.created?.(call, stored) ?? {};
  return startOperation(call, { type: kind.types?.insert ?? "insert", target: stored, ...more });
}

/** Makes and stores a resource without an operation; for those that come with another one. */
export function createResource(call: Call, kind: ResourceKind, place: Place): Stored {
  return call.world.put(place, withCommon(call, kind, place, kind.make(call, place)));
}

/** Adds the fields that every resource has. */
export function withCommon(call: Call, kind: ResourceKind, place: Place, body: JsonObject): JsonObject {
  const { project, scope, name } = place;
  const link = linkOf(`projects/${project}/${scope}`);
  const where: JsonObject = scope.startsWith("zones/")
    ? { zone: link }
    : scope.startsWith("regions/")
      ? { region: link }
      : {};
  const common = { kind: kind.kind, id: call.world.newId(), creationTimestamp: timestamp(call.nowMs), name };
  return { ...common, ...body, ...where, selfLink: linkOf(pathOf(place)) };
}

/** Delete: refuses or starts the operation at whose end the resource goes away. */
export function deleteResource(call: Call, kind: ResourceKind): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, kind);
  refuseBusy(call, kind, stored);
  if (kind.refusal === "request") {
    const user = kind.userOf?.(call.world, stored);
    if (user !== undefined) throw inUse(kind.label, stored.path, user);
  }
  return startOperation(call, { type: kind.types?.delete ?? "delete", target: stored, effect: "removeResource" });
}

/** Patch: messages are merged, lists and maps of text replaced. */
export function patchResource(call: Call, kind: ResourceKind, replace = false): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, kind);
  refuseBusy(call, kind, stored);
  if (kind.patched === undefined) throw invalidValue("resource", stored.name, "It cannot be changed.");
  if (call.body.name !== undefined && call.body.name !== stored.name) {
    throw invalidValue("resource.name", call.body.name, "The name cannot be changed.");
  }
  const given = call.body.fingerprint;
  if (kind.needsFingerprint === true && given === undefined) throw required("resource.fingerprint");
  if (given !== undefined && given !== stored.body.fingerprint) throw conditionNotMet("Invalid fingerprint.");
  const merged = replace ? { ...stored.body, ...call.body } : mergedBody(stored.body, call.body);
  const body = kind.patched(call, stored, merged);
  call.world.put(stored, body);
  const first = kind.immediate?.includes("patch") === true ? "DONE" : "RUNNING";
  const type = kind.types?.patch ?? "patch";
  return startOperation(call, { type: typeof type === "string" ? type : type(call), target: stored, first });
}

function mergedBody(before: JsonObject, after: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? mergedBody(old, value) : value;
  }
  return merged;
}

/** setLabels: replaces all labels, against the current fingerprint. */
export function setLabels(call: Call, kind: ResourceKind): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, kind);
  const given = textOf(call.body, "labelFingerprint");
  if (given === undefined) throw required("labelFingerprint");
  if (given !== stored.body.labelFingerprint) {
    throw conditionNotMet("Labels fingerprint either invalid or resource labels have changed");
  }
  const labels = objectOf(call.body, "labels");
  checkLabels(labels);
  call.world.merge(stored.path, labelFields(labels));
  const first = kind.immediate?.includes("setLabels") === true ? "DONE" : "RUNNING";
  return startOperation(call, { type: "setLabels", target: stored, first });
}

/** Labels with their fingerprint; empty labels are not shown, their fingerprint is. */
export function labelFields(labels: JsonObject): {
  readonly labels: JsonObject | undefined;
  readonly labelFingerprint: string;
} {
  const isEmpty = Object.keys(labels).length === 0;
  return { labels: isEmpty ? undefined : labels, labelFingerprint: isEmpty ? emptyFingerprint : fingerprintOf(labels) };
}

/** 400 unless a name follows the rule for resource names. */
export function checkName(field: string, name: string): void {
  if (!namePattern.test(name)) throw invalidValue(field, name, `Must be a match of regex '${nameText}'`);
}

/** 400 unless labels follow their rules. */
export function checkLabels(labels: JsonObject): void {
  const entries = Object.entries(labels);
  if (entries.length > 64) throw invalidValue("resource.labels", "", "At most 64 labels are allowed.");
  for (const [key, value] of entries) {
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key)) {
      throw invalidValue(
        "resource.labels",
        key,
        "Label keys must be lower case, begin with a letter and have at most 63 characters.",
      );
    }
    if (typeof value !== "string" || !/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value)) {
      throw invalidValue("resource.labels", value, "Label values must be lower case and have at most 63 characters.");
    }
  }
}

/** 400 resourceNotReady while another operation works on a resource that takes one at a time. */
export function refuseBusy(call: Call, kind: ResourceKind, stored: Stored): void {
  if (kind.exclusive === true && call.world.isBusy(stored.path)) throw notReady(stored.path);
}

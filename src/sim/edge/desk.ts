import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ApiFailure } from "./failure.ts";
import type { EdgeKind } from "./kinds.ts";
import { recordUpdate } from "./managed.ts";
import {
  type ApiObject,
  fieldOf,
  finalizersOf,
  isDeleting,
  metadataOf,
  metadataText,
  placeOf,
  timeText,
  withMetadata,
} from "./object.ts";
import type { Stored, World } from "./world.ts";
import { createObject, deleteObject } from "./write.ts";

const controllerName = "edge-controller";

/** What a controller works with during one look at a control plane. */
export interface Desk {
  readonly world: World;
  readonly nowMs: number;
  /** How long the world takes for each step. */
  readonly delayMs: number;
  kind(name: string, group?: string): EdgeKind | undefined;
  all(name: string): readonly Stored[];
  find(name: string, namespace: string, objectName: string): Stored | undefined;
  /** True when `delayMs` have passed since; otherwise asks to be woken then. */
  due(sinceMs: number): boolean;
  create(name: string, namespace: string, object: JsonObject): void;
  /** Writes status fields and conditions when they differ. */
  report(name: string, stored: Stored, status: JsonObject, conditions?: readonly Condition[]): void;
  setFinalizers(name: string, object: ApiObject, finalizers: readonly string[]): void;
  remove(name: string, object: ApiObject): void;
}

/** A condition without its times. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** Makes the desk; `wakeAt` is told every time a controller wants to look again. */
export function createDesk(
  world: World,
  kinds: readonly EdgeKind[],
  delayMs: number,
  nowMs: number,
  wakeAt: (milliseconds: number) => void,
): Desk {
  const kindOf = (name: string, group?: string) =>
    kinds.find((kind) => kind.kind === name && (group === undefined || kind.group === group));
  const target = (kind: EdgeKind, namespace: string, name: string) => ({
    ...{ world, kind, namespace, name, nowMs },
    part: "main" as const,
    manager: controllerName,
    dryRun: false,
    fieldValidation: "Ignore" as const,
  });
  const targetOf = (name: string, object: ApiObject) => {
    const kind = kindOf(name) as EdgeKind;
    return target(kind, metadataText(object, "namespace"), metadataText(object, "name"));
  };
  return {
    world,
    nowMs,
    delayMs,
    kind: kindOf,
    all: (name) => {
      const kind = kindOf(name);
      return kind === undefined ? [] : world.all(kind);
    },
    find: (name, namespace, objectName) => {
      const kind = kindOf(name);
      return kind === undefined ? undefined : world.get(kind, placeOf(kind.namespaced ? namespace : "", objectName));
    },
    due: (sinceMs) => {
      if (nowMs >= sinceMs + delayMs) return true;
      wakeAt(sinceMs + delayMs);
      return false;
    },
    create: (name, namespace, object) => {
      tolerated(() => createObject(target(kindOf(name) as EdgeKind, namespace, ""), object));
    },
    report: (name, stored, status, conditions = []) => {
      const kind = kindOf(name) as EdgeKind;
      const before = stored.object;
      const fields = { ...fieldOf(before, "status"), ...status };
      const merged = conditions.reduce(
        (list, next) => withCondition(list, next, before, nowMs),
        listOf(fields.conditions),
      );
      const after = { ...before, status: conditions.length === 0 ? fields : { ...fields, conditions: merged } };
      if (canonical(fieldOf(before, "status")) === canonical(after.status)) return;
      world.put(
        kind,
        recordUpdate(before, after, { name: controllerName, operation: "Update", part: "status" }, nowMs),
      );
    },
    setFinalizers: (name, object, finalizers) => {
      const { kind, namespace, name: objectName } = targetOf(name, object);
      const list = finalizers.length === 0 ? undefined : finalizers;
      const after = withMetadata(object, { finalizers: list });
      if (isDeleting(after) && finalizersOf(after).length === 0) world.remove(kind, placeOf(namespace, objectName));
      else
        world.put(
          kind,
          recordUpdate(object, after, { name: controllerName, operation: "Update", part: "main" }, nowMs),
        );
    },
    remove: (name, object) => {
      if (isDeleting(object)) return;
      tolerated(() => deleteObject(targetOf(name, object), { preconditions: { uid: metadataText(object, "uid") } }));
    },
  };
}

/** A write the server refuses (a name too long, a namespace that ends) leaves the world as it is, as a real controller would. */
function tolerated(write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
  }
}

/** A reference that makes `object` the controlling owner of another. */
export function ownerReference(object: ApiObject, controller: boolean): JsonObject {
  return {
    apiVersion: object.apiVersion ?? "",
    kind: object.kind ?? "",
    name: metadataText(object, "name"),
    uid: metadataText(object, "uid"),
    ...(controller ? { controller: true, blockOwnerDeletion: true } : {}),
  };
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function withCondition(
  list: readonly JsonObject[],
  next: Condition,
  object: ApiObject,
  nowMs: number,
): readonly JsonObject[] {
  const before = list.find((condition) => condition.type === next.type);
  const lastTransitionTime =
    before !== undefined && before.status === next.status ? (before.lastTransitionTime ?? "") : timeText(nowMs);
  const observedGeneration = metadataOf(object).generation ?? 1;
  const condition: JsonObject = { ...next, lastTransitionTime, observedGeneration };
  return before === undefined ? [...list, condition] : list.map((item) => (item === before ? condition : item));
}

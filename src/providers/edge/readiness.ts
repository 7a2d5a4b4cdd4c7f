import type { JsonObject } from "../../core/json.ts";
import type { Status } from "../../core/resource.ts";
import { addressesOf, conditionsOf } from "./addresses.ts";
import type { KnownKind } from "./kinds.ts";
import { presenceNote } from "./marker.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";

/** How far an object is, and what is missing. */
export interface Readiness {
  readonly status: Status;
  /** Whether an apply may go on. */
  readonly settled: boolean;
  /** Whether the object says anything at all about itself yet. */
  readonly spoken: boolean;
  /** Which condition is missing, with its reason and message; empty when settled. */
  readonly missing: string;
}

/** Reads readiness from an object's status by the table of its kind. */
export function readinessOf(kind: KnownKind, object: JsonObject): Readiness {
  const conditions = conditionsOf(object);
  const facts = { addresses: addressesOf(object), ...(conditions.length > 0 && { conditions }) };
  const metadata = fieldOf(object, "metadata");
  if (textOf(metadata, "deletionTimestamp") !== "") {
    const status: Status = { phase: "deleting", detail: "Deleting", ...facts };
    return { status, settled: false, spoken: true, missing: "it is being deleted" };
  }
  const missing = kind.ready.map((type) => missingIn(object, type)).filter((text) => text !== "");
  // Instances wait for presences of ours: silence is no answer there.
  const isGate = textOf(fieldOf(fieldOf(object, "metadata"), "annotations"), presenceNote) !== "";
  const spoken = kind.ready.length === 0 || isGate || kind.ready.some((type) => speaks(object, type));
  if (missing.length === 0 || !spoken) {
    const detail =
      kind.ready.length === 0 || !spoken
        ? "Stored"
        : (kind.ready.at(-1) as string).replace(/^.*[./]/, "").replace("ready", "Ready");
    return { status: { phase: "ready", detail, ...facts }, settled: true, spoken, missing: "" };
  }
  const [first] = missing as [string, ...string[]];
  return {
    status: { phase: "pending", detail: first, ...facts },
    settled: !kind.awaited,
    spoken,
    missing: missing.join("; "),
  };
}

/** Where conditions stand: on the object, or, written `parents/Accepted`, on each entry of a list of its status. */
function conditionLists(object: JsonObject, type: string): readonly (readonly JsonObject[])[] {
  const status = fieldOf(object, "status");
  const list = type.includes("/") ? type.split("/")[0] : undefined;
  if (list === undefined) return [objectsOf(status, "conditions")];
  return objectsOf(status, list).map((entry) => objectsOf(entry, "conditions"));
}

function speaks(object: JsonObject, type: string): boolean {
  const status = fieldOf(object, "status");
  return type === "status.ready"
    ? status.ready !== undefined
    : conditionLists(object, type).some((conditions) => conditions.length > 0);
}

function missingIn(object: JsonObject, type: string): string {
  if (type === "status.ready") return fieldOf(object, "status").ready === true ? "" : "status.ready is not true";
  const name = type.split("/").at(-1) as string;
  const lists = conditionLists(object, type);
  if (lists.length === 0) return `condition ${name} is missing`;
  return lists.map((conditions) => missingAmong(conditions, name, object)).find((text) => text !== "") ?? "";
}

function missingAmong(conditions: readonly JsonObject[], type: string, object: JsonObject): string {
  const condition = conditions.find((candidate) => candidate.type === type);
  if (condition === undefined) return `condition ${type} is missing`;
  const generation = fieldOf(object, "metadata").generation;
  const seen = condition.observedGeneration;
  if (typeof seen === "number" && typeof generation === "number" && seen < generation) {
    return `condition ${type} is about generation ${seen}, not ${generation}`;
  }
  if (condition.status === "True") return "";
  const reason = textOf(condition, "reason");
  const message = textOf(condition, "message").slice(0, 300);
  const why = [reason, message].filter((text) => text !== "").join(": ");
  return `condition ${type} is ${textOf(condition, "status") || "Unknown"}${why === "" ? "" : ` (${why})`}`;
}

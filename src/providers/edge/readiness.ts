import type { JsonObject } from "../../core/json.ts";
import type { Status } from "../../core/resource.ts";
import type { KnownKind } from "./kinds.ts";
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
  const addresses = addressesOf(object);
  const metadata = fieldOf(object, "metadata");
  if (textOf(metadata, "deletionTimestamp") !== "") {
    const status: Status = { phase: "deleting", detail: "Deleting", addresses };
    return { status, settled: false, spoken: true, missing: "it is being deleted" };
  }
  const missing = kind.ready.map((type) => missingIn(object, type)).filter((text) => text !== "");
  const spoken = kind.ready.length === 0 || kind.ready.some((type) => speaks(object, type));
  if (missing.length === 0 || !spoken) {
    const detail =
      kind.ready.length === 0 || !spoken ? "Stored" : (kind.ready.at(-1) as string).replace("status.ready", "Ready");
    return { status: { phase: "ready", detail, addresses }, settled: true, spoken, missing: "" };
  }
  const [first] = missing as [string, ...string[]];
  return { status: { phase: "pending", detail: first, addresses }, settled: !kind.awaited, spoken, missing: first };
}

function conditionOf(object: JsonObject, type: string): JsonObject | undefined {
  return objectsOf(fieldOf(object, "status"), "conditions").find((condition) => condition.type === type);
}

function speaks(object: JsonObject, type: string): boolean {
  const status = fieldOf(object, "status");
  return type === "status.ready" ? status.ready !== undefined : objectsOf(status, "conditions").length > 0;
}

function missingIn(object: JsonObject, type: string): string {
  if (type === "status.ready") return fieldOf(object, "status").ready === true ? "" : "status.ready is not true";
  const condition = conditionOf(object, type);
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

/** What people would connect to or look for. */
function addressesOf(object: JsonObject): Readonly<Record<string, string>> {
  const status = fieldOf(object, "status");
  const addresses: Record<string, string> = {};
  const set = (name: string, value: unknown): void => {
    if (typeof value === "string" && value !== "") addresses[name] = value;
  };
  set("hostname", status.canonicalHostname);
  set("identifier", status.identifier);
  set("ipv6", fieldOf(status, "ipam").ipv6Prefix);
  if (textOf(status, "startAddress") !== "" && typeof status.prefixLength === "number") {
    set("range", `${textOf(status, "startAddress")}/${status.prefixLength}`);
  }
  set("address", textOf(objectsOf(status, "addresses")[0], "value"));
  return addresses;
}

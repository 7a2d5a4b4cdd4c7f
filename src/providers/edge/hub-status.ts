import { isObject, type JsonObject } from "../../core/json.ts";
import type { MemberStatus } from "../../core/members.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";
import { fieldManager } from "./options.ts";

const longestMessage = 4_000;

/** The status of one object as a hub shows it: what is told of all its members, in the words of its kind. */
export function hubStatus(status: MemberStatus, live: JsonObject, now: string): JsonObject {
  const generation = fieldOf(live, "metadata").generation;
  const before = objectsOf(fieldOf(live, "status"), "conditions");
  const condition = (
    type: string,
    facts: { readonly status: string; readonly reason: string; readonly message: string },
  ): JsonObject => {
    const old = before.find((one) => one.type === type);
    const since = textOf(old, "lastTransitionTime");
    const lastTransitionTime = old?.status === facts.status && since !== "" ? since : now;
    return {
      type,
      ...facts,
      lastTransitionTime,
      ...(typeof generation === "number" && { observedGeneration: generation }),
    };
  };
  const others = isUnspoken(live) ? undefined : foreignConditions(live);
  const conditions = [
    ...(status.kind === "Network" ? [] : [condition("Available", available(status))]),
    condition("Ready", readiness(status)),
    condition("Drifted", drift(status)),
  ].filter(({ type }) => others?.has(String(type)) !== true);
  return status.kind === "Network" ? { conditions } : { ...counters(status), conditions };
}

/** Conditions that a controller of the hub tells: those are its own to tell, and ours stand beside them. */
function foreignConditions(live: JsonObject): ReadonlySet<string> {
  const entries = objectsOf(fieldOf(live, "metadata"), "managedFields");
  const items = entries
    .filter((entry) => entry.manager !== fieldManager)
    .flatMap((entry) => Object.keys(fieldOf(fieldOf(fieldOf(entry, "fieldsV1"), "f:status"), "f:conditions")))
    .filter((step) => step.startsWith("k:"));
  return new Set(items.map((step) => String((JSON.parse(step.slice(2)) as JsonObject).type)));
}

function counters({ wanted, standing, ready, drifted, places }: MemberStatus): JsonObject {
  const replicas = { replicas: standing, currentReplicas: Math.max(0, standing - drifted), desiredReplicas: wanted };
  return { deployments: places.length, ...replicas, readyReplicas: ready };
}

function available({ ready }: MemberStatus) {
  if (ready > 0) return { status: "True", reason: "AvailablePlacementFound", message: `${ready} ready.` };
  return { status: "False", reason: "NoAvailablePlacements", message: "None is ready." };
}

function readiness(status: MemberStatus) {
  const message = placesText(status);
  if (status.unseen) return { status: "Unknown", reason: "NotSeen", message };
  const isReady = status.ready >= status.wanted && status.places.every(({ wanted, ready }) => ready >= wanted);
  return isReady ? { status: "True", reason: "AllReady", message } : { status: "False", reason: "NotReady", message };
}

function drift({ drifted, places }: MemberStatus) {
  if (drifted === 0) return { status: "False", reason: "AsWanted", message: "Nothing differs from Git." };
  const where = places
    .filter((place) => place.drifted > 0)
    .map(({ location, drifted: count }) => `${location || "itself"}: ${count}`);
  return { status: "True", reason: "DiffersFromGit", message: `${where.join("; ")} differ from Git.` };
}

/** `dallas 2/2 (10.128.0.2, 10.128.0.3); london 0/1: waits for …` */
function placesText({ places }: MemberStatus): string {
  const parts = places
    .filter(({ location, wanted }) => location !== "" || wanted > 0)
    .map(({ location, ready, wanted, addresses, waits }) => {
      const where = addresses.length === 0 ? "" : ` (${addresses.join(", ")})`;
      return `${location || "itself"} ${ready}/${wanted}${where}${waits === "" ? "" : `: ${waits}`}`;
    });
  return (parts.join("; ") || "Nothing needs it.").slice(0, longestMessage);
}

/** Whether the object says all of this already. */
export function isToldAlready(wanted: JsonObject, live: JsonObject): boolean {
  const status = fieldOf(live, "status");
  const there = objectsOf(status, "conditions");
  const { conditions: _, ...rest } = wanted;
  const isSame = (one: JsonObject): boolean => {
    const old = there.find(({ type }) => type === one.type);
    return old !== undefined && Object.entries(one).every(([field, value]) => old[field] === value);
  };
  return (
    objectsOf(wanted, "conditions").every(isSame) &&
    Object.entries(rest).every(([field, value]) => !isObject(value) && status[field] === value)
  );
}

/** Whether nobody has spoken yet: what stands are the defaults of the schema, which belong to whoever made the object. */
export function isUnspoken(live: JsonObject): boolean {
  const conditions = objectsOf(fieldOf(live, "status"), "conditions");
  return conditions.every(
    (one) => one.status === "Unknown" && textOf(one, "lastTransitionTime").startsWith("1970-01-01"),
  );
}

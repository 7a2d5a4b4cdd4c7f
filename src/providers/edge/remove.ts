import { setTimeout as delay } from "node:timers/promises";
import type { Json, JsonObject } from "../../core/json.ts";
import { type Order, ProviderError } from "../provider.ts";
import { type Bench, isDeleting, type Place, read, uidIn } from "./bench.ts";
import { pathOf } from "./discovery.ts";
import { kindId } from "./kinds.ts";
import { markerOf } from "./marker.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";

/** The finalizer under which the server deletes what the object owns first. */
const foreground = "foregroundDeletion";

/** Deletes what carries our marker, what it owns first, and waits until it is gone. */
export async function removeObject(bench: Bench, place: Place, order: Order, signal: AbortSignal): Promise<void> {
  const live = await read(bench, place, signal);
  if (live === undefined) return;
  const marker = markerOf(live);
  const uid = uidIn(live);
  const seen = order.change.observed?.id === uid;
  if (marker === undefined ? !seen : marker.fleet !== order.fleet) {
    const message = `${place.title} is not deleted: it does not carry this fleet's marker.`;
    throw new ProviderError(message, { code: "conflict", next: "person", resource: place.key });
  }
  if (!isDeleting(live)) {
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid }, propagationPolicy: "Foreground" };
    const doing = `delete ${place.title}`;
    await bench.client.call({ method: "DELETE", path: place.path, body, doing, resource: place.key }, signal);
  }
  await waitGone(bench, place, live, signal);
}

/** Waits until this incarnation is gone; past the deadline it says who still holds it. */
export async function waitGone(bench: Bench, place: Place, first: JsonObject, signal: AbortSignal): Promise<void> {
  const startedAtMs = bench.nowMs();
  const timeoutMs = bench.readyTimeoutMs(place.kind);
  let released = false;
  for (;;) {
    const live = await read(bench, place, signal);
    if (live === undefined || uidIn(live) !== uidIn(first)) return;
    const waitedMs = bench.nowMs() - startedAtMs;
    if (waitedMs >= timeoutMs) {
      const seconds = Math.round(timeoutMs / 1_000);
      const message = `${place.title} is not gone after ${seconds} s: ${heldBy(live)}.`;
      throw new ProviderError(message, { code: "overdue", next: "retry", resource: place.key });
    }
    if (!released && waitedMs >= bench.settleTimeoutMs && isHeldByForeground(live)) {
      released = await releaseForeground(bench, place, live, signal);
    }
    await delay(bench.pollIntervalMs, undefined, { signal });
  }
}

function finalizersOf(live: JsonObject): readonly Json[] {
  const { finalizers } = fieldOf(live, "metadata");
  return Array.isArray(finalizers) ? finalizers : [];
}

function isHeldByForeground(live: JsonObject): boolean {
  const finalizers = finalizersOf(live);
  return finalizers.length === 1 && finalizers[0] === foreground;
}

/**
 * A control plane without a garbage collector never ends a foreground deletion. When nothing is left that the object
 * owns, the finalizer that our own delete asked for has done its work and is taken off; every other one is left alone.
 */
async function releaseForeground(bench: Bench, place: Place, live: JsonObject, signal: AbortSignal): Promise<boolean> {
  if (await hasDependants(bench, live, signal)) return false;
  const metadata = fieldOf(live, "metadata");
  const { resourceVersion = "" } = metadata;
  const body = { metadata: { uid: uidIn(live), resourceVersion, finalizers: null } };
  const call = { method: "PATCH", path: place.path, contentType: "application/merge-patch+json", body } as const;
  try {
    await bench.client.call({ ...call, doing: `end the deletion of ${place.title}`, resource: place.key }, signal);
    return true;
  } catch (error) {
    // Somebody else moved first: the next look decides again.
    if (error instanceof ProviderError && (error.code === "changed" || error.code === "not-found")) return false;
    throw error;
  }
}

async function hasDependants(bench: Bench, live: JsonObject, signal: AbortSignal): Promise<boolean> {
  const uid = uidIn(live);
  const namespace = textOf(fieldOf(live, "metadata"), "namespace");
  for (const kind of bench.kinds) {
    const served = await bench.discovery.find(kindId(kind), signal);
    if (served === undefined) continue;
    const path = pathOf(served, served.apiVersion, namespace);
    const { items } = await bench.client.list(path, "", `look for what ${textOf(live, "kind")} owns`, signal);
    const owners = items.flatMap((item) => objectsOf(fieldOf(item, "metadata"), "ownerReferences"));
    if (owners.some((owner) => textOf(owner, "uid") === uid)) return true;
  }
  return false;
}

function heldBy(live: JsonObject): string {
  const finalizers = finalizersOf(live);
  const names = `the ${finalizers.length === 1 ? "finalizer" : "finalizers"} ${finalizers.join(", ")}`;
  const conditions = objectsOf(fieldOf(live, "status"), "conditions").filter((one) => one.status === "False");
  const why = conditions.map((one) => textOf(one, "message")).find((text) => text !== "");
  return `${finalizers.length === 0 ? "it is not being deleted" : `held by ${names}`}${why === undefined ? "" : ` (${why})`}`;
}

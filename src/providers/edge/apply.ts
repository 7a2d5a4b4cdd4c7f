import { setTimeout as delay } from "node:timers/promises";
import { withoutReferences } from "../../core/identity.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Observed, Resource } from "../../core/resource.ts";
import { type Order, ProviderError } from "../provider.ts";
import { type Bench, isDeleting, type Place, read } from "./bench.ts";
import { pathOf, type ServedKind } from "./discovery.ts";
import { unservedText } from "./finding.ts";
import { groupOf, type KnownKind, kindId } from "./kinds.ts";
import { markerOf, withMarker } from "./marker.ts";
import { fieldOf, textOf, titleOf } from "./object.ts";
import { observedOf } from "./observe.ts";
import { fieldManager } from "./options.ts";
import { yieldsTo } from "./presences.ts";
import { readinessOf } from "./readiness.ts";
import { removeObject, waitGone } from "./remove.ts";
import { takeOver } from "./take-over.ts";
import { forceNote } from "./translate.ts";

/** Carries out one order and waits until the world has settled. */
export async function carryOut(bench: Bench, order: Order, signal: AbortSignal): Promise<Observed | undefined> {
  const { change } = order;
  if (change.action === "keep" || change.action === "conflict") return change.observed;
  if (change.action === "delete") {
    const place = await placeOfLiving(bench, order, signal);
    if (place !== undefined) await removeObject(bench, place, order, signal);
    return undefined;
  }
  const resource = change.resource as Resource;
  const place = await placeOfWanted(bench, resource, signal);
  if (change.action === "replace") await removeObject(bench, place, order, signal);
  return applyObject(bench, place, order, resource, signal);
}

/** Where a wanted object belongs. A kind or version that is not served is said on that resource alone. */
export async function placeOfWanted(bench: Bench, resource: Resource, signal: AbortSignal): Promise<Place> {
  const object = resource.spec;
  const apiVersion = textOf(object, "apiVersion");
  const kind = bench.kinds.find(
    (known) => known.kind === textOf(object, "kind") && known.group === groupOf(apiVersion),
  ) as KnownKind;
  const title = titleOf(object);
  const served = await bench.discovery.find(kindId(kind), signal);
  if (served === undefined || !served.versions.includes(apiVersion)) {
    const message = unservedText(resource, await bench.discovery.all(signal)) ?? "";
    bench.discovery.forget();
    throw new ProviderError(message, { code: "not-served", next: "person", resource: resource.key });
  }
  const metadata = fieldOf(object, "metadata");
  const path = pathOf(served, apiVersion, textOf(metadata, "namespace"), textOf(metadata, "name"));
  return { kind, path, title, key: resource.key };
}

async function placeOfLiving(bench: Bench, order: Order, signal: AbortSignal): Promise<Place | undefined> {
  const state = order.change.observed?.state ?? order.change.resource?.spec;
  const apiVersion = textOf(state, "apiVersion");
  const kind = bench.kinds.find((known) => known.word === order.change.kind);
  if (state === undefined || kind === undefined) return undefined;
  const served: ServedKind | undefined = await bench.discovery.find(kindId(kind), signal);
  if (served === undefined) return undefined;
  const metadata = fieldOf(state, "metadata");
  const version = served.versions.includes(apiVersion) ? apiVersion : served.apiVersion;
  const path = pathOf(served, version, textOf(metadata, "namespace"), textOf(metadata, "name"));
  const key = order.change.observed?.key ?? order.change.address;
  return { kind, path, title: titleOf(state), key };
}

async function applyObject(
  bench: Bench,
  place: Place,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const standing = yieldsTo(resource) ? await read(bench, place, signal) : undefined;
  if (standing !== undefined && !isDeleting(standing) && markerOf(standing) === undefined) {
    // Somebody was faster: theirs serves as it is. Without an incarnation nobody will ever take it for ours.
    return { ...(await waitReady(bench, place, standing, signal)), id: "" };
  }
  const live = await beforeApply(bench, place, order, resource, signal);
  const uid = live === undefined ? "" : textOf(fieldOf(live, "metadata"), "uid");
  const plain = withoutReferences(resource.spec) as JsonObject;
  const { fleet, commit, specHash: spec } = order;
  const marked = withMarker(plain, { fleet, uid: resource.uid, address: resource.address, spec, commit });
  const body = uid === "" ? marked : { ...marked, metadata: { ...fieldOf(marked, "metadata"), uid } };
  const query = applyQuery(bench, plain);
  const doing = `apply ${place.title}`;
  const contentType = "application/apply-patch+yaml";
  const { path, key } = place;
  const call = { method: "PATCH", path, query, body, contentType, doing, resource: key } as const;
  const written = await bench.client.call(call, signal).catch((error: unknown) => {
    if (error instanceof ProviderError && error.code === "not-served") bench.discovery.forget();
    throw error;
  });
  const made = written as JsonObject;
  const ours = order.change.action === "adopt" ? await takeOver(bench, place, made, signal) : made;
  return waitReady(bench, place, ours, signal);
}

/** Our name as the manager; force only where the configuration or the object itself asks for it. */
export function applyQuery(bench: Bench, object: JsonObject): Readonly<Record<string, string>> {
  const asked = fieldOf(fieldOf(object, "metadata"), "annotations")[forceNote] === "true";
  const force = bench.forceConflicts || asked;
  return { fieldManager, ...(force ? { force: "true" } : {}) };
}

/** Looks at what stands there now, so that nothing is written over a thing that is not ours. */
async function beforeApply(
  bench: Bench,
  place: Place,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const live = await read(bench, place, signal);
  if (live === undefined) return undefined;
  if (isDeleting(live)) {
    await waitGone(bench, place, live, signal);
    return undefined;
  }
  const marker = markerOf(live);
  const { action, observed } = order.change;
  const ours = marker?.fleet === order.fleet && marker.uid === resource.uid;
  const seen = observed !== undefined && observed.id === textOf(fieldOf(live, "metadata"), "uid");
  const allowed = ours || (marker === undefined && seen && action !== "create" && action !== "replace");
  if (allowed) return live;
  const holder = marker === undefined ? "is not ours" : `belongs to ${marker.address} of fleet ${marker.fleet}`;
  const message = `${place.title} stands there already and ${holder}.`;
  throw new ProviderError(message, { code: "conflict", next: "person", resource: place.key });
}

async function waitReady(bench: Bench, place: Place, first: JsonObject, signal: AbortSignal): Promise<Observed> {
  const startedAtMs = bench.nowMs();
  const timeoutMs = bench.readyTimeoutMs(place.kind);
  let object = first;
  for (;;) {
    const { settled, spoken, missing } = readinessOf(place.kind, object);
    const waitedMs = bench.nowMs() - startedAtMs;
    if (settled && (spoken || waitedMs >= bench.settleTimeoutMs)) return observedOf(bench.provider, place.kind, object);
    if (waitedMs >= timeoutMs) {
      const seconds = Math.round(timeoutMs / 1_000);
      const message = `${place.title} is not ready after ${seconds} s: ${missing}.`;
      throw new ProviderError(message, { code: "overdue", next: "retry", resource: place.key });
    }
    await delay(bench.pollIntervalMs, undefined, { signal });
    const next = await read(bench, place, signal);
    if (next === undefined) {
      const message = `${place.title} was deleted by somebody else while it was awaited.`;
      throw new ProviderError(message, { code: "changed", next: "retry", resource: place.key });
    }
    object = next;
  }
}

import type { JsonObject } from "../../../core/json.ts";
import type { Marker, Observed, Resource } from "../../../core/resource.ts";
import { type Order, ProviderError } from "../../provider.ts";
import type { Api } from "../client/api.ts";
import { kindFacts, type Place, requestAt } from "../kinds.ts";
import { wantedFields } from "../live/list.ts";
import { markOf, observedOf } from "../live/observed.ts";
import type { Settings } from "../options.ts";
import type { Locks } from "./locks.ts";
import { found404, type Operations } from "./operations.ts";
import type { RequestIds } from "./request-ids.ts";
import type { Watch } from "./watch.ts";

/** What carrying out an order needs. */
export interface Bench {
  readonly settings: Settings;
  readonly api: Api;
  readonly operations: Operations;
  /** Waits for instances; scopes are `project zone`. */
  readonly instances: Watch;
  readonly requestIds: RequestIds;
  readonly locks: Locks;
}

/** `insert instance web-us-dfw-0 in us-south1-a`: what a call is for, in messages. */
export function doingText(verb: string, place: Place): string {
  return `${verb} ${place.kind} ${place.name}${place.area === "" ? "" : ` in ${place.area}`}`;
}

/** Fields that only writing needs. */
const fingerprints: Readonly<Record<Place["kind"], string>> = {
  network: "",
  subnetwork: ",fingerprint",
  router: "",
  route: "",
  firewall: "",
  disk: ",labelFingerprint",
  instance: ",labelFingerprint",
};

/** The thing as it is now, with what writing needs; undefined when it is not there. */
export function readLive(
  bench: Bench,
  place: Place,
  key: string,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const { service } = kindFacts[place.kind];
  const fields = `${wantedFields[place.kind]}${fingerprints[place.kind]}`;
  const doing = doingText("read", place);
  return found404(
    bench.api.call({ service, method: "get", request: requestAt(place), fields, doing, resource: key }, signal),
  );
}

/** Sends one request that starts an operation, and waits until that has gone well. */
export async function operate(
  bench: Bench,
  step: { readonly service: Place["kind"]; readonly method: string; readonly request: object; readonly doing: string },
  target: { readonly project: string; readonly key: string },
  signal: AbortSignal,
): Promise<void> {
  const { service } = kindFacts[step.service];
  const call = { service, method: step.method, request: step.request, doing: step.doing, resource: target.key };
  const operation = await bench.api.call(call, signal);
  await bench.operations.settle(operation, target.project, step.doing, target.key, signal);
}

/** The marker of what an order makes. */
export function markerOf(order: Order, resource: Resource): Marker {
  const { fleet, commit, specHash: spec } = order;
  const marker = { fleet, uid: resource.uid, address: resource.address, spec, commit };
  return resource.protected ? { ...marker, protected: true } : marker;
}

/** A live thing as the core sees it. */
export function seenAs(bench: Bench, place: Place, live: JsonObject): Observed {
  return observedOf(bench.settings.name, place.kind, place.project, live);
}

/** Refuses to go on when the living thing is not the one the order speaks of. */
export function checkOurs(bench: Bench, order: Order, place: Place, live: JsonObject, key: string): void {
  const { marker } = markOf(bench.settings.name, place.kind, live);
  const { resource, observed, action } = order.change;
  const uid = resource?.uid ?? observed?.marker?.uid;
  if (marker !== undefined && marker.fleet === order.fleet && marker.uid === uid) return;
  // Without a marker it must at least be the very thing that was planned upon.
  const isSeen = observed !== undefined && observed.id === String(live.id ?? "");
  if (marker === undefined && isSeen && action !== "create") return;
  const holder = marker === undefined ? "is not ours" : `belongs to ${marker.address} of fleet ${marker.fleet}`;
  const message = `${key} stands there already and ${holder}.`;
  throw new ProviderError(message, { code: "conflict", next: "person", resource: key });
}

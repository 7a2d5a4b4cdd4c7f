import type { JsonObject } from "../../../core/json.ts";
import type { Observed, Resource } from "../../../core/resource.ts";
import { type Order, ProviderError } from "../../provider.ts";
import { textAt } from "../boot/template.ts";
import { kindFacts, type Place, placeOf, scopeAt } from "../kinds.ts";
import { type Bench, checkOurs, doingText, markerOf, readLive, seenAs } from "./bench.ts";
import { bodyOf } from "./bodies.ts";
import { failedEarlier } from "./operations.ts";

const tries = 2;

/** Makes the wanted thing and waits until it stands. What already stands there and is ours is as good. */
export async function insertThing(
  bench: Bench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const place = placeOf(resource.key);
  const doing = doingText("insert", place);
  const { service, bodyField } = kindFacts[place.kind];
  const body = bodyOf(resource, markerOf(order, resource));
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const requestId = bench.requestIds.idOf(order, "insert");
    const request = { ...scopeAt(place), requestId, [bodyField]: body };
    let operation: JsonObject | undefined;
    try {
      operation = await bench.api.call({ service, method: "insert", request, doing, resource: resource.key }, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== "exists") throw error;
      const live = await readLive(bench, place, resource.key, signal);
      if (live !== undefined) checkOurs(bench, order, place, live, resource.key);
    }
    if (operation !== undefined && attempt < tries && failedEarlier(operation)) {
      bench.requestIds.spend(order, "insert");
      continue;
    }
    const live = await whenStanding(bench, order, place, operation, resource.key, signal);
    if (live !== undefined) return seenAs(bench, place, live);
    // A server that remembers the request id has answered with the operation that made the thing's predecessor.
  }
  const gone = `${doing}: it was gone again at once.`;
  throw new ProviderError(gone, { code: "changed", next: "retry", resource: resource.key });
}

/** Waits for the operation and, for an instance, until it runs; undefined when nothing stands there in the end. */
async function whenStanding(
  bench: Bench,
  order: Order,
  place: Place,
  operation: JsonObject | undefined,
  key: string,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const doing = doingText("insert", place);
  const settle = async (): Promise<void> => {
    if (operation === undefined) return;
    try {
      await bench.operations.settle(operation, place.project, doing, key, signal);
    } finally {
      if (!signal.aborted) bench.requestIds.spend(order, "insert");
    }
  };
  if (place.kind !== "instance") {
    await settle();
    return readLive(bench, place, key, signal);
  }
  const live = await untilRunning(bench, place, key, signal);
  if (textAt(live, "status") === "RUNNING") {
    bench.requestIds.spend(order, "insert");
    return live;
  }
  await settle();
  return live === undefined ? readLive(bench, place, key, signal) : started(bench, place, key, signal);
}

const patientAbsences = 2;

/** Waits while an instance is on its way up; its operation is only asked when it does not show up or goes down. */
export function untilRunning(
  bench: Bench,
  place: Place,
  key: string,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  let absences = 0;
  const isOver = (live: JsonObject | undefined): boolean => {
    absences = live === undefined ? absences + 1 : 0;
    if (live === undefined) return absences > patientAbsences;
    return !["PENDING", "PROVISIONING", "STAGING", "REPAIRING"].includes(textAt(live, "status"));
  };
  const wish = { scope: `${place.project} ${place.area}`, name: place.name, isOver };
  return bench.instances.until({ ...wish, doing: doingText("start", place), resource: key }, signal);
}

/** Waits until an instance runs; throws when it goes down instead. */
export async function started(bench: Bench, place: Place, key: string, signal: AbortSignal): Promise<JsonObject> {
  const live = await untilRunning(bench, place, key, signal);
  const status = textAt(live, "status");
  if (live !== undefined && status === "RUNNING") return live;
  const doing = doingText("start", place);
  const message = `${doing}: it is ${live === undefined ? "gone" : status} instead of RUNNING.`;
  throw new ProviderError(message, { code: "changed", next: "retry", resource: key });
}

import type { Observed, Resource } from "../../../core/resource.ts";
import { type Order, ProviderError } from "../../provider.ts";
import { textAt } from "../boot/template.ts";
import { placeOf } from "../kinds.ts";
import { markOf } from "../live/observed.ts";
import { type Bench, readLive, seenAs } from "./bench.ts";
import { insertThing } from "./insert.ts";
import { lockOf } from "./locks.ts";
import { removeThing } from "./remove.ts";
import { updateThing } from "./update.ts";

/** Carries out one order and waits until the world has settled; two orders never write to one thing at the same time. */
export async function carryOut(bench: Bench, order: Order, signal: AbortSignal): Promise<Observed | undefined> {
  try {
    return await bench.locks.hold(lockOf(order.change), signal, () => carryOutAlone(bench, order, signal));
  } catch (error) {
    throw error instanceof ProviderError && error.code === "stock-out" ? withType(error, order) : error;
  }
}

/** The server names the zone; of what it has no more is as important, and that the other zones may have some. */
function withType(error: ProviderError, { change }: Order): ProviderError {
  const spec = change.resource?.spec ?? {};
  const [zone, type] = [textAt(spec, "zone"), textAt(spec, "machineType")];
  if (zone === "" || type === "") return error;
  const { code, next, retryAfterMs, resource, cause, message } = error;
  const advice = `${zone} has no ${type} left now. It is tried again; another location or instance type may have room.`;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new ProviderError(`${message} ${advice}`, { code, next, resource, cause, ...wait });
}

async function carryOutAlone(bench: Bench, order: Order, signal: AbortSignal): Promise<Observed | undefined> {
  const { action, resource, observed } = order.change;
  switch (action) {
    case "keep":
    case "conflict":
      return observed;
    case "delete":
      if (observed !== undefined) await removeThing(bench, order, observed.key, signal);
      return undefined;
    case "create":
      return insertThing(bench, order, resource as Resource, signal);
    case "replace":
      return replaceThing(bench, order, resource as Resource, signal);
    case "update":
    case "restart":
    case "adopt":
      return updateThing(bench, order, resource as Resource, signal);
  }
}

/** Deletes the old, waits until it is gone, makes the new. Disks that hold data are things of their own and stay. */
async function replaceThing(
  bench: Bench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const { observed } = order.change;
  if (observed === undefined) return insertThing(bench, order, resource, signal);
  const place = placeOf(resource.key);
  if (observed.key === resource.key) {
    // A try before this one may have got as far as the new thing already.
    const live = await readLive(bench, place, resource.key, signal);
    const marker = live === undefined ? undefined : markOf(bench.settings.name, place.kind, live).marker;
    const isNew = live !== undefined && String(live.id ?? "") !== observed.id;
    if (isNew && marker?.fleet === order.fleet && marker.uid === resource.uid && marker.spec === order.specHash) {
      return seenAs(bench, place, live);
    }
  }
  await removeThing(bench, order, observed.key, signal);
  return insertThing(bench, order, resource, signal);
}

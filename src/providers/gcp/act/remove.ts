import { type Order, ProviderError } from "../../provider.ts";
import { kindFacts, placeOf, requestAt } from "../kinds.ts";
import { type Bench, checkOurs, doingText, readLive } from "./bench.ts";
import { failedEarlier } from "./operations.ts";

/** Deletes a thing and waits until it is gone. Gone already is as good; what is not ours is never touched. */
export async function removeThing(bench: Bench, order: Order, key: string, signal: AbortSignal): Promise<void> {
  const place = placeOf(key);
  const live = await readLive(bench, place, key, signal);
  if (live === undefined) return;
  checkOurs(bench, order, place, live, key);
  const doing = doingText("delete", place);
  const { service } = kindFacts[place.kind];
  const ask = () => {
    const request = { ...requestAt(place), requestId: bench.requestIds.idOf(order, "delete") };
    return bench.api.call({ service, method: "delete", request, doing, resource: key }, signal);
  };
  try {
    let operation = await ask();
    if (failedEarlier(operation)) {
      bench.requestIds.spend(order, "delete");
      operation = await ask();
    }
    try {
      await bench.operations.settle(operation, place.project, doing, key, signal);
    } finally {
      if (!signal.aborted) bench.requestIds.spend(order, "delete");
    }
  } catch (error) {
    if (error instanceof ProviderError && error.code === "not-found") return;
    throw error;
  }
}

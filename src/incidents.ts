import type { Applied } from "./apply.ts";
import type { Doer } from "./core/drift.ts";
import type { JsonObject } from "./core/json.ts";
import { acts } from "./core/plan.ts";
import type { Address } from "./core/resource.ts";
import type { Decision } from "./decide.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Store } from "./store/store.ts";

/** Opens an incident for everything that drifted, refreshes those that still do, and resolves those that ended or were corrected. */
export async function watchIncidents(
  world: { readonly judges: { readonly fleet: string }; readonly store: Store; readonly clock: Clock },
  decision: Decision,
  applied: Applied | undefined,
  doers: ReadonlyMap<Address, Doer>,
): Promise<void> {
  if (decision.plan === undefined) return;
  const { fleet } = world.judges;
  const atIso = world.clock.now().toISOString();
  const drifted = decision.plan.changes.filter((change) => acts(change) && change.cause !== "commit");
  for (const change of drifted) {
    const details = {
      action: change.action,
      fields: change.fields.map(({ path, before, after }) => ({ path, before: before ?? null, after: after ?? null })),
      reason: change.reason,
      ...doerIn(doers.get(change.address)),
    };
    await world.store.seeIncident(fleet, change.address, details, atIso);
  }
  const corrected = new Set(
    (applied?.results ?? []).filter((result) => result.state === "done").map((result) => result.address),
  );
  const still = new Set(drifted.map((change) => change.address).filter((address) => !corrected.has(address)));
  const unseen = new Set(decision.unavailable.keys());
  for (const incident of await world.store.openIncidents(fleet)) {
    const provider = incident.address.split("/")[0] ?? "";
    if (!still.has(incident.address) && !unseen.has(provider))
      await world.store.resolveIncident(fleet, incident.address, atIso);
  }
}

function doerIn(doer: Doer | undefined): JsonObject {
  return doer === undefined ? {} : { by: doer.by, doer: { ...doer } };
}

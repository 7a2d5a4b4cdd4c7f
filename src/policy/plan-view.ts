import type { Change, Plan } from "../core/change.ts";
import type { InventoryEntry } from "../core/inventory.ts";
import type { Json, JsonObject } from "../core/json.ts";

/** What is remembered of a thing that no manifest speaks of any more. */
export type Remembered = Pick<InventoryEntry, "address" | "owner" | "location">;

/**
 * A plan as policies see it. `counts` has every action and `acting`, all that would be done; a deleted thing's owner and
 * location come from what is remembered. Specs are left out: they may hold what nobody else should read.
 */
export function planView(plan: Plan, remembered: readonly Remembered[]): JsonObject {
  const entries = new Map(remembered.map((entry) => [entry.address, entry]));
  const acting = plan.changes.filter(({ action, held }) => action !== "keep" && action !== "conflict" && !held);
  return {
    fleet: plan.fleet,
    commit: plan.commit,
    planId: plan.planId,
    counts: { ...plan.counts, acting: acting.length },
    changes: plan.changes.map((change) => changeView(change, entries.get(change.address))),
  };
}

function changeView(change: Change, entry: Remembered | undefined): JsonObject {
  const [, , namespace = "", ...name] = change.address.split("/");
  return {
    address: change.address,
    action: change.action,
    provider: change.provider,
    kind: change.kind,
    namespace,
    name: name.join("/"),
    cause: change.cause,
    owner: change.resource?.owner ?? entry?.owner ?? "",
    location: change.resource?.location ?? entry?.location ?? "",
    reason: change.reason,
    held: change.held,
    protected: change.resource?.protected ?? change.observed?.marker?.protected ?? false,
    dependsOn: change.dependsOn,
    fields: change.fields.map(({ path, before, after, forces }) => ({
      path,
      before: before ?? null,
      after: after ?? null,
      forces,
    })) as readonly Json[],
  };
}

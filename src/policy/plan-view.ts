import { actions, type Change, type Plan } from "../core/change.ts";
import type { InventoryEntry } from "../core/inventory.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Form } from "./language/inspect.ts";

/** What a plan itself does not say. */
export interface Surroundings {
  /** What is remembered of things that no manifest speaks of any more. */
  readonly inventory?: readonly Pick<InventoryEntry, "address" | "owner" | "location">[];
  /** City codes by the names of locations. */
  readonly cities?: ReadonlyMap<string, string>;
  /** The same as the last applied commit had it: what goes away stands where that commit says. */
  readonly citiesBefore?: ReadonlyMap<string, string>;
}

const any = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, "any" as const]));

/** The form of a plan as policies see it, so that a misspelled field is found before there is a plan. */
export const planForm: Form = {
  fields: {
    ...any("fleet", "commit", "planId"),
    counts: { fields: any(...actions, "acting") },
    changes: {
      items: {
        fields: {
          ...any("address", "action", "provider", "kind", "namespace", "name", "cause", "owner", "location", "city"),
          ...any("reason", "held", "protected", "dependsOn"),
          exposure: { fields: any("gained", "lost") },
          fields: { items: { fields: any("path", "before", "after", "forces") } },
        },
      },
    },
  },
};

/**
 * A plan as policies see it. `counts` has every action and `acting`, all that would be done; a deleted thing's owner and
 * location come from what is remembered. Specs are left out: they may hold what nobody else should read.
 */
export function planView(plan: Plan, { inventory = [], ...places }: Surroundings): JsonObject {
  const entries = new Map(inventory.map((entry) => [entry.address, entry]));
  const acting = plan.changes.filter(({ action, held }) => action !== "keep" && action !== "conflict" && !held);
  return {
    fleet: plan.fleet,
    commit: plan.commit,
    planId: plan.planId,
    counts: { ...plan.counts, acting: acting.length },
    changes: plan.changes.map((change) => changeView(change, entries.get(change.address), places)),
  };
}

function changeView(
  change: Change,
  entry: Pick<InventoryEntry, "owner" | "location"> | undefined,
  { cities, citiesBefore }: Surroundings,
): JsonObject {
  const location = change.resource?.location ?? change.cameFrom?.location ?? entry?.location ?? "";
  const [here, there] = change.action === "delete" ? [citiesBefore, cities] : [cities, citiesBefore];
  const [, , namespace = "", ...name] = change.address.split("/");
  return {
    address: change.address,
    action: change.action,
    provider: change.provider,
    kind: change.kind,
    namespace,
    name: name.join("/"),
    cause: change.cause,
    owner: change.resource?.owner ?? change.cameFrom?.owner ?? entry?.owner ?? "",
    location,
    city: here?.get(location) ?? there?.get(location) ?? "",
    reason: change.reason,
    held: change.held,
    protected: change.resource?.protected ?? change.observed?.marker?.protected ?? false,
    dependsOn: change.dependsOn,
    exposure: { gained: change.exposure?.gained ?? [], lost: change.exposure?.lost ?? [] },
    fields: change.fields.map(({ path, before, after, forces }) => ({
      path,
      before: before ?? null,
      after: after ?? null,
      forces,
    })) as readonly Json[],
  };
}

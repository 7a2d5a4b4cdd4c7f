import type { InventoryEntry } from "./core/inventory.ts";
import type { Observed } from "./core/resource.ts";
import type { Fleet } from "./datum/fleet.ts";
import type { RangeFact } from "./datum/range-facts.ts";
import type { Provider } from "./providers/provider.ts";

/** What stands in the world before a commit is expanded against it. */
export interface Ground {
  readonly allocations: ReadonlyMap<string, string>;
  readonly facts: readonly RangeFact[];
}

/**
 * Blocks that stand already, which never move whatever the commit says, and what worlds say of addresses besides. Of a world that
 * cannot be seen now, what was last seen counts.
 */
export function groundOf(
  fleet: Fleet,
  observed: readonly Observed[],
  inventory: readonly InventoryEntry[],
  providers: readonly Provider[],
  unavailable: ReadonlySet<string>,
): Ground {
  const allocations = new Map<string, string>();
  // What somebody else made in our place proves nothing: there, too, what was planned stays planned.
  const unproven = new Set(observed.filter(({ marker }) => marker === undefined).map(({ key }) => key));
  for (const { provider: name, key, spec } of inventory) {
    if (!unavailable.has(name) && !unproven.has(key)) continue;
    const remembered = providers.find((provider) => provider.name === name)?.allocation?.(spec);
    if (remembered !== undefined) allocations.set(remembered.key, remembered.block);
  }
  const seen = observed.flatMap(({ allocation, marker }) => {
    const isAnothers = marker !== undefined && marker.fleet !== fleet.name;
    return allocation === undefined || isAnothers ? [] : [allocation];
  });
  for (const { key, block, meant } of seen) if (meant === true) allocations.set(key, block);
  for (const { key, block, meant } of seen) if (meant !== true) allocations.set(key, block);
  const facts = providers.flatMap(
    (provider) =>
      provider.ranges?.(
        fleet,
        observed.filter((thing) => thing.provider === provider.name),
      ) ?? [],
  );
  return { allocations, facts };
}

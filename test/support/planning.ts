import type { Change } from "../../src/core/change.ts";
import type { DriftPolicy } from "../../src/core/drift.ts";
import { specHash } from "../../src/core/identity.ts";
import type { InventoryEntry } from "../../src/core/inventory.ts";
import { makePlan, type Planned } from "../../src/core/plan.ts";
import type { Observed, Resource } from "../../src/core/resource.ts";
import { createMemoryWorld } from "./memory-world.ts";
import { fleet } from "./resources.ts";

const { provider } = createMemoryWorld();

/** Plans with the in-memory provider's comparison; what is left out is empty. */
export function planOf(facts: {
  readonly wanted?: readonly Resource[];
  readonly observed?: readonly Observed[];
  readonly inventory?: readonly InventoryEntry[];
  readonly driftPolicy?: DriftPolicy;
  readonly unavailable?: ReadonlyMap<string, string>;
}): Planned {
  return makePlan({
    fleet,
    commit: "c1",
    wanted: [],
    observed: [],
    inventory: [],
    driftPolicy: "correct",
    compare: provider.compare,
    rank: (_, kind) => provider.kinds.indexOf(kind),
    unavailable: new Map(),
    identity: {},
    ...facts,
  });
}

/** What the inventory holds after a resource was applied. */
export function entry(made: Resource, facts: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    address: made.address,
    provider: made.provider,
    kind: made.kind,
    uid: made.uid,
    key: made.key,
    realm: made.realm,
    owner: made.owner,
    location: made.location,
    phase: "applied",
    commit: "c0",
    specHash: specHash(made.spec),
    spec: made.spec,
    dependsOn: [],
    protected: made.protected,
    id: `id of ${made.key}`,
    ...(made.group === undefined ? {} : { group: made.group }),
    ...facts,
  };
}

/** One line per change that is not a keep: `action name (cause)`. */
export function lines(changes: readonly Change[]): readonly string[] {
  return changes
    .filter((change) => change.action !== "keep")
    .map(
      (change) =>
        `${change.action} ${change.address.split("/").slice(-1)[0]} (${change.cause}${change.held ? ", held" : ""})`,
    );
}

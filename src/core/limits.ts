import type { Change, Plan, Refusal } from "./change.ts";
import type { InventoryEntry } from "./inventory.ts";

/** How much one plan may take away. Comes from the daemon's own configuration, never from the watched commit. */
export interface Limits {
  /** Most deletes and replacements in one plan. */
  readonly maxDeletes: number;
  /** Most deletes and replacements as a share of everything owned; judged from `percentFrom` owned things up. */
  readonly maxDeletePercent: number;
  readonly percentFrom: number;
  /** Whether a commit that wants nothing may delete everything. */
  readonly allowEmpty: boolean;
  /** Kinds that are never deleted or replaced, as `<provider>/<kind>`. */
  readonly protectedKinds: readonly string[];
}

/** What the judge needs to know besides the plan. */
export interface LimitFacts {
  readonly inventory: readonly InventoryEntry[];
  /** How many resources the commit wants. */
  readonly wanted: number;
}

/** Why this plan may not be applied; empty when it may. Never adds or changes a step. */
export function judge(plan: Plan, limits: Limits, facts: LimitFacts): readonly Refusal[] {
  return [
    conflicts(plan),
    emptyDesired(plan, limits, facts),
    deleteBudget(plan, limits),
    protectedThings(plan, limits, facts),
    irreplaceableThings(plan),
  ].flat();
}

function conflicts(plan: Plan): readonly Refusal[] {
  return plan.changes
    .filter((change) => change.action === "conflict")
    .map((change) => ({ rule: "ownership/conflict", message: change.reason, changes: [change.address] }));
}

function emptyDesired(plan: Plan, limits: Limits, facts: LimitFacts): readonly Refusal[] {
  const taken = plan.changes.filter((change) => change.action === "delete");
  if (limits.allowEmpty || facts.wanted > 0 || taken.length === 0) return [];
  return [
    {
      rule: "limits/empty-desired",
      message: `The commit wants nothing, which would delete all ${taken.length} things of the fleet. Set limits.allowEmpty to mean it.`,
      changes: taken.map((change) => change.address),
    },
  ];
}

function takesAway(change: Change): boolean {
  return (change.action === "delete" || change.action === "replace") && !change.held;
}

function deleteBudget(plan: Plan, limits: Limits): readonly Refusal[] {
  const taken = plan.changes.filter(takesAway);
  const owned = plan.changes.filter((change) => change.observed !== undefined && change.action !== "conflict").length;
  const share = owned === 0 ? 0 : (taken.length * 100) / owned;
  const tooMany = taken.length > limits.maxDeletes;
  const tooLarge = owned >= limits.percentFrom && share > limits.maxDeletePercent;
  if (!tooMany && !tooLarge) return [];
  const bound = tooMany
    ? `limits.maxDeletes is ${limits.maxDeletes}`
    : `limits.maxDeletePercent is ${limits.maxDeletePercent}`;
  return [
    {
      rule: "limits/delete-budget",
      message: `The plan deletes or replaces ${taken.length} of ${owned} things (${Math.round(share)} %); ${bound}.`,
      changes: taken.map((change) => change.address),
    },
  ];
}

function protectedThings(plan: Plan, limits: Limits, facts: LimitFacts): readonly Refusal[] {
  const entries = new Map(facts.inventory.map((entry) => [entry.address, entry]));
  return plan.changes
    .filter(takesAway)
    .filter(
      (change) =>
        change.resource?.protected === true ||
        (change.resource === undefined && isRemembered(change, entries)) ||
        limits.protectedKinds.includes(`${change.provider}/${change.kind}`),
    )
    .map((change) => ({
      rule: "limits/protected",
      message: `${change.address} is protected and may not be ${change.action === "delete" ? "deleted" : "replaced"}: ${wayOut(change, limits)}`,
      changes: [change.address],
    }));
}

/** What a person would have to do first. */
function wayOut({ provider, kind }: Change, { protectedKinds }: Limits): string {
  const name = `${provider}/${kind}`;
  if (protectedKinds.includes(name)) return `limits.protectedKinds of the configuration names ${name}.`;
  return 'say plumbline.dev/protect: "false" on it in a commit before.';
}

function irreplaceableThings(plan: Plan): readonly Refusal[] {
  const lost = plan.changes.filter(
    (change) => change.action === "replace" && !change.held && change.resource?.irreplaceable,
  );
  return lost.map((change) => {
    const fields = change.fields.filter((field) => field.forces === "replace").map((field) => field.path);
    return {
      rule: "limits/data-loss",
      message: `${change.address} cannot change its ${fields.join(" and ")} in place, and what it holds would be lost with it.`,
      changes: [change.address],
    };
  });
}

/** A manifest that is gone still protects through what we remember of it, or through the marker on the thing. */
function isRemembered(change: Change, entries: ReadonlyMap<string, InventoryEntry>): boolean {
  return entries.get(change.address)?.protected === true || change.observed?.marker?.protected === true;
}

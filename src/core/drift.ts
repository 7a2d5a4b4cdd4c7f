import type { Cause, Change } from "./change.ts";
import { specHash } from "./identity.ts";
import type { Pair } from "./pair.ts";
import type { Address, FieldChange, Observed, Resource } from "./resource.ts";

/** Whether changes that only the world caused are corrected or only reported. */
export type DriftPolicy = "correct" | "report";

/** Who did something to a thing, by its world's own record. */
export interface Doer {
  /** As the world calls them: an address of a person or a service account. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** The world's own word, such as `delete` or `setLabels`. */
  readonly what: string;
}

type Compare = (resource: Resource, observed: Observed) => readonly FieldChange[];

/**
 * Says who caused a difference: the commit (wanted differs from last applied), the world (live differs from last applied), or both.
 * What was last applied is the inventory's entry, else the spec hash in the marker; a thing nobody remembers was caused by the commit.
 */
export function causeOf(row: Pair, compare: Compare): Cause {
  const { wanted, live, entry } = row;
  if (wanted === undefined) return "commit";
  const remembered = entry !== undefined && entry.phase === "applied";
  const appliedHash = remembered ? entry.specHash : (entry?.appliedHash ?? live?.marker?.spec);
  if (appliedHash === undefined) return "commit";
  if (appliedHash === specHash(wanted.spec)) return "drift";
  if (!remembered) return "commit";
  if (live === undefined) return "both";
  return compare({ ...wanted, spec: entry.spec }, live).length > 0 ? "both" : "commit";
}

/** Under the policy `report`, holds every change that drift alone caused: shown, not carried out, but for what is `reverted`. */
export function holdDrift(
  changes: readonly Change[],
  policy: DriftPolicy,
  reverted: readonly Address[] = [],
): readonly Change[] {
  if (policy === "correct") return changes;
  const released = new Set(reverted);
  return changes.map((change) =>
    !released.has(change.address) &&
    change.cause === "drift" &&
    change.action !== "keep" &&
    change.action !== "conflict"
      ? { ...change, held: true, reason: `${change.reason} Drift is reported, not corrected.`.trim() }
      : change,
  );
}

import type { Json } from "./json.ts";
import type { Source } from "./problem.ts";
import type { Address, FieldChange, Group, Observed, Resource } from "./resource.ts";

/** What one step does. `conflict` and `keep` do nothing: one refuses the plan, the other says all is well. */
export const actions = ["create", "update", "restart", "replace", "delete", "adopt", "conflict", "keep"] as const;
export type Action = (typeof actions)[number];

/** Why a step is wanted: the commit changed, the world changed, or both. */
export type Cause = "commit" | "drift" | "both";

/** One step of a plan: before and after in one value, so that it can be printed, stored, refused and replayed. */
export interface Change {
  readonly address: Address;
  readonly provider: string;
  readonly kind: string;
  readonly action: Action;
  readonly cause: Cause;
  /** Addresses whose changes in the same plan must succeed first. */
  readonly dependsOn: readonly Address[];
  readonly fields: readonly FieldChange[];
  /** What is wanted; absent for a delete. */
  readonly resource?: Resource;
  /** What is there now; absent for a create. */
  readonly observed?: Observed;
  readonly group?: Group;
  /** The manifest that caused it, or once did, and the location; absent when nobody remembers. */
  readonly cameFrom?: { readonly owner: string; readonly location: string };
  /** What the step opens to everybody, or closes again, in words; absent when nothing of that changes. */
  readonly exposure?: { readonly gained: readonly string[]; readonly lost: readonly string[] };
  /** One sentence: why this action (which field forces it, who holds it, why it is kept back). */
  readonly reason: string;
  /** The base of the reviewed pull request wants this step too: it comes whether that is merged or not. Absent where nobody asked. */
  readonly isAwaited?: boolean;
  /** Set when the step is shown but must not be carried out now (drift policy `report`). */
  readonly held: boolean;
}

/** How many changes of each action a plan has. */
export type Counts = Readonly<Record<Action, number>>;

/** Why a plan may not be applied. Empty list: it may. */
export interface Refusal {
  /** Stable id, e.g. `limits/delete-budget`. */
  readonly rule: string;
  readonly message: string;
  /** The changes it is about. */
  readonly changes: readonly Address[];
}

/** Fields of a manifest that nobody wrote, with the values they have then. */
export interface Assumed {
  /** `Network default/prod`, as resources name their owner. */
  readonly owner: string;
  readonly source: Source;
  readonly fields: readonly { readonly path: string; readonly value: Json }[];
}

/** The ordered graph of changes with its identity. */
export interface Plan {
  /** Short id: the first 12 hex digits of the plan's digest. */
  readonly planId: string;
  /** What it does, whatever commit asks for it: equal for a reviewed plan and the plan of its merge when nothing else moved. */
  readonly effectId: string;
  readonly fleet: string;
  readonly commit: string;
  /** Every change in the order it may be carried out, `keep` included. */
  readonly changes: readonly Change[];
  readonly counts: Counts;
  /** Defaults that the commit newly relies on, of manifests whose things it changes; absent where nobody looked. */
  readonly assumed?: readonly Assumed[];
}

/** Says whether a change makes a thing anew. */
export function isMaking(change: Change): boolean {
  return change.action === "create" || change.action === "replace";
}

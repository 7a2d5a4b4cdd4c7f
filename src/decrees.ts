import type { Plan } from "./core/change.ts";
import { compareEffects, type Effect, effectsOf } from "./core/effects.ts";
import type { Store } from "./store/store.ts";

/** Somebody lifted the refusals of one plan. */
export interface Approval {
  readonly by: string;
  readonly at: string;
  readonly planId: string;
  /** What was approved, step by step: a plan that does more than this is not covered. */
  readonly effects: readonly Effect[];
}

/** Somebody told the fleet to stay as it is. */
export interface Hold {
  readonly by: string;
  readonly at: string;
}

/** Names of what people decreed. */
const names = {
  approvals: "approval/",
  approval: (planId: string) => `approval/${planId}`,
  hold: "hold",
  revert: "revert",
} as const;

/** How many approvals a fleet remembers. */
const approvalsKept = 50;

/**
 * The approval that covers this plan: of the very plan, or of one whose steps include all that is still to be done.
 * The second keeps an approval good for the merged commit, and for the rest after a crash half-way.
 */
export async function approvalOf(store: Store, fleet: string, plan: Plan | undefined): Promise<Approval | undefined> {
  if (plan === undefined) return undefined;
  const effects = effectsOf(plan.changes);
  const approvals = [...(await store.factsUnder(fleet, names.approvals)).values()].flatMap(
    (text) => parsed<Approval>(text) ?? [],
  );
  return approvals.find(
    (approval) => approval.planId === plan.planId || (effects.length > 0 && covers(approval, effects)),
  );
}

function covers(approval: Approval, effects: readonly Effect[]): boolean {
  const difference = compareEffects(approval.effects, effects);
  return difference.added.length === 0 && difference.changed.length === 0;
}

/** Lifts the refusals of whatever does exactly this. */
export async function approve(store: Store, fleet: string, approval: Approval): Promise<void> {
  await store.setFact(fleet, names.approval(approval.planId), JSON.stringify(approval));
  const all = [...(await store.factsUnder(fleet, names.approvals))].map(([name, text]) => ({
    name,
    at: parsed<Approval>(text)?.at ?? "",
  }));
  const old = all.sort((left, right) => (left.at < right.at ? 1 : -1)).slice(approvalsKept);
  for (const { name } of old) await store.dropFact(fleet, name);
}

/** An approval holds until what it allowed is done. */
export async function useUpApproval(store: Store, fleet: string, approval: Approval): Promise<void> {
  await store.dropFact(fleet, names.approval(approval.planId));
}

/** Who told the fleet to stay as it is; undefined when nobody. */
export async function holdOf(store: Store, fleet: string): Promise<Hold | undefined> {
  return parsed<Hold>(await store.fact(fleet, names.hold));
}

/** Nothing is applied from now on, until `release`. */
export async function hold(store: Store, fleet: string, by: Hold): Promise<void> {
  await store.setFact(fleet, names.hold, JSON.stringify(by));
}

/** Ends a hold; says whether there was one. */
export async function release(store: Store, fleet: string): Promise<boolean> {
  const was = await holdOf(store, fleet);
  await store.dropFact(fleet, names.hold);
  return was !== undefined;
}

/** The next pass corrects drift, whatever the drift policy says: that of these addresses, or all there is. */
export async function askRevert(
  store: Store,
  fleet: string,
  by: Hold,
  addresses: readonly string[] = [],
): Promise<void> {
  const earlier = wishOf(await store.fact(fleet, names.revert));
  const isAll = addresses.length === 0 || earlier?.length === 0;
  const all = isAll ? [] : [...new Set([...(earlier ?? []), ...addresses])];
  await store.setFact(fleet, names.revert, JSON.stringify({ ...by, addresses: all }));
}

/** The addresses whose drift is to be corrected in this pass, `all` for everything; asking takes the wish away. */
export async function takeRevert(store: Store, fleet: string): Promise<readonly string[] | "all" | undefined> {
  const wish = wishOf(await store.fact(fleet, names.revert));
  if (wish !== undefined) await store.dropFact(fleet, names.revert);
  return wish?.length === 0 ? "all" : wish;
}

function wishOf(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : (parsed<{ readonly addresses?: readonly string[] }>(text)?.addresses ?? []);
}

function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

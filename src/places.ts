import type { Applied } from "./apply.ts";
import type { InventoryEntry } from "./core/inventory.ts";
import type { MemberStatus } from "./core/members.ts";
import type { Outcome } from "./core/outcome.ts";
import { memberStatusesOf } from "./datum/members.ts";
import { networkPlansOf } from "./datum/network-plan.ts";
import type { Decision } from "./decide.ts";
import type { Store } from "./store/store.ts";

/** What a decision, applied or not, comes to for each network, workload and location. */
export function placesOf(
  decision: Decision,
  applied: Applied | undefined,
  inventory: readonly InventoryEntry[],
): Pick<Outcome, "networks" | "members"> {
  if (decision.expanded === undefined) return {};
  const { fleet, ground } = decision.expanded;
  const unavailable = new Map([...decision.unavailable].map(([name, error]) => [name, error.message]));
  const { wanted, plan, pending } = decision;
  const { live = new Map(), results = [] } = applied ?? {};
  const seen = { wanted, changes: plan?.changes ?? [], unavailable, live };
  const networks = networkPlansOf(fleet, { ground, ...seen });
  if (plan === undefined) return { networks };
  return { networks, members: memberStatusesOf(fleet, { ...seen, results, pending, inventory }) };
}

const membersFact = "members";

/** Keeps what came of each object for whoever asks beside the daemon; written only when it differs. */
export async function rememberMembers(store: Store, { fleet, members, kind }: Outcome): Promise<void> {
  // What was not applied says nothing of what stands.
  if (members === undefined || kind === "invalid" || kind === "refused") return;
  const text = JSON.stringify(members);
  if ((await store.fact(fleet, membersFact)) !== text) await store.setFact(fleet, membersFact, text);
}

/** What came of each object when a pass was last applied; undefined before the first. */
export async function rememberedMembers(store: Store, fleet: string): Promise<readonly MemberStatus[] | undefined> {
  const text = await store.fact(fleet, membersFact);
  return text === undefined ? undefined : (JSON.parse(text) as readonly MemberStatus[]);
}

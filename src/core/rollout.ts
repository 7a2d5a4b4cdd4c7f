import type { Action, Change } from "./change.ts";
import { compareText } from "./problem.ts";

/** Creates first and ascending, then updates from the highest ordinal down, then deletes from the highest ordinal down. */
const stage: Readonly<Record<Action, number>> = {
  adopt: 0,
  create: 0,
  update: 1,
  restart: 1,
  replace: 1,
  delete: 2,
  conflict: 3,
  keep: 3,
};

/** Members of wanted groups that stand as they should but are not ready, by group: they use up its width. */
export function unreadyMembers(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const found = new Map<string, readonly Change[]>();
  for (const change of changes) {
    const phase = change.observed?.status.phase;
    if (change.action !== "keep" || change.resource?.group === undefined || phase === "ready") continue;
    const name = rolloutName(change);
    found.set(name, [...(found.get(name) ?? []), change]);
  }
  return found;
}

/** `<provider> <group>`: what a rollout is called where several providers meet. Empty for a change without a group. */
export function rolloutName({ provider, group }: Pick<Change, "provider" | "group">): string {
  return group === undefined ? "" : `${provider} ${group.name}`;
}

/**
 * For each change of a group, the address that must be done before it, so that at most `width` of its group change at once.
 * A group nobody wants any more has no order: all its members go together.
 */
export function rolloutEdges(changes: readonly Change[]): ReadonlyMap<string, string> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.group === undefined || stage[change.action] === 3) continue;
    const name = rolloutName(change);
    groups.set(name, [...(groups.get(name) ?? []), change]);
  }
  const wanted = new Set(
    changes.filter((change) => change.resource?.group !== undefined).map((change) => rolloutName(change)),
  );
  const unready = unreadyMembers(changes);
  const edges = new Map<string, string>();
  for (const [name, members] of groups) {
    if (!wanted.has(name)) continue;
    const sequence = [...members].sort(inRolloutOrder);
    for (const [index, change] of sequence.entries()) {
      const width = (change.group?.width ?? 1) - (unready.get(name)?.length ?? 0);
      const before = sequence[index - Math.max(1, width)];
      if (before !== undefined) edges.set(change.address, before.address);
    }
  }
  return edges;
}

function inRolloutOrder(left: Change, right: Change): number {
  const byStage = stage[left.action] - stage[right.action];
  if (byStage !== 0) return byStage;
  const ascending = stage[left.action] === 0 ? 1 : -1;
  const byOrdinal = ((left.group?.ordinal ?? 0) - (right.group?.ordinal ?? 0)) * ascending;
  return byOrdinal !== 0 ? byOrdinal : compareText(left.address, right.address);
}

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

/**
 * For each change of a group, the address that must be done before it, so that at most `width` of its group change at once.
 * A group nobody wants any more has no order: all its members go together.
 */
export function rolloutEdges(changes: readonly Change[]): ReadonlyMap<string, string> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.group === undefined || stage[change.action] === 3) continue;
    const name = `${change.provider} ${change.group.name}`;
    groups.set(name, [...(groups.get(name) ?? []), change]);
  }
  const wanted = new Set(
    changes
      .filter((change) => change.resource?.group !== undefined)
      .map((change) => `${change.provider} ${change.group?.name}`),
  );
  const edges = new Map<string, string>();
  for (const [name, members] of groups) {
    if (!wanted.has(name)) continue;
    const sequence = [...members].sort(inRolloutOrder);
    for (const [index, change] of sequence.entries()) {
      const before = sequence[index - Math.max(1, change.group?.width ?? 1)];
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

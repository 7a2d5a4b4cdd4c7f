import type { Plan } from "./change.ts";
import { compareText } from "./problem.ts";
import type { Address, Observed } from "./resource.ts";

/** Something that nobody manages and that stands in a network of ours. It is told and never touched. */
export interface Stranger {
  readonly provider: string;
  readonly kind: string;
  /** What its world calls it. */
  readonly key: string;
  /** The thing of ours it stands in. */
  readonly within: Address;
  /** The provider's own word for how it is, e.g. `RUNNING`; empty when there is none. */
  readonly detail: string;
}

/** Things without any marker that stand in what is ours, by key. What the plan speaks of, and what other fleets manage, is none of them. */
export function strangersIn(
  plan: Plan,
  observed: readonly Observed[],
  standsIn: (thing: Observed) => readonly string[],
): readonly Stranger[] {
  const ours = new Map<string, Address>();
  const spoken = new Set<string>();
  for (const { address, action, provider, observed: live, resource } of plan.changes) {
    for (const thing of [live, resource]) if (thing !== undefined) spoken.add(`${provider} ${thing.key}`);
    if (live !== undefined && action !== "conflict") ours.set(`${provider} ${live.key}`, address);
  }
  const strangers = observed.flatMap((thing): readonly Stranger[] => {
    const { provider, kind, key, marker, status } = thing;
    if (marker !== undefined || spoken.has(`${provider} ${key}`)) return [];
    const places = standsIn(thing).flatMap((place) => ours.get(`${provider} ${place}`) ?? []);
    const [within] = places;
    return within === undefined ? [] : [{ provider, kind, key, within, detail: status.detail }];
  });
  return strangers.sort(
    (left, right) => compareText(left.provider, right.provider) || compareText(left.key, right.key),
  );
}

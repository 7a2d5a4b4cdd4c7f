import type { Change } from "./change.ts";
import { digest, withoutReferences } from "./identity.ts";
import { compareText } from "./problem.ts";
import type { Address } from "./resource.ts";

/** What one step does, cut down to what two plans are compared by. Small enough to be remembered for every pull request. */
export interface Effect {
  readonly address: Address;
  readonly action: string;
  /** Equal hash: the same thing is made of the same thing. */
  readonly hash: string;
}

/** The effects of a plan's acting changes, sorted by address. What is kept, held or in conflict has none. */
export function effectsOf(changes: readonly Change[]): readonly Effect[] {
  return changes
    .filter((change) => change.action !== "keep" && change.action !== "conflict" && !change.held)
    .map((change) => ({ address: change.address, action: change.action, hash: hashOf(change) }))
    .sort((left, right) => compareText(left.address, right.address));
}

function hashOf({ resource, observed }: Change): string {
  const wanted = resource === undefined ? null : { key: resource.key, spec: withoutReferences(resource.spec) };
  const live = observed === undefined ? null : { key: observed.key, state: observed.state };
  return digest({ wanted, live }).slice(0, 16);
}

/**
 * Identity of what a plan does, whatever commit asks for it: a reviewed plan and the plan of the merged commit are equal in it when
 * the same things would be done to the same things.
 */
export function effectIdOf(effects: readonly Effect[]): string {
  return digest(effects.map(({ address, action, hash }) => ({ address, action, hash }))).slice(0, 12);
}

/** How a later list of effects differs from an earlier one. */
export interface EffectDifference {
  readonly added: readonly Effect[];
  readonly removed: readonly Effect[];
  /** The same address is touched in another way, or from another state. */
  readonly changed: readonly { readonly before: Effect; readonly after: Effect }[];
}

/** Compares two lists of effects by address; all lists empty when they are the same. */
export function compareEffects(before: readonly Effect[], after: readonly Effect[]): EffectDifference {
  const old = new Map(before.map((effect) => [effect.address, effect]));
  const now = new Map(after.map((effect) => [effect.address, effect]));
  return {
    added: after.filter(({ address }) => !old.has(address)),
    removed: before.filter(({ address }) => !now.has(address)),
    changed: after.flatMap((effect) => {
      const earlier = old.get(effect.address);
      if (earlier === undefined || (earlier.hash === effect.hash && earlier.action === effect.action)) return [];
      return [{ before: earlier, after: effect }];
    }),
  };
}

/** Says whether two lists of effects are the same. */
export function isSame(difference: EffectDifference): boolean {
  return difference.added.length + difference.removed.length + difference.changed.length === 0;
}

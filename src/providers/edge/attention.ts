import type { Observed, Resource } from "../../core/resource.ts";
import type { Scope } from "../provider.ts";
import { type KnownKind, kindId } from "./kinds.ts";
import type { Interest } from "./observe.ts";
import { yieldsTo } from "./presences.ts";

/** Remembers which kinds are worth listing. */
export interface Attention {
  /** These resources are wanted: their kinds are listed whole from now on. */
  want(resources: readonly Resource[]): readonly Resource[];
  /** Leaves out contexts and claims of presences that somebody else made: they serve as they are. What manifests say stays. */
  yielding(resources: readonly Resource[]): readonly Resource[];
  /** Something of this kind is about to be made. */
  touch(word: string): void;
  interest(scope: Scope): Interest;
  /** Passes a listing on and learns from it, once it has come to its end. */
  learn(scope: Scope, observed: AsyncIterable<Observed>): AsyncIterable<Observed>;
}

/**
 * Without an inventory a look goes through every kind, so that what a lost one knew is found again, until such a look
 * has found nothing of ours; with one, only through what is wanted, known to it or seen to be ours.
 */
export function createAttention(kinds: readonly KnownKind[]): Attention {
  const wanted = new Set<string>();
  const marked = new Set<string>();
  const swept = new Set<string>();
  /** Keys of what was seen and is not ours. */
  const others = new Set<string>();
  const idOf = new Map(kinds.map((kind) => [kind.word, kindId(kind)]));
  const idsOf = (words: readonly string[]) => words.flatMap((word) => idOf.get(word) ?? []);
  /** The fleet at large, for leftovers in namespaces nobody remembers, and each realm of it. */
  const sweepKeys = ({ fleet, realms }: Scope) => [fleet, ...realms.map((realm) => `${fleet} ${realm}`)];
  return {
    want: (resources) => {
      for (const id of idsOf(resources.map(({ kind }) => kind))) wanted.add(id);
      return resources;
    },
    yielding: (resources) => resources.filter((resource) => !yieldsTo(resource) || !others.has(resource.key)),
    touch: (word) => {
      for (const id of idsOf([word])) marked.add(id);
      swept.clear();
    },
    interest: (scope) => {
      const { kinds: remembered } = scope;
      if (remembered !== undefined && remembered.length > 0) {
        for (const key of sweepKeys(scope)) swept.delete(key);
        return { wanted: new Set(wanted), marked: new Set([...marked, ...idsOf(remembered)]) };
      }
      const known = sweepKeys(scope).every((key) => swept.has(key));
      return { wanted: new Set(wanted), marked: known ? new Set(marked) : undefined };
    },
    learn: async function* (scope, observed) {
      let owns = false;
      const seen = new Set<string>();
      for await (const one of observed) {
        if (one.marker === undefined) seen.add(one.key);
        if (one.marker?.fleet === scope.fleet) {
          owns = true;
          for (const id of idsOf([one.kind])) marked.add(id);
        }
        yield one;
      }
      others.clear();
      for (const key of seen) others.add(key);
      if (scope.kinds === undefined && !owns) for (const key of sweepKeys(scope)) swept.add(key);
    },
  };
}

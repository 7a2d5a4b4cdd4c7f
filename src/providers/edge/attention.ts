import type { Observed, Resource } from "../../core/resource.ts";
import type { Scope } from "../provider.ts";
import { type KnownKind, kindId } from "./kinds.ts";
import type { Interest } from "./observe.ts";

/** Remembers which kinds are worth listing. */
export interface Attention {
  /** These resources are wanted: their kinds are listed whole from now on. */
  want(resources: readonly Resource[]): readonly Resource[];
  /** Something of this kind is about to be made. */
  touch(word: string): void;
  interest(scope: Scope): Interest;
  /** Passes a listing on and learns from it, once it has come to its end. */
  learn(scope: Scope, observed: AsyncIterable<Observed>): AsyncIterable<Observed>;
}

/**
 * The first look at a realm goes through every kind, so that what a lost inventory knew is found again; later ones only
 * through what is wanted, known to the inventory or seen to be ours, because nobody else makes such things.
 */
export function createAttention(kinds: readonly KnownKind[]): Attention {
  const wanted = new Set<string>();
  const marked = new Set<string>();
  const swept = new Set<string>();
  const idOf = new Map(kinds.map((kind) => [kind.word, kindId(kind)]));
  const idsOf = (words: readonly string[]) => words.flatMap((word) => idOf.get(word) ?? []);
  const sweepKey = (scope: Scope, realm: string) => `${scope.fleet} ${realm}`;
  return {
    want: (resources) => {
      for (const id of idsOf(resources.map(({ kind }) => kind))) wanted.add(id);
      return resources;
    },
    touch: (word) => {
      for (const id of idsOf([word])) marked.add(id);
    },
    interest: (scope) => {
      const { kinds: remembered } = scope;
      if (remembered !== undefined && remembered.length > 0) {
        return { wanted: new Set(wanted), marked: new Set([...marked, ...idsOf(remembered)]) };
      }
      const known = scope.realms.every((realm) => swept.has(sweepKey(scope, realm)));
      return { wanted: new Set(wanted), marked: known ? new Set(marked) : undefined };
    },
    learn: async function* (scope, observed) {
      for await (const one of observed) {
        if (one.marker?.fleet === scope.fleet) for (const id of idsOf([one.kind])) marked.add(id);
        yield one;
      }
      if (scope.kinds === undefined) for (const realm of scope.realms) swept.add(sweepKey(scope, realm));
    },
  };
}

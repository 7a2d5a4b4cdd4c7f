import { commentLimits, splitMarkdown } from "../report/split.ts";
import { noteKey, type Review, reviewFacts } from "../review.ts";

/** Puts right what people edited or deleted of our comments, one pull request in each look. */
export interface Mending {
  /** Looks at the comments of the next of these pull requests, whose reviews still hold. */
  mend(settled: readonly number[], signal: AbortSignal): Promise<void>;
}

/** A comment that stands as written costs one call for each part, which counts only the first time: a poll of fifty pull requests must stay cheap. */
const lookedAtOnce = 1;

/** Goes round the pull requests, so that each has its turn. */
export function createMending({ world, forge, pageUrl }: Review): Mending {
  let last = 0;
  return {
    async mend(settled, signal) {
      const inOrder = [...settled].sort((left, right) => left - right);
      const after = inOrder.filter((number) => number > last);
      const turn = [...after, ...inOrder.filter((number) => number <= last)].slice(0, lookedAtOnce);
      for (const number of turn) {
        last = number;
        const { fleet } = world.judges;
        const text = await world.store.fact(fleet, reviewFacts.comment(number));
        if (text === undefined) continue;
        const parts = splitMarkdown(text, commentLimits, pageUrl(number));
        await forge.note(number, { key: noteKey(fleet), parts }, signal);
      }
    },
  };
}

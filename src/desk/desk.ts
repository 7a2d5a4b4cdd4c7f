import { effectsOf } from "../core/effects.ts";
import type { Outcome } from "../core/outcome.ts";
import { ForgeError } from "../forge/forge.ts";
import type { Review, ReviewMemory } from "../review.ts";
import { createMailbox } from "../runtime/mailbox.ts";
import { backoffMs } from "../runtime/retry.ts";
import { alertDrift } from "./alerts.ts";
import { announce } from "./announce.ts";
import { converse, type Wakes } from "./conversation.ts";
import { deskFacts } from "./facts.ts";
import { createReviews } from "./reviews.ts";

/** Where one tracked branch talks with the people of its forge. */
export interface Desk {
  /** It is time to look. Carries no truth. */
  wake(): void;
  /** A pass over the tracked branch ended with this. Never waits for the forge. */
  tell(outcomes: readonly Outcome[]): void;
  /** One look with all reviews it starts. For tests and for a single pass. */
  lookOnce(signal: AbortSignal): Promise<boolean>;
  /** Looks until the signal is aborted, then ends what runs. */
  run(stopping: AbortSignal): Promise<void>;
}

/** What a desk needs besides the world. */
export interface DeskOptions {
  readonly wakes: Wakes;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** Something broke: a failing forge, or what nobody sorted. The desk goes on. */
  onTrouble(error: unknown): void;
  /** A pull request was reviewed. */
  readonly onReviewed?: (number: number, memory: ReviewMemory) => void;
}

interface Untold {
  readonly outcome: Outcome;
  readonly isHead: boolean;
}

/** How many passes that changed something are kept for merges that are heard of later. */
const passesRemembered = 20;
/** How many passes wait for a forge that cannot be reached. */
const longestQueue = 100;

/** A pass that changed nothing makes what the one before it has to tell no less true; one that failed again replaces its like. */
function withNext(queue: readonly Untold[], next: Untold): readonly Untold[] {
  const last = queue.at(-1);
  const isSameCommit = last?.outcome.commit === next.outcome.commit;
  if (isSameCommit && next.outcome.kind === "settled" && next.outcome.results.length === 0) return queue;
  const isRepeated = isSameCommit && last?.outcome.kind === next.outcome.kind && last.outcome.results.length === 0;
  return [...(isRepeated ? queue.slice(0, -1) : queue), next].slice(-longestQueue);
}

/** Makes the desk of one tracked branch. A failing forge delays words, never work. */
export function createDesk(review: Review, options: DeskOptions): Desk {
  const mailbox = createMailbox<"look">();
  let untold: readonly Untold[] = [];
  let earlier: readonly Outcome[] = [];
  const failing = new Set<number>();
  let failures = 0;
  let timer = new AbortController();

  function retryLater(error: unknown): void {
    options.onTrouble(error);
    failures += 1;
    timer.abort();
    timer = new AbortController();
    const { firstRetryMs: firstDelayMs, maxRetryMs: maxDelayMs } = options;
    const { random, clock } = review.world;
    const pauseMs = backoffMs(failures, { firstDelayMs, maxDelayMs, random });
    const asked = error instanceof ForgeError ? (error.retryAfterMs ?? 0) : 0;
    clock.delay(Math.max(pauseMs, asked), timer.signal).then(
      () => mailbox.put("look"),
      () => undefined,
    );
  }

  const reviews = createReviews(review, {
    onReviewed(number, memory) {
      failing.delete(number);
      review.say?.(
        `#${number} "${memory.title}" reviewed: ${memory.verdict.replace(/^\p{Extended_Pictographic}\ufe0f?\s*/u, "")}`,
      );
      options.onReviewed?.(number, memory);
    },
    onOver: (number) => void failing.delete(number),
    onFailed(number, error) {
      failing.add(number);
      retryLater(error);
    },
  });

  async function tellAll(signal: AbortSignal): Promise<void> {
    for (;;) {
      const [next] = untold;
      if (next === undefined) return;
      const { outcome, isHead } = next;
      await announce(review, outcome, { isHead, earlier: earlier.filter((pass) => pass !== outcome) }, signal);
      untold = untold.filter((each) => each !== next);
    }
  }

  /** Every part has its turn, whatever became of the one before it. */
  async function look(signal: AbortSignal): Promise<boolean> {
    const parts = [
      () => converse(review, options.wakes, signal),
      () => reviews.look(signal),
      () => tellAll(signal),
      () => alertDrift(review, signal),
      () => reviews.mend(signal),
    ];
    let isWell = true;
    for (const part of parts) {
      try {
        await part();
      } catch (error) {
        if (signal.aborted) return true;
        isWell = false;
        retryLater(error);
      }
    }
    return isWell;
  }

  return {
    wake: () => mailbox.put("look"),
    tell(outcomes) {
      const [head] = outcomes;
      for (const outcome of outcomes) {
        if (outcome.commit === "") continue;
        untold = withNext(untold, { outcome, isHead: outcome === head });
        if (outcome.results.length > 0) earlier = [...earlier, outcome].slice(-passesRemembered);
      }
      if (head?.kind === "refused" && head.plan !== undefined) {
        const refused = { planId: head.plan.planId, effects: effectsOf(head.plan.changes) };
        review.world.store
          .setFact(head.fleet, deskFacts.refusedPlan, JSON.stringify(refused))
          .catch((error: unknown) => options.onTrouble(error));
      }
      mailbox.put("look");
    },
    async lookOnce(signal) {
      const isWell = await look(signal);
      await reviews.settle();
      return isWell && failing.size === 0;
    },
    async run(stopping) {
      mailbox.put("look");
      for (;;) {
        const token = await mailbox.take(stopping);
        if (token === undefined) break;
        if ((await look(stopping)) && failing.size === 0) failures = 0;
      }
      timer.abort();
      await reviews.stop();
    },
  };
}

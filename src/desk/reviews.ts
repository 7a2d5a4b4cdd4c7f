import { digest } from "../core/identity.ts";
import { holdOf } from "../decrees.ts";
import type { PullRequest } from "../forge/forge.ts";
import { facts as passFacts } from "../reconcile.ts";
import { codeSpan } from "../report/markdown-text.ts";
import {
  contextOf,
  memoryOf,
  noteKey,
  type Review,
  type ReviewKey,
  type ReviewMemory,
  review,
  reviewFacts,
} from "../review.ts";
import type { MergedPull } from "./announce.ts";
import { deskFacts } from "./facts.ts";
import { distanceTo } from "./history.ts";
import { createMending } from "./mending.ts";

/** The reviews of one tracked branch that run or wait. */
export interface Reviews {
  /** Starts what is due, lets go of what is over. Resolves when everything was started, not when it has ended. */
  look(signal: AbortSignal): Promise<void>;
  /** Mends comments of reviews that the last look found as they shall be. */
  mend(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing runs and nothing waits. */
  settle(): Promise<void>;
  /** Ends what runs; what was pending is finished by the next look. */
  stop(): Promise<void>;
}

/** A review that is to be made. */
interface Due extends ReviewKey {
  readonly pull: PullRequest;
}

interface Running {
  readonly key: string;
  readonly headCommit: string;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** How many pull requests are looked at side by side. */
const sideBySide = 2;

/** What the reviews tell whoever runs them. */
export interface ReviewListeners {
  /** One review ended well; somebody may want to look again. */
  onReviewed(number: number, memory: ReviewMemory): void;
  /** One pull request is not ours to review any more. */
  onOver(number: number): void;
  /** One review could not be finished. */
  onFailed(number: number, error: unknown): void;
}

/** Keeps the reviews of one tracked branch: each pull request at its newest head, an older pass superseded by a newer push. */
export function createReviews(desk: Review, listeners: ReviewListeners): Reviews {
  const { world, forge } = desk;
  const running = new Map<number, Running>();
  const waiting = new Map<number, Due>();
  const mending = createMending(desk);
  let settled: readonly number[] = [];

  function start({ pull, key, keyWith }: Due): void {
    const controller = new AbortController();
    const done = review(desk, pull, { key, keyWith }, controller.signal)
      .then(
        (memory) => listeners.onReviewed(pull.number, memory),
        (error: unknown) => {
          if (!controller.signal.aborted) listeners.onFailed(pull.number, error);
        },
      )
      .finally(() => {
        if (running.get(pull.number)?.controller === controller) running.delete(pull.number);
        next();
      });
    running.set(pull.number, { key, headCommit: pull.headCommit, controller, done });
  }

  function next(): void {
    for (const [number, due] of waiting) {
      if (running.size >= sideBySide) return;
      if (running.has(number)) continue;
      waiting.delete(number);
      start(due);
    }
  }

  async function schedule(due: Due): Promise<void> {
    const { pull, key } = due;
    const now = running.get(pull.number);
    if (now?.key === key) return;
    now?.controller.abort(new Error("superseded by a newer push"));
    await now?.done;
    waiting.set(pull.number, due);
  }

  return {
    async look(signal) {
      const pulls = (await forge.pulls(signal)).filter(({ baseBranch }) => baseBranch === world.branch);
      const memories = await memoriesOf(desk);
      const surroundings = await surroundingsOf(desk, signal);
      const held: number[] = [];
      settled = held;
      for (const pull of pulls) {
        // Asked before the memory is read: a review that ends meanwhile has written it.
        const now = running.get(pull.number);
        const memory = memoryOf(await world.store.fact(world.judges.fleet, reviewFacts.review(pull.number)));
        const key = await keyOf(desk, pull, memory, surroundings);
        if (now?.key === key) continue;
        if (memory?.key === key && (now !== undefined || !(await isHalfTold(desk, pull)))) {
          if (now === undefined) held.push(pull.number);
          continue;
        }
        // Already carried by the base: it is about to be closed, and its review is what the merge is compared with.
        const isCarried = (await distanceTo(world.repository, surroundings.base, pull.headCommit)) !== undefined;
        if (memory !== undefined && isCarried) continue;
        const keyWith = async (next: ReviewMemory): Promise<string> => {
          const hasMoved = (await keyOf(desk, pull, memory, surroundings)) !== key;
          return hasMoved ? key : await keyOf(desk, pull, next, surroundings);
        };
        await schedule({ pull, key, keyWith });
      }
      const open = new Set(pulls.map(({ number }) => number));
      for (const number of [...waiting.keys()]) if (!open.has(number)) waiting.delete(number);
      // Merged, closed or led elsewhere meanwhile: what still runs must not speak after what is said of that.
      const over = [...running].filter(([number]) => !open.has(number));
      for (const [, { controller }] of over) controller.abort(new Error("not open any more"));
      await Promise.all(over.map(([, { done }]) => done));
      next();
      const begun = await pendingNumbers(desk);
      await finishPending(desk, new Set(pulls.map(({ headCommit }) => headCommit)), signal);
      const known = new Set([...memories.keys(), ...begun, ...over.map(([number]) => number)]);
      for (const number of known) {
        if (open.has(number)) continue;
        await letGo(desk, number, memories.get(number), signal);
        listeners.onOver(number);
      }
    },
    mend: (signal) => mending.mend(settled, signal),
    async settle() {
      while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done));
    },
    async stop() {
      waiting.clear();
      for (const { controller } of running.values()) controller.abort(new Error("stopping"));
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

async function memoriesOf({ world }: Review): Promise<ReadonlyMap<number, ReviewMemory | undefined>> {
  const stored = await world.store.factsUnder(world.judges.fleet, "review/");
  return new Map([...stored].map(([name, text]) => [Number(name.slice("review/".length)), memoryOf(text)]));
}

/** What every review rests on besides its own pull request. */
interface Surroundings {
  readonly base: string;
  readonly applied: string;
  readonly decrees: readonly string[];
  /** Who holds the fleet; empty for nobody. */
  readonly heldBy: string;
  readonly incidents: readonly { readonly address: string; readonly openedAt: string }[];
}

async function surroundingsOf({ world }: Review, signal: AbortSignal): Promise<Surroundings> {
  const { fleet } = world.judges;
  return {
    base: await world.repository.head(world.branch, signal),
    applied: (await world.store.fact(fleet, passFacts.applied)) ?? "",
    decrees: [...(await world.store.factsUnder(fleet, "approval/")).keys()],
    incidents: await world.store.openIncidents(fleet),
    heldBy: (await holdOf(world.store, fleet))?.by ?? "",
  };
}

/** Everything a review rests on; an equal key needs no look, so a quiet poll costs nothing. */
async function keyOf(
  { world }: Review,
  pull: PullRequest,
  memory: ReviewMemory | undefined,
  { base, applied, decrees, incidents, heldBy }: Surroundings,
): Promise<string> {
  const { fleet, rulesDigest } = world.judges;
  const touched = new Set(memory?.effects.map(({ address }) => address) ?? []);
  const underneath = incidents.filter(({ address }) => touched.has(address));
  const trusted = await world.store.fact(fleet, reviewFacts.trusted(pull.headCommit));
  return digest({
    ...{ head: pull.headCommit, base, applied, rulesDigest, isDraft: pull.isDraft, isFork: pull.isFork },
    trusted: trusted ?? "",
    heldBy,
    again: (await world.store.fact(fleet, deskFacts.again(pull.number))) ?? "",
    approved: memory !== undefined && decrees.includes(`approval/${memory.planId}`),
    underneath: underneath.map(({ address, openedAt }) => [address, openedAt]),
  });
}

/** Whether a look that came to no end left its marks on the head; what had been told before it holds no longer. */
async function isHalfTold({ world }: Review, { headCommit, number }: PullRequest): Promise<boolean> {
  const { store, judges } = world;
  const pending = await store.fact(judges.fleet, reviewFacts.pending(headCommit));
  return pending !== undefined || (await store.fact(judges.fleet, reviewFacts.marked(number))) !== undefined;
}

/** Pull requests whose review was begun and not finished, also before a crash. */
async function pendingNumbers({ world }: Review): Promise<readonly number[]> {
  return [...(await world.store.factsUnder(world.judges.fleet, "pending/")).values()].map(Number);
}

/** A pending mark on a commit that is nobody's head any more is finished: superseded, closed, or left by a crash. */
async function finishPending(desk: Review, heads: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const { world, forge } = desk;
  const { fleet } = world.judges;
  const context = contextOf(desk, "plan");
  for (const name of (await world.store.factsUnder(fleet, "pending/")).keys()) {
    const commit = name.slice("pending/".length);
    if (heads.has(commit)) continue;
    const description = "Not planned: superseded by a newer push, or closed";
    await forge.status(commit, { context, state: "error", description, targetUrl: "" }, signal);
    await world.store.dropFact(fleet, name);
  }
}

/** A pull request that was led to another branch: what a merge here would do is said no longer, and its plan's mark lets nothing pass. */
async function takeBack(desk: Review, pull: PullRequest, signal: AbortSignal): Promise<void> {
  const { world, forge } = desk;
  const description = `Not planned: goes to ${pull.baseBranch}, the fleet follows ${world.branch}`;
  const mark = { context: contextOf(desk, "plan"), state: "failure", description, targetUrl: "" } as const;
  await forge.status(pull.headCommit, mark, signal);
  const base = codeSpan(pull.baseBranch);
  const text = `### ⏸️ Not planned\n\nThis goes to ${base}; fleet ${codeSpan(world.judges.fleet)} follows ${codeSpan(world.branch)}.\n`;
  await forge.note(pull.number, { key: noteKey(world.judges.fleet), parts: [text] }, signal);
}

/** A pull request that is not open any more: closed ones are forgotten, merged ones wait to be told what became of them. */
async function letGo(
  desk: Review,
  number: number,
  memory: ReviewMemory | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { world, forge } = desk;
  const { fleet } = world.judges;
  const pull = await forge.pull(number, signal);
  if (pull?.state === "open") {
    if (pull.baseBranch === world.branch) return;
    await takeBack(desk, pull, signal);
  }
  if (pull?.state === "merged" && pull.mergedCommit !== undefined) {
    const merged: MergedPull = { mergedCommit: pull.mergedCommit, memory };
    await world.store.setFact(fleet, deskFacts.merged(number), JSON.stringify(merged));
  } else await world.store.dropFact(fleet, reviewFacts.comment(number));
  await world.store.dropFact(fleet, deskFacts.again(number));
  await world.store.dropFact(fleet, reviewFacts.marked(number));
  await world.store.dropFact(fleet, reviewFacts.review(number));
}

import { digest } from "../core/identity.ts";
import type { Outcome } from "../core/outcome.ts";
import { type Announcement, type ReviewedPull, reviewAnnouncement } from "../report/announcement.ts";
import type { Clock } from "../runtime/clock.ts";
import { createMailbox } from "../runtime/mailbox.ts";
import { backoffMs } from "../runtime/retry.ts";
import type { Store } from "../store/store.ts";
import { readTold, type Told, writeTold } from "./memory.ts";
import { type News, type NewsFacts, type NewsItem, newsOfPass, newsOfPlan } from "./news.ts";
import { type Letter, openOutbox } from "./outbox.ts";
import { DeliveryError, type Target } from "./target.ts";

/** Tells everybody who asked for it what happens. Nothing here keeps a pass waiting or fails one. */
export interface Announcer {
  /** A pass ended with this. */
  tell(outcomes: readonly Outcome[]): void;
  /** A plan is about to be carried out. */
  plan(outcome: Outcome): void;
  /** A pull request was reviewed. */
  review(from: { readonly fleet: string; readonly repository: string }, pull: ReviewedPull): void;
  /** Delivers until the signal is aborted; what was not delivered waits in the store for the next start. */
  run(stopping: AbortSignal): Promise<void>;
  /** Resolves when everything told so far is delivered or given up. */
  settle(): Promise<void>;
  /** Ends the targets, when everything told so far is written down. */
  close(): Promise<void>;
}

/** How letters end, as metrics count them. */
export type DeliveryResult = "delivered" | "retried" | "failed" | "crowded-out";

/** What an announcer works with. */
export interface AnnouncerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly fleets: readonly string[];
  readonly targets: readonly Target[];
  readonly commitUrl: (fleet: string, commit: string) => string;
  readonly pullUrl: (fleet: string, number: number) => string;
  /** Hides every secret that is known. */
  readonly redact: (text: string) => string;
  /** One delivery ended, or has to be tried again; `waiting` letters are left for its target. */
  onDelivery(facts: {
    readonly target: string;
    readonly event: string;
    readonly result: DeliveryResult;
    readonly waiting: number;
    readonly error: unknown;
  }): void;
  /** What should be told could not be written down. */
  onTrouble(error: unknown): void;
}

/** How long what heals by itself may fail before it is told. */
const patienceMs = 5 * 60_000;
const firstDelayMs = 1_000;
const maxDelayMs = 10 * 60_000;
const maxAttempts = 20;
const maxAgeMs = 24 * 3_600_000;

/** Opens the announcer with whatever was not delivered before the last stop. */
export async function openAnnouncer(options: AnnouncerOptions): Promise<Announcer> {
  const { store, clock, targets } = options;
  const names = targets.map(({ name }) => name);
  const outbox = await openOutbox(store, options.fleets, names);
  const bells = new Map(names.map((name) => [name, createMailbox<"letter">()]));
  const idle = new Set<() => void>();
  let order = 0;
  let writing = Promise.resolve();

  /** Written down one after the other; the letters before the memory of them, so that nothing is lost in between. */
  function write(fleet: string, find: (told: Told) => Promise<News>): void {
    writing = writing
      .then(async () => {
        const before = await readTold(store, fleet);
        const { items, told } = await find(before);
        const crowded = await outbox.put(items.flatMap(lettersOf));
        for (const letter of crowded) report(letter, "crowded-out", undefined);
        if (told !== before) await writeTold(store, fleet, told);
        for (const bell of bells.values()) bell.put("letter");
      })
      .catch((error: unknown) => options.onTrouble(error));
  }

  function lettersOf({ id, announcement }: NewsItem): readonly Letter[] {
    const at = clock.now();
    // Grows over restarts too, unless the clock is set back.
    order = Math.max(order + 1, at.getTime() * 1_000);
    const asked = targets.filter(({ events }) => events.has(announcement.event));
    const clean = redacted(announcement, options.redact);
    return asked.map(({ name }) => ({ id, target: name, order, at: at.toISOString(), announcement: clean }));
  }

  function factsOf(fleet: string): NewsFacts {
    const commitUrl = (commit: string) => (commit === "" ? "" : options.commitUrl(fleet, commit));
    return { nowIso: clock.now().toISOString(), patienceMs, commitUrl };
  }

  function report({ target, announcement }: Letter, result: DeliveryResult, error: unknown): void {
    options.onDelivery({ target, event: announcement.event, result, waiting: outbox.waiting(target), error });
  }

  /** One letter to its end; false when there is to be no more. */
  async function bring(target: Target, letter: Letter, stopping: AbortSignal): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      let failure: unknown;
      try {
        await target.deliver(letter, stopping);
        await outbox.drop(letter);
        report(letter, "delivered", undefined);
        return true;
      } catch (error) {
        failure = error;
      }
      if (stopping.aborted) return false;
      const isOld = clock.now().getTime() - Date.parse(letter.at) > maxAgeMs;
      const delivery = failure instanceof DeliveryError ? failure : undefined;
      if (delivery?.next !== "retry" || isOld || attempt >= maxAttempts) {
        await outbox.drop(letter);
        report(letter, "failed", failure);
        return true;
      }
      report(letter, "retried", failure);
      const pauseMs = backoffMs(attempt, { firstDelayMs, maxDelayMs, random: options.random });
      const asked = delivery.retryAfterMs ?? 0;
      await clock.delay(Math.max(pauseMs, asked), stopping).catch(() => undefined);
      if (stopping.aborted) return false;
    }
  }

  async function work(target: Target, stopping: AbortSignal): Promise<void> {
    const bell = bells.get(target.name);
    while (bell !== undefined) {
      const letter = outbox.first(target.name);
      if (letter === undefined) {
        for (const wake of [...idle]) wake();
        if ((await bell.take(stopping)) === undefined) return;
        continue;
      }
      try {
        if (!(await bring(target, letter, stopping))) return;
      } catch (error) {
        // The store failed to forget it: it is gone from the queue all the same.
        options.onTrouble(error);
      }
    }
  }

  const isEmpty = () => names.every((name) => outbox.waiting(name) === 0);

  return {
    tell(outcomes) {
      const [first] = outcomes;
      if (first === undefined) return;
      write(first.fleet, async (told) =>
        newsOfPass(told, outcomes, await store.openIncidents(first.fleet), factsOf(first.fleet)),
      );
    },
    plan: (outcome) => write(outcome.fleet, async (told) => newsOfPlan(told, outcome, factsOf(outcome.fleet))),
    review(from, pull) {
      write(from.fleet, async (told) => {
        const verdict = digest([pull.headCommit, pull.planId, pull.verdict]).slice(0, 16);
        if (told.pulls[pull.number] === verdict) return { items: [], told };
        const id = digest(["review", from.fleet, pull.number, verdict]).slice(0, 24);
        const announcement = reviewAnnouncement(from, pull, options.pullUrl(from.fleet, pull.number));
        return { items: [{ id, announcement }], told: { ...told, pulls: newest(told.pulls, pull.number, verdict) } };
      });
    },
    run: async (stopping) => void (await Promise.all(targets.map((target) => work(target, stopping)))),
    async settle() {
      await writing;
      while (!isEmpty()) await new Promise<void>((resolve) => idle.add(resolve));
      idle.clear();
    },
    async close() {
      await writing;
      await Promise.allSettled(targets.map((target) => target.close()));
    },
  };
}

/** Value by value: what is cut out of a whole text could take its structure along. */
function redacted(announcement: Announcement, redact: (text: string) => string): Announcement {
  const hide = (_key: string, value: unknown): unknown => (typeof value === "string" ? redact(value) : value);
  return JSON.parse(JSON.stringify(announcement, hide)) as Announcement;
}

/** How many pull requests are remembered; old ones are over. */
const pullsRemembered = 500;

function newest(pulls: Told["pulls"], number: number, verdict: string): Told["pulls"] {
  const entries: [string, string][] = Object.entries({ ...pulls, [number]: verdict });
  const kept = entries.sort(([left], [right]) => Number(right) - Number(left)).slice(0, pullsRemembered);
  return Object.fromEntries(kept);
}

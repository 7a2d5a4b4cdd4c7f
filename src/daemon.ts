import type { Outcome } from "./core/outcome.ts";
import { createDesk } from "./desk/desk.ts";
import type { Forge } from "./forge/forge.ts";
import { createHints, type Hints } from "./hints.ts";
import { type PassSignals, reconcile, type World } from "./reconcile.ts";
import type { ReviewMemory, Seat } from "./review.ts";
import { createRhythm, type Pace } from "./rhythm.ts";
import type { Bell } from "./runtime/bell.ts";
import { createMailbox, type Mailbox } from "./runtime/mailbox.ts";
import { createReleasers } from "./runtime/releasers.ts";
import { backoffMs } from "./runtime/retry.ts";
import { schedule } from "./runtime/schedule.ts";

/** Why it is time to look again. It carries no truth: what is done next never depends on it. */
export type Wake = "started" | "moved" | "scheduled" | "followed" | "hinted" | "retry" | "command";

/** One tracked branch with its rhythm. */
export interface Unit {
  readonly world: World;
  /** Cron expression of the drift look, with optional seconds. */
  readonly driftSchedule: string;
  /** How that is drawn together after changes and apart while nothing happens; absent: not at all. */
  readonly pace?: Pace;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** Where this branch is reviewed and talked about; absent without a forge. */
  readonly talk?: Talk;
  /** Rung from outside when it may be time to look: a webhook came in. */
  readonly bell?: Bell;
}

/** The forge of one tracked branch and how it is visited. */
export interface Talk {
  readonly forge: Forge;
  readonly pageUrl: (number: number) => string;
  readonly deployments: boolean;
  readonly seat?: Seat;
  /** What webhooks lose, the next visit finds. */
  readonly pollIntervalMs: number;
}

/** What the daemon tells while it lives. None of it may throw. */
export interface Listeners {
  /** After every pass, with what it gave. */
  onOutcomes(outcomes: readonly Outcome[], wake: Wake, durationMs: number): Promise<void>;
  /** A pass broke in a way nobody sorted: the daemon goes on, somebody should know. */
  onBroken(fleet: string, error: unknown): void;
  /** A pull request was reviewed. */
  onReviewed?(world: World, number: number, memory: ReviewMemory): void;
  /** Something was said at the forge. */
  onTold?(fleet: string, text: string): void;
}

/**
 * Keeps every unit true until `stopping` is aborted; then lets the running pass finish what it started, or gives it up on `signal`.
 * Passes of one unit never overlap; wakes that arrive meanwhile collapse into one.
 */
export async function runDaemon(units: readonly Unit[], signals: PassSignals, listeners: Listeners): Promise<void> {
  await Promise.all(units.map((unit) => keep(unit, signals, listeners)));
}

async function keep(unit: Unit, signals: PassSignals, listeners: Listeners): Promise<void> {
  const mailbox = createMailbox<Wake>();
  const releasers = createReleasers();
  try {
    releasers.push("watch", await unit.world.repository.watch(() => mailbox.put("moved")));
    releasers.push(
      "schedule",
      schedule(unit.driftSchedule, () => mailbox.put("scheduled")),
    );
    const hints = createHints(unit.world.judges.fleet, unit.world.judges.providers, () => mailbox.put("hinted"));
    releasers.push("hints", () => hints.stop());
    const desk = unit.talk === undefined ? undefined : openDesk(unit, unit.talk, mailbox, signals, listeners);
    if (desk !== undefined) releasers.push("desk", desk.stop);
    const ring = unit.bell?.onRing((what) => what === "branch" && mailbox.put("moved"));
    if (ring !== undefined) releasers.push("bell", ring);
    mailbox.put("started");
    const telling = { ...listeners, onOutcomes: toDeskToo(listeners, desk) };
    await loop(unit, { mailbox, hints }, signals, telling);
  } finally {
    await releasers.release();
  }
}

/** Outcomes go to the desk too, which never keeps a pass waiting. */
function toDeskToo(listeners: Listeners, desk: OpenDesk | undefined): Listeners["onOutcomes"] {
  return async (outcomes, wake, durationMs) => {
    desk?.tell(outcomes);
    await listeners.onOutcomes(outcomes, wake, durationMs);
  };
}

interface OpenDesk {
  readonly tell: (outcomes: readonly Outcome[]) => void;
  readonly stop: () => Promise<void>;
}

/** Opens the desk beside the passes: neither waits for the other. */
function openDesk(
  { world, firstRetryMs, maxRetryMs, bell }: Unit,
  talk: Talk,
  mailbox: Mailbox<Wake>,
  signals: PassSignals,
  listeners: Listeners,
): OpenDesk {
  const { pollIntervalMs, ...review } = talk;
  const desk = createDesk(
    { world, ...review, say: (text) => listeners.onTold?.(world.judges.fleet, text) },
    {
      wakes: { applyAgain: () => mailbox.put("command") },
      ...{ firstRetryMs, maxRetryMs },
      onTrouble: (error) => listeners.onBroken(world.judges.fleet, error),
      onReviewed: (number, memory) => listeners.onReviewed?.(world, number, memory),
    },
  );
  const ended = new AbortController();
  const running = desk.run(AbortSignal.any([signals.stopping, ended.signal]));
  const unlisten = bell?.onRing(() => desk.wake());
  const visiting = visit(world, desk.wake, pollIntervalMs, ended.signal);
  return {
    tell: desk.tell,
    async stop() {
      unlisten?.();
      ended.abort();
      await Promise.all([running, visiting]);
    },
  };
}

async function visit({ clock }: World, wake: () => void, intervalMs: number, ended: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await clock.delay(intervalMs, ended);
      wake();
    }
  } catch (error) {
    if (!ended.aborted) throw error;
  }
}

interface Waking {
  readonly mailbox: Mailbox<Wake>;
  readonly hints: Hints;
}

async function loop(unit: Unit, { mailbox, hints }: Waking, signals: PassSignals, listeners: Listeners): Promise<void> {
  const { world } = unit;
  const rhythm = createRhythm(unit.pace ?? {}, () => world.clock.now().getTime());
  let failures = 0;
  let timer = new AbortController();
  for (;;) {
    const wake = await mailbox.take(signals.stopping);
    if (wake === undefined) break;
    if (wake === "scheduled" && rhythm.mayRest()) continue;
    timer.abort();
    timer = new AbortController();
    const outcomes = await look(unit, wake, signals, listeners);
    rhythm.looked(outcomes);
    await follow(unit, hints, signals, listeners);
    // Nobody knows whether what broke heals: a full disk does, a broken program does not.
    failures = outcomes?.some((outcome) => outcome.retryable) !== false ? failures + 1 : 0;
    if (signals.stopping.aborted) continue;
    const { firstRetryMs: firstDelayMs, maxRetryMs: maxDelayMs } = unit;
    const again = failures > 0 ? "retry" : "followed";
    const afterMs =
      failures > 0 ? backoffMs(failures, { firstDelayMs, maxDelayMs, random: world.random }) : rhythm.nextMs();
    if (afterMs === undefined) continue;
    world.clock.delay(afterMs, timer.signal).then(
      () => mailbox.put(again),
      () => undefined,
    );
  }
  timer.abort();
}

/** Watches what is owned by now. Without watches the schedule still finds everything. */
async function follow(unit: Unit, hints: Hints, signals: PassSignals, listeners: Listeners): Promise<void> {
  if (signals.stopping.aborted) return;
  const { fleet } = unit.world.judges;
  try {
    await hints.follow(await unit.world.store.inventory(fleet));
  } catch (error) {
    listeners.onBroken(fleet, error);
  }
}

/** One look; undefined when it broke. Nothing that happens inside ends the daemon. */
async function look(
  unit: Unit,
  wake: Wake,
  signals: PassSignals,
  listeners: Listeners,
): Promise<readonly Outcome[] | undefined> {
  const { clock, judges } = unit.world;
  const startedAtMs = clock.now().getTime();
  const tellBroken = (error: unknown): void => {
    if (!signals.signal.aborted) listeners.onBroken(judges.fleet, error);
  };
  let outcomes: readonly Outcome[];
  try {
    outcomes = await reconcile(unit.world, wake, signals);
  } catch (error) {
    tellBroken(error);
    return undefined;
  }
  await listeners.onOutcomes(outcomes, wake, clock.now().getTime() - startedAtMs).catch(tellBroken);
  return outcomes;
}

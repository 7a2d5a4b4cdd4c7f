import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";

/** Looks at several things of one scope at once; what is not there is not in the answer. */
export type Look = (
  scope: string,
  names: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, JsonObject>>;

/** One wish to know when a thing has got somewhere. */
export interface Wish {
  readonly scope: string;
  readonly name: string;
  /** Says whether the wait is over; undefined: the thing is not there. */
  readonly isOver: (thing: JsonObject | undefined) => boolean;
  readonly doing: string;
  readonly resource: string;
}

/** Waits for many things with few requests: everybody who waits in one scope shares one look. */
export interface Watch {
  until(wish: Wish, signal: AbortSignal): Promise<JsonObject | undefined>;
}

/** How often looks happen and how long one may wait. */
export interface Pace {
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

const patientFailures = 3;

/** From so many waiters on one look is a list, which is worth waiting a little longer for. */
const many = 3;

interface Waiter {
  readonly wish: Wish;
  readonly startedAtMs: number;
  /** The status at the last look; empty before it, or where the thing was not there. */
  lastStatus: string;
  resolve(thing: JsonObject | undefined): void;
  reject(error: unknown): void;
}

/** Makes a watch. It looks only while somebody waits. */
export function createWatch(look: Look, pace: Pace): Watch {
  const scopes = new Map<string, Set<Waiter>>();
  const usual = createMean();
  return {
    until(wish, signal) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const waiters = scopes.get(wish.scope) ?? new Set<Waiter>();
        // A signal of one's own: many who listen to one signal would look like a leak.
        const own = AbortSignal.any([signal]);
        const leave = (): void => {
          waiters.delete(waiter);
          own.removeEventListener("abort", giveUp);
        };
        const waiter: Waiter = {
          wish,
          startedAtMs: pace.nowMs(),
          lastStatus: "",
          resolve(thing) {
            leave();
            resolve(thing);
          },
          reject(error) {
            leave();
            reject(error);
          },
        };
        const giveUp = (): void => waiter.reject(reasonOf(signal, waiter));
        own.addEventListener("abort", giveUp, { once: true });
        waiters.add(waiter);
        if (scopes.has(wish.scope)) return;
        scopes.set(wish.scope, waiters);
        void attend(wish.scope, scopes, look, pace, usual);
      });
    },
  };
}

/** How long things usually take, as far as it was seen lately. */
interface Mean {
  valueMs(): number;
  add(tookMs: number): void;
}

function createMean(): Mean {
  let valueMs = 0;
  return {
    valueMs: () => valueMs,
    add: (tookMs) => {
      valueMs = valueMs === 0 ? tookMs : valueMs * 0.8 + tookMs * 0.2;
    },
  };
}

/** One scope's rounds, until nobody waits any more. */
async function attend(
  scope: string,
  scopes: Map<string, Set<Waiter>>,
  look: Look,
  pace: Pace,
  usual: Mean,
): Promise<void> {
  const waiters = scopes.get(scope) ?? new Set<Waiter>();
  let pauseMs = pace.firstDelayMs;
  let failures = 0;
  while (waiters.size > 0) {
    const patienceMs = waiters.size >= many ? usual.valueMs() * 0.7 : 0;
    await delay(Math.min(pace.longestDelayMs, Math.max(pauseMs, patienceMs)));
    const waiting = [...waiters];
    if (waiting.length === 0) break;
    const before = waiters.size;
    try {
      const names = [...new Set(waiting.map(({ wish }) => wish.name))];
      const found = await look(scope, names, AbortSignal.timeout(pace.timeoutMs));
      failures = 0;
      for (const waiter of waiting) settle(waiter, found.get(waiter.wish.name), pace, usual);
    } catch (error) {
      failures += 1;
      const final = !(error instanceof ProviderError) || !error.retryable || failures > patientFailures;
      if (final) for (const waiter of waiting) waiter.reject(error);
    }
    // Things that finish come in bunches: look sooner after a success, later while nothing happens.
    pauseMs = waiters.size < before ? pauseMs / 2 : pauseMs * 1.5;
    pauseMs = Math.min(pace.longestDelayMs, Math.max(pace.firstDelayMs, pauseMs));
  }
  // In the same breath as the check above, so that nobody can join what has ended.
  scopes.delete(scope);
}

/** Out of time, who waited says what for; told to stop, nobody asks. */
function reasonOf(signal: AbortSignal, { wish, lastStatus }: Waiter): unknown {
  if ((signal.reason as { name?: unknown } | undefined)?.name !== "TimeoutError") return signal.reason;
  const message = `${wish.doing}: it is still ${lastStatus || "not there"}.`;
  return new ProviderError(message, { code: "timeout", next: "retry", resource: wish.resource });
}

function settle(waiter: Waiter, thing: JsonObject | undefined, pace: Pace, usual: Mean): void {
  const { isOver, doing, resource } = waiter.wish;
  waiter.lastStatus = typeof thing?.status === "string" ? thing.status : "";
  const tookMs = pace.nowMs() - waiter.startedAtMs;
  if (isOver(thing)) {
    usual.add(tookMs);
    waiter.resolve(thing);
  } else if (tookMs >= pace.timeoutMs) {
    const message = `${doing}: not done after ${Math.round(pace.timeoutMs / 1_000)} s.`;
    waiter.reject(new ProviderError(message, { code: "timeout", next: "retry", resource }));
  }
}

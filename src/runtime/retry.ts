import pRetry from "p-retry";
import { type Clock, systemClock } from "./clock.ts";

/** How delays between attempts grow. */
export interface Backoff {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** The part of each delay that chance may take away, 0 to 1; half of it unless said. */
  readonly jitter?: number;
  readonly random: () => number;
}

/** What a failed attempt asks for: to be tried again or not, and the least time to wait. */
export interface Verdict {
  readonly retry: boolean;
  readonly afterMs?: number;
}

/** How patient a call is. */
export interface Patience extends Backoff {
  /** Calls in all, the first included. */
  readonly attempts: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  shouldRetry(error: unknown): Verdict;
  /** Told before each wait. */
  onRetry?(error: unknown, attempt: number, afterMs: number): void;
}

/** The wait after the given failed attempt (from 1): doubles each time up to the limit, less jitter; never above the limit, never below 1 ms. */
export function backoffMs(attempt: number, backoff: Backoff): number {
  const { firstDelayMs, maxDelayMs, jitter = 0.5, random } = backoff;
  const grown = firstDelayMs * 2 ** Math.min(attempt - 1, 40);
  const capped = Math.min(maxDelayMs, grown);
  return Math.max(1, Math.round(capped * (1 - jitter * random())));
}

/** Calls until it succeeds, cannot heal by itself, or the attempts are used up; then throws the last error. A TypeError is a broken program and never tried again. */
export function retry<T>(operation: (attempt: number) => Promise<T>, patience: Patience): Promise<T> {
  const { attempts, signal, clock = systemClock } = patience;
  return pRetry(operation, {
    retries: Math.max(0, attempts - 1),
    // The wait is ours, below: p-retry knows neither a server's own wish nor a given source of chance.
    minTimeout: 0,
    maxTimeout: 0,
    ...(signal && { signal }),
    async shouldRetry({ error, attemptNumber }) {
      const verdict = patience.shouldRetry(error);
      if (!verdict.retry) return false;
      const afterMs = Math.max(verdict.afterMs ?? 0, backoffMs(attemptNumber, patience));
      patience.onRetry?.(error, attemptNumber, afterMs);
      await clock.delay(afterMs, signal);
      return true;
    },
  });
}

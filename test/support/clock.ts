import type { Clock } from "../../src/runtime/clock.ts";

/** A clock that stands still until it is advanced. */
export interface FakeClock extends Clock {
  /** Moves time and wakes, in order, every delay that is due; then lets what they started run. */
  advance(ms: number): Promise<void>;
  /** Delays that still wait. */
  readonly waiting: number;
}

/** Makes a clock that starts at the given time. */
export function fakeClock(startIso = "2026-01-01T00:00:00.000Z"): FakeClock {
  let nowMs = Date.parse(startIso);
  const sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();

  function wakeDue(): boolean {
    const [first] = [...sleepers].filter(({ dueMs }) => dueMs <= nowMs).sort((left, right) => left.dueMs - right.dueMs);
    if (first === undefined) return false;
    sleepers.delete(first);
    first.wake();
    return true;
  }

  return {
    now: () => new Date(nowMs),
    delay(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          dueMs: nowMs + ms,
          wake: () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    async advance(ms) {
      nowMs += ms;
      do await new Promise((resolve) => setImmediate(resolve));
      while (wakeDue());
    },
    get waiting() {
      return sleepers.size;
    },
  };
}

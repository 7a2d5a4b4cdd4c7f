import { setTimeout as timeout } from "node:timers/promises";

/** Time as the rest of the program sees it, so that tests can hold it still. */
export interface Clock {
  now(): Date;
  /** Resolves after the time has passed; rejects with the signal's reason as soon as it is aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A Node timer cannot wait longer; past it, it would fire at once. */
const longestTimerMs = 2_147_483_647;

/** The real time of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  async delay(ms, signal) {
    signal?.throwIfAborted();
    let leftMs = ms;
    try {
      while (leftMs > longestTimerMs) {
        await timeout(longestTimerMs, undefined, { ...(signal && { signal }) });
        leftMs -= longestTimerMs;
      }
      await timeout(Math.max(0, leftMs), undefined, { ...(signal && { signal }) });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

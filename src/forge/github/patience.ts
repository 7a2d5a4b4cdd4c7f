import type { Clock } from "../../runtime/clock.ts";

/** A signal that ends some time after another, and how to stop watching that. */
export interface Lingering {
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * A signal that is aborted with another's reason, but only after a grace. A write that was sent may arrive although nobody waits for its
 * answer any more; to wait for it keeps what is written next behind it.
 */
export function lingering(signal: AbortSignal, clock: Clock, graceMs: number): Lingering {
  const late = new AbortController();
  const watch = new AbortController();
  const begin = (): void => {
    clock.delay(graceMs, watch.signal).then(
      () => late.abort(signal.reason),
      () => undefined,
    );
  };
  signal.addEventListener("abort", begin, { once: true, signal: watch.signal });
  return { signal: late.signal, stop: () => watch.abort(new Error("answered")) };
}

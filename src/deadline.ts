import type { Change } from "./core/change.ts";
import { ProviderError } from "./providers/provider.ts";
import type { Clock } from "./runtime/clock.ts";

/** What a deadline is measured and given up with. */
export interface Bounds {
  /** What applies where the manifest says nothing. */
  readonly usualMs: number;
  /** What a daemon before this one has waited already; at least a quarter of the deadline is left all the same. */
  readonly spentMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Runs one step of a rollout under the rollout's progress deadline; a step outside of a rollout runs without one.
 * Out of time, the given signal is aborted with a TimeoutError and what the step was doing by then becomes the reason.
 */
export async function beforeDeadline<T>(
  change: Change,
  { usualMs, spentMs, clock, signal }: Bounds,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const group = change.resource?.group;
  if (group === undefined) return await run(signal);
  const deadlineMs = group.progressDeadlineMs ?? usualMs;
  const late = new AbortController();
  const over = new AbortController();
  const expire = (): void => late.abort(new DOMException("out of time", "TimeoutError"));
  void clock.delay(Math.max(deadlineMs - spentMs, deadlineMs / 4), over.signal).then(expire, () => undefined);
  try {
    return await run(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (!late.signal.aborted || signal.aborted) throw error;
    const waited = error instanceof ProviderError ? error.message : `${change.action} has not ended.`;
    const message = `${change.address} did not get ready within ${spanText(deadlineMs)}, so the rollout of ${group.name} stops here. It waited for: ${waited}`;
    throw new ProviderError(message, {
      code: "progress-deadline",
      next: "person",
      resource: change.address,
      cause: error,
    });
  } finally {
    over.abort();
  }
}

/** `10m` or `90s`: a time as manifests write it. */
function spanText(ms: number): string {
  return ms >= 60_000 && ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1_000}s`;
}

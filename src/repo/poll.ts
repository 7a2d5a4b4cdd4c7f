/** How often a remote repository is asked. */
export interface PollOptions {
  readonly intervalMs: number;
  /** Share of the interval by which each pause is stretched or shortened at random, 0 to 1. */
  readonly jitter: number;
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
}

const shortestPauseMs = 10;

/** Asks again and again with a random pause between; calls back when the answer is yes or the question failed. */
export function startPolling(
  options: PollOptions,
  hasMoved: () => Promise<boolean>,
  onHint: () => void,
): () => Promise<void> {
  let ended = false;
  let asking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const ask = async (): Promise<void> => {
    // A failed question is a hint too: whoever looks then sees the same failure and can tell of it.
    const moved = await hasMoved().catch(() => true);
    if (ended) return;
    if (moved) onHint();
    arm();
  };
  const arm = (): void => {
    timer = setTimeout(() => {
      asking = ask();
    }, pauseMs(options));
  };
  arm();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await asking;
  };
}

/** The next pause: the interval, moved by the jitter. */
export function pauseMs(options: PollOptions): number {
  const share = 1 + options.jitter * (2 * options.random() - 1);
  return Math.max(shortestPauseMs, Math.round(options.intervalMs * share));
}

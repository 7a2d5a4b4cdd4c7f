import { type Clock, systemClock } from "./clock.ts";

/** An undo step that failed or took too long. */
export interface ReleaseFailure {
  readonly name: string;
  readonly error: unknown;
}

/** A stack of undo steps: whoever acquires something pushes its undoing. */
export interface Releasers {
  /** Adds a step. After release has begun it runs at once: nothing acquired late is left behind. */
  push(name: string, undo: () => unknown): void;
  /** Runs every step in reverse, whatever happened to those before, and gives what failed. Never throws; a second call waits for the first. */
  release(): Promise<readonly ReleaseFailure[]>;
}

/** Makes an empty stack; each step may take `limitMs`. */
export function createReleasers(limitMs = 5_000, clock: Clock = systemClock): Releasers {
  const steps: { name: string; undo: () => unknown }[] = [];
  const failures: ReleaseFailure[] = [];
  let running: Promise<readonly ReleaseFailure[]> | undefined;

  async function runAll(): Promise<readonly ReleaseFailure[]> {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await within(step.undo, limitMs, clock);
      } catch (error) {
        failures.push({ name: step.name, error });
      }
    }
    return failures;
  }

  return {
    push(name, undo) {
      steps.push({ name, undo });
      if (running !== undefined) running = running.then(runAll);
    },
    release() {
      running ??= runAll();
      return running;
    },
  };
}

async function within(undo: () => unknown, limitMs: number, clock: Clock): Promise<void> {
  const stop = new AbortController();
  const deadline = clock.delay(limitMs, stop.signal).then(
    () => {
      throw new Error(`not released within ${limitMs} ms`);
    },
    () => undefined,
  );
  try {
    await Promise.race([Promise.resolve().then(undo), deadline]);
  } finally {
    stop.abort();
  }
}

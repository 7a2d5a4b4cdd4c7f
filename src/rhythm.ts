import type { Outcome } from "./core/outcome.ts";

/** How often a branch is looked at beside its schedule. */
export interface Pace {
  /** After something was done, one more look follows after this time, and more after twice as long each; absent for none. */
  readonly afterChangeMs?: number;
  /** When nothing had to be done for this long, scheduled looks are left out until the last one is this long ago. */
  readonly quietMs?: number | undefined;
}

/** Looks soon after changes, when worlds still settle, and seldom while nothing happens. */
export interface Rhythm {
  /** A look has ended with these outcomes, or broke. */
  looked(outcomes: readonly Outcome[] | undefined): void;
  /** Whether a scheduled look may be left out now. */
  mayRest(): boolean;
  /** After how long one more look is worth it; undefined: the schedule comes soon enough. */
  nextMs(): number | undefined;
}

/** Looks that follow a change; the last one comes after fifteen times the first pause. */
const followUps = 4;

/** Begins a rhythm. What the looks give decides it, never what woke them. */
export function createRhythm({ afterChangeMs, quietMs }: Pace, nowMs: () => number): Rhythm {
  let left = 0;
  let activeAtMs = nowMs();
  let lookedAtMs: number | undefined;
  return {
    looked(outcomes) {
      lookedAtMs = nowMs();
      if (outcomes?.every(({ kind }) => kind === "settled") !== true) activeAtMs = lookedAtMs;
      const hasActed = outcomes?.some(({ results }) => results.length > 0) === true;
      left = hasActed ? followUps : Math.max(0, left - 1);
    },
    mayRest() {
      if (quietMs === undefined || lookedAtMs === undefined || left > 0) return false;
      const now = nowMs();
      return now - activeAtMs >= quietMs && now - lookedAtMs < quietMs;
    },
    nextMs: () => (afterChangeMs === undefined || left === 0 ? undefined : afterChangeMs * 2 ** (followUps - left)),
  };
}

import type { Clock } from "../../runtime/clock.ts";
import { ForgeError } from "../forge.ts";

/** What a call costs the forge's patience: reading, a commit status, text that people are told of, or another write. */
export type CallKind = "read" | "status" | "content" | "write";

/** Holds calls back before the forge would refuse them. */
export interface Pacing {
  /** Resolves when the call may be sent. Throws a ForgeError `budget` when that would take too long. */
  admit(kind: CallKind, doing: string, signal: AbortSignal): Promise<void>;
  /** Pieces of content so far, and how many more may go at once. */
  content(): { readonly content: number; readonly contentRemaining: number };
}

/** A window of time and how much fits into it, for statuses and for everything else. */
interface Window {
  readonly ms: number;
  readonly counts: (kind: CallKind) => number;
  readonly limit: (kind: CallKind) => number;
}

const minuteMs = 60_000;

/** Whether a call makes something that the forge counts as content. */
function isContent(kind: CallKind): boolean {
  return kind === "content" || kind === "status";
}

/**
 * GitHub's documented limits with a margin: 900 points a minute (a read costs 1, a write 5), about 80 pieces of content a minute and 500 an hour.
 * A part of each is kept for statuses, so that they go first when the budget is short.
 */
const windows: readonly Window[] = [
  { ms: minuteMs, counts: (kind) => (kind === "read" ? 1 : 5), limit: (kind) => (kind === "status" ? 850 : 750) },
  {
    ms: minuteMs,
    counts: (kind) => (isContent(kind) ? 1 : 0),
    limit: (kind) => (kind === "status" ? 75 : isContent(kind) ? 55 : 75),
  },
  {
    ms: 60 * minuteMs,
    counts: (kind) => (isContent(kind) ? 1 : 0),
    limit: (kind) => (kind === "status" ? 450 : isContent(kind) ? 400 : 450),
  },
];

interface Spent {
  readonly atMs: number;
  readonly kind: CallKind;
}

/** Calls go at once while the budget holds out, so a burst costs no waiting; past it they wait up to `patienceMs`. */
export function createPacing(clock: Clock, patienceMs: number): Pacing {
  let spent: Spent[] = [];
  let content = 0;
  return {
    async admit(kind, doing, signal) {
      for (;;) {
        const nowMs = clock.now().getTime();
        spent = kept(spent, nowMs);
        const waitMs = Math.max(0, ...windows.map((window) => waitOf(window, spent, kind, nowMs)));
        if (waitMs === 0) {
          spent.push({ atMs: nowMs, kind });
          if (isContent(kind)) content += 1;
          return;
        }
        if (waitMs > patienceMs) {
          const message = `${doing}: put off for ${Math.ceil(waitMs / 1_000)} s, so that GitHub's limits hold.`;
          throw new ForgeError(message, { code: "budget", next: "quota", retryAfterMs: waitMs });
        }
        await clock.delay(waitMs, signal);
      }
    },
    content() {
      const nowMs = clock.now().getTime();
      const left = windows.map((window) => roomIn(window, spent, "content", nowMs));
      return { content, contentRemaining: Math.max(0, Math.floor(Math.min(...left))) };
    },
  };
}

/** How many more calls of a kind fit into a window now. */
function roomIn(window: Window, spent: readonly Spent[], kind: CallKind, nowMs: number): number {
  const inside = spent.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs < window.ms);
  const used = inside.reduce((sum, call) => sum + window.counts(call.kind), 0);
  return (window.limit(kind) - used) / Math.max(1, window.counts(kind));
}

/** How long until this window has room for one more. */
function waitOf(window: Window, spent: readonly Spent[], kind: CallKind, nowMs: number): number {
  const cost = window.counts(kind);
  if (cost === 0) return 0;
  const inside = spent.filter(({ atMs }) => nowMs - atMs < window.ms);
  let over = inside.reduce((sum, call) => sum + window.counts(call.kind), cost) - window.limit(kind);
  for (const call of inside) {
    if (over <= 0) return 0;
    over -= window.counts(call.kind);
    if (over <= 0) return call.atMs + window.ms - nowMs;
  }
  return over <= 0 ? 0 : window.ms;
}

/** Reads matter for a minute, content for an hour: the list stays within a few thousand entries. A clock that was set back blocks nothing. */
function kept(spent: readonly Spent[], nowMs: number): Spent[] {
  return spent.filter(({ atMs, kind }) => atMs <= nowMs && nowMs - atMs < (isContent(kind) ? 60 * minuteMs : minuteMs));
}

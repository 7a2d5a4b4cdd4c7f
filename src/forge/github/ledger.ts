import type { Clock } from "../../runtime/clock.ts";
import { type ForgeBudget, ForgeError } from "../forge.ts";
import type { CallKind } from "./pacing.ts";

/** Keeps count of calls and of what the forge says is left. */
export interface Ledger {
  /** A request left this machine. */
  count(): void;
  /** An answer came: what its headers say is believed. */
  note(headers: Readonly<Record<string, string>>, isUnchanged: boolean): void;
  /** The forge asked for patience. */
  closeFor(ms: number): void;
  /** Throws a ForgeError when the forge asked for patience, or when little is left and this call can wait. */
  check(kind: CallKind, doing: string): void;
  budget(): Omit<ForgeBudget, "content" | "contentRemaining">;
}

/** Below this share of the hourly limit only statuses and reads are let through. */
const reservedShare = 0.02;

/** Makes a ledger; time is asked of the clock. */
export function createLedger(clock: Clock): Ledger {
  let calls = 0;
  let unchanged = 0;
  let limit = 0;
  let remaining = 0;
  let resetsAtMs = 0;
  let closedUntilMs = 0;
  const putOff = (doing: string, waitMs: number): ForgeError =>
    new ForgeError(`${doing}: put off for ${Math.ceil(waitMs / 1_000)} s, GitHub's limit is reached.`, {
      code: "rate-limit",
      next: "quota",
      retryAfterMs: waitMs,
    });
  return {
    count() {
      calls += 1;
    },
    note(headers, isUnchanged) {
      if (isUnchanged) unchanged += 1;
      const resource = headers["x-ratelimit-resource"] ?? "core";
      const said = Number(headers["x-ratelimit-limit"]);
      if (resource !== "core" || !Number.isFinite(said) || said <= 0) return;
      limit = said;
      remaining = Number(headers["x-ratelimit-remaining"]) || 0;
      resetsAtMs = (Number(headers["x-ratelimit-reset"]) || 0) * 1_000;
    },
    closeFor(ms) {
      closedUntilMs = Math.max(closedUntilMs, clock.now().getTime() + ms);
    },
    check(kind, doing) {
      const nowMs = clock.now().getTime();
      if (nowMs < closedUntilMs) throw putOff(doing, closedUntilMs - nowMs);
      const isShort = limit > 0 && remaining < limit * reservedShare && nowMs < resetsAtMs;
      const canWait = kind === "content" || kind === "write";
      if (isShort && canWait) throw putOff(doing, resetsAtMs + 1_000 - nowMs);
    },
    budget: () => ({
      limit,
      remaining,
      resetsAt: resetsAtMs === 0 ? "" : new Date(resetsAtMs).toISOString(),
      calls,
      unchanged,
    }),
  };
}

import { setTimeout as delay } from "node:timers/promises";

/** Groups of requests that Compute Engine counts on their own. */
export type QuotaGroup = "read" | "write" | "aggregated" | "operation";

/** Holds requests back before the server's quota would refuse them. */
export interface Limiter {
  /** Resolves when a request of this group may be sent. */
  admit(group: QuotaGroup, signal: AbortSignal): Promise<void>;
}

/** Share of the reads' quota that each group has. */
const shares: Readonly<Record<QuotaGroup, number>> = { read: 1, write: 1, operation: 1, aggregated: 0.5 };

const minuteMs = 60_000;

/** A bucket for each group, full at first and refilled evenly. Nobody waits while the buckets hold out. */
export function createLimiter(requestsPerMinute: number, nowMs: () => number): Limiter {
  const buckets = new Map<QuotaGroup, { left: number; atMs: number }>();
  return {
    async admit(group, signal) {
      const size = Math.max(1, requestsPerMinute * shares[group]);
      const perMs = size / minuteMs;
      const now = nowMs();
      const bucket = buckets.get(group) ?? { left: size, atMs: now };
      buckets.set(group, bucket);
      bucket.left = Math.min(size, bucket.left + Math.max(0, now - bucket.atMs) * perMs) - 1;
      bucket.atMs = now;
      // Below zero is a place in the queue: everybody waits for the refill of their own place.
      if (bucket.left < 0) await delay(Math.ceil(-bucket.left / perMs), undefined, { signal });
    },
  };
}

/** Whether a method changes nothing. */
export function isRead(method: string): boolean {
  return method === "get" || method === "list" || method === "aggregatedList";
}

/** The group a method belongs to. */
export function quotaGroupOf(service: string, method: string): QuotaGroup {
  if (method === "aggregatedList") return "aggregated";
  if (service.endsWith("Operations")) return "operation";
  return isRead(method) ? "read" : "write";
}

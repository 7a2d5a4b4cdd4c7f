import { setTimeout as delay } from "node:timers/promises";

/** Groups of requests that Compute Engine counts on their own. */
export type QuotaGroup = "read" | "write" | "aggregated" | "operation";

/** Holds requests back before the server's quota would refuse them. */
export interface Limiter {
  /** Resolves when a request of this group may be sent. */
  admit(group: QuotaGroup, place: QuotaPlace, signal: AbortSignal): Promise<void>;
}

/** Requests per minute that each group of a project may send, and each of its regions for what is read or written there. */
export interface RequestLimits {
  readonly reads: number;
  readonly writes: number;
  readonly aggregated: number;
  readonly operations: number;
  readonly region: number;
}

const limitOf: Readonly<Record<QuotaGroup, keyof RequestLimits>> = {
  read: "reads",
  write: "writes",
  aggregated: "aggregated",
  operation: "operations",
};

const minuteMs = 60_000;

interface Bucket {
  left: number;
  atMs: number;
}

/**
 * A bucket for each group of each project, and for reads and writes one more in each region; full at first and refilled
 * evenly. Nobody waits while the buckets hold out.
 */
export function createLimiter(limits: RequestLimits, nowMs: () => number): Limiter {
  const buckets = new Map<string, Bucket>();
  /** Takes one out of a bucket; below zero is a place in the queue, and everybody waits for the refill of their own place. */
  function take(name: string, perMinute: number): number {
    const size = Math.max(1, perMinute);
    const perMs = size / minuteMs;
    const now = nowMs();
    const bucket = buckets.get(name) ?? { left: size, atMs: now };
    buckets.set(name, bucket);
    bucket.left = Math.min(size, bucket.left + Math.max(0, now - bucket.atMs) * perMs) - 1;
    bucket.atMs = now;
    return bucket.left < 0 ? Math.ceil(-bucket.left / perMs) : 0;
  }
  return {
    async admit(group, { project, region }, signal) {
      const isRegional = region !== "" && (group === "read" || group === "write");
      const waitsMs = [
        take(`${project} ${group}`, limits[limitOf[group]]),
        ...(isRegional ? [take(`${project} ${group} ${region}`, limits.region)] : []),
      ];
      const longestMs = Math.max(...waitsMs);
      if (longestMs > 0) await delay(longestMs, undefined, { signal });
    },
  };
}

/** Whose quota a request counts against. */
export interface QuotaPlace {
  readonly project: string;
  /** Empty for what is not in one region. */
  readonly region: string;
}

/** Reads project and region, or the region of a zone, out of a request. */
export function quotaPlaceOf(request: object): QuotaPlace {
  const { project, region, zone } = request as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return { project: text(project), region: text(region) || text(zone).replace(/-[^-]*$/, "") };
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

import { GceFailure } from "./failure.ts";

/** Requests per minute and project that each group may have; an absent group is not limited. */
export interface RateLimitOptions {
  readonly reads?: number;
  readonly writes?: number;
  readonly lists?: number;
  readonly aggregatedLists?: number;
  readonly operationReads?: number;
}

/** The rate limits of the API: fixed windows of a minute of the clock, each group counted by itself. */
export interface RateLimits {
  /** 403 when a request is one too many. */
  check(rpc: string, project: string, nowMs: number): void;
  set(options: RateLimitOptions): void;
  /** The failure of a request that is one too many. */
  failure(group?: string): GceFailure;
}

/** Makes the limits. */
export function createRateLimits(initial: RateLimitOptions): RateLimits {
  let options = initial;
  let minute = 0;
  let used = new Map<string, number>();
  return {
    check: (rpc, project, nowMs) => {
      const group = groupOf(rpc);
      const limit = options[group];
      if (limit === undefined) return;
      const now = Math.floor(nowMs / 60_000);
      if (now !== minute) used = new Map();
      minute = now;
      const key = `${project} ${group}`;
      const count = (used.get(key) ?? 0) + 1;
      used.set(key, count);
      if (count > limit) throw rateLimited(group);
    },
    set: (fresh) => {
      options = fresh;
      used = new Map();
    },
    failure: (group = "Queries") => rateLimited(group),
  };
}

function groupOf(rpc: string): keyof RateLimitOptions {
  const [service = "", method = ""] = rpc.split(".");
  if (method === "AggregatedList") return "aggregatedLists";
  if (service.endsWith("Operations")) return "operationReads";
  if (method.startsWith("List")) return "lists";
  return method.startsWith("Get") ? "reads" : "writes";
}

function rateLimited(group: string): GceFailure {
  const message = `Quota exceeded for quota metric '${group}' and limit '${group} per minute' of service 'compute.googleapis.com' for consumer 'project_number:1'.`;
  return new GceFailure(403, "rateLimitExceeded", message, {
    domain: "usageLimits",
    status: "PERMISSION_DENIED",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "RATE_LIMIT_EXCEEDED",
        domain: "googleapis.com",
        metadata: { service: "compute.googleapis.com", quota_metric: group, quota_limit: `${group}-per-minute` },
      },
    ],
  });
}

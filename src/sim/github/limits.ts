import { Refusal } from "./answer.ts";

/** How much one asker may do. Off unless a test or an operator wants to see it. */
export interface LimitOptions {
  /** Requests per hour; GitHub's own is 5,000. */
  readonly perHour?: number;
  /** Requests that make content, per minute. */
  readonly contentPerMinute?: number;
}

/** Counts requests and refuses past the limits. */
export interface Limits {
  /** Headers of every answer. A request that GitHub does not count is asked for with `free`. */
  count(asker: string, nowMs: number, free: boolean): Readonly<Record<string, string>>;
  /** Throws when too much content was made. */
  content(asker: string, nowMs: number): void;
  set(options: LimitOptions): void;
  view(
    asker: string,
    nowMs: number,
  ): { readonly limit: number; readonly used: number; readonly remaining: number; readonly reset: number };
}

const hourMs = 60 * 60 * 1000;
const minuteMs = 60 * 1000;

/** Makes the counter. */
export function createLimits(initial: LimitOptions): Limits {
  let options = initial;
  const used = new Map<string, { count: number; resetMs: number }>();
  const made = new Map<string, number[]>();

  function budget(asker: string, nowMs: number) {
    const found = used.get(asker);
    const fresh = found === undefined || found.resetMs <= nowMs ? { count: 0, resetMs: nowMs + hourMs } : found;
    used.set(asker, fresh);
    return fresh;
  }

  function view(asker: string, nowMs: number) {
    const { count, resetMs } = budget(asker, nowMs);
    const limit = options.perHour ?? 5_000;
    return { limit, used: count, remaining: Math.max(0, limit - count), reset: Math.ceil(resetMs / 1000) };
  }

  const headersOf = (asker: string, nowMs: number): Readonly<Record<string, string>> => {
    const { limit, used: spent, remaining, reset } = view(asker, nowMs);
    return {
      ...{ "x-ratelimit-limit": `${limit}`, "x-ratelimit-remaining": `${remaining}`, "x-ratelimit-used": `${spent}` },
      ...{ "x-ratelimit-reset": `${reset}`, "x-ratelimit-resource": "core" },
    };
  };

  return {
    view,
    count(asker, nowMs, free) {
      const own = budget(asker, nowMs);
      if (!free && options.perHour !== undefined && own.count >= options.perHour)
        throw new Refusal(403, `API rate limit exceeded for ${asker}.`, [], headersOf(asker, nowMs));
      if (!free) own.count += 1;
      return headersOf(asker, nowMs);
    },
    content(asker, nowMs) {
      const { contentPerMinute } = options;
      if (contentPerMinute === undefined) return;
      const recent = (made.get(asker) ?? []).filter((atMs) => atMs > nowMs - minuteMs);
      if (recent.length >= contentPerMinute) {
        const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        throw new Refusal(403, message, [], { "retry-after": "60" });
      }
      made.set(asker, [...recent, nowMs]);
    },
    set: (fresh) => {
      options = fresh;
    },
  };
}

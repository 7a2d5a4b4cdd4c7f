import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { badRequest } from "./failure.ts";

/** Ways a request can go wrong, each with its chance from 0 to 1. */
export const faultNames = [
  "refuse",
  "lose",
  "tooMany",
  "unavailable",
  "conflict",
  "expired",
  "stale",
  "partial",
  "stall",
] as const;
export type FaultName = (typeof faultNames)[number];

/**
 * Chances by name. `refuse` closes the connection before anything happens, `lose` after the write is done, `tooMany` is
 * 429 with Retry-After, `unavailable` 503, `conflict` 409 on writes, `expired` 410 on lists and watches, `stale` an old
 * list, `partial` a list cut in the middle of its body, `stall` an answer that never comes.
 */
export interface FaultOptions {
  readonly rates?: Partial<Record<FaultName, number>>;
  /** How many faults there are in all; absent: no end. */
  readonly limit?: number;
  /** Only requests whose path contains this text. */
  readonly pathContains?: string;
  /** Only these methods. */
  readonly methods?: readonly string[];
}

/** Decides which requests go wrong; the same seed and requests give the same faults. */
export interface Faults {
  /** The fault for a request, if any; `kinds` are those that make sense for it. */
  next(method: string, path: string, kinds: readonly FaultName[]): FaultName | undefined;
  set(options: FaultOptions): void;
  describe(): JsonObject;
}

/** Makes the decider. */
export function createFaults(seed: number, initial: FaultOptions): Faults {
  let options = initial;
  let left = initial.limit ?? Number.POSITIVE_INFINITY;
  const random = randomFrom(seed);
  const counts: Record<string, number> = {};
  return {
    next: (method, path, kinds) => {
      if (left <= 0 || !path.includes(options.pathContains ?? "")) return undefined;
      if (options.methods !== undefined && !options.methods.includes(method)) return undefined;
      for (const name of kinds) {
        const rate = options.rates?.[name] ?? 0;
        if (rate > 0 && random() < rate) {
          left -= 1;
          counts[name] = (counts[name] ?? 0) + 1;
          return name;
        }
      }
      return undefined;
    },
    set: (fresh) => {
      options = fresh;
      left = fresh.limit ?? Number.POSITIVE_INFINITY;
    },
    describe: () => ({ rates: { ...options.rates }, left: Number.isFinite(left) ? left : null, done: { ...counts } }),
  };
}

/** Reads fault options from a control request. */
export function readFaultOptions(value: Json): FaultOptions {
  if (!isObject(value)) throw badRequest("fault options are an object");
  const rates: Partial<Record<FaultName, number>> = {};
  for (const [name, rate] of Object.entries(isObject(value.rates) ? value.rates : {})) {
    const known = faultNames.find((fault) => fault === name);
    if (known === undefined || typeof rate !== "number") {
      throw badRequest(`unknown fault ${name}; known are ${faultNames.join(", ")}`);
    }
    rates[known] = rate;
  }
  const methods = Array.isArray(value.methods) ? { methods: value.methods.map(String) } : {};
  return {
    rates,
    ...methods,
    ...(typeof value.limit === "number" ? { limit: value.limit } : {}),
    ...(typeof value.pathContains === "string" ? { pathContains: value.pathContains } : {}),
  };
}

/** Mulberry32: small, seeded and good enough to pick faults. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

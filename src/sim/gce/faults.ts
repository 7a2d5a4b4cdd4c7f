import type { Json, JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { badRequest } from "./failure.ts";
import { randomFrom } from "./identity.ts";

/** Ways a request can go wrong. */
export const faultNames = [
  "refuse",
  "lose",
  "rateLimit",
  "unavailable",
  "badGateway",
  "conflict",
  "stockOut",
  "slow",
  "stale",
  "truncate",
] as const;
export type FaultName = (typeof faultNames)[number];

/**
 * Chances from 0 to 1 by name. `refuse` closes the connection before anything happens, `lose` after the effect,
 * `rateLimit` is 403 rateLimitExceeded, `unavailable` 503, `badGateway` an HTML 502, `conflict` 412 on writes that carry a
 * fingerprint, `stockOut` an instance that finds no machine, `slow` an operation that takes twenty times as long,
 * `stale` a list as it was when it was last asked for, `truncate` an answer to a read that ends in the middle.
 */
export interface FaultOptions {
  readonly rates?: Partial<Record<FaultName, number>>;
  /** How many faults there are in all; absent: no end. */
  readonly limit?: number;
  /** Only requests whose path contains this text. */
  readonly pathContains?: string;
  /** Only these methods. */
  readonly methods?: readonly string[];
  /** Zones that have no machines left, always. */
  readonly stockOutZones?: readonly string[];
}

/** Decides which requests go wrong; the same seed and requests give the same faults. */
export interface Faults {
  /** The fault for a request, if any; `kinds` are those that make sense for it. */
  next(method: string, path: string, kinds: readonly FaultName[]): FaultName | undefined;
  /** Says whether a zone is out of machines. */
  isStockOut(zone: string): boolean;
  set(options: FaultOptions): void;
  describe(): JsonObject;
}

/** Makes the decider. */
export function createFaults(seed: number, initial: FaultOptions): Faults {
  let options = initial;
  let left = initial.limit ?? Number.POSITIVE_INFINITY;
  const random = randomFrom(seed ^ 0x5f0a11);
  const done: Record<string, number> = {};
  return {
    next: (method, path, kinds) => {
      if (left <= 0 || !path.includes(options.pathContains ?? "")) return undefined;
      if (options.methods !== undefined && !options.methods.includes(method)) return undefined;
      for (const name of kinds) {
        const rate = options.rates?.[name] ?? 0;
        if (rate > 0 && random() < rate) {
          left -= 1;
          done[name] = (done[name] ?? 0) + 1;
          return name;
        }
      }
      return undefined;
    },
    isStockOut: (zone) => options.stockOutZones?.includes(zone) === true,
    set: (fresh) => {
      options = fresh;
      left = fresh.limit ?? Number.POSITIVE_INFINITY;
    },
    describe: () => ({
      rates: { ...options.rates },
      stockOutZones: options.stockOutZones ?? [],
      left: Number.isFinite(left) ? left : null,
      done: { ...done },
    }),
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
  return {
    rates,
    ...(Array.isArray(value.methods) ? { methods: value.methods.map(String) } : {}),
    ...(Array.isArray(value.stockOutZones) ? { stockOutZones: value.stockOutZones.map(String) } : {}),
    ...(typeof value.limit === "number" ? { limit: value.limit } : {}),
    ...(typeof value.pathContains === "string" ? { pathContains: value.pathContains } : {}),
  };
}

import { isObject, type Json, type JsonObject } from "../core/json.ts";

/** What goes wrong how often, by name, and for which requests. */
export interface ChanceOptions<Name extends string> {
  /** Chances from 0 to 1. */
  readonly rates?: Partial<Record<Name, number>>;
  /** How many faults there are in all; absent: no end. */
  readonly limit?: number;
  /** Only requests whose path contains this text. */
  readonly pathContains?: string;
  /** Only these methods. */
  readonly methods?: readonly string[];
}

/** Decides which requests go wrong; the same seed and requests give the same faults. */
export interface Chances<Name extends string> {
  /** The fault for a request, if any; `kinds` are those that make sense for it. */
  next(method: string, path: string, kinds: readonly Name[]): Name | undefined;
  set(options: ChanceOptions<Name>): void;
  describe(): JsonObject;
}

/** Makes the decider. */
export function createChances<Name extends string>(seed: number, initial: ChanceOptions<Name>): Chances<Name> {
  let options = initial;
  let left = initial.limit ?? Number.POSITIVE_INFINITY;
  const random = randomFrom(seed);
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
    set: (fresh) => {
      options = fresh;
      left = fresh.limit ?? Number.POSITIVE_INFINITY;
    },
    describe: () => ({ rates: { ...options.rates }, left: Number.isFinite(left) ? left : null, done: { ...done } }),
  };
}

/**
 * Reads the options from a control request; `refuse` makes the error of a simulator's own form.
 *
 * @throws what `refuse` made: the value is no object, a name is unknown, or a rate is no number
 */
export function readChances<Name extends string>(
  names: readonly Name[],
  value: Json,
  refuse: (message: string) => Error,
): ChanceOptions<Name> {
  if (!isObject(value)) throw refuse("fault options are an object");
  const rates: Partial<Record<Name, number>> = {};
  for (const [name, rate] of Object.entries(isObject(value.rates) ? value.rates : {})) {
    const known = names.find((fault) => fault === name);
    if (known === undefined) throw refuse(`unknown fault ${name}; known are ${names.join(", ")}`);
    if (typeof rate !== "number") throw refuse(`the rate of ${name} is a number from 0 to 1`);
    rates[known] = rate;
  }
  return {
    rates,
    ...(Array.isArray(value.methods) ? { methods: value.methods.map(String) } : {}),
    ...(typeof value.limit === "number" ? { limit: value.limit } : {}),
    ...(typeof value.pathContains === "string" ? { pathContains: value.pathContains } : {}),
  };
}

/** Mulberry32: small, seeded and good enough to pick faults. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

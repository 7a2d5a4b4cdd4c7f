import { randomFrom } from "../chances.ts";
import { Refusal } from "./answer.ts";

/** Ways a request goes wrong, each with its chance from 0 to 1. */
export interface FaultOptions {
  /** 502 before anything happens. */
  readonly unavailable?: number;
  /** 403 with a wait, as the secondary limit answers. */
  readonly secondary?: number;
  /** The connection breaks after the effect. */
  readonly lose?: number;
  /** Only these methods. */
  readonly methods?: readonly string[];
}

/** Decides which requests go wrong; the same seed and requests give the same faults. */
export interface Faults {
  refuses(method: string): Refusal | undefined;
  losesAnswer(method: string): boolean;
  set(options: FaultOptions): void;
}

/** Makes the decider. */
export function createFaults(seed: number, initial: FaultOptions): Faults {
  let options = initial;
  const random = randomFrom(seed);
  const happens = (rate: number | undefined, method: string): boolean => {
    if (rate === undefined || rate === 0 || options.methods?.includes(method) === false) return false;
    return random() < rate;
  };
  return {
    refuses(method) {
      if (happens(options.unavailable, method)) return new Refusal(502, "Server Error");
      if (!happens(options.secondary, method)) return undefined;
      const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
      return new Refusal(403, message, [], { "retry-after": "1" });
    },
    losesAnswer: (method) => happens(options.lose, method),
    set: (fresh) => {
      options = fresh;
    },
  };
}

import { isObject, type Json } from "../../core/json.ts";
import { type ChanceOptions, type Chances, createChances, readChances } from "../chances.ts";
import { badRequest } from "./failure.ts";

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
 * Chances by name. `refuse` closes the connection before anything happens, `lose` after the effect, `rateLimit` is
 * 403 rateLimitExceeded, `unavailable` 503, `badGateway` an HTML 502, `conflict` 412 on writes that carry a
 * fingerprint, `stockOut` an instance that finds no machine, `slow` an operation that takes twenty times as long,
 * `stale` a list as it was when it was last asked for, `truncate` an answer to a read that ends in the middle.
 */
export interface FaultOptions extends ChanceOptions<FaultName> {
  /** Zones that have no machines left, always. */
  readonly stockOutZones?: readonly string[];
}

/** Decides which requests go wrong. */
export interface Faults extends Chances<FaultName> {
  set(options: FaultOptions): void;
  /** Says whether a zone is out of machines. */
  isStockOut(zone: string): boolean;
}

/** Makes the decider. */
export function createFaults(seed: number, initial: FaultOptions): Faults {
  let stockOutZones = initial.stockOutZones ?? [];
  const chances = createChances(seed ^ 0x5f0a11, initial);
  return {
    next: chances.next,
    isStockOut: (zone) => stockOutZones.includes(zone),
    set: (fresh) => {
      stockOutZones = fresh.stockOutZones ?? [];
      chances.set(fresh);
    },
    describe: () => ({ ...chances.describe(), stockOutZones: [...stockOutZones] }),
  };
}

/** Reads fault options from a control request. */
export function readFaultOptions(value: Json): FaultOptions {
  const zones = isObject(value) && Array.isArray(value.stockOutZones) ? value.stockOutZones.map(String) : undefined;
  return { ...readChances(faultNames, value, badRequest), ...(zones !== undefined && { stockOutZones: zones }) };
}

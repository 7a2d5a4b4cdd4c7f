import type { Json } from "../../core/json.ts";
import { type ChanceOptions, type Chances, readChances } from "../chances.ts";
import { badRequest } from "./failure.ts";

/** Ways a request can go wrong. */
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
export type FaultOptions = ChanceOptions<FaultName>;

/** Decides which requests go wrong. */
export type Faults = Chances<FaultName>;

/** Reads fault options from a control request. */
export function readFaultOptions(value: Json): FaultOptions {
  return readChances(faultNames, value, badRequest);
}

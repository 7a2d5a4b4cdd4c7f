import type { JsonObject } from "../../core/json.ts";
import type { World } from "./world.ts";

/** Header in which a change by hand says who makes it. */
export const byHandHeader = "x-by-hand";

/** One request to a known route, checked against the published description. */
export interface Call {
  readonly world: World;
  readonly nowMs: number;
  /** `Service.Method` of the published description. */
  readonly rpc: string;
  readonly project: string;
  /** `global`, `zones/z` or `regions/r`, from the route. */
  readonly scope: string;
  /** Path parameters by the names of the description. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** What the body says, without nulls and without what only the server sets; empty when there is none. */
  readonly body: JsonObject;
  readonly settings: Settings;
  /** Lets everything happen that is due by now; for requests that wait. */
  readonly advance: () => void;
  /** The time now; later than `nowMs` for requests that wait. */
  readonly clock: () => number;
  /** Aborted when the simulator stops. */
  readonly signal: AbortSignal;
}

/** What the simulator's owner decided. */
export interface Settings {
  /** Least and most time an operation takes. */
  readonly operationMs: readonly [number, number];
  /** A number from 0 to 1 for the next spread. */
  readonly random: () => number;
  readonly user: string;
  /** Asked once per start of an instance: text of a stock-out, if it is to fail for want of machines. */
  readonly stockOut: (path: string) => boolean;
  /** Asked once per operation: a factor for how long it takes. */
  readonly slowness: (path: string) => number;
  /** Regional limits by quota metric; undefined is no limit. */
  readonly quota: (metric: string, scope: string) => number | undefined;
}

/** Answers a call with the body of a 200, or throws a GceFailure. */
export type Handler = (call: Call) => JsonObject | Promise<JsonObject>;

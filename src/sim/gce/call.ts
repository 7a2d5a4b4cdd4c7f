import type { Json, JsonObject } from "../../core/json.ts";
import type { World } from "./world.ts";

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

/** A text value of a body, or undefined. */
export function textOf(body: JsonObject | undefined, key: string): string | undefined {
  const value = body?.[key];
  return typeof value === "string" ? value : undefined;
}

/** The objects in a list of a body; none when it is absent. */
export function objectsOf(body: JsonObject | undefined, key: string): readonly JsonObject[] {
  const value = body?.[key];
  return Array.isArray(value) ? (value as readonly Json[]).filter((item): item is JsonObject => isPlain(item)) : [];
}

/** The texts in a list of a body; none when it is absent. */
export function textsOf(body: JsonObject | undefined, key: string): readonly string[] {
  const value = body?.[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** An object in a body, or an empty one. */
export function objectOf(body: JsonObject | undefined, key: string): JsonObject {
  const value = body?.[key];
  return isPlain(value) ? value : {};
}

function isPlain(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import type { Json, JsonObject } from "../../../core/json.ts";
import type { AccessRules } from "../access-rules.ts";
import type { World } from "../world.ts";

/** A request to one of the services that stand beside Compute Engine. */
export interface NeighbourCall {
  readonly world: World;
  readonly access: AccessRules;
  readonly nowMs: number;
  readonly method: string;
  readonly project: string;
  /** What follows the project in the path, such as `secrets/name/versions/1`. */
  readonly segments: readonly string[];
  /** The custom method behind the colon, such as `addVersion`, or "". */
  readonly verb: string;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

/** A request that fails, in the form of these services: a canonical status and no list of errors. */
export class NeighbourFailure extends Error {
  readonly httpStatus: number;
  readonly status: string;
  readonly details: readonly Json[];
  constructor(httpStatus: number, status: string, message: string, details: readonly Json[] = []) {
    super(message);
    this.name = "NeighbourFailure";
    this.httpStatus = httpStatus;
    this.status = status;
    this.details = details;
  }
}

/** The body of a failure. */
export function neighbourFailureBody(failure: NeighbourFailure): JsonObject {
  const { httpStatus: code, message, status, details } = failure;
  return { error: { code, message, status, ...(details.length === 0 ? {} : { details }) } };
}

/** 404. */
export function missing(name: string): NeighbourFailure {
  return new NeighbourFailure(404, "NOT_FOUND", `${name} was not found.`);
}

/** 501, for what the real service has and this one has not. */
export function notImplemented(what: string): NeighbourFailure {
  return new NeighbourFailure(501, "UNIMPLEMENTED", `This simulator has no ${what}.`);
}

/** 400. */
export function badArgument(message: string): NeighbourFailure {
  return new NeighbourFailure(400, "INVALID_ARGUMENT", message);
}

/** One page of a list whose items are named by `field`. */
export function pageOf(call: NeighbourCall, field: string, items: readonly JsonObject[]): JsonObject {
  const size = Number(call.query.get("pageSize") ?? 100) || 100;
  const start = Number(call.query.get("pageToken") ?? 0) || 0;
  const next = start + size < items.length ? { nextPageToken: String(start + size) } : {};
  const page = items.slice(start, start + size);
  return { ...(page.length === 0 ? {} : { [field]: page }), ...next };
}

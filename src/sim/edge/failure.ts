import type { Json, JsonObject } from "../../core/json.ts";
import type { EdgeKind } from "./kinds.ts";

/** A request that ends with a Status body. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    facts: { details?: JsonObject; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = facts.details;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

/** The Status object that answers a failed request. */
export function statusBody(failure: ApiFailure): JsonObject {
  const details: Record<string, Json> = { ...failure.details };
  if (failure.retryAfterSeconds !== undefined) details.retryAfterSeconds = failure.retryAfterSeconds;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: failure.message,
    ...(failure.reason === "" ? {} : { reason: failure.reason }),
    ...(failure.details === undefined && Object.keys(details).length === 0 ? {} : { details }),
    code: failure.code,
  };
}

/** `networks.networking.datumapis.com`: how messages name a kind. */
export function resourceName(kind: EdgeKind): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

function detailsOf(kind: EdgeKind, name: string): JsonObject {
  return { name, group: kind.group, kind: kind.plural };
}

/** 404 for an object. */
export function notFound(kind: EdgeKind, name: string): ApiFailure {
  const message = `${resourceName(kind)} "${name}" not found`;
  return new ApiFailure(404, "NotFound", message, { details: detailsOf(kind, name) });
}

/** 404 for a path that no kind is served under; of most such paths a server says so without a Status. */
export function noSuchPath(path: string): ApiFailure {
  if (!/^\/api\/v1(\/|$)/.test(path)) return new ApiFailure(404, "", "404 page not found");
  return new ApiFailure(404, "NotFound", "the server could not find the requested resource", { details: {} });
}

/** 409 for a create under a taken name. */
export function alreadyExists(kind: EdgeKind, name: string): ApiFailure {
  const message = `${resourceName(kind)} "${name}" already exists`;
  return new ApiFailure(409, "AlreadyExists", message, { details: detailsOf(kind, name) });
}

/** 409 for a write that rests on an old state. */
export function staleWrite(
  kind: EdgeKind,
  name: string,
  why = "the object has been modified; please apply your changes to the latest version and try again",
): ApiFailure {
  const message = `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`;
  return new ApiFailure(409, "Conflict", message, { details: detailsOf(kind, name) });
}

/** One field that is wrong, in the words of a Status cause. */
export interface FieldCause {
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

/** 422 with every wrong field. */
export function invalidObject(kind: EdgeKind, name: string, causes: readonly FieldCause[]): ApiFailure {
  const title = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return invalidNamed(title, { group: kind.group, kind: kind.kind }, name, causes);
}

/** 422 about something that is called `title`. */
export function invalidNamed(
  title: string,
  of: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly FieldCause[],
): ApiFailure {
  const list = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = list.length === 1 ? list[0] : `[${list.join(", ")}]`;
  const shown = causes.map(({ reason, message, field }) => ({ reason, message, field }));
  const details = { ...(name === "" ? {} : { name }), ...of, causes: shown };
  return new ApiFailure(422, "Invalid", `${title} "${name}" is invalid: ${text}`, { details });
}

/** 400 for a request that cannot be understood. */
export function badRequest(message: string): ApiFailure {
  return new ApiFailure(400, "BadRequest", message);
}

/** 504 for a list of a state that is still to come. */
export function tooLarge(version: string, current: number): ApiFailure {
  const message = `Timeout: Too large resource version: ${version}, current: ${current}`;
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return new ApiFailure(504, "Timeout", message, { details: { causes }, retryAfterSeconds: 1 });
}

/** 410 for a list or watch that asks for a state that is no longer kept. */
export function expired(message: string): ApiFailure {
  return new ApiFailure(410, "Expired", message);
}

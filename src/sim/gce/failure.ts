import type { Json, JsonObject } from "../../core/json.ts";

interface FailureMore {
  /** Only the newer front end says a canonical status; recorded 404s have none. */
  readonly status?: string;
  readonly domain?: string;
  readonly location?: { readonly location: string; readonly locationType: string };
  readonly details?: readonly Json[];
}

/** A request that is answered with an error in Google's form. */
export class GceFailure extends Error {
  readonly httpStatus: number;
  readonly reason: string;
  readonly more: FailureMore;
  constructor(httpStatus: number, reason: string, message: string, more: FailureMore = {}) {
    super(message);
    this.name = "GceFailure";
    this.httpStatus = httpStatus;
    this.reason = reason;
    this.more = more;
  }
}

/** The body of an error answer. */
export function failureBody(failure: GceFailure): JsonObject {
  const { status, domain, location, details } = failure.more;
  const item = { message: failure.message, domain: domain ?? "global", reason: failure.reason, ...location };
  return {
    error: {
      code: failure.httpStatus,
      message: failure.message,
      errors: [item],
      ...(status === undefined ? {} : { status }),
      ...(details === undefined ? {} : { details }),
    },
  };
}

/** 404 for a resource that is not there. */
export function notFound(path: string): GceFailure {
  return new GceFailure(404, "notFound", `The resource '${path}' was not found`);
}

/** 409 for a name that is taken. */
export function alreadyExists(path: string): GceFailure {
  return new GceFailure(409, "alreadyExists", `The resource '${path}' already exists`);
}

/** 400 for a value the API does not accept; `field` is such as `resource.name`. */
export function invalidValue(field: string, value: Json, why: string): GceFailure {
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return new GceFailure(400, "invalid", `Invalid value for field '${field}': '${shown}'. ${why}`);
}

/** 400 with the reason `invalid` and a sentence of its own. */
export function invalid(message: string): GceFailure {
  return new GceFailure(400, "invalid", message);
}

/** 400 for a field that must be there. */
export function required(field: string): GceFailure {
  return new GceFailure(400, "required", `Required field '${field}' not specified`);
}

/** 400 for a resource that another operation is changing. */
export function notReady(path: string): GceFailure {
  return new GceFailure(400, "resourceNotReady", `The resource '${path}' is not ready`);
}

/** The sentence that names what keeps a resource from being deleted. */
export function inUseText(label: string, path: string, user: string): string {
  return `The ${label} resource '${path}' is already being used by '${user}'`;
}

/** 400 for a resource that something else still uses. */
export function inUse(label: string, path: string, user: string): GceFailure {
  return new GceFailure(400, "resourceInUseByAnotherResource", inUseText(label, path, user));
}

/** 412 for a fingerprint that is not the current one. */
export function conditionNotMet(message: string): GceFailure {
  return new GceFailure(412, "conditionNotMet", message, {
    location: { location: "If-Match", locationType: "header" },
  });
}

/** 400 of the front end for a body or query it cannot read. */
export function badRequest(description: string, field = ""): GceFailure {
  return new GceFailure(400, "badRequest", description, {
    status: "INVALID_ARGUMENT",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: [{ ...(field === "" ? {} : { field }), description }],
      },
    ],
  });
}

/** 501 for a route that the published description knows and this simulator does not play. */
export function notImplemented(rpc: string): GceFailure {
  return new GceFailure(501, "notImplemented", `${rpc} is not implemented by this simulator.`, {
    status: "UNIMPLEMENTED",
  });
}

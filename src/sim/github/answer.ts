import type { Json, JsonObject } from "../../core/json.ts";

/** What is sent back. */
export interface Answer {
  readonly code: number;
  /** Absent: no body. */
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused, in GitHub's form. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;
  readonly errors: readonly JsonObject[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    message: string,
    errors: readonly JsonObject[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}

/** The body GitHub sends with a refusal. */
export function refusalBody({ code, message, errors }: Refusal): JsonObject {
  return {
    message,
    ...(errors.length > 0 && { errors: errors as readonly Json[] }),
    documentation_url: "https://docs.github.com/rest",
    status: String(code),
  };
}

/** `422 Validation Failed` about one field. */
export function invalid(resource: string, field: string, code: string, message?: string): Refusal {
  return new Refusal(422, "Validation Failed", [{ resource, code, field, ...(message !== undefined && { message }) }]);
}

/** What is not there, or not for you to know of. */
export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

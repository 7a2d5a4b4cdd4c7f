import { isObject, type JsonObject } from "../../core/json.ts";
import { ProviderError } from "../provider.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";

/** An answer that is not a success, before it is sorted. */
export interface Refused {
  readonly status: number;
  readonly body: JsonObject;
  readonly retryAfterMs: number | undefined;
}

const maxMessageLength = 600;
const policyRefusal = /admission webhook .* denied the request|ValidatingAdmissionPolicy .* denied request/;

/** Sorts an answer of the API server by what happens next. `doing` says what was tried: `apply Network default/prod`. */
export function refusal(refused: Refused, doing: string, resource: string): ProviderError {
  const { status, body, retryAfterMs } = refused;
  const reason = textOf(body, "reason");
  const said = (textOf(body, "message") || `HTTP ${status}`).slice(0, maxMessageLength);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  const error = (code: string, next: ProviderError["next"], message = `${doing}: ${said}`): ProviderError =>
    new ProviderError(message, { code, next, resource, ...wait });
  if (status === 409) return sortConflict(body, said, doing, error);
  if (status === 401) return error("unauthenticated", "person", `${doing}: the credentials were not accepted.`);
  // A webhook that gives no code of its own refuses with 403, and so may a policy, although no right is missing.
  if (status < 500 && policyRefusal.test(said)) return error("invalid", "person");
  if (status === 403) return /quota/i.test(said) ? error("quota", "person") : error("permission", "person");
  // What is missing has a name, be it the namespace; a kind that is not served has none.
  if (status === 404 && textOf(fieldOf(body, "details"), "name") === "") {
    return error("not-served", "person", `${doing}: the server does not serve this kind (HTTP 404).`);
  }
  if (status === 404) return error("not-found", "person");
  if (status === 410) return error("expired", "retry");
  if (status === 429) return error("rate-limit", "wait");
  // The uid we send guards against writing to a later incarnation: the next pass looks again.
  if (status === 422 && said.includes("metadata.uid")) return error("changed", "retry");
  // An apply whose fields the schema does not know is answered with 500, although only a person can mend it.
  if (/failed to create typed patch object|field not declared in schema/.test(said)) return error("invalid", "person");
  if (status === 408 || status === 504 || reason === "Timeout") return error("timeout", "retry");
  if (status >= 500) return error("unavailable", "retry");
  return error("invalid", "person");
}

function sortConflict(
  body: JsonObject,
  said: string,
  doing: string,
  error: (code: string, next: ProviderError["next"], message?: string) => ProviderError,
): ProviderError {
  const causes = objectsOf(fieldOf(body, "details"), "causes").filter(
    (cause) => textOf(cause, "reason") === "FieldManagerConflict",
  );
  if (causes.length === 0) return error("changed", "retry", `${doing}: ${said}`);
  const list = causes.slice(0, 8).map((cause) => {
    const manager = /conflict with "([^"]+)"/.exec(textOf(cause, "message"))?.[1] ?? "another manager";
    return `${textOf(cause, "field").replace(/^\./, "")} belongs to "${manager}"`;
  });
  const more = causes.length > list.length ? ` and ${causes.length - list.length} more` : "";
  return error("conflict", "person", `${doing}: ${list.join(", ")}${more}.`);
}

/** Sorts a request that got no whole answer. `where` is whom it was sent to: `edge.example.org:6443`. */
export function unreachable(cause: unknown, doing: string, resource: string, where = ""): ProviderError {
  const code = codeOf(cause);
  const timedOut = /TIMEOUT|TimeoutError/i.test(code);
  const trust = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO|SSL/.test(code);
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: `nobody listens ${where === "" ? "there" : `at ${where}`} (ECONNREFUSED)`,
    ENOTFOUND: `there is no such host${where === "" ? "" : `, ${where}`} (ENOTFOUND)`,
    ERR_SSL_WRONG_VERSION_NUMBER: `${where || "the server"} does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)`,
    ECONNRESET: "the connection was cut (ECONNRESET)",
  };
  const why = timedOut
    ? "no answer in time"
    : trust
      ? (words[code] ?? `the server's certificate is not trusted (${code})`)
      : (words[code] ?? code);
  return new ProviderError(`${doing}: ${why}.`, {
    code: timedOut ? "timeout" : trust ? "permission" : "unavailable",
    next: trust ? "person" : "retry",
    resource,
    cause,
  });
}

/** The shortest telling word of an error; never its message, which may hold what was sent. */
function codeOf(cause: unknown): string {
  if (!isObject(cause) && !(cause instanceof Error)) return "the connection failed";
  const { code, name, cause: inner } = cause as { code?: unknown; name?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  if (inner !== undefined && inner !== cause) return codeOf(inner);
  return typeof name === "string" ? name : "the connection failed";
}

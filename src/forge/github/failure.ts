import type { Json } from "../../core/json.ts";
import { createRedactor } from "../../runtime/redact.ts";
import { ForgeError } from "../forge.ts";
import { objectsAt, textAt } from "./wire.ts";

/** What of a failed request decides what happens next. */
export interface Refused {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Json | undefined;
  readonly cause: unknown;
}

/** What was tried, in messages: `write a comment on #12`, and the permission it takes. */
export interface Attempt {
  readonly doing: string;
  readonly needs: string;
}

const longestSaid = 400;
const secondaryWaitMs = 60_000;
const longestWaitMs = 3_600_000;
const shapes = createRedactor([]);

/** Sorts a failed request by what happens next. No token stands in any message. */
export function refusal(refused: Refused, attempt: Attempt, nowMs: number): ForgeError {
  const { status, headers, data } = refused;
  const { doing } = attempt;
  if (status === 0) return unreachable(refused.cause, doing);
  const said = saidIn(data);
  const waitMs = limitWaitMs(status, headers, said, nowMs);
  if (waitMs !== undefined) {
    const message = `${doing}: GitHub asks for ${Math.ceil(waitMs / 1_000)} s of patience (${status}).`;
    return new ForgeError(message, { code: "rate-limit", next: "quota", retryAfterMs: waitMs });
  }
  const person = (code: string, why: string): ForgeError =>
    new ForgeError(`${doing}: ${why}`, { code, next: "person" });
  if (status === 401) return person("auth", "GitHub does not accept the credentials (401).");
  if (status === 403) return person("permission", permissionText(headers, said, attempt.needs));
  if (status === 404) return person("not-found", "there is no such thing, or the credentials may not see it (404).");
  if (status === 409) return new ForgeError(`${doing}: ${said} (409).`, { code: "conflict", next: "retry" });
  if (status === 408 || status >= 500) {
    return new ForgeError(`${doing}: GitHub failed (${status}).`, { code: "unavailable", next: "retry" });
  }
  return person("invalid", `${said} (${status}).`);
}

/** How long a refused request has to wait; undefined when its refusal is not about limits. */
function limitWaitMs(
  status: number,
  headers: Readonly<Record<string, string>>,
  said: string,
  nowMs: number,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const bounded = (ms: number): number => Math.min(longestWaitMs, Math.max(1_000, Math.ceil(ms)));
  const after = headers["retry-after"] ?? "";
  if (/^\d+$/.test(after)) return bounded(Number(after) * 1_000);
  if (headers["x-ratelimit-remaining"] === "0") {
    // One second more: the window ends after the second it names.
    return bounded(Number(headers["x-ratelimit-reset"] ?? 0) * 1_000 + 1_000 - nowMs);
  }
  const isSecondary = /secondary rate|abuse/i.test(said);
  return status === 429 || isSecondary ? secondaryWaitMs : undefined;
}

function permissionText(headers: Readonly<Record<string, string>>, said: string, needs: string): string {
  if ((headers["x-github-sso"] ?? "").startsWith("required")) {
    return "the organisation wants this token to be authorised for single sign-on (403).";
  }
  const accepted = headers["x-accepted-github-permissions"] ?? "";
  const scopes = headers["x-accepted-oauth-scopes"] ?? "";
  const wanted = accepted !== "" ? accepted.replaceAll("=", ": ") : scopes !== "" ? `the scope ${scopes}` : needs;
  return `the credentials lack a permission: ${shapes.redact(wanted).slice(0, longestSaid)} (403: ${said}).`;
}

function saidIn(data: Json | undefined): string {
  const details = objectsAt(data, "errors").map((error) => {
    const place = [textAt(error, "resource"), textAt(error, "field")].filter((part) => part !== "").join(".");
    const what = textAt(error, "message") || textAt(error, "code");
    return [place, what].filter((part) => part !== "").join(" ");
  });
  const message = textAt(data, "message").replace(/\s+/g, " ").trim();
  const text = [message || "GitHub refused it", ...details].join("; ").replace(/[.\s]+$/, "");
  return shapes.redact(text).slice(0, longestSaid);
}

function unreachable(cause: unknown, doing: string): ForgeError {
  const code = codeOf(cause);
  const timedOut = /TIMEOUT|TimeoutError/i.test(code);
  const untrusted = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO|SSL/.test(code);
  const why = timedOut
    ? "no answer in time"
    : untrusted
      ? `the server's certificate is not trusted (${code})`
      : `GitHub cannot be reached (${code})`;
  return new ForgeError(`${doing}: ${why}.`, {
    code: timedOut ? "timeout" : "unreachable",
    next: untrusted ? "person" : "retry",
    cause,
  });
}

/** The shortest telling word of an error; never its message, which may hold what was sent. */
function codeOf(cause: unknown): string {
  if (typeof cause !== "object" || cause === null) return "the connection failed";
  const { code, name, cause: inner } = cause as { code?: unknown; name?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  if (inner !== undefined && inner !== cause) return codeOf(inner);
  return typeof name === "string" ? name : "the connection failed";
}

import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { AccessRules } from "../access-rules.ts";
import { textOf } from "../values.ts";

/** A request for a token, with the headers that matter. */
export interface TokenRequest {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly authorization: string | undefined;
  readonly metadataFlavor: string | undefined;
}

/** An answer; a text is sent as it is. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: JsonObject | string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How long a token lives. */
const tokenSeconds = 3_600;
const longestAssertionSeconds = 3_600;
const clockToleranceSeconds = 300;
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";
const machineAccount = "machine@simulated-project.iam.gserviceaccount.com";
const metadataPath = "/computeMetadata/v1/";

/**
 * The servers that give tokens out: OAuth for keys and people, STS for outside identities, IAM for accounts that are spoken
 * for, the metadata server for machines, and who a token belongs to. Undefined for a path that is none of these.
 */
export function tokenAnswer(rules: AccessRules, nowMs: number, request: TokenRequest): TokenAnswer | undefined {
  const { method, path } = request;
  if (path.startsWith(metadataPath)) return metadata(rules, request);
  if (method !== "POST") return undefined;
  if (path === "/tokeninfo") return tokenInfo(rules, request);
  const target = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(path)?.[1];
  if (target !== undefined) return generated(rules, nowMs, request, decodeURIComponent(target));
  return /^\/(?:token|v1\/token|oauth2\/v4\/token|o\/oauth2\/token)$/.test(path)
    ? granted(rules, nowMs, request.text)
    : undefined;
}

function granted(rules: AccessRules, nowMs: number, text: string): TokenAnswer {
  const fields = fieldsOf(text);
  const grant = fields.get("grant_type") ?? "";
  if (grant.endsWith(":token-exchange")) return exchanged(rules, fields);
  if (grant.endsWith(":jwt-bearer")) return asserted(rules, nowMs, fields.get("assertion") ?? "");
  if (rules.isRefused(fields.get("refresh_token") ?? ""))
    return refusal("invalid_grant", "Token has been expired or revoked.");
  return issued(rules, "user:simulated@example.com");
}

/** STS takes JSON as well as a form. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  if (!text.trimStart().startsWith("{")) return new Map(new URLSearchParams(text));
  const body = objectIn(text);
  return new Map(Object.entries(body).map(([name, value]) => [snake(name), String(value)]));
}

function objectIn(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function asserted(rules: AccessRules, nowMs: number, assertion: string): TokenAnswer {
  const claims = claimsOf(assertion);
  const account = textOf(claims, "iss") ?? "";
  if (account === "" || textOf(claims, "aud") === undefined) return refusal("invalid_request", "Bad Request");
  const [iat, exp, now] = [Number(claims.iat), Number(claims.exp), nowMs / 1_000];
  const isTimely = exp - iat <= longestAssertionSeconds && iat <= now + clockToleranceSeconds && exp > now;
  if (!isTimely) {
    const why = "Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
    return refusal("invalid_grant", `Invalid JWT: ${why} Check your iat and exp values in the JWT claim.`);
  }
  if (rules.isRefused(account)) return refusal("invalid_grant", "Invalid JWT Signature.");
  return issued(rules, `serviceAccount:${account}`);
}

function claimsOf(assertion: string): JsonObject {
  const parts = assertion.split(".");
  return parts.length === 3 ? objectIn(Buffer.from(parts[1] ?? "", "base64url").toString("utf8")) : {};
}

function exchanged(rules: AccessRules, fields: ReadonlyMap<string, string>): TokenAnswer {
  const audience = fields.get("audience") ?? "";
  const subject = fields.get("subject_token") ?? "";
  for (const name of ["audience", "subject_token", "subject_token_type", "requested_token_type"]) {
    if ((fields.get(name) ?? "") === "") return refusal("invalid_request", `Missing required parameter: ${name}`);
  }
  if (rules.isRefused(audience)) {
    const why = "This might either be because the pool or provider is disabled or deleted or because it doesn't exist.";
    return refusal("invalid_target", `The target service indicated by the "audience" parameters is invalid. ${why}`);
  }
  if (rules.isRefused(subject)) {
    return refusal("invalid_grant", "The audience in ID Token does not match the expected audience.");
  }
  const answer = issued(rules, `principal:${audience}`);
  return { ...answer, body: { ...(answer.body as JsonObject), issued_token_type: accessTokenType } };
}

function generated(rules: AccessRules, nowMs: number, request: TokenRequest, account: string): TokenAnswer {
  if (rules.principalOf(request.authorization) === undefined) {
    const message = "Request had invalid authentication credentials. Expected OAuth 2 access token.";
    return answered(401, { error: { code: 401, message, status: "UNAUTHENTICATED" } });
  }
  const permission = "iam.serviceAccounts.getAccessToken";
  if (rules.isDenied(permission) || rules.isRefused(account)) {
    const message = `Permission '${permission}' denied on resource (or it may not exist).`;
    return answered(403, { error: { code: 403, message, status: "PERMISSION_DENIED" } });
  }
  const accessToken = rules.issue(`serviceAccount:${account}`);
  return answered(200, { accessToken, expireTime: new Date(nowMs + tokenSeconds * 1_000).toISOString() });
}

function tokenInfo(rules: AccessRules, { text }: TokenRequest): TokenAnswer {
  const principal = rules.principalOf(fieldsOf(text).get("access_token"));
  if (principal === undefined) return refusal("invalid_token", "Invalid Value");
  const email = principal.slice(principal.indexOf(":") + 1);
  return answered(200, { email, email_verified: "true", scope: "https://www.googleapis.com/auth/cloud-platform" });
}

/** What a machine asks about itself; only who knows the header gets an answer. */
function metadata(rules: AccessRules, { path, metadataFlavor }: TokenRequest): TokenAnswer {
  const headers = { "metadata-flavor": "Google" };
  if (metadataFlavor !== "Google") return { status: 403, body: "Missing required header: Metadata-Flavor", headers };
  const gone = { status: 404, body: "Not Found", headers };
  const known = path.slice(metadataPath.length);
  if (known === "project/project-id") return { status: 200, body: "simulated-project", headers };
  const wanted = /^instance\/service-accounts\/default\/(email|token)$/.exec(known)?.[1];
  if (wanted === undefined || rules.isRefused("metadata")) return gone;
  if (wanted === "email") return { status: 200, body: machineAccount, headers };
  return { ...issued(rules, `serviceAccount:${machineAccount}`), headers };
}

function issued(rules: AccessRules, principal: string): TokenAnswer {
  return answered(200, { access_token: rules.issue(principal), expires_in: tokenSeconds, token_type: "Bearer" });
}

function refusal(error: string, description: string): TokenAnswer {
  return answered(400, { error, error_description: description });
}

function answered(status: number, body: JsonObject): TokenAnswer {
  return { status, body, headers: {} };
}

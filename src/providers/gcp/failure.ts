import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { type NextStep, ProviderError } from "../provider.ts";

/** What a refusal says, whichever way it came: an HTTP answer, or the error inside an operation. */
export interface Refusal {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The first error's reason, as sent (`resourceNotReady`, `ZONE_RESOURCE_POOL_EXHAUSTED`); empty when there is none. */
  readonly reason: string;
  readonly message: string;
  /** Reason of the ErrorInfo detail (`RATE_LIMIT_EXCEEDED`); empty when there is none. */
  readonly info: string;
  readonly retryAfterMs: number | undefined;
}

interface Sorted {
  readonly code: string;
  readonly next: NextStep;
  readonly retryAfterMs?: number;
}

const minuteMs = 60_000;
const stockOutWaitMs = 60_000;
const busyWaitMs = 5_000;

/** Reasons without case and underscores → what happens next. */
const byReason: Readonly<Record<string, Sorted>> = {
  ratelimitexceeded: { code: "rate-limit", next: "wait" },
  userratelimitexceeded: { code: "rate-limit", next: "wait" },
  resourceexhausted: { code: "rate-limit", next: "wait" },
  concurrentoperationsquotaexceeded: { code: "rate-limit", next: "wait", retryAfterMs: busyWaitMs },
  listoverheadquotaexceed: { code: "rate-limit", next: "wait" },
  quotaexceeded: { code: "quota", next: "person" },
  limitexceeded: { code: "quota", next: "person" },
  zoneresourcepoolexhausted: { code: "stock-out", next: "retry", retryAfterMs: stockOutWaitMs },
  zoneresourcepoolexhaustedwithdetails: { code: "stock-out", next: "retry", retryAfterMs: stockOutWaitMs },
  resourcepoolexhausted: { code: "stock-out", next: "retry", retryAfterMs: stockOutWaitMs },
  stockout: { code: "stock-out", next: "retry", retryAfterMs: stockOutWaitMs },
  resourceavailability: { code: "stock-out", next: "retry", retryAfterMs: stockOutWaitMs },
  resourceinusebyanotherresource: { code: "in-use", next: "retry" },
  resourceinuse: { code: "in-use", next: "retry" },
  resourcenotready: { code: "not-ready", next: "retry" },
  operationinprogress: { code: "not-ready", next: "retry" },
  fingerprintmismatch: { code: "changed", next: "retry" },
  conditionnotmet: { code: "changed", next: "retry" },
  alreadyexists: { code: "exists", next: "person" },
  resourcealreadyexists: { code: "exists", next: "person" },
  notfound: { code: "not-found", next: "person" },
  resourcenotfound: { code: "not-found", next: "person" },
  accessnotconfigured: { code: "api-off", next: "person" },
  servicedisabled: { code: "api-off", next: "person" },
  forbidden: { code: "permission", next: "person" },
  autherror: { code: "permission", next: "person" },
  permissionsdenied: { code: "permission", next: "person" },
  permissiondenied: { code: "permission", next: "person" },
  permissionserror: { code: "permission", next: "person" },
  serviceaccountaccessdenied: { code: "permission", next: "person" },
  billingdisabled: { code: "billing", next: "person" },
  accountdisabled: { code: "billing", next: "person" },
  ipspaceexhausted: { code: "addresses", next: "person" },
  ipspaceexhaustedwithdetails: { code: "addresses", next: "person" },
  resourceoperationrateexceeded: { code: "rate-limit", next: "wait" },
  operationcanceledbyuser: { code: "changed", next: "retry" },
  backenderror: { code: "unavailable", next: "retry" },
  internalerror: { code: "unavailable", next: "retry" },
};

/** What a person can do about it, where the server does not say so. */
const advice: Readonly<Record<string, readonly string[]>> = {
  permission: ["Run plumbline doctor to see what is missing and how to grant it."],
  quota: ["Raise the quota, or want less of it."],
  billing: ["Give the project a billing account that is open."],
  "organization-policy": ["Change the manifest, or ask for an exception from the organization's policy."],
  addresses: ["Give the network a larger range."],
};

const byStatus: Readonly<Record<number, Sorted>> = {
  0: { code: "unavailable", next: "retry" },
  401: { code: "permission", next: "person" },
  403: { code: "permission", next: "person" },
  404: { code: "not-found", next: "person" },
  408: { code: "timeout", next: "retry" },
  409: { code: "conflict", next: "retry" },
  412: { code: "changed", next: "retry" },
  429: { code: "rate-limit", next: "wait" },
};

/** Sorts a refusal by what happens next. `doing` leads the message: `insert instance web-us-dfw-0 (us-south1-a)`. */
export function sortedError(refusal: Refusal, doing: string, resource: string, nowMs: number): ProviderError {
  const sorted = sortRefusal(refusal);
  // Quotas per minute refill when the next minute begins.
  const untilRefill = sorted.code === "rate-limit" ? minuteMs - (nowMs % minuteMs) : undefined;
  const retryAfterMs = refusal.retryAfterMs ?? sorted.retryAfterMs ?? untilRefill;
  const why = refusal.message === "" ? `the server answered HTTP ${refusal.status}` : refusal.message.slice(0, 600);
  const sentence = `${doing}: ${why.trimEnd().replace(/([^.?!])$/, "$1.")}`;
  return new ProviderError([sentence, ...(advice[sorted.code] ?? [])].join(" "), {
    ...{ code: sorted.code, next: sorted.next, resource, cause: refusal },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function sortRefusal({ status, reason, message, info }: Refusal): Sorted {
  const named = byReason[plain(info)] ?? byReason[plain(reason)];
  // What nobody here makes will not appear by waiting: somebody has to write another name.
  if (/cannot be found/i.test(message) && catalogued.test(message)) return { code: "not-found", next: "person" };
  // Something that was made a moment ago may not be visible everywhere yet.
  if (/cannot be found|is not ready/i.test(message) && status < 404) return { code: "not-ready", next: "retry" };
  if (/of type 'serviceAccount' was not found/i.test(message)) return { code: "not-ready", next: "retry" };
  // Told with the reasons of other failures, which would be tried again and again.
  if (/\bbilling\b/i.test(message) && status < 500) return { code: "billing", next: "person" };
  if (/constraint constraints\//i.test(message)) return { code: "organization-policy", next: "person" };
  if (/Quota exceeded for quota metric/i.test(message)) return { code: "rate-limit", next: "wait" };
  // An account too many is told as if requests came too fast; waiting does not help.
  if (/maximum number of service accounts/i.test(message)) return { code: "quota", next: "person" };
  if (named !== undefined) return named;
  return (
    byStatus[status] ?? (status >= 500 ? { code: "unavailable", next: "retry" } : { code: "invalid", next: "person" })
  );
}

/** Things that stand in Google's or somebody's catalog: images, families, types. */
const catalogued =
  /referenced (?:image|machine ?type|disk ?type|accelerator ?type|snapshot|license)|sourceImage|\/images\//i;

function plain(reason: string): string {
  return reason.replaceAll("_", "").toLowerCase();
}

/** Reads the error form of an HTTP answer; an answer in another form gives what its status says. */
export function refusalOfAnswer(status: number, body: unknown, retryAfterMs: number | undefined): Refusal {
  const error = isObject(body) && isObject(body.error) ? body.error : {};
  const first = firstObject(error.errors);
  const info = objects(error.details).find((detail) => String(detail["@type"] ?? "").endsWith("ErrorInfo")) ?? {};
  const message = text(error.message) || text(first.message);
  return { status, reason: text(first.reason) || text(error.status), message, info: text(info.reason), retryAfterMs };
}

/** Reads the error inside a finished operation; undefined when it went well. */
export function refusalOfOperation(operation: JsonObject): Refusal | undefined {
  const error = isObject(operation.error) ? operation.error : {};
  const first = objects(error.errors)[0];
  if (first === undefined) return undefined;
  const details = objects(first.errorDetails).map((detail) => (isObject(detail.errorInfo) ? detail.errorInfo : {}));
  const status = Number(operation.httpErrorStatusCode ?? 0);
  const info = details.map((detail) => text(detail.reason)).find((reason) => reason !== "") ?? "";
  return { status, reason: text(first.code), message: text(first.message), info, retryAfterMs: undefined };
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function firstObject(value: unknown): JsonObject {
  return objects(value)[0] ?? {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { refusalOfAnswer, refusalOfOperation, sortedError } from "../../../src/providers/gcp/failure.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gcp failures");
const tenSecondsPastMs = 10_000;

function answer(status: number, reason: string, message = "why"): JsonObject {
  return { error: { code: status, message, errors: [{ message, domain: "global", reason }] } };
}

/** status, reason, message → code, next, wait. */
const answers: readonly (readonly [number, string, string, string, string, number | undefined])[] = [
  [403, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries'", "rate-limit", "wait", 50_000],
  [429, "", "Too many", "rate-limit", "wait", 50_000],
  [403, "quotaExceeded", "Quota 'CPUS' exceeded.  Limit: 24.0 in region us-east1.", "quota", "person", undefined],
  [403, "forbidden", "Required 'compute.instances.create' permission", "permission", "person", undefined],
  [403, "accessNotConfigured", "Compute Engine API has not been used", "api-off", "person", undefined],
  [401, "", "no", "permission", "person", undefined],
  [400, "invalid", "Invalid value for field 'resource.name'", "invalid", "person", undefined],
  [400, "invalid", "The referenced network resource cannot be found.", "not-ready", "retry", undefined],
  [400, "invalid", "The referenced image resource cannot be found.", "not-found", "person", undefined],
  [400, "invalid", "The referenced diskType resource cannot be found.", "not-found", "person", undefined],
  [400, "required", "Required field", "invalid", "person", undefined],
  [400, "resourceNotReady", "The resource 'n' is not ready", "not-ready", "retry", undefined],
  [400, "resourceInUseByAnotherResource", "is already being used by", "in-use", "retry", undefined],
  [404, "notFound", "The resource 'x' was not found", "not-found", "person", undefined],
  [404, "notFound", "The resource 'a@p.x' of type 'serviceAccount' was not found.", "not-ready", "retry", undefined],
  [429, "", "Maximum number of service accounts on project reached.", "quota", "person", undefined],
  [409, "alreadyExists", "The resource 'x' already exists", "exists", "person", undefined],
  [409, "operationInProgress", "busy", "not-ready", "retry", undefined],
  [412, "conditionNotMet", "Invalid fingerprint.", "changed", "retry", undefined],
  [403, "forbidden", "This API method requires billing to be enabled.", "billing", "person", undefined],
  [403, "accountDisabled", "The project is associated with an absent account.", "billing", "person", undefined],
  [
    412,
    "conditionNotMet",
    "Constraint constraints/compute.vmExternalIpAccess violated",
    "organization-policy",
    "person",
    undefined,
  ],
  [
    400,
    "SERVICE_ACCOUNT_ACCESS_DENIED",
    "The user does not have access to service account 'x'.",
    "permission",
    "person",
    undefined,
  ],
  [403, "quotaExceeded", "Quota exceeded for quota metric 'Queries'", "rate-limit", "wait", 50_000],
  [400, "IP_SPACE_EXHAUSTED", "IP space of 'projects/p/s' is exhausted.", "addresses", "person", undefined],
  [429, "RESOURCE_OPERATION_RATE_EXCEEDED", "Too frequent operations", "rate-limit", "wait", 50_000],
  [0, "PERMISSIONS_ERROR", "Required 'compute.disks.use' permission", "permission", "person", undefined],
  [500, "", "", "unavailable", "retry", undefined],
  [503, "backendError", "Backend Error", "unavailable", "retry", undefined],
];

test("an answer is sorted by what happens next", () => {
  for (const [status, reason, message, code, next, waitMs] of answers) {
    const refusal = refusalOfAnswer(status, answer(status, reason, message), undefined);
    const error = sortedError(refusal, "insert instance web", "key", tenSecondsPastMs);
    assert.equal([error.code, error.next, error.retryAfterMs], [code, next, waitMs], `${status} ${reason}`);
    assert.is(error.resource, "key");
    assert.ok(error.message.startsWith("insert instance web: "), error.message);
  }
});

test("a server's own wish to wait wins", () => {
  const refusal = refusalOfAnswer(503, "<html>", 7_000);
  const error = sortedError(refusal, "list", "", 0);
  assert.equal([error.code, error.next, error.retryAfterMs], ["unavailable", "retry", 7_000]);
});

test("the ErrorInfo of an answer is more precise than its reason", () => {
  const type = "type.googleapis.com/google.rpc.ErrorInfo";
  const error = { code: 403, message: "m", errors: [{ reason: "forbidden" }] };
  const details = [{ "@type": type, reason: "CONCURRENT_OPERATIONS_QUOTA_EXCEEDED" }];
  const sorted = sortedError(refusalOfAnswer(403, { error: { ...error, details } }, undefined), "x", "", 0);
  assert.equal([sorted.code, sorted.next, sorted.retryAfterMs], ["rate-limit", "wait", 5_000]);
});

const operations: readonly (readonly [string, number, string, string])[] = [
  ["ZONE_RESOURCE_POOL_EXHAUSTED", 503, "stock-out", "retry"],
  ["ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", 503, "stock-out", "retry"],
  ["QUOTA_EXCEEDED", 403, "quota", "person"],
  ["RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", 400, "in-use", "retry"],
  ["RESOURCE_NOT_READY", 400, "not-ready", "retry"],
  ["SOMETHING_NEW", 500, "unavailable", "retry"],
  ["SOMETHING_ELSE", 400, "invalid", "person"],
];

test("the error inside an operation is sorted the same way", () => {
  for (const [code, status, word, next] of operations) {
    const operation = { status: "DONE", httpErrorStatusCode: status, error: { errors: [{ code, message: "m" }] } };
    const refusal = refusalOfOperation(operation);
    assert.ok(refusal !== undefined);
    const error = refusal && sortedError(refusal, "insert", "", 0);
    assert.equal([error?.code, error?.next], [word, next], code);
  }
  assert.is(refusalOfOperation({ status: "DONE", progress: 100 }), undefined);
});

test.run();

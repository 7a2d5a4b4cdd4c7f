import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { refusal, unreachable } from "../../../src/providers/edge/failure.ts";
import type { ProviderError } from "../../../src/providers/provider.ts";
import { suite } from "../../support/suite.ts";

const test = suite("edge provider: what a failure means");

const answers: readonly [status: number, body: JsonObject, code: string, next: ProviderError["next"]][] = [
  [400, { message: "no" }, "invalid", "person"],
  [401, {}, "unauthenticated", "person"],
  [403, { message: "networks is forbidden" }, "permission", "person"],
  [403, { message: "exceeded quota: networks" }, "quota", "person"],
  [403, { message: 'is forbidden: admission webhook "a.b" denied the request: no' }, "invalid", "person"],
  [
    403,
    { message: "is forbidden: ValidatingAdmissionPolicy 'a' with binding 'b' denied request: no" },
    "invalid",
    "person",
  ],
  [404, { message: 'namespaces "x" not found', details: { name: "x", kind: "namespaces" } }, "not-found", "person"],
  [404, {}, "not-served", "person"],
  [404, { message: "the server could not find the requested resource", details: {} }, "not-served", "person"],
  [409, { reason: "Conflict", message: "the object has been modified" }, "changed", "retry"],
  [409, { details: { causes: [{ reason: "FieldManagerConflict" }] } }, "conflict", "person"],
  [410, { reason: "Expired" }, "expired", "retry"],
  [415, {}, "invalid", "person"],
  [422, { reason: "Invalid" }, "invalid", "person"],
  [422, { message: 'metadata.uid: Invalid value: "a": field is immutable' }, "changed", "retry"],
  [429, {}, "rate-limit", "wait"],
  [500, { message: "etcd is sad" }, "unavailable", "retry"],
  [500, { message: "failed to create typed patch object: .spec.x: field not declared in schema" }, "invalid", "person"],
  [502, {}, "unavailable", "retry"],
  [504, { reason: "Timeout" }, "timeout", "retry"],
];

test("every answer is sorted by what happens next", () => {
  for (const [status, body, code, next] of answers) {
    const error = refusal({ status, body, retryAfterMs: 5 }, "apply it", "key");
    assert.equal([error.code, error.next, error.retryAfterMs], [code, next, 5], `${status}`);
    assert.ok(error.message.startsWith("apply it: "));
  }
});

test("a conflict names every manager and field, up to a limit", () => {
  const causes = Array.from({ length: 10 }, (_, index) => ({
    reason: "FieldManagerConflict",
    message: `conflict with "them" using v1 at 2026-01-01T00:00:00Z`,
    field: `.spec.f${index}`,
  }));
  const { message } = refusal({ status: 409, body: { details: { causes } }, retryAfterMs: undefined }, "apply it", "");
  assert.match(message, 'spec.f0 belongs to "them", spec.f1');
  assert.match(message, "and 2 more.");
});

const causes: readonly [cause: unknown, code: string, next: ProviderError["next"]][] = [
  [Object.assign(new Error("secret"), { code: "ECONNREFUSED" }), "unavailable", "retry"],
  [Object.assign(new Error("secret"), { code: "UND_ERR_HEADERS_TIMEOUT" }), "timeout", "retry"],
  [new DOMException("secret", "TimeoutError"), "timeout", "retry"],
  [new TypeError("secret", { cause: { code: "ENOTFOUND" } }), "unavailable", "retry"],
  [Object.assign(new Error("secret"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }), "permission", "person"],
  ["secret", "unavailable", "retry"],
];

test("what never became an answer is sorted too, without its words", () => {
  for (const [cause, code, next] of causes) {
    const error = unreachable(cause, "list networks", "");
    assert.equal([error.code, error.next], [code, next]);
    assert.not.match(error.message, "secret");
  }
});

test("where nobody answered is said, with what is wrong there", () => {
  const told = (code: string, where = "edge.example.org:6443") =>
    unreachable(Object.assign(new Error("secret"), { code }), "list networks", "", where).message;
  assert.is(told("ECONNREFUSED"), "list networks: nobody listens at edge.example.org:6443 (ECONNREFUSED).");
  assert.is(told("ENOTFOUND"), "list networks: there is no such host, edge.example.org:6443 (ENOTFOUND).");
  assert.is(
    told("ERR_SSL_WRONG_VERSION_NUMBER"),
    "list networks: edge.example.org:6443 does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER).",
  );
  assert.is(told("ECONNREFUSED", ""), "list networks: nobody listens there (ECONNREFUSED).");
});

test.run();

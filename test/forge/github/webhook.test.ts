import { sign } from "@octokit/webhooks-methods";
import * as fc from "fast-check";
import * as assert from "uvu/assert";
import {
  createDeliveryLog,
  type DeliveryHeaders,
  type DeliveryPlace,
  maxDeliveryBytes,
  readDelivery,
  signatureOf,
} from "../../../src/forge/github/webhook.ts";
import { suite } from "../../support/suite.ts";

const test = suite("forge/github/webhook");
const place: DeliveryPlace = { label: "o/r", branch: "main", secrets: ["new secret", "old secret"] };
const deliveryId = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
const repository = { full_name: "O/R", name: "r", owner: { login: "o" } };

function headersFor(body: Uint8Array, event: string, secret = "new secret"): DeliveryHeaders {
  return {
    ...{ "x-github-event": event, "x-github-delivery": deliveryId, "content-type": "application/json" },
    "x-hub-signature-256": signatureOf(secret, body),
  };
}

function deliver(event: string, payload: unknown, secret?: string) {
  const body = Buffer.from(JSON.stringify(payload));
  return readDelivery(headersFor(body, event, secret), body, place);
}

test("the signature is the one that GitHub publishes and Octokit makes", async () => {
  const body = Buffer.from("Hello, World!");
  const published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  assert.is(signatureOf("It's a Secret to Everybody", body), published);
  assert.is(signatureOf("s", body), await sign("s", "Hello, World!"));
});

const cases = [
  ["push", { ref: "refs/heads/main", repository }, "push", undefined],
  ["push", { ref: "refs/heads/other", repository }, "ignored", undefined],
  ["push", { ref: "refs/heads/main", deleted: true, repository }, "ignored", undefined],
  ["push", { ref: "refs/heads/main", repository: { full_name: "o/other" } }, "ignored", undefined],
  ["pull_request", { action: "synchronize", number: 7, pull_request: { number: 7 }, repository }, "pull", 7],
  ["pull_request", { action: "labeled", number: 7, repository }, "ignored", undefined],
  ["issue_comment", { action: "created", issue: { number: 3 }, repository }, "remark", 3],
  ["issue_comment", { action: "edited", issue: { number: 3 }, repository }, "ignored", undefined],
  ["check_run", { action: "rerequested", check_run: { pull_requests: [{ number: 4 }] }, repository }, "pull", 4],
  ["check_suite", { action: "rerequested", check_suite: { pull_requests: [] }, repository }, "pull", undefined],
  ["installation", { action: "created" }, "other", undefined],
  [
    "repository",
    {
      action: "renamed",
      changes: { repository: { name: { from: "r" } } },
      repository: { ...repository, full_name: "o/new" },
    },
    "other",
    undefined,
  ],
  ["ping", { zen: "…", repository }, "ignored", undefined],
  ["something_new", { repository }, "ignored", undefined],
] as const;

for (const [event, payload, kind, number] of cases) {
  test(`${event} ${JSON.stringify(payload).slice(0, 60)} gives ${kind}`, () => {
    const delivery = deliver(event, payload);
    assert.is(delivery.kind === "hint" ? delivery.hint.kind : delivery.kind, kind);
    if (delivery.kind === "hint") assert.is(delivery.hint.number, number);
  });
}

test("the old secret holds too; a wrong, empty or missing one does not", () => {
  const payload = { ref: "refs/heads/main", repository };
  assert.is(deliver("push", payload, "old secret").kind, "hint");
  for (const secret of ["wrong", ""]) assert.is(deliver("push", payload, secret).kind, "refused");
  const body = Buffer.from(JSON.stringify(payload));
  for (const secrets of [[], [""]]) {
    const delivery = readDelivery(headersFor(body, "push", ""), body, { ...place, secrets });
    assert.is(delivery.kind, "refused");
  }
});

test("a form, a list of signatures, bytes that are no text and too many bytes", () => {
  const json = JSON.stringify({ ref: "refs/heads/main", repository });
  const form = Buffer.from(new URLSearchParams({ payload: json }).toString());
  const headers = { ...headersFor(form, "push"), "content-type": "application/x-www-form-urlencoded" };
  assert.is(readDelivery(headers, form, place).kind, "hint");
  const listed = { ...headers, "x-hub-signature-256": [signatureOf("new secret", form)] };
  assert.is(readDelivery(listed, form, place).kind, "refused");
  const noText = Buffer.from([0x7b, 0xff, 0x7d]);
  assert.equal(readDelivery(headersFor(noText, "push"), noText, place), {
    ...{ kind: "refused", status: 400, reason: "The delivery is no JSON object." },
  });
  const huge = Buffer.alloc(maxDeliveryBytes + 1);
  assert.is((readDelivery(headersFor(huge, "push"), huge, place) as { status: number }).status, 413);
});

test("no bytes and no headers throw, and nothing that is not signed gives a hint", () => {
  const text = fc.oneof(fc.string(), fc.constant("push"), fc.constant(deliveryId), fc.constant("sha256=00"));
  const name = fc.constantFrom("x-github-event", "x-github-delivery", "x-hub-signature-256", "content-type");
  const headers = fc.dictionary(name, fc.oneof(text, fc.array(text)));
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => Buffer.from(json)),
  );
  fc.assert(
    fc.property(headers, body, (given, bytes) => {
      assert.is(readDelivery(given, bytes, place).kind, "refused");
    }),
  );
});

test("signed bytes of any content give an answer, and never the hint of another repository", () => {
  const event = fc.constantFrom(
    "push",
    "pull_request",
    "issue_comment",
    "check_run",
    "check_suite",
    "ping",
    "__proto__",
  );
  fc.assert(
    fc.property(event, fc.json(), fc.boolean(), (name, json, isOther) => {
      const value = isOther
        ? JSON.stringify({ ...JSON.parse(`{"x":${json}}`), repository: { full_name: "x/y" } })
        : json;
      const body = Buffer.from(value);
      const delivery = readDelivery(headersFor(body, name), body, place);
      assert.ok(["hint", "ignored", "refused"].includes(delivery.kind));
      if (isOther) assert.is.not(delivery.kind, "hint");
    }),
  );
});

test("changing one byte of a signed delivery makes it a forged one", () => {
  const body = Buffer.from(JSON.stringify({ ref: "refs/heads/main", repository }));
  const headers = headersFor(body, "push");
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ flip;
      assert.is(readDelivery(headers, changed, place).kind, "refused");
    }),
  );
});

test("a delivery that was taken is known, and the oldest of very many are forgotten", () => {
  const log = createDeliveryLog();
  assert.not(log.has("0"));
  for (let count = 0; count < 10_001; count += 1) log.add(String(count));
  assert.not(log.has("0"));
  assert.ok(log.has("10000"));
});

test.run();

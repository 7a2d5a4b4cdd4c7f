import * as assert from "uvu/assert";
import { ForgeError } from "../../../src/forge/forge.ts";
import { createGithubForge } from "../../../src/forge/github/index.ts";
import { createPacing } from "../../../src/forge/github/pacing.ts";
import { fakeClock } from "../../support/clock.ts";
import { onGithubForge } from "../../support/github-forge-world.ts";
import { suite } from "../../support/suite.ts";

const test = suite("forge/github/client");
const ticket = { key: "k", title: "t", body: "b", isOpen: true };
const green = { context: "plumbline/plan", state: "success", description: "fine", targetUrl: "" } as const;

/** What a failed call throws. */
async function failureOf(work: Promise<unknown>): Promise<ForgeError> {
  const error = await work.then(
    () => new Error("it did not fail"),
    (thrown) => thrown,
  );
  assert.ok(error instanceof ForgeError, `not a ForgeError: ${error}`);
  return error;
}

const refusals = [
  ["bad credentials", 401, {}, { message: "Bad credentials" }, "auth", "person"],
  [
    "a missing permission",
    403,
    { "x-accepted-github-permissions": "pull_requests=read" },
    { message: "Resource not accessible" },
    "permission",
    "person",
  ],
  ["single sign-on", 403, { "x-github-sso": "required; url=https://x" }, { message: "SAML" }, "permission", "person"],
  [
    "the primary limit",
    403,
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999" },
    { message: "limit" },
    "rate-limit",
    "quota",
  ],
  ["a secondary limit", 403, {}, { message: "You have exceeded a secondary rate limit" }, "rate-limit", "quota"],
  [
    "the abuse wording",
    403,
    { "retry-after": "90" },
    { message: "You have triggered an abuse detection mechanism" },
    "rate-limit",
    "quota",
  ],
  ["429 with a wish", 429, { "retry-after": "30" }, {}, "rate-limit", "quota"],
  [
    "a wrong request",
    422,
    {},
    { message: "Validation Failed", errors: [{ resource: "Status", field: "description", message: "is too long" }] },
    "invalid",
    "person",
  ],
  ["a broken server", 502, {}, "<html>", "unavailable", "retry"],
] as const;

for (const [name, code, headers, body, expected, next] of refusals) {
  test(`${name} is sorted by what happens next`, () =>
    onGithubForge("token", async ({ forge, gate, signal }) => {
      gate.faults.push({ matches: /pulls$/, status: code, headers, body, times: 9 });
      const error = await failureOf(forge.pulls(signal));
      assert.equal([error.code, error.next], [expected, next]);
      assert.not.match(error.message, /ghp_/);
    }));
}

test("the permission that is missing is named", () =>
  onGithubForge("token", async ({ forge, gate, base, signal }) => {
    const headers = { "x-accepted-github-permissions": "statuses=write" };
    gate.faults.push({
      matches: /statuses/,
      status: 403,
      headers,
      body: { message: "Resource not accessible by integration" },
    });
    const error = await failureOf(forge.status(base, green, signal));
    assert.match(error.message, /Write the status plumbline\/plan .*lack a permission: statuses: write/);
  }));

test("a short Retry-After is waited for, a long one is told and nothing more is asked", () =>
  onGithubForge("token", async ({ forge, gate, signal }) => {
    gate.faults.push({ matches: /pulls$/, status: 429, headers: { "retry-after": "1" } });
    assert.equal(await forge.pulls(signal), []);
    gate.faults.push({
      matches: /pulls$/,
      status: 403,
      headers: { "retry-after": "77" },
      body: { message: "secondary rate" },
    });
    assert.is((await failureOf(forge.pulls(signal))).retryAfterMs, 77_000);
    const before = gate.seen.length;
    const error = await failureOf(forge.pull(1, signal));
    assert.ok((error.retryAfterMs ?? 0) > 70_000);
    assert.is(gate.seen.length, before);
  }));

test("reads and statuses are tried again after a broken answer, creates are not", () =>
  onGithubForge("token", async ({ forge, gate, base, status, signal }) => {
    gate.faults.push({ matches: /^GET .*pulls$/, status: 502, times: 2 }, { matches: /^POST .*statuses/, cut: true });
    await forge.pulls(signal);
    await forge.status(base, green, signal);
    assert.is(status(base, green.context)?.state, "success");
    gate.faults.push({ matches: /^POST .*issues$/, status: 502, times: 9 });
    await failureOf(forge.ticket(ticket, signal));
    assert.is(gate.seen.filter(({ method, path }) => method === "POST" && path.endsWith("/issues")).length, 1);
  }));

test("a signal ends a call at once", () =>
  onGithubForge("token", async ({ forge, gate }) => {
    gate.faults.push({ matches: /pulls$/, status: 429, headers: { "retry-after": "4" }, times: 9 });
    const stop = new AbortController();
    const work = forge.pulls(stop.signal).catch((error) => error.name);
    stop.abort();
    assert.is(await work, "AbortError");
  }));

test("an answer without end is cut off", () =>
  onGithubForge("token", async ({ forge, gate, signal }) => {
    gate.faults.push({ matches: /pulls$/, status: 200, body: "x".repeat(33 * 1024 * 1024), times: 9 });
    assert.is((await failureOf(forge.pulls(signal))).code, "unreachable");
  }));

test("what is sent says who we are and which version of the API is meant", () =>
  onGithubForge("token", async ({ forge, gate, signal }) => {
    await forge.pulls(signal);
    const headers = gate.seen[0]?.headers;
    assert.is(headers?.["x-github-api-version"], "2022-11-28");
    assert.match(String(headers?.["user-agent"]), /^plumbline\/1 /);
    assert.match(String(headers?.authorization), /^Bearer ghp_/);
    assert.equal([forge.budget().limit, forge.budget().remaining, forge.budget().calls], [5000, 4999, 1]);
  }));

test("the budget tells what calls cost", () =>
  onGithubForge("token", async ({ forge, base, signal }) => {
    await forge.pulls(signal);
    await forge.pulls(signal);
    await forge.status(base, green, signal);
    const { calls, unchanged, content, contentRemaining, remaining } = forge.budget();
    // Two lists, one of them unchanged; the statuses that stand, and one more.
    assert.equal([calls, unchanged, content, contentRemaining, remaining], [4, 1, 1, 54, 4_997]);
  }));

test("a token that was rotated is taken after a refusal", () =>
  onGithubForge("token", async ({ open, github, gate, signal }) => {
    const tokens = ["first", "second"];
    github.addToken("plumb", "second");
    const token = async () => (tokens.length > 1 ? tokens.shift() : tokens[0]) ?? "";
    await open({ credentials: { kind: "token", token } }).pulls(signal);
    assert.equal(
      gate.seen.map(({ headers, status }) => [headers.authorization, status]),
      [
        ["Bearer first", 401],
        ["Bearer second", 200],
      ],
    );
  }));

test("when GitHub's hour is nearly used up, statuses are written and comments wait", () =>
  onGithubForge("token", async ({ forge, gate, base, openPull, status, signal }) => {
    const { number } = await openPull("grow");
    gate.extra = { "x-ratelimit-remaining": "20" };
    await forge.pulls(signal);
    assert.is((await failureOf(forge.note(number, { key: "k", parts: ["x"] }, signal))).next, "quota");
    await forge.status(base, green, signal);
    assert.is(status(base, green.context)?.state, "success");
  }));

test("GitHub's own limits are met as it tells of them", () =>
  onGithubForge("token", async ({ again, forge, github, openPull, signal }) => {
    const { number } = await openPull("grow");
    github.setLimits({ contentPerMinute: 1 });
    await forge.note(number, { key: "a", parts: ["x"] }, signal);
    const secondary = await failureOf(forge.note(number, { key: "b", parts: ["x"] }, signal));
    assert.equal([secondary.code, secondary.next, secondary.retryAfterMs], ["rate-limit", "quota", 60_000]);
    github.setLimits({ perHour: 1 });
    const primary = await failureOf(again().pulls(signal));
    assert.equal([primary.code, primary.next], ["rate-limit", "quota"]);
    assert.ok((primary.retryAfterMs ?? 0) > 3_000_000, "until the hour ends");
  }));

test("a burst goes at once; past the minute's share comments wait and statuses still go", async () => {
  const clock = fakeClock();
  const pacing = createPacing(clock, 1_000);
  const { signal } = new AbortController();
  for (let count = 0; count < 55; count += 1) await pacing.admit("content", "Comment", signal);
  const error = await failureOf(pacing.admit("content", "Comment", signal));
  assert.equal([error.code, error.next, error.retryAfterMs], ["budget", "quota", 60_000]);
  for (let count = 0; count < 20; count += 1) await pacing.admit("status", "Status", signal);
  assert.is((await failureOf(pacing.admit("status", "Status", signal))).code, "budget");
  await clock.advance(60_000);
  await pacing.admit("content", "Comment", signal);
});

test("never more than the documented limits in any hour", async () => {
  const clock = fakeClock();
  const pacing = createPacing(clock, 0);
  const { signal } = new AbortController();
  let sent = 0;
  for (let minute = 0; minute < 60; minute += 1) {
    for (let count = 0; count < 60; count += 1) {
      const isSent = await pacing.admit(count % 2 === 0 ? "status" : "content", "x", signal).then(
        () => 1,
        () => 0,
      );
      sent += isSent;
    }
    await clock.advance(59_000);
  }
  assert.ok(sent <= 450 && sent >= 400, `${sent} sent`);
});

test("credentials are never sent in the open to another machine", () => {
  const open = () =>
    createGithubForge({
      ...{
        name: "g",
        apiUrl: "http://github.example.com/api/v3",
        webUrl: "",
        owner: "o",
        repository: "r",
        version: "1",
      },
      credentials: { kind: "token", token: async () => "x" },
    });
  assert.throws(open, /never sent without TLS/);
});

test.run();

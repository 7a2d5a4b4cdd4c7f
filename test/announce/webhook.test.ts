import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openAnnouncer } from "../../src/announce/announcer.ts";
import { createConsole } from "../../src/announce/console.ts";
import type { Letter } from "../../src/announce/outbox.ts";
import { DeliveryError } from "../../src/announce/target.ts";
import { createWebhook, type WebhookOptions } from "../../src/announce/webhook.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fakeClock } from "../support/clock.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";
import { startReceiver } from "./receiver.ts";
import { everything, keepingTarget, openAnnounceScene } from "./scene.ts";

const test = suite("announce/webhook");
const never = new AbortController().signal;

const letter: Letter = {
  ...{ id: "0123456789abcdef01234567", target: "hook", order: 1, at: "2026-01-01T00:00:00.000Z" },
  announcement: {
    ...{ event: "applied", mood: "good", fleet: "example", repository: "acme/fleet", commit: "1a2b3c4d" },
    ...{ title: "example 1a2b3c4d applied: 2 created", particulars: [], url: "", report: { outcome: "applied" } },
  },
};

function webhook(url: string, over: Partial<WebhookOptions> = {}) {
  return createWebhook({
    ...{ name: "hook", events: everything, format: "json", url: async () => url, secret: async () => "s3cret" },
    ...{ proxy: undefined, certificateAuthority: undefined, timeoutMs: 5_000, version: "1.2.3", clock: fakeClock() },
    ...over,
  });
}

async function withReceiver(
  answers: Parameters<typeof startReceiver>[0],
  work: (receiver: Awaited<ReturnType<typeof startReceiver>>) => Promise<void>,
): Promise<void> {
  const receiver = await startReceiver(answers);
  try {
    await work(receiver);
  } finally {
    await receiver.close();
  }
}

test("a letter is one signed document; the signature covers time and body", () =>
  withReceiver([], async ({ url, arrivals }) => {
    const target = webhook(url);
    await target.deliver(letter, never);
    await target.close();
    const [arrival] = arrivals;
    const { headers, body } = arrival ?? { headers: {} as IncomingHttpHeaders, body: "" };
    const atSeconds = headers["x-plumbline-timestamp"];
    assert.is(atSeconds, String(Date.parse("2026-01-01T00:00:00Z") / 1_000));
    const expected = createHmac("sha256", "s3cret").update(`${atSeconds}.${body}`).digest("hex");
    assert.is(headers["x-plumbline-signature"], `v1=${expected}`);
    assert.is(headers["x-plumbline-delivery"], letter.id);
    assert.is(headers["x-plumbline-event"], "applied");
    assert.is(headers["content-type"], "application/json; charset=utf-8");
    const { id, event, title, report } = JSON.parse(body) as Record<string, unknown>;
    assert.equal(
      { id, event, title, report },
      { ...{ id: letter.id, event: "applied", report: { outcome: "applied" } }, title: letter.announcement.title },
    );
  }));

test("the check that the document shows accepts it, and refuses what is old, changed or of another secret", () =>
  withReceiver([], async ({ url, arrivals }) => {
    const target = webhook(url);
    await target.deliver(letter, never);
    await target.close();
    const document = readFileSync(join(root, "docs", "announcements.md"), "utf8");
    const [, code = ""] = /```js\n([\s\S]*?)```/.exec(document) ?? [];
    const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      isGenuine: (secret: string, headers: object, body: string, nowSeconds: number) => boolean;
    };
    const { headers, body } = arrivals[0] ?? { headers: {}, body: "" };
    const sentAt = Date.parse("2026-01-01T00:00:00Z") / 1_000;
    assert.ok(isGenuine("s3cret", headers, body, sentAt + 5));
    assert.not.ok(isGenuine("s3cret", headers, body, sentAt + 301), "old");
    assert.not.ok(isGenuine("s3cret", headers, `${body} `, sentAt), "changed");
    assert.not.ok(isGenuine("other", headers, body, sentAt), "of another secret");
    assert.not.ok(isGenuine("s3cret", {}, body, sentAt), "unsigned");
    const later = { ...headers, "x-plumbline-timestamp": String(sentAt + 600) };
    assert.not.ok(isGenuine("s3cret", later, body, sentAt + 600), "with another time");
  }));

test("a chat gets its own shape, and without a secret no signature", () =>
  withReceiver([], async ({ url, arrivals }) => {
    const target = webhook(url, { format: "slack", secret: undefined });
    await target.deliver(letter, never);
    await target.close();
    assert.is(arrivals[0]?.headers["x-plumbline-signature"], undefined);
    assert.is((JSON.parse(arrivals[0]?.body ?? "{}") as { text: string }).text, letter.announcement.title);
  }));

test("a report that is too large is left out, the rest arrives", () =>
  withReceiver([], async ({ url, arrivals }) => {
    const target = webhook(url);
    const report = { text: "x".repeat(300_000) };
    await target.deliver({ ...letter, announcement: { ...letter.announcement, report } }, never);
    await target.close();
    assert.equal((JSON.parse(arrivals[0]?.body ?? "{}") as { report: unknown }).report, { cut: true });
  }));

const refusals: readonly (readonly [
  status: number,
  after: string | undefined,
  next: string,
  waitMs: number | undefined,
])[] = [
  [500, undefined, "retry", undefined],
  [503, "7", "retry", 7_000],
  [429, "Thu, 01 Jan 2026 00:00:30 GMT", "retry", 30_000],
  [429, "999999999", "retry", 3_600_000],
  [408, "soon", "retry", undefined],
  [400, "7", "person", undefined],
  [404, undefined, "person", undefined],
  [410, undefined, "person", undefined],
  [302, undefined, "person", undefined],
];

for (const [status, after, next, waitMs] of refusals) {
  test(`an answer ${status}${after === undefined ? "" : ` with Retry-After ${after}`} means ${next}`, () =>
    withReceiver([after === undefined ? [status] : [status, after]], async ({ url, arrivals }) => {
      const target = webhook(url);
      const error = await target.deliver(letter, never).then(
        () => undefined,
        (failure: unknown) => failure as DeliveryError,
      );
      await target.close();
      assert.instance(error, DeliveryError);
      assert.equal([error?.next, error?.retryAfterMs], [next, waitMs]);
      assert.is(arrivals.length, 1, "no redirect is followed");
    }));
}

test("a receiver that is not there, and a secret that is missing, are tried again and named without the address", async () => {
  const receiver = await startReceiver();
  await receiver.close();
  for (const target of [
    webhook(receiver.url),
    webhook(receiver.url, {
      url: () => Promise.reject(new Error("The environment variable HOOK is not set or empty.")),
    }),
  ]) {
    const error = await target.deliver(letter, never).catch((failure: unknown) => failure as DeliveryError);
    await target.close();
    assert.is(error?.next, "retry");
    assert.not.match(error?.message ?? "", /127\.0\.0\.1|\/hook/);
  }
});

test("a failing receiver delays its own letters, in order, and nobody else's", () =>
  withReceiver([[503, "30"], [500], [204], [404]], async ({ url, arrivals, arrived }) => {
    const other = keepingTarget("other");
    const world = await openAnnounceScene([webhook(url), other]);
    try {
      for (const line of ["network/a", "network/b", "network/c"]) {
        world.scene.commit(line);
        world.announcer().tell(await world.scene.look());
      }
      await arrived(1);
      while (world.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.is(other.letters.length, 3);
      await world.clock.advance(29_000);
      assert.is(arrivals.length, 1, "Retry-After holds");
      await world.clock.advance(1_000);
      await arrived(2);
      while (world.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
      await world.clock.advance(2_000);
      await world.announcer().settle();
      const ids = arrivals.map(({ headers }) => headers["x-plumbline-delivery"]);
      const expected = other.letters.map(({ id }) => id);
      const [first, second, third] = expected;
      assert.equal(ids, [first, first, first, second, third]);
      assert.equal(
        world.deliveries.filter((line) => line.startsWith("hook")).map((line) => line.split(" ")[2]),
        ["retried", "retried", "delivered", "failed", "delivered"],
      );
    } finally {
      await world.stop();
    }
  }));

test("letters that were not delivered before a stop are delivered after the start, once", async () => {
  const kept = keepingTarget();
  kept.fail = () => new DeliveryError("down", { next: "retry" });
  const world = await openAnnounceScene([kept]);
  world.scene.commit("network/a");
  world.announcer().tell(await world.scene.look());
  while (world.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  kept.fail = undefined;
  await world.restart();
  await world.announcer().settle();
  assert.is(kept.letters.length, 1);
  await world.restart();
  await world.pass();
  assert.is(kept.letters.length, 1);
  await world.stop();
  assert.equal([...(await world.scene.store.factsUnder(world.scene.judges.fleet, "outbox/"))], []);
});

test("events that nobody asked for are not written down, and a console gets its lines", async () => {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const silent = keepingTarget("silent", new Set(["review"] as const));
  const world = await openAnnounceScene([
    silent,
    createConsole({ name: "text", events: everything, format: "text", write }),
    createConsole({ name: "json", events: everything, format: "json", write }),
  ]);
  world.scene.commit("network/a");
  await world.pass();
  await world.stop();
  assert.is(silent.letters.length, 0);
  assert.match(written[0] ?? "", /^00:00:00 {2}test \w{8} "A commit" applied: 1 created/);
  assert.is((JSON.parse(written[1] ?? "{}") as { event: string }).event, "applied");
});

test("a store that cannot remember is told, and nothing breaks", async () => {
  const store = { ...createMemoryStore(), fact: () => Promise.reject(new Error("disk")) };
  const troubles: unknown[] = [];
  const announcer = await openAnnouncer({
    ...{ store, clock: fakeClock(), random: () => 0, fleets: ["test"], targets: [keepingTarget()] },
    ...{ commitUrl: () => "", pullUrl: () => "", redact: (text: string) => text, onDelivery: () => undefined },
    onTrouble: (error) => void troubles.push(error),
  });
  announcer.review(
    { fleet: "test", repository: "r" },
    { number: 1, title: "", author: "", headCommit: "", planId: "", verdict: "", marks: [] },
  );
  await announcer.settle();
  assert.is(troubles.length, 1);
});

test.run();

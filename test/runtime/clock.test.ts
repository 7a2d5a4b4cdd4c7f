import * as assert from "uvu/assert";
import { systemClock } from "../../src/runtime/clock.ts";
import { fakeClock } from "../support/clock.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/clock");

test("a delay of the system's clock ends", async () => {
  const before = systemClock.now().getTime();
  await systemClock.delay(5);
  assert.ok(systemClock.now().getTime() - before >= 4);
});

test("a delay is given up with the signal's reason, before and while it waits, however long it is", async () => {
  const reason = new Error("stopping");
  for (const clock of [systemClock, fakeClock()]) {
    assert.is(await clock.delay(1, AbortSignal.abort(reason)).catch((error: unknown) => error), reason);
    for (const ms of [60_000, 2_147_483_648, Number.MAX_SAFE_INTEGER]) {
      const stop = new AbortController();
      const waiting = clock.delay(ms, stop.signal).catch((error: unknown) => error);
      const first = await Promise.race([
        waiting,
        new Promise((resolve) => setImmediate(() => resolve("still waiting"))),
      ]);
      assert.is(first, "still waiting");
      stop.abort(reason);
      assert.is(await waiting, reason);
    }
  }
});

test("the fake clock stands still until it is advanced, and wakes in order", async () => {
  const clock = fakeClock("2026-01-01T00:00:00.000Z");
  const woken: string[] = [];
  const wait = (name: string, ms: number) => clock.delay(ms).then(() => woken.push(name));
  wait("late", 200);
  wait("early", 100);
  wait("too late", 300);
  await clock.advance(99);
  assert.equal(woken, []);
  await clock.advance(150);
  assert.equal(woken, ["early", "late"]);
  assert.is(clock.waiting, 1);
  assert.is(clock.now().toISOString(), "2026-01-01T00:00:00.249Z");
});

test.run();

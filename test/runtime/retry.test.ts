import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { backoffMs, type Patience, retry } from "../../src/runtime/retry.ts";
import { fakeClock } from "../support/clock.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/retry");

const patience: Patience = {
  attempts: 4,
  firstDelayMs: 100,
  maxDelayMs: 1_000,
  jitter: 0,
  random: () => 0,
  shouldRetry: () => ({ retry: true }),
};

/** Fails with each error in turn, then gives the number of calls; waits are told and cost no time. */
async function run(errors: readonly unknown[], changed: Partial<Patience> = {}) {
  const clock = fakeClock();
  const waits: number[] = [];
  let calls = 0;
  const ending = retry(
    async () => {
      const error = errors[calls];
      calls += 1;
      if (error !== undefined) throw error;
      return calls;
    },
    { ...patience, clock, onRetry: (_error, _attempt, afterMs) => waits.push(afterMs), ...changed },
  ).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  let done = false;
  ending.then(() => {
    done = true;
  });
  for (let round = 0; round < 50 && !done; round += 1) await clock.advance(1_000);
  return { ...(await ending), calls, waits };
}

const broken = (message: string) => new Error(message);

test("gives the first success and doubles the wait up to the limit", async () => {
  const { value, waits } = await run([broken("1"), broken("2"), broken("3"), broken("4"), broken("5")], {
    attempts: 6,
  });
  assert.is(value, 6);
  assert.equal(waits, [100, 200, 400, 800, 1_000]);
});

test("throws the last error when the attempts are used up", async () => {
  const errors = [broken("1"), broken("2"), broken("3"), broken("4"), broken("5")];
  const { error, calls } = await run(errors);
  assert.is(error, errors[3]);
  assert.is(calls, 4);
});

test("does not try again what cannot heal, nor a broken program", async () => {
  const verdict = await run([broken("no")], { shouldRetry: () => ({ retry: false }) });
  assert.is((verdict.error as Error).message, "no");
  assert.is(verdict.calls, 1);
  const program = await run([new TypeError("x is not a function")]);
  assert.is(program.calls, 1);
});

test("waits at least as long as the world asks", async () => {
  const { waits } = await run([broken("1"), broken("2")], {
    shouldRetry: (error) => ({ retry: true, afterMs: (error as Error).message === "1" ? 7_000 : 1 }),
  });
  assert.equal(waits, [7_000, 200]);
});

test("is given up while it waits", async () => {
  const stop = new AbortController();
  const ending = retry(() => Promise.reject(broken("1")), {
    ...patience,
    clock: fakeClock(),
    signal: stop.signal,
    onRetry: () => stop.abort(broken("stop")),
  });
  assert.is((await ending.catch((error: Error) => error)).message, "stop");
});

test("a wait is between 1 ms and the limit, never shrinks without jitter, and chance takes away at most its part", () => {
  const number = fc.integer({ min: 1, max: 10_000 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      number,
      number,
      fc.float({ min: 0, max: Math.fround(0.999), noNaN: true }),
      (attempt, firstDelayMs, maxDelayMs, chance) => {
        const at = (count: number, jitter: number) =>
          backoffMs(count, { firstDelayMs, maxDelayMs, jitter, random: () => chance });
        assert.ok(at(attempt, 1) >= 1 && at(attempt, 1) <= maxDelayMs);
        assert.ok(at(attempt, 0) <= at(attempt + 1, 0));
        assert.ok(at(attempt, 0.5) >= Math.floor(at(attempt, 0) / 2));
      },
    ),
  );
});

test.run();

import fc from "fast-check";
import * as assert from "uvu/assert";
import { pauseMs, startPolling } from "../../src/repo/poll.ts";
import { suite } from "../support/suite.ts";

const test = suite("poll");

test("the pause stays within the jitter", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 3_600_000 }), share, share, (intervalMs, jitter, random) => {
      const pause = pauseMs({ intervalMs, jitter, random: () => random });
      assert.ok(
        pause >= Math.floor(intervalMs * (1 - jitter)) - 1 && pause <= Math.ceil(intervalMs * (1 + jitter)) + 10,
      );
    }),
  );
  assert.is(pauseMs({ intervalMs: 1000, jitter: 0.5, random: () => 0 }), 500);
  assert.is(pauseMs({ intervalMs: 1000, jitter: 0, random: () => 0.9 }), 1000);
});

test("hints for a move and for a failure, not for a quiet answer, and ends", async () => {
  const answers = [false, true, new Error("away"), false];
  const hints: number[] = [];
  let asked = 0;
  let reached = (): void => undefined;
  const enough = new Promise<void>((done) => {
    reached = done;
  });
  const end = startPolling(
    { intervalMs: 1, jitter: 0, random: () => 0 },
    async () => {
      const answer = answers[asked++];
      if (answer === undefined) reached();
      if (answer instanceof Error) throw answer;
      return answer ?? false;
    },
    () => hints.push(asked),
  );
  await enough;
  await end();
  const total = asked;
  assert.equal(hints, [2, 3]);
  assert.is(asked, total);
});

test.run();

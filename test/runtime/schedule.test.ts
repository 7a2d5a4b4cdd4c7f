import * as assert from "uvu/assert";
import { schedule, scheduleProblem } from "../../src/runtime/schedule.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/schedule");

for (const expression of ["*/5 * * * *", "*/10 * * * * *", "0 3 * * mon-fri", "0 0 1 jan *"]) {
  test(`accepts "${expression}"`, () => {
    assert.is(scheduleProblem(expression), undefined);
  });
}

for (const [expression, told] of [
  ["", /not a cron expression/],
  ["every minute", /"every minute" is not a cron expression/],
  ["61 * * * *", /minute/],
  ["* * * * * * *", /not a cron expression/],
  ["0 25 * * *", /hour/],
] as const) {
  test(`refuses "${expression}" and says why`, () => {
    assert.match(scheduleProblem(expression) ?? "accepted", told);
    assert.throws(() => schedule(expression, () => undefined), told);
  });
}

test("refuses an unknown time zone", () => {
  assert.is(scheduleProblem("* * * * *", "Mars/Olympus"), 'Unknown time zone "Mars/Olympus".');
  assert.is(scheduleProblem("* * * * *", "Europe/Berlin"), undefined);
});

test("ticks on every second, outlives a tick that throws, and ends when it is released", async () => {
  const errors: unknown[] = [];
  let ticks = 0;
  await new Promise<void>((resolve) => {
    const release = schedule(
      "* * * * * *",
      () => {
        ticks += 1;
        if (ticks === 1) throw new Error("first tick");
        release().then(resolve);
      },
      { onError: (error) => errors.push(error) },
    );
  });
  assert.is(ticks, 2);
  assert.is((errors[0] as Error).message, "first tick");
});

test.run();

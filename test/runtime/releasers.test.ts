import * as assert from "uvu/assert";
import { createReleasers } from "../../src/runtime/releasers.ts";
import { fakeClock } from "../support/clock.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/releasers");

test("undoes in reverse, one after the other, whatever happened before", async () => {
  const releasers = createReleasers();
  const done: string[] = [];
  releasers.push("store", () => done.push("store"));
  releasers.push("server", () => Promise.reject(new Error("already gone")));
  releasers.push("broken", () => {
    throw new Error("at once");
  });
  releasers.push("watch", async () => {
    await new Promise((resolve) => setImmediate(resolve));
    done.push("watch");
  });
  const failures = await releasers.release();
  assert.equal(done, ["watch", "store"]);
  assert.equal(
    failures.map(({ name, error }) => [name, (error as Error).message]),
    [
      ["broken", "at once"],
      ["server", "already gone"],
    ],
  );
});

test("gives up a step that takes too long and goes on", async () => {
  const clock = fakeClock();
  const releasers = createReleasers(1_000, clock);
  let released = false;
  releasers.push("store", () => {
    released = true;
  });
  releasers.push("hangs", () => new Promise(() => undefined));
  const ending = releasers.release();
  await clock.advance(999);
  assert.not.ok(released);
  await clock.advance(1);
  const [failure] = await ending;
  assert.ok(released);
  assert.is(failure?.name, "hangs");
  assert.match(String(failure?.error), /not released within 1000 ms/);
  assert.is(clock.waiting, 0);
});

test("runs each step once, also when released twice", async () => {
  const releasers = createReleasers();
  let count = 0;
  releasers.push("once", () => {
    count += 1;
  });
  await Promise.all([releasers.release(), releasers.release()]);
  await releasers.release();
  assert.is(count, 1);
});

test("undoes at once what is acquired after release began", async () => {
  const releasers = createReleasers();
  const done: string[] = [];
  releasers.push("first", () => done.push("first"));
  const ending = releasers.release();
  releasers.push("late", () => done.push("late"));
  await ending;
  await releasers.release();
  releasers.push("later", () => done.push("later"));
  await releasers.release();
  assert.equal(done, ["first", "late", "later"]);
});

test.run();

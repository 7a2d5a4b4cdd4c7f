import * as assert from "uvu/assert";
import { createQueue } from "../../src/runtime/queue.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/queue");

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("never runs more than its number side by side, and gives each result to who asked", async () => {
  for (const concurrency of [1, 3]) {
    const queue = createQueue(concurrency);
    let running = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        queue.add(async () => {
          running += 1;
          most = Math.max(most, running);
          await turn();
          running -= 1;
          return index;
        }),
      ),
    );
    assert.is(most, concurrency);
    assert.equal(results, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
});

test("a failing task fails alone", async () => {
  const queue = createQueue(1);
  const failing = queue.add(() => Promise.reject(new Error("this one"))).catch((error: Error) => error.message);
  assert.is(await queue.add(async () => "next"), "next");
  assert.is(await failing, "this one");
  await queue.idle();
});

test("runs one at a time at least", async () => {
  for (const concurrency of [0, -1, 0.5]) assert.is(await createQueue(concurrency).add(async () => 1), 1);
});

test.run();

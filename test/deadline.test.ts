import * as assert from "uvu/assert";
import { applyPlan } from "../src/apply.ts";
import type { ChangeResult } from "../src/core/outcome.ts";
import { never, openScene, type Scene } from "./support/memory-scene.ts";
import { planOf } from "./support/planning.ts";
import { resource } from "./support/resources.ts";
import { suite } from "./support/suite.ts";

const test = suite("progress deadline");
const minute = 60_000;
const member = { ...resource({ name: "web-0" }), group: { name: "default/web", ordinal: 0, width: 1 } };

/** Begins a step that never ends by itself, under a deadline of ten minutes. */
async function begin(scene: Scene, signal = never): Promise<Promise<ChangeResult | undefined>[]> {
  const inventory = await scene.inventory();
  const wanted = [member];
  const { plan, gone } = planOf({ wanted, observed: [], inventory });
  const stuck = {
    ...scene.first.provider,
    apply: (_: unknown, given: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        given.addEventListener("abort", () => reject(given.reason), { once: true });
      }),
  };
  const applied = applyPlan({
    ...{ plan, gone, wanted, inventory, providers: [stuck], store: scene.store, clock: scene.clock, signal },
    patience: { concurrency: 1, attempts: 3, firstDelayMs: 1, maxDelayMs: 1, progressDeadlineMs: 10 * minute },
    ...{ random: () => 0, stopping: never, onProgress: () => undefined },
  });
  await scene.clock.advance(0);
  // In a list, so that awaiting this does not await that.
  return [applied.then(({ results }) => results[0])];
}

async function isOver(step: Promise<unknown> | undefined): Promise<boolean> {
  const ended = step?.then(() => true) ?? Promise.resolve(true);
  return await Promise.race([ended, new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}

test("a daemon that ends in the middle does not begin the deadline anew; a step that failed does", async () => {
  const scene = openScene();
  const kill = new AbortController();
  const [killed] = await begin(scene, kill.signal);
  await scene.clock.advance(4 * minute);
  kill.abort();
  assert.is((await killed)?.code, "aborted");
  await scene.clock.advance(2 * minute);
  const [second] = await begin(scene);
  await scene.clock.advance(4 * minute - 1);
  assert.not(await isOver(second));
  await scene.clock.advance(1);
  const failed = await second;
  assert.equal([failed?.code, failed?.retryable], ["progress-deadline", false]);
  assert.match(failed?.message ?? "", /did not get ready within 10m, so the rollout of default\/web stops here/);
  const [third] = await begin(scene);
  await scene.clock.advance(10 * minute - 1);
  assert.not(await isOver(third), "a new try has all of it");
  await scene.clock.advance(1);
  assert.is((await third)?.code, "progress-deadline");
});

test("who was away for longer than the deadline still looks for a quarter of it", async () => {
  const scene = openScene();
  const kill = new AbortController();
  const [killed] = await begin(scene, kill.signal);
  kill.abort();
  await killed;
  await scene.clock.advance(600 * minute);
  const [second] = await begin(scene);
  await scene.clock.advance(2.5 * minute - 1);
  assert.not(await isOver(second));
  await scene.clock.advance(1);
  assert.is((await second)?.code, "progress-deadline");
});

test.run();

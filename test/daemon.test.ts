import * as assert from "uvu/assert";
import type { Outcome } from "../src/core/outcome.ts";
import { runDaemon, type Wake } from "../src/daemon.ts";
import { ProviderError } from "../src/providers/provider.ts";
import { RepositoryError } from "../src/repo/repository.ts";
import type { Pace } from "../src/rhythm.ts";
import { never, openScene, type Scene } from "./support/memory-scene.ts";
import { suite } from "./support/suite.ts";

const test = suite("daemon");

/** Once a year: no scheduled wake comes in between. */
const rarely = "0 0 1 1 *";

/** Ends every daemon, also one whose test failed: its schedule would keep the process alive. */
const started: AbortController[] = [];
test.after(() => {
  for (const stop of started) stop.abort();
});

/** A daemon on a scene, with everything it told. */
function startDaemon(
  scene: Scene,
  onOutcomes: (outcomes: readonly Outcome[]) => void = () => undefined,
  pace: Pace = {},
) {
  const stop = new AbortController();
  started.push(stop);
  const giveUp = new AbortController();
  const wakes: string[] = [];
  const broken: unknown[] = [];
  const unit = { world: scene.world(), driftSchedule: rarely, pace, firstRetryMs: 1_000, maxRetryMs: 4_000 };
  const ended = runDaemon(
    [unit],
    { stopping: stop.signal, signal: giveUp.signal },
    {
      async onOutcomes(outcomes, wake: Wake) {
        wakes.push(`${wake}: ${outcomes.map(({ kind }) => kind).join(", ")}`);
        onOutcomes(outcomes);
      },
      onBroken: (_, error) => void broken.push(error),
    },
  );
  return {
    ...{ wakes, broken, ended, stop, giveUp },
    /** Lets everything run that needs no time. */
    async rest() {
      for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
    async end() {
      stop.abort();
      await ended;
    },
  };
}

/** Holds every apply until it is opened. */
function gateOf(scene: Scene) {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  scene.first.onApply = () => opened;
  return { open: () => open() };
}

const unavailable = new ProviderError("It does not answer.", { code: "unavailable", next: "retry" });

test("it looks once when it starts, and again on every hint", async () => {
  const scene = openScene();
  scene.commit("network/a");
  const daemon = startDaemon(scene);
  await daemon.rest();
  assert.equal(daemon.wakes, ["started: applied"]);
  scene.repository.hint();
  await daemon.rest();
  scene.commit("network/b");
  scene.repository.hint();
  await daemon.rest();
  assert.equal(daemon.wakes, ["started: applied", "moved: settled", "moved: applied"]);
  assert.equal(scene.keys(), ["network/b"]);
  await daemon.end();
  assert.is(scene.clock.waiting, 0);
});

test("hints during a pass collapse into one, and passes never overlap", async () => {
  const scene = openScene();
  scene.commit("network/a");
  const gate = gateOf(scene);
  const daemon = startDaemon(scene);
  await daemon.rest();
  for (let hint = 0; hint < 5; hint += 1) {
    scene.commit("network/a", `network/b${hint}`);
    scene.repository.hint();
    await daemon.rest();
  }
  assert.equal(daemon.wakes, []);
  assert.is(scene.first.scopes.length, 1, "no second look while the first works");
  gate.open();
  await daemon.rest();
  assert.equal(daemon.wakes, ["started: applied", "moved: applied"]);
  assert.equal(scene.keys(), ["network/a", "network/b4"], "what is done depends on the head alone");
  await daemon.end();
});

test("a look follows a change, later ones ever later, then the schedule is soon enough", async () => {
  const scene = openScene();
  scene.commit("network/a");
  const daemon = startDaemon(scene, undefined, { afterChangeMs: 1_000 });
  await daemon.rest();
  for (const ms of [1_000, 2_000, 4_000, 8_000]) {
    await scene.clock.advance(ms);
    await daemon.rest();
  }
  assert.equal(daemon.wakes, ["started: applied", ...Array(4).fill("followed: settled")]);
  assert.is(scene.clock.waiting, 0);
  await daemon.end();
});

test("failures that may heal are tried again later and later; success begins anew", async () => {
  const scene = openScene();
  scene.commit("network/a");
  scene.first.unlisted = unavailable;
  const daemon = startDaemon(scene);
  await daemon.rest();
  for (const [ms, passes] of [
    [999, 1],
    [1, 2],
    [1_999, 2],
    [1, 3],
    [4_000, 4],
    [4_000, 5],
  ] as const) {
    await scene.clock.advance(ms);
    await daemon.rest();
    assert.is(daemon.wakes.length, passes, `${passes} passes`);
    assert.is(scene.clock.waiting, 1);
  }
  scene.first.unlisted = undefined;
  await scene.clock.advance(4_000);
  await daemon.rest();
  assert.equal(daemon.wakes.slice(-2), ["retry: failed", "retry: applied"]);
  assert.is(scene.clock.waiting, 0);
  scene.first.unlisted = unavailable;
  scene.repository.hint();
  await daemon.rest();
  await scene.clock.advance(1_000);
  await daemon.rest();
  assert.equal(daemon.wakes.slice(-2), ["moved: failed", "retry: failed"]);
  await daemon.end();
  assert.is(scene.clock.waiting, 0, "no timer outlives the daemon");
});

test("a hint does not wait for the next try, and leaves one timer alone", async () => {
  const scene = openScene();
  scene.commit("network/a");
  scene.first.unlisted = unavailable;
  const daemon = startDaemon(scene);
  await daemon.rest();
  scene.repository.hint();
  await daemon.rest();
  assert.equal(daemon.wakes, ["started: failed", "moved: failed"]);
  assert.is(scene.clock.waiting, 1);
  await scene.clock.advance(1_999);
  await daemon.rest();
  assert.is(daemon.wakes.length, 2, "the second failure waits twice as long");
  await daemon.end();
});

test("what only a person can heal is not tried again", async () => {
  const scene = openScene();
  scene.commit("network/a");
  scene.repository.failure = new RepositoryError("Who are you?", { code: "auth", next: "person" });
  const daemon = startDaemon(scene);
  await daemon.rest();
  assert.equal(daemon.wakes, ["started: failed"]);
  assert.is(scene.clock.waiting, 0);
  await daemon.end();
});

test("a pass that breaks is told, does not end the daemon, and is tried again", async () => {
  const scene = openScene();
  scene.commit("network/a");
  scene.first.unlisted = new TypeError("a broken program");
  const daemon = startDaemon(scene);
  await daemon.rest();
  assert.equal(daemon.broken, [scene.first.unlisted]);
  scene.first.unlisted = undefined;
  await scene.clock.advance(1_000);
  await daemon.rest();
  assert.equal(daemon.wakes, ["retry: applied"]);
  await daemon.end();
});

test("a reporter that throws is told and fails no pass", async () => {
  const scene = openScene();
  scene.commit("network/a");
  const daemon = startDaemon(scene, () => {
    throw new Error("no paper");
  });
  await daemon.rest();
  assert.equal(
    daemon.broken.map((error) => (error as Error).message),
    ["no paper"],
  );
  assert.equal(scene.keys(), ["network/a"]);
  scene.commit("network/b");
  scene.repository.hint();
  await daemon.rest();
  assert.equal(scene.keys(), ["network/b"]);
  await daemon.end();
});

test("stopping lets the running change end and starts nothing new", async () => {
  const scene = openScene();
  scene.commit("network/a", "instance/web uses=network/a");
  const gate = gateOf(scene);
  const daemon = startDaemon(scene);
  await daemon.rest();
  daemon.stop.abort();
  scene.repository.hint();
  await daemon.rest();
  assert.equal(daemon.wakes, []);
  gate.open();
  await daemon.ended;
  assert.equal(daemon.wakes, ["started: failed"]);
  assert.equal(scene.keys(), ["network/a"]);
  assert.is(scene.clock.waiting, 0);
});

test("giving up ends even a pass that hangs, and is no broken program", async () => {
  const scene = openScene();
  scene.commit("network/a");
  const daemon = startDaemon(scene);
  scene.first.onApply = () =>
    new Promise((_, reject) => daemon.giveUp.signal.addEventListener("abort", () => reject(new Error("aborted"))));
  await daemon.rest();
  daemon.stop.abort();
  daemon.giveUp.abort();
  await daemon.ended;
  assert.equal(daemon.broken, []);
  assert.equal(scene.keys(), []);
});

test("two units keep their own time", async () => {
  const [one, other] = [openScene(), openScene()];
  one.commit("network/a");
  other.commit("network/b");
  const gate = gateOf(one);
  const stop = new AbortController();
  const done: string[] = [];
  const unitOf = (scene: Scene) => ({
    world: scene.world(),
    ...{ driftSchedule: rarely, firstRetryMs: 1_000, maxRetryMs: 4_000 },
  });
  const ended = runDaemon(
    [unitOf(one), unitOf(other)],
    { stopping: stop.signal, signal: never },
    {
      onOutcomes: async ([outcome]) => void done.push(outcome?.plan?.changes[0]?.address ?? ""),
      onBroken: () => undefined,
    },
  );
  for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(done, ["memory/network/default/b"]);
  gate.open();
  stop.abort();
  await ended;
  assert.equal(one.keys(), ["network/a"]);
});

test.run();

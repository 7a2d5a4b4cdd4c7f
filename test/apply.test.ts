import * as assert from "uvu/assert";
import { applyPlan, type Work } from "../src/apply.ts";
import type { ChangeResult } from "../src/core/outcome.ts";
import type { Resource } from "../src/core/resource.ts";
import { type NextStep, ProviderError } from "../src/providers/provider.ts";
import { type FakeClock, fakeClock } from "./support/clock.ts";
import { never, openScene, type Scene } from "./support/memory-scene.ts";
import { planOf } from "./support/planning.ts";
import { fleet, resource } from "./support/resources.ts";
import { suite } from "./support/suite.ts";

const test = suite("apply");

const network = resource({ kind: "network", name: "net" });
const web = resource({ name: "web", uses: ["network/net"] });
const alone = resource({ name: "alone" });
const later = resource({ name: "later", uses: ["instance/web"] });

const failure = (next: NextStep, more: { retryAfterMs?: number } = {}) =>
  new ProviderError(`The world says ${next}.`, { code: "some", next, ...more });

/** Plans on what stands and what is remembered, and carries it out. */
async function applyOn(scene: Scene, wanted: readonly Resource[], over: Partial<Work> = {}) {
  const observed = [];
  for await (const thing of scene.first.provider.observe({ fleet, realms: [] }, never)) observed.push(thing);
  const inventory = await scene.inventory();
  const { plan, gone } = planOf({ wanted, observed, inventory });
  return await applyPlan({
    ...{ plan, gone, wanted, inventory, providers: scene.judges.providers, store: scene.store, clock: scene.clock },
    patience: { concurrency: 2, attempts: 3, firstDelayMs: 100, maxDelayMs: 1_000, progressDeadlineMs: 600_000 },
    ...{ random: () => 0, stopping: never, signal: never, onProgress: (event) => void scene.events.push(event) },
    ...over,
  });
}

const words = (results: readonly ChangeResult[]) =>
  results.map(({ action, address, state }) => `${action} ${address.split("/").at(-1)} ${state}`).sort();

/** Advances time, a second at a time, until the work ends. */
async function inTime<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  ended.catch(() => undefined);
  for (let second = 0; !isOver && second < 100; second += 1) await clock.advance(1_000);
  return await ended;
}

test("a failure skips only its dependants", async () => {
  const scene = openScene();
  scene.first.onApply = ({ change }) => {
    if (change.address === network.address) throw failure("person");
  };
  const { results } = await applyOn(scene, [network, web, later, alone]);
  assert.equal(words(results), [
    "create alone done",
    "create later skipped",
    "create net failed",
    "create web skipped",
  ]);
  assert.equal(scene.keys(), ["instance/alone"]);
  assert.ok(
    results.every(({ retryable }) => !retryable),
    "what waits for a person waits for one too",
  );
});

const endings: readonly [
  string,
  readonly (ProviderError | undefined)[],
  { tries: number; state: string; waitsMs: readonly number[] },
][] = [
  ["retry heals", [failure("retry"), undefined], { tries: 2, state: "done", waitsMs: [100] }],
  [
    "retry gives up after its attempts",
    Array(5).fill(failure("retry")),
    { tries: 3, state: "failed", waitsMs: [100, 200] },
  ],
  [
    "wait waits for as long as it was told",
    [failure("wait", { retryAfterMs: 900 })],
    { tries: 2, state: "done", waitsMs: [900] },
  ],
  [
    "wait past our patience is left to the next pass",
    [failure("wait", { retryAfterMs: 1_001 })],
    { tries: 1, state: "failed", waitsMs: [] },
  ],
  [
    "a wait that used up its own deadline is left to the next pass",
    [new ProviderError("Not ready after 120 s.", { code: "overdue", next: "retry" })],
    { tries: 1, state: "failed", waitsMs: [] },
  ],
  ["person is tried once", [failure("person")], { tries: 1, state: "failed", waitsMs: [] }],
];
for (const [title, failures, expected] of endings) {
  test(`${title}`, async () => {
    const scene = openScene();
    const left = [...failures];
    let tries = 0;
    scene.first.onApply = () => {
      tries += 1;
      const next = left.shift();
      if (next !== undefined) throw next;
    };
    const { results } = await inTime(scene.clock, applyOn(scene, [alone]));
    const waitsMs = scene.events.flatMap((event) => (event.kind === "change-retried" ? [event.afterMs] : []));
    assert.equal({ tries, state: results[0]?.state, waitsMs }, expected);
    assert.is(results[0]?.retryable, expected.state === "failed" && failures[0]?.next !== "person");
  });
}

test("the intention is written before the call, also when the call never comes back", async () => {
  const scene = openScene();
  const seen: string[] = [];
  scene.first.onApply = async ({ change }) => {
    for (const { address, phase } of await scene.inventory()) seen.push(`${change.action}: ${address} ${phase}`);
  };
  await applyOn(scene, [alone]);
  await applyOn(scene, []);
  assert.equal(seen, [`create: ${alone.address} applying`, `delete: ${alone.address} deleting`]);
  assert.equal(await scene.inventory(), []);

  for (const [wanted, phase] of [
    [[alone], "applying"],
    [[], "deleting"],
  ] as const) {
    scene.first.onApply = () => {
      throw new Error("The process dies here.");
    };
    const error = await applyOn(scene, wanted).catch((thrown: unknown) => thrown);
    assert.match(String(error), /dies here/);
    assert.equal(
      (await scene.inventory()).map((entry) => entry.phase),
      [phase],
    );
    scene.first.onApply = () => undefined;
    await applyOn(scene, [alone]);
    assert.equal(
      (await scene.inventory()).map((entry) => entry.phase),
      ["applied"],
    );
  }
});

test("everything of ours that goes is remembered before anything goes", async () => {
  const scene = openScene();
  await applyOn(scene, [network, web, alone]);
  for (const { address } of await scene.inventory()) await scene.store.forget(fleet, address);
  scene.first.onApply = () => {
    throw new Error("The process dies here.");
  };
  await applyOn(scene, [alone]).catch(() => undefined);
  assert.equal(
    (await scene.inventory()).map(({ address, phase }) => `${address} ${phase}`),
    [`${alone.address} applied`, `${web.address} deleting`, `${network.address} deleting`],
  );
});

test("stopping starts nothing new and lets what runs end", async () => {
  const scene = openScene();
  const stop = new AbortController();
  scene.first.onApply = ({ change }) => {
    if (change.address === network.address) stop.abort();
  };
  const { results } = await applyOn(scene, [network, web], { stopping: stop.signal });
  assert.equal(words(results), ["create net done", "create web skipped"]);
  assert.ok(results.every(({ state, retryable }) => state === "done" || retryable));
});

test("stopping does not wait for another try", async () => {
  const scene = openScene();
  const stop = new AbortController();
  scene.first.onApply = () => {
    throw failure("wait", { retryAfterMs: 1_000 });
  };
  const work = applyOn(scene, [alone], { stopping: stop.signal });
  while (scene.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  const { results } = await work;
  assert.equal(words(results), ["create alone failed"]);
  assert.is(scene.clock.waiting, 0);
});

test("giving up ends what runs, as a failure that may heal", async () => {
  const scene = openScene();
  const stop = new AbortController();
  scene.first.onApply = () => {
    stop.abort(new Error("told to stop at once"));
    throw stop.signal.reason;
  };
  const { results } = await applyOn(scene, [alone], { signal: stop.signal });
  assert.equal(
    results.map(({ state, code, retryable }) => ({ state, code, retryable })),
    [{ state: "failed", code: "aborted", retryable: true }],
  );
});

test("a broken program ends the work only when nothing runs any more", async () => {
  const scene = openScene();
  let running = 0;
  scene.first.onApply = async ({ change }) => {
    if (change.address === alone.address) throw new TypeError("a broken program");
    running += 1;
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const error = await applyOn(scene, [alone, network]).catch((thrown: unknown) => thrown);
  assert.instance(error, TypeError);
  assert.is(running, 0);
  assert.equal(scene.keys(), ["network/net"]);
});

test("no more run side by side than allowed, and members of a group one after another", async () => {
  const members = Array.from({ length: 6 }, (_, ordinal) =>
    resource({ name: `web-${ordinal}`, ...(ordinal > 3 && { group: { name: "web", ordinal, width: 1 } }) }),
  );
  const scene = openScene();
  const running = new Set<string>();
  let most = 0;
  scene.first.onApply = async ({ change }) => {
    running.add(change.address);
    most = Math.max(most, running.size);
    const both = ["web-4", "web-5"].every((name) => running.has(`memory/instance/default/${name}`));
    assert.not(both, "two members of a group at once");
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    running.delete(change.address);
  };
  const { results } = await applyOn(scene, members, {
    patience: { concurrency: 3, attempts: 1, firstDelayMs: 1, maxDelayMs: 1, progressDeadlineMs: 600_000 },
  });
  assert.ok(results.every(({ state }) => state === "done"));
  assert.is(most, 3);
});

test("what is kept is remembered, what is gone forgotten, and a second time nothing is written", async () => {
  const scene = openScene();
  await applyOn(scene, [network, web, alone]);
  const before = await scene.inventory();
  for (const { address } of before) await scene.store.forget(fleet, address);
  await applyOn(scene, [network, web, alone]);
  assert.equal(await scene.inventory(), before);
  scene.first.remove("instance/web");
  await applyOn(scene, [network, alone]);
  assert.equal(
    (await scene.inventory()).map(({ address }) => address),
    [alone.address, network.address],
  );
  const frozen = Object.fromEntries(
    ["put", "putAll", "forget", "setFact"].map((name) => [name, () => Promise.reject(new Error(`${name} is called`))]),
  );
  const { results } = await applyOn(scene, [network, alone], {
    store: { ...scene.store, ...frozen },
    clock: fakeClock(),
  });
  assert.equal(results, []);
});

test.run();

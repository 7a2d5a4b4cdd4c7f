import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { applyPlan } from "../../src/apply.ts";
import { judge, type Limits } from "../../src/core/limits.ts";
import type { Resource } from "../../src/core/resource.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { Store } from "../../src/store/store.ts";
import { fakeClock } from "../support/clock.ts";
import { createMemoryWorld, type Fault, type MemoryWorld } from "../support/memory-world.ts";
import { planOf } from "../support/planning.ts";
import { fleet, resource } from "../support/resources.ts";
import { suite } from "../support/suite.ts";

const test = suite("core/properties");

/** One commit: which networks, subnetworks and copies it wants, and their sizes. */
interface Commit {
  readonly networks: number;
  readonly copies: readonly { readonly network: number; readonly size: number; readonly fixed: number }[];
}

const commits = fc.record({
  networks: fc.integer({ min: 0, max: 2 }),
  copies: fc.array(fc.record({ network: fc.nat(2), size: fc.nat(2), fixed: fc.nat(1) }), { maxLength: 4 }),
});

type Event =
  | { readonly kind: "commit"; readonly commit: Commit }
  | { readonly kind: "fault"; readonly faults: readonly Fault[] }
  | { readonly kind: "remove"; readonly index: number }
  | { readonly kind: "edit"; readonly index: number }
  | { readonly kind: "forget-all" }
  | { readonly kind: "die"; readonly after: number };

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("commit" as const), commit: commits }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      faults: fc.array(fc.constantFrom<Fault>("none", "before", "after"), { maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("edit" as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget-all" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const), after: fc.nat(4) }) },
);

function wantedBy(commit: Commit): readonly Resource[] {
  const networks = Array.from({ length: commit.networks }, (_, index) => [
    resource({ kind: "network", name: `n${index}`, provides: [`network ${index}`] }),
    resource({ kind: "subnetwork", name: `s${index}`, uses: [`network/n${index}`] }),
  ]).flat();
  const copies = commit.copies
    .filter((copy) => copy.network < commit.networks)
    .map((copy, ordinal) =>
      resource({
        name: `web-${ordinal}`,
        spec: { size: copy.size, fixed: copy.fixed },
        uses: [`subnetwork/s${copy.network}`],
        needs: [`network ${copy.network}`],
        group: { name: "default/web", ordinal, width: 1 },
      }),
    );
  return [...networks, ...copies];
}

/** A foreign thing stands in every world; it must stand untouched at the end. */
function newWorld(): MemoryWorld {
  const world = createMemoryWorld();
  world.put({ kind: "instance", key: "instance/foreign", state: { size: 1 }, marker: undefined });
  world.put({
    kind: "instance",
    key: "instance/other",
    state: { size: 1 },
    marker: { fleet: "other", uid: "u", address: "a", spec: "", commit: "" },
  });
  return world;
}

async function observe(world: MemoryWorld) {
  const all = [];
  for await (const thing of world.provider.observe({ fleet, realms: ["all"] }, new AbortController().signal))
    all.push(thing);
  return all;
}

async function pass(
  world: MemoryWorld,
  store: Store,
  wanted: readonly Resource[],
  dieAfter = Number.POSITIVE_INFINITY,
) {
  const inventory = await store.inventory(fleet);
  const planned = planOf({ wanted, observed: await observe(world), inventory });
  let started = 0;
  const stop = new AbortController();
  await applyPlan({
    plan: planned.plan,
    gone: planned.gone,
    wanted,
    inventory,
    providers: [world.provider],
    store,
    patience: { concurrency: 3, attempts: 1, firstDelayMs: 1, maxDelayMs: 10, progressDeadlineMs: 600_000 },
    clock: fakeClock(),
    random: () => 0.5,
    stopping: stop.signal,
    signal: new AbortController().signal,
    onProgress: (event) => {
      if (event.kind === "change-started") started += 1;
      if (started > dieAfter) stop.abort();
    },
  });
  return planned.plan;
}

async function play(
  history: readonly Event[],
  occupied?: string,
): Promise<{ world: MemoryWorld; store: Store; wanted: readonly Resource[] }> {
  const world = newWorld();
  if (occupied !== undefined) world.put({ kind: "instance", key: occupied, state: { size: 7 }, marker: undefined });
  let store = createMemoryStore();
  let wanted: readonly Resource[] = [];
  for (const event of history) {
    if (event.kind === "commit") wanted = wantedBy(event.commit);
    if (event.kind === "fault") world.faults = [...event.faults];
    if (event.kind === "forget-all") store = createMemoryStore();
    const ours = [...world.things.values()].filter(
      (thing) => thing.marker?.fleet === fleet && thing.kind === "instance",
    );
    const chosen =
      event.kind === "remove" || event.kind === "edit" ? ours[event.index % Math.max(1, ours.length)] : undefined;
    if (event.kind === "remove" && chosen !== undefined) world.remove(chosen.key);
    if (event.kind === "edit" && chosen !== undefined) world.put({ ...chosen, state: { ...chosen.state, size: 99 } });
    await pass(world, store, wanted, event.kind === "die" ? event.after : undefined);
  }
  return { world, store, wanted };
}

test("after faults stop, passes settle on head and the next plan is empty", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 12 }), async (history) => {
      const { world, store, wanted } = await play(history);
      world.faults = [];
      for (let round = 0; round < 3; round += 1) await pass(world, store, wanted);
      const before = world.writes.length;
      const plan = await pass(world, store, wanted);
      assert.equal(plan.counts.keep, wanted.length);
      assert.is(plan.changes.length, wanted.length);
      assert.is(world.writes.length, before, "a pass with nothing to do writes nothing");
      const ours = [...world.things.values()].filter((thing) => thing.marker?.fleet === fleet);
      assert.equal(ours.map((thing) => thing.key).sort(), wanted.map((made) => made.key).sort());
      const remembered = await store.inventory(fleet);
      assert.equal(remembered.map((entry) => entry.key).sort(), wanted.map((made) => made.key).sort());
    }),
    { numRuns: 300 },
  );
});

test("without faults one pass is enough, from any state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 8 }), commits, fc.boolean(), async (history, commit, loseMemory) => {
      const { world, store: old } = await play(history);
      const store = loseMemory ? createMemoryStore() : old;
      world.faults = [];
      const wanted = wantedBy(commit);
      await pass(world, store, wanted);
      const left = await pass(world, store, wanted);
      assert.is(
        left.counts.keep,
        left.changes.length,
        left.changes.map((change) => `${change.action} ${change.address}`).join(", "),
      );
    }),
    { numRuns: 150 },
  );
});

test("nothing outside what is wanted or ours is ever written", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 10 }), async (history) => {
      const { world } = await play(history, "instance/web-1");
      assert.equal(
        world.things.get("instance/web-1")?.state,
        { size: 7 },
        "a foreign thing with our name is never touched",
      );
      assert.is(world.things.get("instance/web-1")?.marker, undefined);
      assert.not(world.writes.some((write) => write.endsWith("instance/foreign") || write.endsWith("instance/other")));
      assert.equal(world.things.get("instance/foreign")?.state, { size: 1 });
      assert.is(world.things.get("instance/other")?.marker?.fleet, "other");
    }),
    { numRuns: 100 },
  );
});

test("the plan does not depend on the order of anything", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 6 }), commits, fc.nat(1000), async (history, commit, seed) => {
      const { world, store } = await play(history);
      const wanted = wantedBy(commit);
      const observed = await observe(world);
      const inventory = await store.inventory(fleet);
      const shuffled = planOf({
        wanted: shuffle(wanted, seed),
        observed: shuffle(observed, seed),
        inventory: shuffle(inventory, seed),
      });
      assert.equal(JSON.stringify(shuffled.plan), JSON.stringify(planOf({ wanted, observed, inventory }).plan));
    }),
    { numRuns: 100 },
  );
});

test("creates follow and deletes precede their dependencies", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 6 }), commits, async (history, commit) => {
      const { world, store } = await play(history);
      const { plan } = planOf({
        wanted: wantedBy(commit),
        observed: await observe(world),
        inventory: await store.inventory(fleet),
      });
      const place = new Map(plan.changes.map((change, index) => [change.address, index]));
      for (const [index, change] of plan.changes.entries()) {
        for (const address of change.dependsOn)
          assert.ok((place.get(address) ?? -1) < index, `${address} before ${change.address}`);
      }
    }),
    { numRuns: 100 },
  );
});

test("limits only ever refuse: a looser limit never refuses more, and refusals name changes of the plan", async () => {
  const limitOf = (maxDeletes: number): Limits => ({
    maxDeletes,
    maxDeletePercent: 100,
    percentFrom: 1,
    allowEmpty: true,
    protectedKinds: [],
  });
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 6 }), commits, fc.nat(5), async (history, commit, budget) => {
      const { world, store } = await play(history);
      const inventory = await store.inventory(fleet);
      const wanted = wantedBy(commit);
      const { plan } = planOf({ wanted, observed: await observe(world), inventory });
      const known = new Set(plan.changes.map((change) => change.address));
      const tight = judge(plan, limitOf(budget), { inventory, wanted: wanted.length });
      const loose = judge(plan, limitOf(budget + 1), { inventory, wanted: wanted.length });
      assert.ok(loose.length <= tight.length);
      for (const refusal of tight) assert.ok(refusal.changes.every((address) => known.has(address)));
    }),
    { numRuns: 100 },
  );
});

function shuffle<T>(list: readonly T[], seed: number): readonly T[] {
  return list
    .map((value, index) => ({ value, weight: (index * 7919 + seed * 104729) % 1009 }))
    .sort((left, right) => left.weight - right.weight)
    .map(({ value }) => value);
}

test.run();

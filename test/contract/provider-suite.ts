import * as assert from "uvu/assert";
import { specHash } from "../../src/core/identity.ts";
import type { Observed, Resource } from "../../src/core/resource.ts";
import { ProviderError } from "../../src/providers/provider.ts";
import { suite } from "../support/suite.ts";
import { failureOf, observeAll, orderOf, type ProviderWorld, testCommit } from "./provider-world.ts";

type InWorld = (title: string, body: (world: ProviderWorld) => Promise<void>) => void;

/** The promises of the Provider contract, run on every implementation. */
export function providerSuite(name: string, makeWorld: () => Promise<ProviderWorld>): void {
  const test = suite(`Provider contract: ${name}`);
  const inWorld: InWorld = (title, body) => {
    test(title, async () => {
      const world = await makeWorld();
      try {
        await body(world);
      } finally {
        await world.close();
      }
    });
  };
  testPureness(inWorld);
  testMaking(inWorld);
  testOwnership(inWorld);
  testFailures(inWorld);
  test.run();
}

function testPureness(inWorld: InWorld): void {
  inWorld("resources have addresses, keys and kinds of their own", async ({ provider, wanted }) => {
    assert.is(new Set(wanted.map(({ address }) => address)).size, wanted.length);
    assert.is(new Set(wanted.map(({ key }) => key)).size, wanted.length);
    for (const { address, kind, provider: name } of wanted) {
      assert.is(name, provider.name);
      assert.ok(provider.kinds.includes(kind), kind);
      assert.match(address, new RegExp(`^${provider.name}/${kind}/[^/]+/.+$`));
    }
  });
  inWorld("nothing is written by looking", async (world) => {
    await observeAll(world);
    assert.is(await world.writes(), 0);
  });
}

function testMaking(inWorld: InWorld): void {
  inWorld("what is made is seen again as ours and needs nothing", async (world) => {
    await makeAll(world);
    const seen = await observeAll(world);
    for (const resource of world.wanted) {
      const live = find(seen, resource);
      assert.equal(world.provider.compare(resource, live), [], resource.address);
      assert.is(live.marker?.fleet, world.fleet);
      assert.is(live.marker?.uid, resource.uid);
      assert.is(live.marker?.address, resource.address);
      assert.is(live.marker?.spec, specHash(resource.spec));
      assert.ok(testCommit.startsWith(live.marker?.commit ?? "none"), live.marker?.commit);
      assert.is(live.realm, resource.realm);
      assert.is.not(live.id, "");
      assert.is(live.status.phase, "ready", resource.address);
    }
  });
  inWorld("making twice makes one thing", async (world) => {
    await makeAll(world);
    const before = await observeAll(world);
    await makeAll(world);
    const after = await observeAll(world);
    for (const resource of world.wanted) assert.is(find(after, resource).id, find(before, resource).id);
    assert.is(after.length, before.length);
  });
  inWorld("an update ends the difference and keeps the thing", async (world) => {
    await makeAll(world);
    const before = find(await observeAll(world), world.changed);
    const fields = world.provider.compare(world.changed, before);
    assert.ok(fields.length > 0);
    assert.ok(fields.every(({ forces }) => forces === "nothing"));
    const order = orderOf(world.fleet, "update", world.changed, before);
    const done = await world.provider.apply(order, signal());
    const after = find(await observeAll(world), world.changed);
    assert.equal(world.provider.compare(world.changed, after), []);
    assert.equal(done?.state, after.state);
    assert.is(after.id, before.id);
  });
  inWorld("what is deleted is gone, and deleting it again is no failure", async (world) => {
    await makeAll(world);
    for (const resource of [...world.wanted].reverse()) {
      const live = find(await observeAll(world), resource);
      const order = orderOf(world.fleet, "delete", undefined, live);
      assert.is(await world.provider.apply(order, signal()), undefined);
      assert.is(await world.look(resource), undefined, resource.key);
      assert.is(await world.provider.apply(order, signal()), undefined);
    }
  });
}

function testOwnership(inWorld: InWorld): void {
  inWorld("a foreign thing is seen, told apart and never touched", async (world) => {
    const resource = last(world);
    for (const other of world.wanted.slice(0, -1)) await make(world, other);
    await world.plant(resource);
    const before = await world.look(resource);
    const seen = find(await observeAll(world), resource);
    assert.is(seen.marker, undefined);
    const refused = await failureOf(make(world, resource));
    assert.is(refused.next, "person");
    assert.is(refused.code, "conflict");
    const mistaken = { ...seen, id: "another", marker: { ...markerOf(world, resource) } };
    const kept = await failureOf(world.provider.apply(orderOf(world.fleet, "delete", undefined, mistaken), signal()));
    assert.is(kept.next, "person");
    assert.is(await world.look(resource), before);
  });
  inWorld("a thing of another fleet says so and is never touched", async (world) => {
    await makeAll(world);
    const resource = last(world);
    const live = find(await observeAll(world), resource);
    const before = await world.look(resource);
    assert.is.not(live.marker?.fleet, "another");
    for (const order of [orderOf("another", "update", resource, live), orderOf("another", "delete", undefined, live)]) {
      const refused = await failureOf(world.provider.apply(order, signal()));
      assert.is(refused.next, "person");
    }
    assert.is(await world.look(resource), before);
  });
}

function testFailures(inWorld: InWorld): void {
  inWorld("a lost answer is found again and makes nothing twice", async (world) => {
    for (const resource of world.wanted) {
      await world.misbehave("loses-answers");
      const outcome = await make(world, resource).catch((error: unknown) => error);
      if (outcome instanceof Error) assert.ok(outcome instanceof ProviderError && outcome.retryable, outcome.message);
      await world.misbehave("well");
      await make(world, resource);
    }
    const seen = await observeAll(world);
    for (const resource of world.wanted) {
      assert.equal(world.provider.compare(resource, find(seen, resource)), []);
      assert.is(seen.filter(({ marker }) => marker?.uid === resource.uid).length, 1);
    }
  });
  inWorld("a list that is cut off is a failure and never a short list", async (world) => {
    await makeAll(world);
    await world.misbehave("cuts-lists");
    const failure = await failureOf(observeAll(world));
    assert.ok(failure.retryable);
    await world.misbehave("well");
    assert.ok((await observeAll(world)).length >= world.wanted.length);
  });
  inWorld("a world that cannot be reached is a failure worth trying again", async (world) => {
    await world.misbehave("unreachable");
    assert.ok((await failureOf(observeAll(world))).retryable);
    assert.ok((await failureOf(make(world, world.wanted[0] as Resource))).retryable);
  });
  inWorld("an aborted signal ends the work at once", async (world) => {
    const reason = new Error("told to stop");
    const stopped = AbortSignal.abort(reason);
    const order = orderOf(world.fleet, "create", world.wanted[0] as Resource);
    const error = await world.provider.apply(order, stopped).catch((failure: unknown) => failure);
    assert.ok(error instanceof Error);
    assert.is(await world.writes(), 0);
  });
}

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

function make(world: ProviderWorld, resource: Resource): Promise<Observed | undefined> {
  return world.provider.apply(orderOf(world.fleet, "create", resource), signal());
}

async function makeAll(world: ProviderWorld): Promise<void> {
  for (const resource of world.wanted) await make(world, resource);
}

function last(world: ProviderWorld): Resource {
  return world.wanted[world.wanted.length - 1] as Resource;
}

function find(seen: readonly Observed[], { key }: Resource): Observed {
  const found = seen.filter((one) => one.key === key);
  assert.is(found.length, 1, `${key} is there ${found.length} times`);
  return found[0] as Observed;
}

function markerOf({ fleet }: ProviderWorld, { uid, address }: Resource) {
  return { fleet, uid, address, spec: "", commit: "" };
}

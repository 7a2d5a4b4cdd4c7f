import * as assert from "uvu/assert";
import type { Limits } from "../src/core/limits.ts";
import { ProviderError } from "../src/providers/provider.ts";
import { driftOf } from "../src/reconcile.ts";
import { RepositoryError } from "../src/repo/repository.ts";
import { createMemoryStore } from "../src/store/memory.ts";
import { never, openScene, type Scene } from "./support/memory-scene.ts";
import { fleet } from "./support/resources.ts";
import { suite } from "./support/suite.ts";

const test = suite("reconcile");
const refusal = new ProviderError("It may not.", { code: "permission", next: "person" });

const rows = async (scene: Scene) =>
  (await scene.store.passes(fleet, 100)).map(({ outcome, commit }) => `${outcome} ${commit.slice(0, 4)}`).reverse();
const openIncidents = async (scene: Scene) =>
  (await scene.store.openIncidents(fleet)).map(({ address, flaps }) => `${address} ${flaps}`);
const factOf = (scene: Scene, name: string) => scene.store.fact(fleet, name);

test("an invalid head changes nothing, and drift from the last good commit is still put right", async () => {
  const scene = openScene();
  const good = scene.commit("network/a", "instance/web size=1 uses=network/a");
  assert.is(await scene.pass(), "applied");
  scene.commit("network/b", "broken");
  assert.is(await scene.pass(), "invalid, settled");
  scene.first.remove("instance/web");
  assert.is(await scene.pass(), "invalid, applied");
  assert.equal(scene.keys(), ["instance/web", "network/a"]);
  assert.is(await factOf(scene, "good-commit"), good);
  assert.is(await factOf(scene, "applied-commit"), good);
  scene.commit("network/b");
  assert.is(await scene.pass(), "applied");
  assert.equal(scene.keys(), ["network/b"]);
});

test("a first head that is invalid leaves everything as it is", async () => {
  const scene = openScene();
  scene.commit("network/a", "broken");
  assert.is(await scene.pass(), "invalid");
  assert.equal([scene.keys(), await scene.inventory()], [[], []]);
  assert.is(await factOf(scene, "good-commit"), undefined);
});

test("a refused head changes nothing, and the commit before it stays the wanted one", async () => {
  const limits: Limits = { maxDeletes: 1, maxDeletePercent: 100, percentFrom: 1, allowEmpty: true, protectedKinds: [] };
  const scene = openScene({ limits });
  const good = scene.commit("network/a", "network/b", "network/c size=1");
  assert.is(await scene.pass(), "applied");
  scene.commit("network/c size=2", "network/d");
  scene.first.remove("network/b");
  assert.is(await scene.pass(), "applied", "what is gone already is no delete");
  scene.repository.moveTo(good);
  assert.is(await scene.pass(), "applied");
  scene.commit("network/c size=2", "network/d");
  assert.is(await scene.pass(), "refused, settled");
  assert.equal(scene.keys(), ["network/a", "network/b", "network/c"]);
  scene.first.remove("network/c");
  assert.is(await scene.pass(), "refused, applied");
  assert.equal(scene.first.things.get("network/c")?.state, { size: "1" });
  assert.is(await factOf(scene, "good-commit"), good);
});

test("a thing of somebody else refuses the plan until it is out of the way", async () => {
  const scene = openScene();
  scene.first.put({ kind: "network", key: "network/a", state: { size: "9" }, marker: undefined });
  scene.commit("network/a", "network/b");
  assert.is(await scene.pass(), "refused");
  assert.equal(scene.keys(), ["network/a"]);
  assert.equal(scene.first.things.get("network/a")?.state, { size: "9" });
  scene.first.remove("network/a");
  assert.is(await scene.pass(), "applied");
});

test("the applied commit is only told when everything is done", async () => {
  const scene = openScene();
  const commit = scene.commit("network/a", "instance/web uses=network/a");
  scene.first.onApply = ({ change }) => {
    if (change.kind === "instance") throw refusal;
  };
  const [outcome] = await scene.look();
  assert.is(outcome?.kind, "failed");
  assert.not(outcome?.retryable, "only a person can help");
  assert.is(await factOf(scene, "applied-commit"), undefined);
  assert.is(await factOf(scene, "good-commit"), commit);
  scene.first.onApply = () => undefined;
  assert.is(await scene.pass(), "applied");
  assert.is(await factOf(scene, "applied-commit"), commit);
});

test("a part that cannot be seen fails the pass, leaves the part alone and does the rest", async () => {
  const scene = openScene({}, ["memory", "edge"]);
  scene.commit("network/a", "edge:network/e");
  assert.is(await scene.pass(), "applied");
  const commit = scene.commit("network/b", "edge:network/f");
  scene.at("edge").unlisted = new ProviderError("It does not answer.", { code: "unavailable", next: "retry" });
  const [outcome] = await scene.look();
  assert.is(outcome?.kind, "failed");
  assert.ok(outcome?.retryable);
  assert.is(outcome?.failure, "edge: It does not answer.");
  assert.equal(scene.keys(), ["network/b", "network/e"]);
  assert.is.not(await factOf(scene, "applied-commit"), commit);
  scene.at("edge").unlisted = undefined;
  assert.is(await scene.pass(), "applied");
  assert.equal(scene.keys(), ["network/b", "network/f"]);
});

test("incidents open with drift, are counted when they come back, and end when it is corrected", async () => {
  const scene = openScene();
  scene.commit("network/a size=1", "network/b");
  await scene.pass();
  assert.equal(await openIncidents(scene), []);
  const address = "memory/network/default/a";
  scene.first.onApply = () => {
    throw refusal;
  };
  scene.first.remove("network/a");
  assert.is(await scene.pass(), "failed");
  assert.equal(await openIncidents(scene), [`${address} 0`]);
  await scene.clock.advance(60_000);
  assert.is(await scene.pass(), "failed");
  const [incident] = await scene.store.openIncidents(fleet);
  assert.is(Date.parse(incident?.lastSeenAt ?? "") - Date.parse(incident?.openedAt ?? ""), 60_000);
  scene.first.onApply = () => undefined;
  assert.is(await scene.pass(), "applied");
  assert.equal(await openIncidents(scene), []);
  scene.first.remove("network/a");
  scene.first.onApply = () => {
    throw refusal;
  };
  await scene.pass();
  assert.equal(await openIncidents(scene), [`${address} 1`]);
  scene.first.unlisted = new ProviderError("It does not answer.", { code: "unavailable", next: "retry" });
  await scene.pass();
  assert.equal(await openIncidents(scene), [`${address} 1`], "what cannot be seen has not ended");
  scene.first.unlisted = undefined;
  scene.commit("network/b");
  await scene.pass();
  assert.equal(await openIncidents(scene), [], "what nobody wants any more is no drift");
});

test("a refused head neither ends nor begins drift: that is judged at the commit that counts", async () => {
  const limits: Limits = { maxDeletes: 0, maxDeletePercent: 100, percentFrom: 1, allowEmpty: true, protectedKinds: [] };
  const scene = openScene({ driftPolicy: "report", limits });
  scene.commit("network/a size=1", "network/b");
  await scene.pass();
  scene.first.remove("network/a");
  await scene.pass();
  scene.commit("network/c");
  for (const _ of [1, 2, 3]) assert.is(await scene.pass(), "refused, settled");
  assert.equal(await openIncidents(scene), ["memory/network/default/a 0"]);
});

test("under the policy `report` drift is told and left; a commit is still carried out", async () => {
  const scene = openScene({ driftPolicy: "report" });
  scene.commit("network/a size=1", "network/b");
  assert.is(await scene.pass(), "applied");
  scene.first.remove("network/a");
  const [outcome] = await scene.look();
  assert.equal(outcome && driftOf(outcome).map(({ address, held }) => `${address} ${held}`), [
    "memory/network/default/a true",
  ]);
  assert.equal(scene.keys(), ["network/b"]);
  assert.equal(await openIncidents(scene), ["memory/network/default/a 0"]);
  scene.commit("network/a size=1", "network/c");
  assert.is(await scene.pass(), "applied");
  assert.equal(scene.keys(), ["network/c"]);
  scene.commit("network/a size=2", "network/c");
  assert.is(await scene.pass(), "applied", "drift that a commit touches too is both");
  assert.equal(scene.keys(), ["network/a", "network/c"]);
  assert.equal(await openIncidents(scene), []);
});

test("history has no row for a quiet pass, whether the head is good or broken", async () => {
  const scene = openScene();
  const good = scene.commit("network/a").slice(0, 4);
  for (let pass = 0; pass < 4; pass += 1) await scene.pass();
  assert.equal(await rows(scene), [`applied ${good}`, `settled ${good}`]);
  const bad = scene.commit("broken").slice(0, 4);
  for (let pass = 0; pass < 4; pass += 1) assert.is(await scene.pass(), "invalid, settled");
  assert.equal((await rows(scene)).slice(2), [`invalid ${bad}`, `settled ${good}`]);
  scene.first.remove("network/a");
  assert.is(await scene.pass(), "invalid, applied");
  assert.equal((await rows(scene)).slice(4), [`invalid ${bad}`, `applied ${good}`]);
});

test("a lost store is rebuilt from markers without a write", async () => {
  const scene = openScene();
  scene.commit("network/a", "instance/web uses=network/a", "instance/old uses=network/a");
  await scene.pass();
  const before = await scene.inventory();
  const writes = scene.first.writes.length;
  scene.store = createMemoryStore();
  assert.is(await scene.pass(), "settled");
  assert.equal(await scene.inventory(), before);
  assert.is(scene.first.writes.length, writes);
  scene.store = createMemoryStore();
  scene.commit("network/a", "instance/web uses=network/a");
  assert.is(await scene.pass(), "applied");
  assert.equal(scene.keys(), ["instance/web", "network/a"]);
});

for (const next of ["retry", "person"] as const) {
  test(`a repository that cannot be reached fails the pass and nothing else (${next})`, async () => {
    const scene = openScene();
    scene.commit("network/a");
    await scene.pass();
    scene.repository.failure = new RepositoryError("It does not answer.", { code: "unreachable", next });
    scene.first.remove("network/a");
    const [outcome, ...others] = await scene.look();
    assert.equal(others, []);
    assert.equal(
      [outcome?.kind, outcome?.failure, outcome?.retryable],
      ["failed", "It does not answer.", next === "retry"],
    );
    assert.equal(scene.keys(), []);
  });
}

test("a pass that is told to stop starts nothing and says that looking again helps", async () => {
  const scene = openScene();
  scene.commit("network/a");
  const [outcome] = await scene.look({ stopping: AbortSignal.abort(), signal: never });
  assert.is(outcome?.kind, "failed");
  assert.ok(outcome?.retryable);
  assert.equal(scene.keys(), []);
  assert.is(await scene.pass(), "applied");
});

test.run();

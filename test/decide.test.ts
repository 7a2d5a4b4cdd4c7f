import * as assert from "uvu/assert";
import { type Decision, decide } from "../src/decide.ts";
import { ProviderError } from "../src/providers/provider.ts";
import { never, openScene, type Scene } from "./support/memory-scene.ts";
import { lines } from "./support/planning.ts";
import { suite } from "./support/suite.ts";

const test = suite("decide");
const two = ["memory", "edge"];
const away = () => new ProviderError("It does not answer.", { code: "unavailable", next: "retry" });

async function decideOn(scene: Scene, commit?: string): Promise<Decision> {
  return await decide(scene.judges, {
    repository: scene.repository,
    commit: commit ?? (await scene.repository.head("main", never)),
    inventory: await scene.inventory(),
    signal: never,
    onProgress: () => undefined,
  });
}

const changesOf = ({ plan }: Decision) => lines(plan?.changes ?? []);

test("a file that did not change is not read again", async () => {
  const scene = openScene();
  scene.repository.commitFiles({ "a.yaml": "network/a", "b.yaml": "network/b", "README.md": "network/c" });
  assert.equal(changesOf(await decideOn(scene)), ["create a (commit)", "create b (commit)"]);
  assert.is(scene.repository.reads.length, 2, "what holds no manifests by its name is passed over");
  scene.repository.commitFiles({ "a.yaml": "network/a", "b.yaml": "network/d" });
  assert.equal(changesOf(await decideOn(scene)), ["create a (commit)", "create d (commit)"]);
  assert.is(scene.repository.reads.length, 3);
  scene.repository.commitFiles({ "c.yaml": "network/a" });
  await decideOn(scene);
  assert.is(scene.repository.reads.length, 4, "under another path the same bytes are another file");
});

test("a file past the limit is a problem beside all others, and nothing is planned", async () => {
  const scene = openScene();
  scene.repository.commitFiles({ "a.yaml": "network/a\nbroken", "big.yaml": "#".repeat(10_001) });
  const { problems, plan, sources } = await decideOn(scene);
  assert.equal(
    problems.map(({ rule, file, line }) => `${rule} ${file}:${line}`),
    ["line/broken a.yaml:2", "file/too-large big.yaml:1"],
  );
  assert.is(plan, undefined);
  assert.equal([...sources.keys()], ["a.yaml"], "what cannot be read has no excerpt");
});

test("a file that holds a Secret is never shown", async () => {
  const scene = openScene();
  scene.repository.commitFiles({ "a.yaml": "broken", "b.yaml": "secret\nbroken", "c.yaml": "kind: Secret\nbroken" });
  const { sources, problems } = await decideOn(scene);
  assert.is(problems.length, 3);
  assert.equal([...sources.keys()], ["a.yaml"]);
});

test("two things under one name are a problem on the later line", async () => {
  const scene = openScene();
  scene.commit("network/a", "network/a");
  const { problems, plan } = await decideOn(scene);
  assert.equal(
    problems.map(({ rule, line }) => `${rule} ${line}`),
    ["names/collision 2"],
  );
  assert.is(plan, undefined);
});

for (const [title, standing] of [
  ["cannot be listed", 0],
  ["is listed in part", 3],
] as const) {
  test(`a provider that ${title} takes only its part, and nothing of it is deleted`, async () => {
    const scene = openScene({}, two);
    const names = Array.from({ length: standing }, (_, index) => `network/n${index}`);
    scene.commit(...names, "edge:network/e");
    assert.is(await scene.pass(), "applied");
    scene.commit("instance/web", "edge:network/f");
    scene.first.unlisted = away();
    const decision = await decideOn(scene);
    assert.equal(changesOf(decision), ["create f (commit)", "delete e (commit)"]);
    assert.equal([...decision.unavailable.keys()], ["memory"]);
    assert.is(decision.gone.length, 0, "what was not seen is not gone");
  });
}

test("what needs a provider that cannot be seen waits; what needs another goes on", async () => {
  const scene = openScene({}, two);
  scene.commit("edge:network/e provides=presence", "instance/web needs=presence", "instance/alone");
  scene.at("edge").unlisted = away();
  const decision = await decideOn(scene);
  assert.equal(changesOf(decision), ["create alone (commit)", "create web (commit, held)"]);
  assert.equal(
    decision.pending.map(({ address, waitsFor }) => `${address} ${waitsFor}`),
    ["memory/instance/default/web edge/network/default/e"],
  );
});

test("a listing that breaks in a way nobody sorted ends the decision", async () => {
  const scene = openScene();
  scene.commit("network/a");
  scene.first.unlisted = new TypeError("a broken program");
  const error = await decideOn(scene).catch((thrown: unknown) => thrown);
  assert.instance(error, TypeError);
});

test("without a memory of a provider, everything of it is listed; with one, what is remembered", async () => {
  const scene = openScene({}, two);
  scene.commit("network/a", "edge:network/e");
  scene.at("edge").unlisted = away();
  assert.is(await scene.pass(), "failed");
  scene.at("edge").unlisted = undefined;
  await decideOn(scene);
  assert.equal(
    two.map((name) => scene.at(name).scopes.map(({ kinds }) => kinds)),
    [
      [undefined, ["network"]],
      [undefined, undefined],
    ],
  );
});

test("the same plan has the same identity; another commit, rule or world another", async () => {
  const scene = openScene();
  const commit = scene.commit("network/a");
  const planId = async (of: Scene) => (await decideOn(of, commit)).plan?.planId;
  const first = await planId(scene);
  assert.is(await planId(scene), first);
  const stricter = openScene({ rulesDigest: "stricter rules" });
  stricter.commit("network/a");
  assert.is.not(await planId(stricter), first);
  scene.first.put({ kind: "network", key: "network/a", state: {}, marker: undefined });
  assert.is.not(await planId(scene), first);
});

test("deciding changes nothing anywhere", async () => {
  const scene = openScene();
  scene.commit("network/a", "instance/web uses=network/a");
  const { plan } = await decideOn(scene);
  assert.is(plan?.counts.create, 2);
  assert.equal(scene.keys(), []);
  assert.equal(await scene.inventory(), []);
  assert.equal(await scene.store.passes("test", 10), []);
});

test.run();

import * as assert from "uvu/assert";
import { ProviderError } from "../../src/providers/provider.ts";
import { suite } from "../support/suite.ts";
import { openDeskScene } from "./desk-scene.ts";

const test = suite("desk/announce");
const base = ["instance/web size=1", "disk/data size=1"];
const grown = [...base, "instance/new size=2"];

/** A reviewed pull request whose merge has reached the branch. */
async function openMerged() {
  const scene = openDeskScene();
  scene.repository.commitFiles({ "fleet.yaml": base.join("\n") });
  await scene.passAndTell();
  const head = scene.propose(7, grown);
  await scene.look();
  const before = scene.repository.headId();
  const merged = scene.repository.commitAt("refs/heads/main", { "fleet.yaml": grown.join("\n") }, [before, head]);
  scene.repository.moveTo(merged);
  const close = (): void => {
    const open = scene.forge.pullRequests.get(7) as NonNullable<ReturnType<typeof scene.forge.pullRequests.get>>;
    scene.forge.pullRequests.set(7, { ...open, state: "merged", mergedCommit: merged });
  };
  return { ...scene, merged, close };
}

test("a merge that is heard of after the pass that carried it out is told all the same", async () => {
  const scene = await openMerged();
  await scene.passAndTell();
  assert.match(scene.note(7), "A merge will do this");
  scene.close();
  await scene.look();
  await scene.passAndTell();
  assert.match(scene.note(7), "Applied as reviewed");
});

test("a quiet pass right behind does not take the place of the one that applied", async () => {
  const scene = await openMerged();
  scene.close();
  scene.desk.tell(await scene.scene.look());
  scene.desk.tell(await scene.scene.look());
  await scene.look();
  assert.match(scene.note(7), "Applied as reviewed");
});

test("a daemon that started anew does not claim that anything differed", async () => {
  const scene = await openMerged();
  await scene.scene.look();
  scene.close();
  await scene.look();
  await scene.passAndTell();
  assert.match(scene.note(7), "In place");
  assert.not.match(scene.note(7), "differs");
});

test("what applying came to stays on the commit when a later pass finds nothing to do", async () => {
  const scene = await openMerged();
  await scene.passAndTell();
  const told = scene.forge.statuses.get(`${scene.merged} plumbline/apply`)?.description;
  assert.match(told ?? "", "Applied: 1 change done");
  await scene.passAndTell();
  assert.is(scene.forge.statuses.get(`${scene.merged} plumbline/apply`)?.description, told);
});

test("a commit that is replaced while it is tried again does not stay pending", async () => {
  const scene = await openMerged();
  scene.scene.first.onApply = () => {
    throw new ProviderError("no room", { code: "stock-out", next: "retry" });
  };
  await scene.passAndTell();
  assert.is(scene.state(scene.merged, "apply"), "pending");
  scene.scene.first.onApply = () => undefined;
  scene.repository.commitFiles({ "fleet.yaml": base.join("\n") });
  await scene.passAndTell();
  assert.is(scene.state(scene.merged, "apply"), "error");
});

test.run();

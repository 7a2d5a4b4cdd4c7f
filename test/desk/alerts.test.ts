import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { openDeskScene } from "./desk-scene.ts";

const test = suite("desk/alerts");
const web = "instance/web size=1";

test("drift that no pull request touches opens one issue, which closes by itself", async () => {
  const scene = openDeskScene({ driftPolicy: "report" });
  scene.commit(web, "instance/api size=1");
  await scene.passAndTell();
  assert.is(scene.forge.tickets.size, 0);
  scene.first.remove("instance/web");
  await scene.passAndTell();
  const ticket = [...scene.forge.tickets.values()][0];
  assert.is(ticket?.isOpen, true);
  assert.match(ticket?.body ?? "", "instance/default/web");
  const written = scene.forge.writes.length;
  await scene.passAndTell();
  await scene.passAndTell();
  assert.is(scene.forge.writes.length, written);
  await scene.store.setFact(scene.judges.fleet, "revert", "{}");
  await scene.passAndTell();
  const closed = [...scene.forge.tickets.values()][0];
  assert.is(closed?.isOpen, false);
  assert.match(closed?.body ?? "", /is as the manifests want it again[\s\S]*What it was[\s\S]*instance\/default\/web/);
  assert.not.match(closed?.body ?? "", "Next");
  assert.is(scene.state(scene.repository.headId(), "drift"), "success");
});

test("a commit that is replaced while reality differs from it does not stand failed for ever", async () => {
  const scene = openDeskScene({ driftPolicy: "report" });
  scene.commit(web, "instance/api size=1");
  await scene.passAndTell();
  const older = scene.repository.headId();
  scene.first.remove("instance/web");
  await scene.passAndTell();
  assert.is(scene.state(older, "drift"), "failure");
  scene.commit("instance/api size=1");
  await scene.passAndTell();
  await scene.passAndTell();
  assert.is.not(scene.repository.headId(), older);
  assert.is(scene.state(older, "drift"), "success");
});

test("drift of what an open pull request touches is told there, not in an issue", async () => {
  const scene = openDeskScene({ driftPolicy: "report" });
  scene.commit(web, "instance/api size=1");
  await scene.passAndTell();
  scene.propose(7, ["instance/web size=2", "instance/api size=1"]);
  await scene.look();
  const web1 = scene.first.things.get("instance/web");
  if (web1 === undefined) throw new Error(`no web in ${[...scene.first.things.keys()].join()}`);
  scene.first.put({ ...web1, state: { ...web1.state, size: "9" } });
  await scene.passAndTell();
  await scene.look();
  assert.match(scene.note(7), "changed underneath");
  assert.is(scene.forge.tickets.size, 0);
  assert.is(scene.state(scene.repository.headId(), "drift"), "failure");
});

test("a pull request that touches what has drifted is looked at once, and again when somebody asks meanwhile", async () => {
  const scene = openDeskScene({ driftPolicy: "report" });
  scene.commit(web, "instance/api size=1");
  await scene.passAndTell();
  const web1 = scene.first.things.get("instance/web");
  assert.ok(web1);
  scene.first.put({ ...web1, state: { ...web1.state, size: "9" } });
  await scene.passAndTell();
  scene.propose(7, ["instance/web size=2", "instance/api size=1"]);
  const again = () => scene.desk.lookOnce(new AbortController().signal);
  await scene.look();
  await again();
  assert.match(scene.note(7), "changed underneath");
  assert.is(scene.reviewed.length, 1);
  const { note } = scene.forge;
  scene.forge.note = async (...words) => {
    if (scene.reviewed.length === 1) await scene.store.setFact(scene.judges.fleet, "again/7", "r1");
    return await note(...words);
  };
  scene.propose(7, ["instance/web size=3", "instance/api size=1"]);
  await scene.look();
  await again();
  await again();
  assert.is(scene.reviewed.length, 3, "what was asked meanwhile is not passed over");
});

test.run();

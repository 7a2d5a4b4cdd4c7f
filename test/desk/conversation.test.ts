import * as assert from "uvu/assert";
import { ForgeError } from "../../src/forge/forge.ts";
import { suite } from "../support/suite.ts";
import { openDeskScene } from "./desk-scene.ts";

const test = suite("desk/conversation");
const web = "instance/web size=1";
const limits = { maxDeletes: 0, maxDeletePercent: 100, percentFrom: 1, allowEmpty: true, protectedKinds: [] };

test("an approval lifts the refusals of exactly the plan that was shown, also after the merge, once", async () => {
  const scene = openDeskScene({ limits });
  scene.commit(web, "instance/api size=1");
  await scene.passAndTell();
  const head = scene.propose(7, [web]);
  await scene.look();
  assert.is(scene.state(head, "plan"), "failure");
  const planId = /\/approve ([0-9a-f]{12})/.exec(scene.note(7))?.[1] ?? "";
  scene.forge.say(7, "ann", "/approve 000000000000");
  scene.forge.say(7, "eve", `/approve ${planId}`);
  await scene.look();
  assert.is(scene.state(head, "plan"), "failure");
  scene.forge.say(7, "ann", `/approve ${planId}`);
  await scene.look();
  await scene.look();
  assert.is(scene.state(head, "plan"), "success");
  assert.match(scene.note(7), "lifted by `ann`");
  scene.commit(web);
  assert.is(await scene.pass(), "applied");
  assert.is(scene.first.things.size, 1);
  // Used up: the same again needs a new word.
  scene.commit(web, "instance/api size=1");
  assert.is(await scene.pass(), "applied");
  scene.commit(web);
  assert.match(await scene.pass(), /^refused/);
});

test("an approval does not cover a plan that does more", async () => {
  const scene = openDeskScene({ limits });
  scene.commit(web, "instance/api size=1", "instance/db size=1");
  await scene.passAndTell();
  scene.propose(7, [web, "instance/db size=1"]);
  await scene.look();
  const planId = /\/approve ([0-9a-f]{12})/.exec(scene.note(7))?.[1] ?? "";
  scene.forge.say(7, "ann", `/approve ${planId}`);
  await scene.look();
  scene.commit(web);
  assert.match(await scene.pass(), /^refused/);
  assert.is(scene.first.things.size, 3);
});

test("a review says who holds the fleet, and no longer when it is released", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.propose(7, [web, "instance/api size=1"]);
  await scene.look();
  assert.match(scene.note(7), "merge to apply it");
  scene.forge.say(7, "ann", "/hold");
  await scene.look();
  await scene.look();
  assert.match(scene.note(7), "`ann` holds the fleet, so a merge is applied only after `/release`");
  scene.forge.say(7, "ann", "/release");
  await scene.look();
  await scene.look();
  assert.match(scene.note(7), "merge to apply it");
});

test("hold stops every change until release, also for a plan that was approved", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.propose(7, [web]);
  scene.forge.say(7, "ann", "/hold");
  await scene.look();
  scene.commit(web, "instance/api size=1");
  assert.match(await scene.pass(), /^refused/);
  const waiting = scene.forge.say(7, "ann", "/revert");
  await scene.look();
  assert.match(scene.forge.notes.get(`7 answer/${waiting}`)?.[0] ?? "", "`ann` put the fleet on hold");
  scene.forge.say(7, "ann", "/release");
  await scene.look();
  assert.equal(scene.wakes, ["apply", "apply"]);
  assert.is(await scene.pass(), "applied");
});

test("revert corrects drift once although the policy only reports it", async () => {
  const scene = openDeskScene({ driftPolicy: "report" });
  scene.commit(web);
  await scene.passAndTell();
  scene.first.remove("instance/web");
  await scene.pass();
  assert.is(scene.first.things.size, 0);
  scene.forge.say(7, "ann", "/revert");
  await scene.look();
  await scene.pass();
  assert.is(scene.first.things.size, 1);
  scene.first.remove("instance/web");
  await scene.pass();
  assert.is(scene.first.things.size, 0);
});

test("revert corrects only what it names, by address or by name", async () => {
  const scene = openDeskScene({ driftPolicy: "report" });
  scene.commit(web, "instance/api size=1", "instance/db size=1");
  await scene.passAndTell();
  for (const name of ["web", "api", "db"]) scene.first.remove(`instance/${name}`);
  await scene.pass();
  const wrong = scene.forge.say(7, "ann", "/revert nothing-like-that");
  scene.forge.say(7, "ann", "/revert web");
  scene.forge.say(7, "ann", "/revert `memory/instance/default/db`");
  await scene.look();
  await scene.pass();
  assert.equal(scene.keys(), ["instance/db", "instance/web"]);
  assert.is(scene.forge.glances.get(wrong), "refused");
});

test("each request is heeded once, by people who may write, and everything is in the audit", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.forge.say(7, "ann", "/apply");
  scene.forge.say(7, "eve", "/apply");
  scene.forge.say(7, "plumbline[bot]", "/apply", { isByBot: true });
  scene.forge.say(7, "ann", "nothing of ours");
  scene.forge.say(7, "ann", "/aply");
  await scene.look();
  await scene.look();
  assert.equal(scene.wakes, ["apply"]);
  assert.equal(scene.forge.reactions, ["r1 seen", "r1 done", "r2 seen", "r2 refused", "r5 seen", "r5 refused"]);
  assert.match(scene.forge.notes.get("7 answer/r5")?.[0] ?? "", "Did you mean /apply?");
  const audit = await scene.store.audit(scene.judges.fleet, 10);
  assert.equal(
    audit.map(({ actor, action, result }) => [actor, action, result.slice(0, 20)]),
    [
      ["ann", "aply", "There is no /aply. D"],
      ["eve", "apply", "Only people with wri"],
      ["ann", "apply", "done"],
    ],
  );
});

test("an edited comment is no request: nobody knows who wrote what it says now", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.forge.say(7, "ann", "/apply", { isEdited: true });
  scene.forge.say(7, "ann", "nothing of ours", { isEdited: true });
  await scene.look();
  assert.equal(scene.wakes, []);
  assert.equal(scene.forge.reactions, ["r1 seen", "r1 refused"]);
  assert.match(scene.forge.notes.get("7 answer/r1")?.[0] ?? "", "Say it in a new one");
});

test("drift and help are answered where they are asked", async () => {
  const scene = openDeskScene({ driftPolicy: "report" });
  scene.commit(web);
  await scene.passAndTell();
  scene.first.remove("instance/web");
  scene.forge.say(7, "ann", "/drift");
  scene.forge.say(7, "ann", "/help");
  await scene.look();
  assert.match(scene.forge.notes.get("7 answer/r1")?.[0] ?? "", "Drift: 1 thing");
  assert.match(scene.forge.notes.get("7 answer/r2")?.[0] ?? "", "/approve <plan id>");
});

test("a request is carried out although the forge failed half-way, and keeps no other one waiting", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  const stuck = scene.forge.say(7, "ann", "/apply");
  scene.forge.say(7, "ann", "/hold");
  const { react } = scene.forge;
  scene.forge.react = async (remark, reaction, signal) => {
    if (remark.id === stuck) throw new ForgeError("down", { code: "unreachable", next: "retry" });
    return await react(remark, reaction, signal);
  };
  assert.is(await scene.look(), false);
  assert.equal(scene.wakes, []);
  assert.is(scene.forge.glances.get("r2"), "done");
  scene.forge.react = react;
  await scene.look();
  await scene.look();
  assert.equal(scene.wakes, ["apply"]);
  assert.is(scene.forge.glances.get(stuck), "done");
});

test("a request that cannot be answered at all is tried once, and written down as failed", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.forge.say(7, "ann", "/apply");
  let tries = 0;
  scene.forge.react = async () => {
    tries += 1;
    throw new ForgeError("this conversation is locked", { code: "permission", next: "person" });
  };
  await scene.look();
  await scene.look();
  assert.is(tries, 1);
  const audit = await scene.store.audit(scene.judges.fleet, 10);
  assert.equal(
    audit.map(({ result }) => result),
    ["failed: this conversation is locked"],
  );
});

test("a plan that cannot be had is not promised", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.propose(7, [web, "instance/api size=1"], { state: "closed" });
  scene.propose(8, [web, "instance/api size=1"], { isFork: true });
  scene.propose(9, [web, "instance/api size=1"], { baseBranch: "release" });
  for (const number of [7, 8, 9]) scene.forge.say(number, "ann", "/plan");
  await scene.look();
  assert.match(scene.forge.notes.get("7 answer/r1")?.[0] ?? "", "not open any more");
  assert.match(scene.forge.notes.get("8 answer/r2")?.[0] ?? "", "name the commit: `/plan ");
  assert.match(scene.forge.notes.get("9 answer/r3")?.[0] ?? "", "goes to `release`");
});

test.run();

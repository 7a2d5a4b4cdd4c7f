import * as assert from "uvu/assert";
import { hold, release } from "../../src/decrees.ts";
import { ForgeError } from "../../src/forge/forge.ts";
import { suite } from "../support/suite.ts";
import { openDeskScene } from "./desk-scene.ts";

const test = suite("desk/reviews");
const web = "instance/web size=1";
const base = [web, "instance/api size=1"];

async function openSettled() {
  const scene = openDeskScene();
  scene.commit(...base);
  await scene.passAndTell();
  return scene;
}

test("a pull request is planned on its merge and told on its head", async () => {
  const scene = await openSettled();
  const head = scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  assert.is(scene.state(head, "check"), "success");
  assert.is(scene.state(head, "plan"), "success");
  assert.match(scene.note(7), "A merge will do this: 1 to create, 2 unchanged");
  assert.is(scene.first.things.has("instance/new"), false);
  assert.is(scene.forge.checks.size, 1);
});

test("looking again at the same writes nothing", async () => {
  const scene = await openSettled();
  scene.propose(7, [web]);
  await scene.look();
  const written = scene.forge.writes.length;
  await scene.look();
  await scene.look();
  assert.is(scene.forge.writes.length, written);
});

test("a newer push is planned anew and finishes what the older left pending", async () => {
  const scene = await openSettled();
  const first = scene.propose(7, [web]);
  await scene.store.setFact(scene.judges.fleet, `pending/${first}`, "7");
  const second = scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  assert.is(scene.state(first, "plan"), "error");
  assert.is(scene.state(second, "plan"), "success");
  assert.equal([...(await scene.store.factsUnder(scene.judges.fleet, "pending/"))], []);
});

test("a later plan of the same pull request says what moved", async () => {
  const scene = await openSettled();
  scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  scene.propose(7, [...base, "instance/other size=2"]);
  await scene.look();
  assert.match(scene.note(7), "no longer create");
  assert.match(scene.note(7), "now also create");
});

test("the base moving plans every open pull request again", async () => {
  const scene = await openSettled();
  scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  const before = scene.note(7);
  scene.commit(...base, "instance/third size=1");
  await scene.passAndTell();
  assert.is.not(scene.note(7), before);
  assert.match(scene.note(7), "1 to create, 1 to delete, 2 unchanged");
});

test("what the base wants already and has not got is told apart, and is nobody's here", async () => {
  const scene = await openSettled();
  const wanted = [web, "instance/third size=1"];
  scene.commit(...wanted);
  const head = scene.propose(7, [...wanted, "instance/new size=2"]);
  scene.propose(8, wanted);
  scene.propose(9, base);
  await scene.look();
  assert.match(scene.note(7), /A merge will do this: 1 to create, 1 unchanged/);
  assert.match(scene.note(7), /<summary>main wants 2 changes more that are not applied yet<\/summary>.*third.*api/s);
  assert.match(
    scene.forge.statuses.get(`${head} plumbline/plan`)?.description ?? "",
    /^1 to create, 1 unchanged \(plan/,
  );
  assert.match(scene.note(8), "A merge adds nothing to what is to be done");
  assert.not.match(scene.note(8), /\*\*Next\*\*/);
  // It takes back what the base wants: nothing is left to do, and nothing is awaited.
  assert.match(scene.note(9), "A merge changes nothing that runs");
  await scene.passAndTell();
  assert.match(scene.note(7), /A merge will do this: 1 to create, 2 unchanged/);
  assert.not.match(scene.note(7), "more that");
});

test("a draft and a fork are checked, not planned; a fork's named commit is planned when a writer asks", async () => {
  const scene = await openSettled();
  const draft = scene.propose(7, [web], { isDraft: true });
  const fork = scene.propose(8, [web], { isFork: true });
  await scene.look();
  assert.is(scene.state(draft, "check"), "success");
  assert.is(scene.state(draft, "plan"), "failure");
  assert.match(scene.note(7), "A draft: checked only");
  assert.match(scene.note(8), "Comes from a fork: checked only");
  assert.not.match(scene.note(8), "to delete");
  scene.forge.say(8, "eve", `/plan ${fork}`);
  await scene.look();
  assert.not.match(scene.note(8), "to delete");
  scene.forge.say(8, "ann", `/plan ${fork}`);
  await scene.look();
  assert.match(scene.note(8), "1 to delete");
});

test("what does not merge is said so", async () => {
  const scene = await openSettled();
  const head = scene.propose(7, [web], { isMergeable: false });
  scene.repository.commitAt("refs/pull/7/merge", {}, ["gone", head]);
  // The merge that stands there is of an older base; the forge says that there is none now.
  await scene.look();
  assert.match(scene.note(7), "resolve the conflicts");
});

test("a failing forge delays words, not work, and is tried again", async () => {
  const scene = await openSettled();
  scene.propose(7, [...base, "instance/new size=2"]);
  scene.forge.failure = new ForgeError("down", { code: "unreachable", next: "retry" });
  assert.is(await scene.look(), false);
  assert.ok(scene.troubles.length > 0);
  scene.forge.failure = undefined;
  assert.is(await scene.look(), true);
  assert.match(scene.note(7), "1 to create");
});

test("a comment that has to wait costs no further marks", async () => {
  const scene = await openSettled();
  const { forge } = scene;
  const head = scene.propose(7, [...base, "instance/new size=2"]);
  const note = forge.note;
  forge.note = async () => {
    throw new ForgeError("put off", { code: "budget", next: "quota" });
  };
  for (let tries = 0; tries < 3; tries += 1) assert.is(await scene.look(), false);
  assert.is(scene.state(head, "plan"), "success");
  forge.note = note;
  assert.is(await scene.look(), true);
  assert.match(scene.note(7), "1 to create");
  assert.is(forge.writes.filter((write) => write === "status plumbline/plan pending").length, 1);
  assert.equal([...(await scene.store.factsUnder(scene.judges.fleet, "marked/"))], []);
});

test("a look that failed half-way leaves nothing, also when everything is as it was before it", async () => {
  const scene = await openSettled();
  const { forge } = scene;
  const head = scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  const said = scene.note(7);
  const again = () => scene.desk.lookOnce(new AbortController().signal);
  const parts = { note: forge.note, status: forge.status };
  for (const part of ["note", "status"] as const) {
    await hold(scene.store, scene.judges.fleet, { by: "ann", at: "2026-01-01T00:00:00.000Z" });
    forge[part] = async (...words: readonly unknown[]) => {
      if (part === "status" && (words[1] as { state: string }).state === "pending")
        await parts.status(...(words as Parameters<typeof parts.status>));
      throw new ForgeError("down", { code: "unreachable", next: "retry" });
    };
    assert.is(await again(), false);
    Object.assign(forge, parts);
    await release(scene.store, scene.judges.fleet);
    assert.is(await again(), true);
    assert.is(scene.state(head, "plan"), "success");
    assert.is(scene.note(7), said);
  }
});

test("the merge of a reviewed plan is told as reviewed, another as what differed", async () => {
  const scene = await openSettled();
  scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  const merged = scene.repository.commitFiles({ "fleet.yaml": [...base, "instance/new size=2"].join("\n") });
  const open = scene.forge.pullRequests.get(7);
  scene.forge.pullRequests.set(7, { ...(open as NonNullable<typeof open>), state: "merged", mergedCommit: merged });
  await scene.look();
  await scene.passAndTell();
  assert.is(scene.state(merged, "apply"), "success");
  assert.match(scene.note(7), "Applied as reviewed");

  scene.propose(8, [...base, "instance/new size=2", "instance/last size=1"]);
  await scene.look();
  const other = scene.repository.commitFiles({
    "fleet.yaml": [web, "instance/new size=2", "instance/last size=1"].join("\n"),
  });
  const second = scene.forge.pullRequests.get(8);
  scene.forge.pullRequests.set(8, { ...(second as NonNullable<typeof second>), state: "merged", mergedCommit: other });
  await scene.look();
  await scene.passAndTell();
  assert.match(scene.note(8), "differs from what was reviewed");
  assert.match(scene.note(8), "now also delete");
  assert.equal([...(await scene.store.factsUnder(scene.judges.fleet, "merged/"))], []);
});

test("what moved since the last plan is told also after a look that gave none", async () => {
  const scene = await openSettled();
  scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  scene.propose(7, [...base, "instance/new size=2"], { isDraft: true });
  await scene.look();
  assert.match(scene.note(7), "A draft");
  scene.propose(7, [...base, "instance/other size=2"]);
  await scene.look();
  assert.match(scene.note(7), "no longer create");
});

test("a pull request that is merged while it is planned says nothing after its merge, and is told what came of it", async () => {
  const scene = await openSettled();
  const head = scene.propose(7, [...base, "instance/new size=2"]);
  const open = scene.forge.pullRequests.get(7) as NonNullable<ReturnType<typeof scene.forge.pullRequests.get>>;
  // A review that was begun by a daemon that died.
  await scene.store.setFact(scene.judges.fleet, `pending/${head}`, "7");
  const merged = scene.repository.commitFiles({ "fleet.yaml": [...base, "instance/new size=2"].join("\n") });
  scene.forge.pullRequests.set(7, { ...open, state: "merged", mergedCommit: merged });
  await scene.look();
  await scene.passAndTell();
  assert.is(scene.state(head, "plan"), "error");
  assert.match(scene.note(7), "There is no memory of what was reviewed");
  assert.equal([...(await scene.store.factsUnder(scene.judges.fleet, "merged/"))], []);
});

test("a review that runs while its pull request is merged does not speak after that", async () => {
  const scene = await openSettled();
  const head = scene.propose(7, [...base, "instance/new size=2"]);
  const { status } = scene.forge;
  let merged = "";
  // Merged at the very moment when the review begins; the merge of its head is never made.
  const looked = new Promise<boolean>((begun) => {
    scene.forge.status = async (commit, mark, signal) => {
      await status(commit, mark, signal);
      if (merged !== "" || mark.state !== "pending") return;
      merged = scene.repository.commitFiles({ "fleet.yaml": [...base, "instance/new size=2"].join("\n") });
      const open = scene.forge.pullRequests.get(7) as NonNullable<ReturnType<typeof scene.forge.pullRequests.get>>;
      scene.forge.pullRequests.set(7, { ...open, state: "merged", mergedCommit: merged });
      begun(true);
    };
  });
  const first = scene.look();
  await looked;
  await scene.passAndTell();
  await first;
  assert.is.not(scene.state(head, "plan"), "pending");
  assert.match(scene.note(7), "There is no memory of what was reviewed");
  assert.is(await scene.look(), true);
});

test("a pull request that is led to another branch loses its plan, and has it again when it comes back", async () => {
  const scene = await openSettled();
  const head = scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  const open = scene.forge.pullRequests.get(7) as NonNullable<ReturnType<typeof scene.forge.pullRequests.get>>;
  scene.forge.pullRequests.set(7, { ...open, baseBranch: "release" });
  await scene.look();
  assert.is(scene.state(head, "plan"), "failure");
  assert.match(scene.note(7), "This goes to `release`");
  assert.not.match(scene.note(7), "to create");
  scene.forge.pullRequests.set(7, open);
  await scene.look();
  assert.is(scene.state(head, "plan"), "success");
  assert.match(scene.note(7), "1 to create");
});

test("looking again with the same remarks keeps to one check run, a new head has its own", async () => {
  const scene = await openSettled();
  scene.propose(7, base);
  await scene.look();
  scene.forge.say(8, "ann", "/hold");
  await scene.look();
  await scene.look();
  assert.is(scene.reviewed.length, 2);
  assert.is(scene.forge.checks.size, 1);
  const head = scene.propose(7, [...base, "instance/new size=2"]);
  await scene.look();
  assert.is([...scene.forge.checks.keys()].filter((key) => key.startsWith(head)).length, 1);
  assert.is(scene.forge.checks.size, 2);
});

test.run();

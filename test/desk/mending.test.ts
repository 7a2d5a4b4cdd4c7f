import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { openDeskScene } from "./desk-scene.ts";

const test = suite("desk/mending");
const web = "instance/web size=1";

test("a comment that somebody edited or deleted is put right by the next look, although nothing else moved", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.propose(7, [web, "instance/new size=2"]);
  await scene.look();
  const said = scene.note(7);
  const key = `7 plan/${scene.judges.fleet}`;
  const { forge, desk } = scene;
  const again = () => desk.lookOnce(new AbortController().signal);
  await again();
  forge.notes.set(key, ["All is well, merge it"]);
  await again();
  assert.is(scene.note(7), said);
  forge.notes.delete(key);
  await again();
  assert.is(scene.note(7), said);
  const written = forge.writes.length;
  await again();
  assert.is(forge.writes.length, written, "what stands as written costs nothing");
});

test("of many pull requests each has its turn", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  const numbers = [5, 6, 7];
  for (const number of numbers) scene.propose(number, [web, `instance/new${number} size=2`]);
  await scene.look();
  const again = () => scene.desk.lookOnce(new AbortController().signal);
  while (!(await again()));
  scene.forge.notes.clear();
  await again();
  assert.is(scene.forge.notes.size, 1, "one at a time");
  await again();
  await again();
  assert.equal(
    numbers.map((number) => scene.note(number) !== ""),
    numbers.map(() => true),
  );
});

test("a pull request that was merged or closed is not written to any more", async () => {
  const scene = openDeskScene();
  scene.commit(web);
  await scene.passAndTell();
  scene.propose(7, [web, "instance/new size=2"]);
  await scene.look();
  const pull = scene.forge.pullRequests.get(7);
  assert.ok(pull);
  scene.forge.pullRequests.set(7, { ...pull, state: "closed" });
  scene.forge.notes.clear();
  await scene.desk.lookOnce(new AbortController().signal);
  assert.is(scene.note(7), "");
});

test.run();

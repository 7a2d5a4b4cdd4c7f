import * as assert from "uvu/assert";
import { createDesk } from "../../src/desk/desk.ts";
import { reconcile, type World } from "../../src/reconcile.ts";
import type { Review } from "../../src/review.ts";
import { never } from "../support/memory-scene.ts";
import { suite } from "../support/suite.ts";
import { openDeskScene } from "./desk-scene.ts";

const test = suite("desk/seats");

const neighbours = [
  { fleet: "acme-prod", context: "prod" },
  { fleet: "acme-lab", context: "lab" },
];
const limits = { maxDeletes: 0, maxDeletePercent: 100, percentFrom: 1, allowEmpty: true, protectedKinds: [] };

/** Two fleets of one daemon that are talked about at one project: `prod/` and `lab/` of one branch. */
function openShared() {
  const scene = openDeskScene({ limits });
  const fleets = neighbours.map(({ fleet, context }) => {
    const world: World = { ...scene.scene.world(), judges: { ...scene.judges, fleet, prefix: `${context}/` } };
    const review: Review = { world, forge: scene.forge, pageUrl: () => "", seat: { context, neighbours } };
    const desk = createDesk(review, {
      wakes: { applyAgain: () => void scene.wakes.push(context) },
      ...{ firstRetryMs: 1, maxRetryMs: 1 },
      onTrouble: (error) => void scene.troubles.push(error),
    });
    const pass = async () => {
      const outcomes = await reconcile(world, "scheduled", { stopping: never, signal: never });
      desk.tell(outcomes);
      await desk.lookOnce(never);
      return outcomes;
    };
    return { desk, pass };
  });
  const files = (prod: string, lab: string) => ({ "prod/fleet.yaml": prod, "lab/fleet.yaml": lab });
  return {
    ...scene,
    describe: (prod: string, lab: string) => scene.repository.commitFiles(files(prod, lab)),
    async passAll() {
      for (const { pass } of fleets) await pass();
    },
    async lookAll() {
      for (const { desk } of fleets) await desk.lookOnce(never);
    },
    ask(number: number, prod: string, lab: string): string {
      const base = scene.repository.headId();
      const head = scene.repository.commitAt(`refs/pull/${number}/head`, files(prod, lab), [base]);
      scene.repository.commitAt(`refs/pull/${number}/merge`, files(prod, lab), [base, head]);
      scene.forge.pullRequests.set(number, { ...pull, number, headCommit: head });
      return head;
    },
    answers: (remark: string): readonly string[] =>
      [...scene.forge.notes].filter(([key]) => key.includes(`answer/${remark}`)).map(([, parts]) => parts.join("")),
  };
}

const pull = {
  ...{ title: "Change", author: "ann", state: "open" as const, isDraft: false, isFork: false, headBranch: "change" },
  ...{ baseBranch: "main", isMergeable: true, mergedCommit: undefined, url: "" },
};

const web = "instance/web size=1";
const db = "instance/db size=1";

test("each fleet has marks, checks and a comment of its own", async () => {
  const scene = openShared();
  scene.describe(web, db);
  await scene.passAll();
  const head = scene.ask(7, "", `${db}\ninstance/new size=1`);
  await scene.lookAll();
  const states = [...scene.forge.statuses]
    .filter(([key]) => key.startsWith(head))
    .map(([key, { state }]) => `${key.split(" ")[1]} ${state}`);
  assert.equal(states.sort(), [
    "plumbline/lab/check success",
    "plumbline/lab/plan success",
    "plumbline/prod/check success",
    "plumbline/prod/plan failure",
  ]);
  assert.equal([...scene.forge.checks.values()].map(({ name, conclusion }) => `${name} ${conclusion}`).sort(), [
    "plumbline/lab success",
    "plumbline/prod failure",
  ]);
  assert.match(scene.forge.notes.get("7 plan/acme-prod")?.join("") ?? "", "1 to delete");
  assert.match(scene.forge.notes.get("7 plan/acme-lab")?.join("") ?? "", "1 to create");
});

test("a fleet that a pull request does not touch says so by its marks alone", async () => {
  const scene = openShared();
  scene.describe(web, db);
  await scene.passAll();
  const head = scene.ask(7, web, `${db}\ninstance/new size=1`);
  await scene.lookAll();
  assert.is(scene.forge.statuses.get(`${head} plumbline/prod/plan`)?.state, "success");
  assert.equal([...scene.forge.notes.keys()], ["7 plan/acme-lab"]);
  scene.ask(7, "", db);
  await scene.lookAll();
  assert.match(scene.forge.notes.get("7 plan/acme-prod")?.join("") ?? "", "Refused");
  assert.match(scene.forge.notes.get("7 plan/acme-lab")?.join("") ?? "", "A merge changes nothing that runs");
});

test("a plan is approved for the fleet it belongs to, and only that one answers", async () => {
  const scene = openShared();
  scene.describe(web, db);
  await scene.passAll();
  const head = scene.ask(7, web, "");
  await scene.lookAll();
  const planId = /\/approve ([0-9a-f]{12})/.exec(scene.forge.notes.get("7 plan/acme-lab")?.join("") ?? "")?.[1] ?? "";
  const said = scene.forge.say(7, "ann", `/approve ${planId}`);
  await scene.lookAll();
  await scene.lookAll();
  assert.is(scene.forge.statuses.get(`${head} plumbline/lab/plan`)?.state, "success");
  assert.equal(scene.answers(said), []);
  assert.is(scene.forge.glances.get(said), "done");
  const wrong = scene.forge.say(7, "ann", "/approve 000000000000");
  await scene.lookAll();
  assert.is(scene.answers(wrong).length, 1);
});

test("a request that names a fleet is for that one, help is given once", async () => {
  const scene = openShared();
  scene.describe(web, db);
  await scene.passAll();
  scene.ask(7, `${web}\ninstance/new size=1`, db);
  scene.forge.say(7, "ann", "/hold --fleet lab");
  const help = scene.forge.say(7, "ann", "/help");
  const nobody = scene.forge.say(7, "ann", "/plan --fleet stage");
  const both = scene.forge.say(7, "ann", "/drift");
  await scene.lookAll();
  assert.is(scene.answers(help).length, 1);
  assert.equal(
    scene.answers(nobody).map((text) => text.split("\n").at(-1)),
    ["There is no fleet `stage` here, only `prod`, `lab`."],
  );
  assert.is(scene.answers(both).length, 2);
  scene.forge.pullRequests.delete(7);
  scene.describe(`${web}\ninstance/new size=1`, `${db}\ninstance/two size=1`);
  await scene.passAll();
  assert.equal(scene.keys(), ["instance/db", "instance/new", "instance/web"]);
});

test("what is asked in a fleet's issue is asked of that fleet; elsewhere it is asked back", async () => {
  const scene = openShared();
  scene.describe(web, db);
  await scene.passAll();
  scene.forge.ticketNumbers.set("drift/acme-lab", 40);
  await scene.store.setFact("acme-lab", "drift-ticket-number", "40");
  scene.wakes.length = 0;
  scene.forge.say(40, "ann", "/revert", { isPullRequest: false });
  const lost = scene.forge.say(41, "ann", "/revert", { isPullRequest: false });
  await scene.lookAll();
  assert.equal(scene.wakes, ["lab"]);
  assert.match(scene.answers(lost).join("") ?? "", "`--fleet prod` or `--fleet lab`");
});

test.run();

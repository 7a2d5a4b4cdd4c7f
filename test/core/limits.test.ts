import * as assert from "uvu/assert";
import { judge, type Limits } from "../../src/core/limits.ts";
import { entry, planOf } from "../support/planning.ts";
import { live, resource } from "../support/resources.ts";
import { suite } from "../support/suite.ts";

const test = suite("core/limits");

const limits: Limits = { maxDeletes: 5, maxDeletePercent: 50, percentFrom: 4, allowEmpty: false, protectedKinds: [] };
const things = Array.from({ length: 8 }, (_, index) => resource({ name: `web-${index}` }));
const observed = things.map((made) => live(made, { state: made.spec }));
const inventory = things.map((made) => entry(made));

const cases: readonly [string, { keep: number; limits?: Partial<Limits> }, readonly string[]][] = [
  ["nothing deleted", { keep: 8 }, []],
  ["half deleted is within the share", { keep: 4 }, []],
  ["more than half is refused", { keep: 3 }, ["limits/delete-budget"]],
  ["the share does not count for small fleets", { keep: 3, limits: { percentFrom: 9 } }, []],
  ["the count alone refuses", { keep: 2, limits: { percentFrom: 9 } }, ["limits/delete-budget"]],
  [
    "wanting nothing is refused",
    { keep: 0, limits: { maxDeletes: 99, maxDeletePercent: 100 } },
    ["limits/empty-desired"],
  ],
  [
    "wanting nothing is allowed on purpose",
    { keep: 0, limits: { maxDeletes: 99, maxDeletePercent: 100, allowEmpty: true } },
    [],
  ],
  ["a protected kind is refused", { keep: 7, limits: { protectedKinds: ["memory/instance"] } }, ["limits/protected"]],
];

for (const [title, facts, expected] of cases) {
  test(title, () => {
    const wanted = things.slice(0, facts.keep);
    const { plan } = planOf({ wanted, observed, inventory });
    const refusals = judge(plan, { ...limits, ...facts.limits }, { inventory, wanted: wanted.length });
    assert.equal(
      refusals.map((refusal) => refusal.rule),
      expected,
    );
  });
}

test("a protected thing is refused by memory and by marker", () => {
  const [first] = things;
  if (first === undefined) throw new Error("no thing");
  const remembered = [entry(first, { protected: true })];
  const one = [live(first)];
  const plan = planOf({ observed: one, inventory: remembered }).plan;
  const free = { ...limits, allowEmpty: true };
  const [refusal] = judge(plan, free, { inventory: remembered, wanted: 1 });
  assert.equal(refusal?.rule, "limits/protected");
  assert.match(refusal?.message ?? "", /deleted: say plumbline\.dev\/protect: "false" on it in a commit before\.$/);
  const [kind] = judge(plan, { ...free, protectedKinds: ["memory/instance"] }, { inventory: [], wanted: 1 });
  assert.match(kind?.message ?? "", /deleted: limits\.protectedKinds of the configuration names memory\/instance\.$/);
  const marked = [
    live(first, {
      marker: { fleet: "test", uid: first.uid, address: first.address, spec: "", commit: "", protected: true },
    }),
  ];
  assert.equal(
    judge(planOf({ observed: marked }).plan, free, { inventory: [], wanted: 1 })[0]?.rule,
    "limits/protected",
  );
});

test("a foreign thing under our name refuses the plan", () => {
  const [first] = things;
  if (first === undefined) throw new Error("no thing");
  const { plan } = planOf({ wanted: [first], observed: [live(first, { foreign: true })] });
  const refusals = judge(plan, limits, { inventory: [], wanted: 1 });
  assert.equal(
    refusals.map((refusal) => refusal.rule),
    ["ownership/conflict"],
  );
  assert.match(refusals[0]?.message ?? "", "plumbline.dev/adopt");
});

test.run();

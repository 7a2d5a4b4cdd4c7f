import * as assert from "uvu/assert";
import type { Observed, Resource } from "../../src/core/resource.ts";
import { entry, lines, planOf } from "../support/planning.ts";
import { live, resource } from "../support/resources.ts";
import { suite } from "../support/suite.ts";

const test = suite("core/plan");

const web = resource({ name: "web", spec: { size: 1 } });
const bigger = resource({ name: "web", spec: { size: 2 } });
const fixed = resource({ name: "web", spec: { size: 1, fixed: "b" } });
const asMade = (made: Resource, facts: Partial<Observed> & { foreign?: boolean } = {}) =>
  live(made, { state: made.spec, ...facts });

const cases: readonly [string, Parameters<typeof planOf>[0], readonly string[]][] = [
  ["nothing wanted, nothing there", {}, []],
  ["a new resource is created by the commit", { wanted: [web] }, ["create web (commit)"]],
  ["equal means keep", { wanted: [web], observed: [asMade(web)], inventory: [entry(web)] }, []],
  [
    "a changed spec is updated by the commit",
    { wanted: [bigger], observed: [asMade(web)], inventory: [entry(web)] },
    ["update web (commit)"],
  ],
  [
    "a change by hand is drift",
    { wanted: [web], observed: [live(web, { state: { size: 9 } })], inventory: [entry(web)] },
    ["update web (drift)"],
  ],
  [
    "commit and hand together are both",
    { wanted: [bigger], observed: [live(web, { state: { size: 9 } })], inventory: [entry(web)] },
    ["update web (both)"],
  ],
  ["removed by hand is drift", { wanted: [web], inventory: [entry(web)] }, ["create web (drift)"]],
  [
    "removed by hand and changed by commit is both",
    { wanted: [bigger], inventory: [entry(web)] },
    ["create web (both)"],
  ],
  [
    "a claim that was never finished is the commit's",
    { wanted: [web], inventory: [entry(web, { phase: "applying" })] },
    ["create web (commit)"],
  ],
  [
    "a forcing field replaces",
    { wanted: [fixed], observed: [asMade(web)], inventory: [entry(web)] },
    ["replace web (commit)"],
  ],
  ["ours and unwanted is deleted", { observed: [asMade(web)], inventory: [entry(web)] }, ["delete web (commit)"]],
  ["ours and unwanted is deleted without memory too", { observed: [asMade(web)] }, ["delete web (commit)"]],
  ["foreign and unwanted is never touched", { observed: [asMade(web, { foreign: true })] }, []],
  [
    "another fleet's and unwanted is never touched",
    {
      observed: [asMade(web, { marker: { fleet: "other", uid: web.uid, address: web.address, spec: "", commit: "" } })],
    },
    [],
  ],
  [
    "foreign under our name is a conflict",
    { wanted: [web], observed: [asMade(web, { foreign: true })] },
    ["conflict web (commit)"],
  ],
  [
    "foreign is adopted where the manifest asks",
    { wanted: [{ ...web, adopt: true }], observed: [asMade(web, { foreign: true })] },
    ["adopt web (commit)"],
  ],
  [
    "adopting never replaces",
    { wanted: [{ ...fixed, adopt: true }], observed: [asMade(web, { foreign: true })] },
    ["conflict web (commit)"],
  ],
  [
    "another fleet's thing is never adopted",
    {
      wanted: [{ ...web, adopt: true }],
      observed: [asMade(web, { marker: { fleet: "other", uid: "u", address: "a", spec: "", commit: "" } })],
    },
    ["conflict web (commit)"],
  ],
  [
    "what we made and nobody wants goes, its marker taken off by hand or not",
    { observed: [asMade(web, { foreign: true })], inventory: [entry(web)] },
    ["delete web (commit)"],
  ],
  [
    "two copies under one marker both go, each under a name of its own",
    { observed: [asMade(web), asMade(web, { key: "instance/web-copy" })] },
    ["delete web (commit)", "delete web-copy (commit)"],
  ],
  [
    "another incarnation under a name we made is left alone",
    { observed: [asMade(web, { foreign: true, id: "another" })], inventory: [entry(web)] },
    [],
  ],
  [
    "what became another fleet's is left alone",
    {
      observed: [asMade(web, { marker: { fleet: "other", uid: "u", address: "a", spec: "", commit: "" } })],
      inventory: [entry(web)],
    },
    [],
  ],
  [
    "a marker taken off by hand is put back",
    { wanted: [web], observed: [asMade(web, { foreign: true })], inventory: [entry(web)] },
    ["update web (drift)"],
  ],
  [
    "a thing made anew by hand under our name is foreign",
    { wanted: [web], observed: [asMade(web, { foreign: true, id: "other" })], inventory: [entry(web)] },
    ["conflict web (commit)"],
  ],
  [
    "a moved thing is replaced",
    { wanted: [web], observed: [asMade(web, { key: "instance/elsewhere" })] },
    ["replace web (commit)"],
  ],
  [
    "drift is held under the policy report",
    { wanted: [web], inventory: [entry(web)], driftPolicy: "report" },
    ["create web (drift, held)"],
  ],
  [
    "the commit's changes are not held under the policy report",
    { wanted: [bigger], observed: [asMade(web)], inventory: [entry(web)], driftPolicy: "report" },
    ["update web (commit)"],
  ],
];

for (const [title, facts, expected] of cases) {
  test(title, () => {
    assert.equal(lines(planOf(facts).plan.changes), expected);
  });
}

const network = resource({ kind: "network", name: "n" });
const subnetwork = resource({ kind: "subnetwork", name: "s", uses: ["network/n"] });
const copy = (ordinal: number, facts: { size?: number; width?: number } = {}): Resource =>
  resource({
    name: `web-${ordinal}`,
    spec: { size: facts.size ?? 1 },
    uses: ["subnetwork/s"],
    group: { name: "default/web", ordinal, width: facts.width ?? 1 },
  });

test("creates come after what they refer to, whatever the order of the list", () => {
  const { plan } = planOf({ wanted: [copy(0), subnetwork, network] });
  assert.equal(lines(plan.changes), ["create n (commit)", "create s (commit)", "create web-0 (commit)"]);
  assert.equal(plan.changes[2]?.dependsOn, [subnetwork.address]);
});

test("deletes come after what used the deleted", () => {
  const all = [network, subnetwork, copy(0)];
  const inventory = all.map((made, index) =>
    entry(made, { dependsOn: index === 0 ? [] : [all[index - 1]?.address ?? ""] }),
  );
  const { plan } = planOf({ observed: all.map((made) => asMade(made)), inventory });
  assert.equal(lines(plan.changes), ["delete web-0 (commit)", "delete s (commit)", "delete n (commit)"]);
  assert.equal(plan.changes[1]?.dependsOn, [copy(0).address]);
});

test("without memory, deletes go by kind", () => {
  const { plan } = planOf({ observed: [network, subnetwork, copy(0)].map((made) => asMade(made)) });
  assert.equal(lines(plan.changes), ["delete web-0 (commit)", "delete s (commit)", "delete n (commit)"]);
});

test("what a thing let go of is deleted after it changed", () => {
  const moved = resource({ name: "web", spec: { size: 2 } });
  const inventory = [entry(network), entry(web, { dependsOn: [network.address] })];
  const { plan } = planOf({ wanted: [moved], observed: [asMade(network), asMade(web)], inventory });
  assert.equal(plan.changes.find((change) => change.action === "delete")?.dependsOn, [moved.address]);
});

test("copies of a deployment are made one after another, ascending", () => {
  const { plan } = planOf({ wanted: [copy(2), copy(10), copy(0)] });
  const creates = plan.changes.map((change) => [
    change.address.split("/").at(-1),
    change.dependsOn.map((address) => address.split("/").at(-1)),
  ]);
  assert.equal(creates, [
    ["web-0", []],
    ["web-2", ["web-0"]],
    ["web-10", ["web-2"]],
  ]);
});

test("copies are changed from the highest down, `width` at a time", () => {
  const before = [0, 1, 2, 3].map((ordinal) => copy(ordinal));
  const after = [0, 1, 2, 3].map((ordinal) => copy(ordinal, { size: 2, width: 2 }));
  const { plan } = planOf({
    wanted: after,
    observed: before.map((made) => asMade(made)),
    inventory: before.map((made) => entry(made)),
  });
  const edges = Object.fromEntries(
    plan.changes.map((change) => [
      change.address.split("/").at(-1),
      change.dependsOn.map((address) => address.split("/").at(-1)),
    ]),
  );
  assert.equal(edges, { "web-3": [], "web-2": [], "web-1": ["web-3"], "web-0": ["web-2"] });
});

test("a removed deployment goes all at once, a smaller one goes from the highest down", () => {
  const before = [0, 1, 2].map((ordinal) => copy(ordinal));
  const facts = { observed: before.map((made) => asMade(made)), inventory: before.map((made) => entry(made)) };
  const gone = planOf(facts).plan.changes.filter((change) => change.action === "delete");
  assert.equal(
    gone.map((change) => change.dependsOn),
    [[], [], []],
  );
  const smaller = planOf({ ...facts, wanted: [copy(0)] }).plan.changes.filter((change) => change.action === "delete");
  assert.equal(smaller.find((change) => change.address.endsWith("web-1"))?.dependsOn, [copy(2).address]);
});

test("a thing waits for a presence that stands but is not ready", () => {
  const presence = resource({ kind: "network", name: "n", provides: ["network default/n"], provider: "edge" });
  const waiting = resource({ name: "web", needs: ["network default/n"] });
  const pending = asMade(presence, { status: { phase: "pending", detail: "Allocating", addresses: {} } });
  const { plan } = planOf({ wanted: [presence, waiting], observed: [pending] });
  assert.equal(lines(plan.changes), ["create web (commit, held)"]);
  assert.match(
    plan.changes[1]?.reason ?? plan.changes[0]?.reason ?? "",
    "Waits for edge/network/default/n: network default/n is pending (Allocating)",
  );
});

test("what stands is put right although a presence it needs cannot be updated", () => {
  const presence = resource({
    kind: "network",
    name: "n",
    provides: ["network default/n"],
    provider: "edge",
    spec: { mtu: 2 },
  });
  const standing = resource({ name: "web", needs: ["network default/n"], spec: { size: 2 } });
  const missing = resource({ name: "api", needs: ["network default/n"] });
  const observed = [live(presence, { state: { mtu: 1 } }), live(standing, { state: { size: 1 } })];
  const { plan } = planOf({ wanted: [presence, standing, missing], observed });
  assert.equal(
    plan.changes.map((change) => change.dependsOn),
    [[], [], []],
  );
});

test("a thing waits for a provider that cannot be seen, and nothing of that provider is planned", () => {
  const presence = resource({ kind: "network", name: "n", provides: ["network default/n"], provider: "edge" });
  const waiting = resource({ name: "web", needs: ["network default/n"] });
  const { plan, gone } = planOf({
    wanted: [presence, waiting],
    inventory: [entry(presence)],
    unavailable: new Map([["edge", "no answer"]]),
  });
  assert.equal(lines(plan.changes), ["create web (commit, held)"]);
  assert.equal(gone, []);
});

test("what is remembered, unwanted and not there is gone", () => {
  assert.equal(
    planOf({ inventory: [entry(web)] }).gone.map(({ address }) => address),
    [web.address],
  );
});

test("the plan id follows the world, the commit's content and nothing else", () => {
  const id = (facts: Parameters<typeof planOf>[0]) => planOf(facts).plan.planId;
  const observed = [asMade(web)];
  assert.is(id({ wanted: [bigger, network], observed }), id({ wanted: [network, bigger], observed }));
  assert.is.not(id({ wanted: [bigger], observed }), id({ wanted: [web], observed }));
  assert.is.not(
    id({ wanted: [bigger], observed }),
    id({ wanted: [bigger], observed: [live(web, { state: { size: 7 } })] }),
  );
  assert.match(id({}), /^[0-9a-f]{12}$/);
});

test.run();

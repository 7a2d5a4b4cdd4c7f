import * as assert from "uvu/assert";
import type { Change } from "../../src/core/change.ts";
import type { Observed, Resource, Status } from "../../src/core/resource.ts";
import { expandFleet } from "../../src/datum/expand.ts";
import { memberStatusesOf, type Seen } from "../../src/datum/members.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, sandbox, surroundings } from "./support.ts";

const test = suite("members");
const fleet = expandFleet(checkFiles({ "base.yaml": surroundings, "w.yaml": sandbox() }).documents, {
  fleet: "f",
  allocations: new Map(),
});
const [presence] = fleet.presences;

const instance = {
  provider: "gcp",
  owner: "Workload default/web",
  location: "dfw",
  group: { name: "default/web-us-dfw", ordinal: 0, width: 1 },
  provides: [],
};
const wanted = [
  { ...instance, address: "gcp/instance/default/web-us-dfw-0" },
  {
    provider: "gcp",
    owner: "Network default/default",
    location: "dfw",
    address: "gcp/subnetwork/default/s",
    provides: [`presence ${presence?.key}`],
  },
  {
    provider: "edge",
    owner: "Network default/default",
    location: "",
    address: "edge/network/default/default",
    provides: [],
  },
] as unknown as readonly Resource[];

const ready: Status = { phase: "ready", detail: "RUNNING", addresses: { internal: "10.128.0.2" } };
const change = (address: string, more: Partial<Change>) =>
  ({ address, action: "keep", cause: "commit", ...more }) as Change;
const seen = (more: Partial<Seen>): Seen => ({
  ...{ wanted, changes: [], live: new Map(), results: [], pending: [], inventory: [], unavailable: new Map() },
  ...more,
});
const all = (status: Status) => wanted.map(({ address }) => change(address, { observed: { status } as Observed }));
const told = (facts: Seen) =>
  memberStatusesOf(fleet, facts).map(({ kind, name, places }) => [
    `${kind} ${name}`,
    ...places.map((place) => `${place.location} ${place.ready}/${place.wanted} ${place.drifted} ${place.waits}`.trim()),
  ]);

test("workloads, networks and locations come together over their members", () => {
  const [workload, network, dfw] = told(seen({ changes: all(ready) }));
  assert.equal(workload, ["Workload web", "dfw 1/1 0"]);
  assert.equal(network, ["Network default", "1/1 0", "dfw 1/1 0"]);
  assert.is(dfw?.[1], "dfw 2/2 0");
});

test("what is not ready says what it waits for: the failure, then the wait, then its own word", () => {
  const pending = { ...ready, phase: "pending", detail: "condition Ready is missing" } as const;
  const address = "gcp/instance/default/web-us-dfw-0";
  const facts = seen({ changes: all(pending) });
  assert.equal(told(facts)[0], ["Workload web", "dfw 0/1 0 condition Ready is missing"]);
  const waits = { ...facts, pending: [{ address, waitsFor: "x", message: "presence p is pending" }] };
  assert.equal(told(waits)[0], ["Workload web", "dfw 0/1 0 presence p is pending"]);
  const result = {
    address,
    state: "failed",
    message: "quota",
    action: "create",
    code: "",
    retryable: true,
    durationMs: 1,
  } as const;
  assert.equal(told({ ...waits, results: [result] })[0], ["Workload web", "dfw 0/1 0 quota"]);
});

test("drift counts until it is put right", () => {
  const address = "gcp/instance/default/web-us-dfw-0";
  const drifted = [change(address, { action: "update", cause: "drift", observed: { status: ready } as Observed })];
  assert.equal(told(seen({ changes: drifted }))[0], ["Workload web", `dfw 1/1 1 ${address} drifted`]);
  const live = new Map([[address, { status: ready } as Observed]]);
  assert.equal(told(seen({ changes: drifted, live }))[0], ["Workload web", "dfw 1/1 0"]);
});

test("a provider that cannot be seen is said, with what was last seen of its part", () => {
  const inventory = [{ address: "edge/network/default/default", status: ready }] as unknown as Seen["inventory"];
  const unavailable = new Map([["edge", "nobody listens there"]]);
  const statuses = memberStatusesOf(fleet, seen({ changes: all(ready), inventory, unavailable }));
  const network = statuses.find(({ kind }) => kind === "Network");
  assert.equal([network?.unseen, network?.ready, network?.wanted], [true, 2, 2]);
  assert.is(network?.places[0]?.waits, "edge cannot be seen now (nobody listens there)");
  assert.is(statuses.find(({ kind }) => kind === "Workload")?.unseen, false);
});

test("copies that nobody makes are wanted and not ready", () => {
  const [workload] = told(seen({ wanted: [] }));
  assert.equal(workload, ["Workload web", "dfw 0/1 0 nobody makes instances here"]);
});

test.run();

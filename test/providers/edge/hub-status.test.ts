import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import type { MemberPlace, MemberStatus } from "../../../src/core/members.ts";
import { hubStatus, isToldAlready, isUnspoken } from "../../../src/providers/edge/hub-status.ts";
import { suite } from "../../support/suite.ts";

const test = suite("edge provider: status on a hub");

const place: MemberPlace = {
  ...{ location: "dallas", at: ["gcp"], wanted: 2, standing: 2, ready: 2, drifted: 0, addresses: ["10.128.0.2"] },
  ...{ waits: "", unseen: false },
};
function statusOf(kind: string, ...places: readonly Partial<MemberPlace>[]): MemberStatus {
  const all = places.map((one) => ({ ...place, ...one }));
  const sum = (field: "wanted" | "standing" | "ready" | "drifted") => all.reduce((total, one) => total + one[field], 0);
  const counts = { wanted: sum("wanted"), standing: sum("standing"), ready: sum("ready"), drifted: sum("drifted") };
  const unseen = all.some((one) => one.unseen);
  return { apiVersion: "v", kind, namespace: "default", name: "web", ...counts, unseen, places: all };
}
const said = (status: MemberStatus, live: JsonObject = {}) =>
  (hubStatus(status, live, "2026-01-02T03:04:05Z").conditions as readonly JsonObject[]).map(
    ({ type, status: is, reason, message }) => `${type} ${is} ${reason}: ${message}`,
  );

test("what is whole is ready, where it stands is said", () => {
  assert.equal(said(statusOf("Workload", {}, { location: "london", addresses: [] })), [
    "Available True AvailablePlacementFound: 4 ready.",
    "Ready True AllReady: dallas 2/2 (10.128.0.2); london 2/2",
    "Drifted False AsWanted: Nothing differs from Git.",
  ]);
});

test("what waits, drifts or cannot be seen is said so, place by place", () => {
  const london = { location: "london", ready: 0, addresses: [], waits: "no quota" };
  const drifted = { location: "tokyo", drifted: 1, addresses: [] };
  assert.equal(said(statusOf("Network", london, drifted)), [
    "Ready False NotReady: london 0/2: no quota; tokyo 2/2",
    "Drifted True DiffersFromGit: tokyo: 1 differ from Git.",
  ]);
  assert.match(said(statusOf("Network", { unseen: true }))[0] ?? "", /^Ready Unknown NotSeen/);
  assert.match(said(statusOf("Workload", { ready: 0 }))[0] ?? "", /^Available False NoAvailablePlacements/);
});

test("one place that has more cannot stand in for another that has less", () => {
  assert.match(said(statusOf("Workload", { wanted: 1, ready: 2 }, { ready: 1 }))[1] ?? "", /^Ready False/);
});

test("a condition keeps its time as long as it stays as it is, and nothing is told twice", () => {
  const status = statusOf("Workload", {});
  const live: JsonObject = {
    metadata: { generation: 3 },
    status: hubStatus(status, { metadata: { generation: 3 } }, "2026-01-01T00:00:00Z"),
  };
  const again = hubStatus(status, live, "2026-02-02T00:00:00Z");
  assert.ok(isToldAlready(again, live));
  const less = hubStatus(statusOf("Workload", { ready: 1 }), live, "2026-02-02T00:00:00Z");
  assert.not(isToldAlready(less, live));
  const times = (less.conditions as readonly JsonObject[]).map(({ lastTransitionTime }) =>
    String(lastTransitionTime).slice(0, 7),
  );
  assert.equal(times, ["2026-01", "2026-02", "2026-01"]);
  assert.not(isToldAlready(again, { ...live, metadata: { generation: 4 }, status: {} }));
});

test("a condition that a controller of the hub tells is left to it", () => {
  const condition = { type: "Ready", status: "True", reason: "Up", lastTransitionTime: "2026-01-01T00:00:00Z" };
  const owned = (manager: string): JsonObject => ({
    metadata: {
      managedFields: [{ manager, fieldsV1: { "f:status": { "f:conditions": { 'k:{"type":"Ready"}': { ".": {} } } } } }],
    },
    status: { conditions: [condition] },
  });
  assert.equal(said(statusOf("Network", {}), owned("controller")), [
    "Drifted False AsWanted: Nothing differs from Git.",
  ]);
  assert.is(said(statusOf("Network", {}), owned("plumbline")).length, 2);
});

test("only the schema's own defaults belong to nobody", () => {
  const condition = { type: "Ready", status: "Unknown", reason: "Pending", lastTransitionTime: "1970-01-01T00:00:00Z" };
  assert.ok(isUnspoken({ status: { conditions: [condition] } }));
  assert.ok(isUnspoken({}));
  assert.not(isUnspoken({ status: { conditions: [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }] } }));
  assert.not(isUnspoken({ status: { conditions: [condition, { ...condition, status: "True" }] } }));
});

test.run();

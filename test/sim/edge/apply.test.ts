import * as assert from "uvu/assert";
import type { Json } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { applyType, at, mergeType, network, networks, type Send, until, withSimulator } from "./scene.ts";

const test = suite("edge simulator: server-side apply");
const still = { readyAfterMs: 60_000 };

function apply(send: Send, manager: string, body: Json, more = "") {
  return send("PATCH", `${networks}/prod?fieldManager=${manager}${more}`, body, applyType);
}

test("makes the object, then changes nothing when nothing is new", () =>
  withSimulator(async (send) => {
    const first = await apply(send, "one", network("prod", { mtu: 1400 }));
    assert.is(first.code, 201);
    const version = (answer: { body: Json }) => at(answer.body, "metadata", "resourceVersion");
    const settled = await until(
      () => send("GET", `${networks}/prod`),
      (answer) => at(answer.body, "status", "conditions") !== undefined,
    );
    const second = await apply(send, "one", network("prod", { mtu: 1400 }));
    assert.is(second.code, 200);
    assert.is(at(second.body, "metadata", "generation"), at(settled.body, "metadata", "generation"));
    // The controllers may write the status once more meanwhile; an apply that changes nothing adds nothing of its own.
    assert.ok(Number(version(second)) <= Number(version(settled)) + 1);
    assert.is(JSON.stringify(at(second.body, "spec")), JSON.stringify(at(settled.body, "spec")));
  }, still));

test("two managers own different fields side by side", () =>
  withSimulator(async (send) => {
    await apply(send, "one", network("prod", {}, { labels: { a: "1" } }));
    const both = await apply(send, "two", network("prod", {}, { labels: { b: "2" } }));
    assert.is(both.code, 200);
    assert.equal(at(both.body, "metadata", "labels"), { a: "1", b: "2" });
    const less = await apply(send, "one", network("prod"));
    assert.equal(at(less.body, "metadata", "labels"), { b: "2" });
  }, still));

test("a differing value is a conflict that names manager and field; the same value is shared", () =>
  withSimulator(async (send) => {
    await apply(send, "one", network("prod", { mtu: 1400 }));
    const answer = await apply(send, "two", network("prod", { mtu: 1500 }));
    assert.is(answer.code, 409);
    assert.is(answer.body.reason, "Conflict");
    assert.match(String(answer.body.message), 'Apply failed with 1 conflict: conflict with "one": .spec.mtu');
    assert.equal(at(answer.body, "details", "causes"), [
      { reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".spec.mtu" },
    ]);
    assert.is((await apply(send, "two", network("prod", { mtu: 1400 }))).code, 200);
  }, still));

test("force takes the field, and the loser's next apply conflicts", () =>
  withSimulator(async (send) => {
    await apply(send, "one", network("prod", { mtu: 1400 }));
    const forced = await apply(send, "two", network("prod", { mtu: 1500 }), "&force=true");
    assert.is(at(forced.body, "spec", "mtu"), 1500);
    assert.is((await apply(send, "one", network("prod", { mtu: 1400 }))).code, 409);
  }, still));

test("a shared field stays until its last owner lets go", () =>
  withSimulator(async (send) => {
    await apply(send, "one", network("prod", { mtu: 1400 }));
    await apply(send, "two", network("prod", { mtu: 1400 }));
    const kept = await apply(send, "one", network("prod"));
    assert.is(at(kept.body, "spec", "mtu"), 1400);
    const gone = await apply(send, "two", network("prod"));
    assert.is(at(gone.body, "spec", "mtu"), 1460, "what nobody says falls back to its default");
  }, still));

test("a patch by hand takes the field from who applied it", () =>
  withSimulator(async (send) => {
    await apply(send, "one", network("prod", { mtu: 1400 }));
    await send("PATCH", `${networks}/prod`, { spec: { mtu: 1500 } }, mergeType);
    const answer = await apply(send, "one", network("prod", { mtu: 1400 }));
    assert.is(answer.code, 409);
    assert.match(String(answer.body.message), 'conflict with "tester" using networking.datumapis.com/v1alpha');
  }, still));

test("a dry run applies nothing", () =>
  withSimulator(async (send) => {
    await apply(send, "one", network("prod", { mtu: 1400 }));
    const answer = await apply(send, "one", network("prod", { mtu: 1500 }), "&dryRun=All");
    assert.is(at(answer.body, "spec", "mtu"), 1500);
    assert.is(at((await send("GET", `${networks}/prod`)).body, "spec", "mtu"), 1400);
  }, still));

test("a uid that no longer stands there is refused, and so is an apply without a manager", () =>
  withSimulator(async (send) => {
    assert.is((await apply(send, "one", network("prod", {}, { uid: "gone" }))).code, 409);
    await apply(send, "one", network("prod"));
    assert.is((await apply(send, "one", network("prod", {}, { uid: "gone" }))).code, 422);
    assert.is((await send("PATCH", `${networks}/prod`, network("prod"), applyType)).code, 422);
  }, still));

test("lists with keys are merged item by item, others are one value", () =>
  withSimulator(async (send) => {
    const path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/g";
    const gateway = (...names: readonly string[]) => ({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "g" },
      spec: { gatewayClassName: "c", listeners: names.map((name) => ({ name, port: 80, protocol: "HTTP" })) },
    });
    await send("PATCH", `${path}?fieldManager=one`, gateway("a", "b"), applyType);
    await send("PATCH", `${path}?fieldManager=two`, gateway("c"), applyType);
    const less = await send("PATCH", `${path}?fieldManager=one`, gateway("a"), applyType);
    const listeners = at(less.body, "spec", "listeners") as readonly Json[];
    assert.equal(
      listeners.map((item) => at(item, "name")),
      ["a", "c"],
    );
  }, still));

test("a configuration may arrive as YAML", () =>
  withSimulator(async (send) => {
    const text = [
      "apiVersion: networking.datumapis.com/v1alpha",
      "kind: Network",
      "metadata: {name: prod}",
      "spec: {ipam: {mode: Auto}, mtu: 1400}",
    ].join("\n");
    assert.is(at((await apply(send, "one", text)).body, "spec", "mtu"), 1400);
  }, still));

const untyped: readonly [what: string, body: Json, text: string][] = [
  ["a text for a number", network("prod", { mtu: "x" }), ".spec.mtu: expected numeric (int or float), got string"],
  ["a text for a list", network("prod", { ipFamilies: "IPv4" }), ".spec.ipFamilies: expected list, got &{IPv4}"],
  ["a list for a map", { ...network("prod"), spec: [] }, ".spec: expected map, got &{[]}"],
  [
    "a number for a text",
    network("prod", {}, { labels: { a: 5 } }),
    ".metadata.labels.a: expected string, got &value.valueUnstructured{Value:5}",
  ],
  ["an unknown field of metadata", network("prod", {}, { x: 1 }), ".metadata.x: field not declared in schema"],
  ["an unknown field", network("prod", { mtv: 1 }), ".spec.mtv: field not declared in schema"],
];

for (const [what, body, text] of untyped) {
  test(`refuses ${what} before anything is merged`, () =>
    withSimulator(async (send) => {
      const answer = await apply(send, "a", body);
      assert.is(answer.code, 500);
      const place = "(/prod; networking.datumapis.com/v1alpha, Kind=Network)";
      assert.is(answer.body.message, `failed to create typed patch object ${place}: ${text}`);
      assert.is(answer.body.reason, undefined);
    }));
}

test("who owns what may be rewritten, taken away, and is then what stood there before", () =>
  withSimulator(async (send) => {
    await send("POST", `${networks}?fieldManager=hand`, network("prod", { mtu: 1400 }));
    await send("PATCH", `${networks}/prod?fieldManager=fleet`, network("prod", { mtu: 1400 }), applyType);
    const both = await send("GET", `${networks}/prod`);
    const entries = at(both.body, "metadata", "managedFields") as readonly Json[];
    const kept = entries.filter((entry) => at(entry, "manager") !== "hand");
    const patch = [{ op: "replace", path: "/metadata/managedFields", value: kept }] as Json;
    assert.is((await send("PATCH", `${networks}/prod`, patch, "application/json-patch+json")).code, 200);
    const change = network("prod", { mtu: 1450 });
    assert.is((await send("PATCH", `${networks}/prod?fieldManager=fleet`, change, applyType)).code, 200);
    await send("PATCH", `${networks}/prod`, { metadata: { managedFields: [{}] } }, mergeType);
    const other = await send("PATCH", `${networks}/prod?fieldManager=third`, network("prod", { mtu: 1300 }), applyType);
    assert.match(
      String(other.body.message),
      'conflict with "before-first-apply" using networking.datumapis.com/v1alpha',
    );
  }, still));

test.run();

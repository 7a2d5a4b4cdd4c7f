import * as assert from "uvu/assert";
import type { Json } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { at, conditionOf, mergeType, network, networking, networks, until, withSimulator } from "./scene.ts";

const test = suite("edge simulator: objects");

test("a created object has an identity, a generation and waits for its controller", () =>
  withSimulator(
    async (send) => {
      const made = await send("POST", networks, network("prod"));
      assert.is(made.code, 201);
      assert.match(String(at(made.body, "metadata", "uid")), /^[0-9a-f-]{36}$/);
      assert.is(at(made.body, "metadata", "generation"), 1);
      assert.is(at(made.body, "metadata", "namespace"), "default");
      assert.is(conditionOf(made.body, "Ready"), "Unknown");
      const again = await send("POST", networks, network("prod"));
      assert.is(again.code, 409);
      assert.is(again.body.reason, "AlreadyExists");
    },
    { readyAfterMs: 60_000 },
  ));

test("a network becomes ready after the delay", () =>
  withSimulator(async (send) => {
    await send("POST", networks, network("prod", { ipFamilies: ["IPv4", "IPv6"] }));
    const ready = await until(
      () => send("GET", `${networks}/prod`),
      ({ body }) => conditionOf(body, "Ready") === "True",
    );
    assert.match(String(at(ready.body, "status", "ipam", "ipv6Prefix")), /^fd20:.*\/48$/);
  }));

const refusals: readonly [
  name: string,
  method: string,
  path: string,
  body: Json | undefined,
  code: number,
  reason: string,
][] = [
  ["an unknown object", "GET", `${networks}/none`, undefined, 404, "NotFound"],
  ["an unknown kind", "GET", "/api/v1/nothings", undefined, 404, "NotFound"],
  ["a wrong field", "POST", networks, network("prod", { mtu: 9000 }), 422, "Invalid"],
  ["a missing field", "POST", networks, network("prod", { ipam: {} }), 422, "Invalid"],
  ["a bad name", "POST", networks, network("Prod"), 422, "Invalid"],
  ["no name", "POST", networks, network(""), 422, "Invalid"],
  ["another namespace", "POST", networks, network("prod", {}, { namespace: "x" }), 400, "BadRequest"],
  ["another kind", "POST", networks, { ...network("prod"), kind: "Subnet" }, 422, "Invalid"],
  ["another version", "POST", networks, { ...network("prod"), apiVersion: "v1" }, 400, "BadRequest"],
  ["no kind", "POST", networks, { metadata: { name: "prod" } }, 400, "BadRequest"],
  ["a field nobody can select by", "GET", `${networks}?fieldSelector=spec.mtu%3D1`, undefined, 400, "BadRequest"],
  ["a version that is still to come", "GET", `${networks}?resourceVersion=99999999`, undefined, 504, "Timeout"],
  ["a delete in other words", "DELETE", `${networks}/none?propagationPolicy=Bad`, undefined, 422, "Invalid"],
  [
    "a name that is too long for a manager",
    "POST",
    `${networks}?fieldManager=${"x".repeat(129)}`,
    network("a"),
    422,
    "Invalid",
  ],
  ["no object", "POST", networks, [], 400, "BadRequest"],
  ["no JSON", "POST", networks, "{", 400, "BadRequest"],
  ["a delete of nothing", "DELETE", `${networks}/none`, undefined, 404, "NotFound"],
  ["a method that is not served", "PUT", networks, {}, 405, "MethodNotAllowed"],
  ["a patch of unknown type", "PATCH", `${networks}/none`, {}, 415, "UnsupportedMediaType"],
  ["a dry run in other words", "POST", `${networks}?dryRun=yes`, network("prod"), 422, "Invalid"],
];

for (const [name, method, path, body, code, reason] of refusals) {
  test(`refuses ${name} with a Status`, () =>
    withSimulator(async (send) => {
      const answer = await send(method, path, body);
      assert.is(answer.code, code);
      assert.is(answer.body.kind, "Status");
      assert.is(answer.body.reason, reason);
      assert.is(answer.body.code, code);
    }));
}

test("an unknown path beside the core group is answered without a Status", () =>
  withSimulator(async (_, simulator) => {
    for (const path of ["/hello", `${networking}/nothings`, "/apis/nobody.example.com/v1/things"]) {
      const answer = await fetch(simulator.url + path);
      assert.equal([answer.status, await answer.text()], [404, "404 page not found\n"]);
    }
  }));

test("says every wrong field at once", () =>
  withSimulator(async (send) => {
    const answer = await send("POST", networks, network("prod", { mtu: 1, ipam: { mode: "Other" } }));
    const causes = at(answer.body, "details", "causes") as readonly Json[];
    assert.equal(
      causes.map((cause) => at(cause, "field")),
      ["spec.ipam.mode", "spec.mtu"],
    );
  }));

test("nobody new may hold what is going", () =>
  withSimulator(async (send) => {
    await send("POST", networks, network("prod", {}, { finalizers: ["example.com/hold"] }));
    assert.is((await send("DELETE", `${networks}/prod`)).code, 200);
    const more = { metadata: { finalizers: ["example.com/hold", "example.com/more"] } };
    const answer = await send("PATCH", `${networks}/prod`, more, mergeType);
    assert.is(answer.code, 422);
    assert.match(String(answer.body.message), "no new finalizers can be added if the object is being deleted");
  }));

test("a replace needs the newest resourceVersion", () =>
  withSimulator(async (send) => {
    await send("POST", networks, network("prod"));
    const { body } = await until(
      () => send("GET", `${networks}/prod`),
      (answer) => conditionOf(answer.body, "Ready") === "True",
    );
    const without = await send("PUT", `${networks}/prod`, network("prod", { mtu: 1400 }));
    assert.is(without.code, 422);
    const changed = { ...body, spec: { ipam: { mode: "Auto" }, mtu: 1400 } };
    const first = await send("PUT", `${networks}/prod`, changed);
    assert.is(first.code, 200);
    assert.is(at(first.body, "metadata", "generation"), 2);
    const second = await send("PUT", `${networks}/prod`, changed);
    assert.is(second.code, 409);
    assert.is(second.body.reason, "Conflict");
    assert.match(String(second.body.message), "the object has been modified");
  }));

test("status and the rest are written apart", () =>
  withSimulator(
    async (send) => {
      await send("POST", networks, network("prod"));
      const status = { status: { note: "x" }, spec: { mtu: 1400 } };
      await send("PATCH", `${networks}/prod/status`, status, mergeType);
      const one = await send("GET", `${networks}/prod`);
      assert.is(at(one.body, "status", "note"), "x");
      assert.is(at(one.body, "spec", "mtu"), 1460);
      assert.is(at(one.body, "metadata", "generation"), 1);
      await send("PATCH", `${networks}/prod`, { status: { note: "y" }, spec: { mtu: 1400 } }, mergeType);
      const two = await send("GET", `${networks}/prod`);
      assert.is(at(two.body, "status", "note"), "x");
      assert.is(at(two.body, "spec", "mtu"), 1400);
    },
    { readyAfterMs: 60_000 },
  ));

test("a dry run answers as if and changes nothing", () =>
  withSimulator(async (send) => {
    const made = await send("POST", `${networks}?dryRun=All`, network("prod"));
    assert.is(made.code, 201);
    assert.is(at(made.body, "spec", "mtu"), 1460);
    assert.is((await send("GET", `${networks}/prod`)).code, 404);
  }));

test("a JSON patch is all or nothing", () =>
  withSimulator(async (send) => {
    await send("POST", networks, network("prod"));
    const type = "application/json-patch+json";
    const bad = [
      { op: "replace", path: "/spec/mtu", value: 1400 },
      { op: "test", path: "/spec/ipam/mode", value: "Policy" },
    ];
    assert.is((await send("PATCH", `${networks}/prod`, bad, type)).code, 422);
    assert.is(at((await send("GET", `${networks}/prod`)).body, "spec", "mtu"), 1460);
    const good = [
      { op: "add", path: "/metadata/labels", value: { "a/b": "1" } },
      { op: "copy", from: "/metadata/labels/a~1b", path: "/metadata/labels/c" },
      { op: "remove", path: "/spec/mtu" },
    ];
    const after = await send("PATCH", `${networks}/prod`, good, type);
    assert.equal(at(after.body, "metadata", "labels"), { "a/b": "1", c: "1" });
  }));

test("an immutable field stays", () =>
  withSimulator(async (send) => {
    const zone = {
      apiVersion: "dns.networking.miloapis.com/v1alpha1",
      kind: "DNSZone",
      metadata: { name: "z" },
      spec: { domainName: "a.example" },
    };
    const path = "/apis/dns.networking.miloapis.com/v1alpha1/namespaces/default/dnszones";
    await send("POST", path, zone);
    const answer = await send("PATCH", `${path}/z`, { spec: { domainName: "b.example" } }, mergeType);
    assert.is(answer.code, 422);
    assert.match(String(answer.body.message), "immutable");
  }));

test("control planes of two projects are two worlds", () =>
  withSimulator(async (send) => {
    const plane = (project: string) =>
      `/apis/resourcemanager.miloapis.com/v1alpha1/projects/${project}/control-plane${networks}`;
    await send("POST", plane("one"), network("prod"));
    assert.is((await send("GET", `${plane("one")}/prod`)).code, 200);
    assert.is((await send("GET", `${plane("two")}/prod`)).code, 404);
    assert.is((await send("GET", `${networks}/prod`)).code, 404);
  }));

test("a delete looks at its preconditions and waits for finalizers", () =>
  withSimulator(async (send) => {
    const made = await send("POST", `${networking}/networkpolicies`, {
      apiVersion: "networking.datumapis.com/v1alpha",
      kind: "NetworkPolicy",
      metadata: { name: "p", finalizers: ["example.net/hold"] },
    });
    const path = `${networking}/networkpolicies/p`;
    const wrong = await send("DELETE", path, { preconditions: { uid: "other" } });
    assert.is(wrong.code, 409);
    const uid = at(made.body, "metadata", "uid") as string;
    const asked = await send("DELETE", path, { preconditions: { uid } });
    assert.type(at(asked.body, "metadata", "deletionTimestamp"), "string");
    assert.is((await send("GET", path)).code, 200);
    await send("PATCH", path, { metadata: { finalizers: null } }, mergeType);
    assert.is((await send("GET", path)).code, 404);
  }));

test("deleting a namespace deletes what is in it, and nothing new may be made meanwhile", () =>
  withSimulator(async (send) => {
    await send("POST", networks, network("prod", {}, { finalizers: ["example.net/hold"] }));
    await send("DELETE", "/api/v1/namespaces/default");
    assert.is((await send("POST", networks, network("late"))).code, 403);
    await until(
      () => send("GET", `${networks}/prod`),
      ({ body }) => at(body, "metadata", "deletionTimestamp") !== undefined,
    );
    assert.is((await send("GET", "/api/v1/namespaces/default")).code, 200);
    await send("PATCH", `${networks}/prod`, { metadata: { finalizers: null } }, mergeType);
    await until(
      () => send("GET", "/api/v1/namespaces/default"),
      ({ code }) => code === 404,
    );
    assert.is((await send("GET", `${networks}/prod`)).code, 404);
  }));

test.run();

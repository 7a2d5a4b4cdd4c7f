import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { createEdgeProvider } from "../../../src/providers/edge/index.ts";
import { suite } from "../../support/suite.ts";
import { failureOf, fleetOf, networkOf, networksPath, only, orderOf, withScene } from "./scene.ts";

const test = suite("edge provider: rehearsal");
const signal = new AbortController().signal;

test("the server's refusal lands on the manifest's field, and nothing is made", () =>
  withScene(async ({ provider, simulator, api }) => {
    const resources = provider.translate(fleetOf(networkOf("bad", { mtu: 9000 }), networkOf("good")));
    const problems = await provider.rehearse(
      resources.map((resource) => orderOf(resource)),
      signal,
    );
    assert.equal(
      problems.map(({ rule, severity, path, line }) => [rule, severity, path, line]),
      [["edge/invalid", "error", "spec.mtu", 3]],
    );
    assert.is((await api("GET", networksPath)).items?.toString(), "");
    assert.is(simulator.traffic().writes, 2);
  }));

test("another manager's field is found before anything is applied; what only drifted stops no commit", () =>
  withScene(async ({ provider, apply, api }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1500 }))));
    await apply(resource);
    const patch = { spec: { mtu: 1400 } };
    await api("PATCH", `${networksPath}/prod?fieldManager=them`, patch, "application/merge-patch+json");
    const [problem] = await provider.rehearse([orderOf(resource, "update")], signal);
    assert.is(problem?.rule, "edge/conflict");
    assert.is(problem?.severity, "error");
    assert.is(problem?.path, "spec.mtu");
    assert.match(problem?.message ?? "", 'on edge: spec.mtu belongs to "them"');
    const [drifted] = await provider.rehearse([orderOf(resource, "update", undefined, "drift")], signal);
    assert.is(drifted?.severity, "warning");
  }));

test("a kind that is not served is found elsewhere, not a second time", () =>
  withScene(
    async ({ provider }) => {
      const thing = { apiVersion: "example.net/v1", kind: "Thing", metadata: { name: "one" }, spec: {} };
      assert.equal(await provider.rehearse([orderOf(only(provider.translate(fleetOf(thing))))], signal), []);
    },
    {},
    { kinds: ["Thing.example.net"] },
  ));

/** A server that answers each dry run as told. */
async function withAnswer(
  answer: (body: JsonObject) => { readonly code: number; readonly body: Json },
  body: (provider: ReturnType<typeof createEdgeProvider>, calls: () => number) => Promise<void>,
  kinds: readonly string[] = [],
): Promise<void> {
  let calls = 0;
  const discovery = {
    kind: "APIResourceList",
    resources: [{ name: "networks", kind: "Network", namespaced: true }],
  };
  const groups = [
    { name: "networking.datumapis.com", versions: [{ groupVersion: "networking.datumapis.com/v1alpha" }] },
  ];
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      const found = request.url === "/apis" ? { kind: "APIGroupList", groups } : discovery;
      response.end(JSON.stringify(found));
      return;
    }
    let text = "";
    request.on("data", (chunk) => {
      text += String(chunk);
    });
    request.on("end", () => {
      calls += 1;
      const { code, body: told } = answer(JSON.parse(text) as JsonObject);
      response.writeHead(code).end(JSON.stringify(told));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = createEdgeProvider({ name: "edge", endpoint, credentials: { kind: "none" }, kinds });
  try {
    await body(provider, () => calls);
  } finally {
    await provider.close();
    server.close();
  }
}

const denied = {
  kind: "Status",
  status: "Failure",
  reason: "Forbidden",
  message: 'admission webhook "networks.example.net" denied the request: spec.mtu: too wide',
};

test("a namespace that is missing may come later", () =>
  withAnswer(
    () => ({
      code: 404,
      body: {
        reason: "NotFound",
        message: 'namespaces "nowhere" not found',
        details: { name: "nowhere", kind: "namespaces" },
      },
    }),
    async (provider) => {
      const order = orderOf(only(provider.translate(fleetOf(networkOf("a")))));
      const [problem] = await provider.rehearse([order], signal);
      assert.equal([problem?.rule, problem?.severity], ["edge/not-found", "warning"]);
    },
  ));

test("a namespace that the same plan makes is not missing", () =>
  withAnswer(
    () => ({ code: 404, body: { reason: "NotFound", details: { name: "team", kind: "namespaces" } } }),
    async (provider) => {
      const network = networkOf("a", {}, { namespace: "team" });
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team", namespace: "" } };
      const orders = provider.translate(fleetOf(network, namespace)).map((resource) => orderOf(resource));
      assert.is(orders.length, 2);
      assert.equal(await provider.rehearse(orders, signal), []);
      const alone = orders.filter(({ change }) => change.kind === "network");
      assert.is((await provider.rehearse(alone, signal)).length, 1);
    },
    ["Namespace"],
  ));

test("a webhook's word is the server's word, unless the same plan makes more than this", () =>
  withAnswer(
    () => ({ code: 403, body: denied }),
    async (provider) => {
      const orders = provider
        .translate(fleetOf(networkOf("a", { mtu: 1500 }), networkOf("b")))
        .map((resource) => orderOf(resource));
      const [alone] = await provider.rehearse(orders.slice(0, 1), signal);
      assert.equal([alone?.rule, alone?.severity, alone?.path], ["edge/invalid", "error", "spec.mtu"]);
      const both = await provider.rehearse(orders, signal);
      assert.equal(
        both.map(({ severity }) => severity),
        ["warning", "warning"],
      );
    },
  ));

test("what the server writes over is told, for it would be drift for ever", () =>
  withAnswer(
    (body) => ({ code: 200, body: { ...body, spec: { ...(body.spec as JsonObject), mtu: 1300 } } }),
    async (provider) => {
      const order = orderOf(only(provider.translate(fleetOf(networkOf("a", { mtu: 1500 })))));
      const [problem] = await provider.rehearse([order], signal);
      assert.equal([problem?.rule, problem?.severity, problem?.path], ["edge/rewritten", "warning", "spec.mtu"]);
      assert.match(problem?.message ?? "", "it makes it 1300");
    },
  ));

test("the calls are bounded, and the rest is said", () =>
  withAnswer(
    (body) => ({ code: 200, body }),
    async (provider, calls) => {
      const many = Array.from({ length: 310 }, (_, index) => networkOf(`n${index}`));
      const orders = provider.translate(fleetOf(...many)).map((resource) => orderOf(resource));
      const problems = await provider.rehearse(orders, signal);
      assert.is(calls(), 300);
      assert.equal(
        problems.map(({ rule, severity }) => [rule, severity]),
        [["edge/not-rehearsed", "info"]],
      );
      assert.match(problems[0]?.message ?? "", "10 more");
    },
  ));

test("a server that cannot be asked says so to its caller", () =>
  withAnswer(
    () => ({ code: 503, body: {} }),
    async (provider) => {
      const order = orderOf(only(provider.translate(fleetOf(networkOf("a")))));
      assert.is((await failureOf(provider.rehearse([order], signal))).code, "unavailable");
    },
  ));

test.run();

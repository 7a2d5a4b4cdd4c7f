import * as assert from "uvu/assert";
import type { Observed } from "../../../src/core/resource.ts";
import { createEdgeProvider } from "../../../src/providers/edge/index.ts";
import type { ProviderError } from "../../../src/providers/provider.ts";
import { suite } from "../../support/suite.ts";
import { answer, discoveryAnswers, withFakeServer } from "./fake-server.ts";
import { failureOf, fleetOf, networkOf, networksPath, only, withScene } from "./scene.ts";

const test = suite("edge provider: a failing world");

const sorted: readonly [fault: string, code: string, next: ProviderError["next"]][] = [
  ["refuse", "unavailable", "retry"],
  ["tooMany", "rate-limit", "wait"],
  ["unavailable", "unavailable", "retry"],
  ["partial", "unavailable", "retry"],
  ["expired", "expired", "retry"],
];

for (const [fault, code, next] of sorted) {
  test(`a list under the fault ${fault} is an error to ${next}, never a part`, () =>
    withScene(async ({ provider, simulator, apply, observe }) => {
      await apply(only(provider.translate(fleetOf(networkOf("prod")))));
      simulator.setFaults({ rates: { [fault]: 1 }, pathContains: "/networks" });
      const failure = await failureOf(observe());
      assert.is(failure.code, code);
      assert.is(failure.next, next);
      if (next === "wait") assert.is(failure.retryAfterMs, 1_000);
      simulator.setFaults({});
      assert.is((await observe()).length, 1);
    }));
}

test("a server that is busy for a moment is asked again, whatever was wanted", () =>
  withScene(async ({ provider, simulator, apply, observe, api }) => {
    simulator.setFaults({ rates: { tooMany: 1 }, limit: 2, pathContains: "/networks" });
    await apply(only(provider.translate(fleetOf(networkOf("prod")))));
    simulator.setFaults({ rates: { tooMany: 1 }, limit: 1, pathContains: "/networks" });
    assert.is((await observe()).length, 1);
    assert.is((await api("GET", `${networksPath}/prod`)).kind, "Network");
  }));

test("a list is read to its last page", () =>
  withScene(
    async ({ provider, apply, observe, simulator }) => {
      const names = ["a", "b", "c", "d", "e"];
      for (const resource of provider.translate(fleetOf(...names.map((name) => networkOf(name)))))
        await apply(resource);
      await observe();
      const before = simulator.traffic().lists;
      assert.equal(
        (await observe(["network"])).map(({ key }) => key.split("/").at(-1)),
        names,
      );
      assert.is(simulator.traffic().lists - before, 3);
    },
    {},
    { pageSize: 2 },
  ));

test("a list that expires once starts over", () =>
  withScene(async ({ provider, simulator, apply, observe }) => {
    await apply(only(provider.translate(fleetOf(networkOf("prod")))));
    simulator.setFaults({ rates: { expired: 1 }, limit: 1, pathContains: "/networks" });
    assert.is((await observe()).length, 1);
  }));

test("an answer that never comes ends in time", () =>
  withScene(
    async ({ simulator, observe }) => {
      simulator.setFaults({ rates: { stall: 1 } });
      const failure = await failureOf(observe());
      assert.is(failure.code, "timeout");
      assert.is(failure.next, "retry");
    },
    {},
    { timeoutMs: 50 },
  ));

test("an answer lost after the write is found again by the next try, without a second object", () =>
  withScene(async ({ provider, simulator, apply, observe, api }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod"))));
    simulator.setFaults({ rates: { lose: 1 }, limit: 1, methods: ["PATCH"] });
    assert.is((await failureOf(apply(resource))).next, "retry");
    const before = await api("GET", `${networksPath}/prod`);
    const made = await apply(resource);
    assert.is(made?.id, (before.metadata as { uid?: string }).uid);
    simulator.setFaults({ rates: { lose: 1 }, limit: 1, methods: ["DELETE"] });
    assert.is((await failureOf(apply(resource, "delete", made))).next, "retry");
    await apply(resource, "delete", made);
    assert.equal(await observe(), []);
  }));

test("an aborted observe rejects with the signal's reason", () =>
  withScene(async ({ provider }) => {
    const stop = new AbortController();
    stop.abort(new Error("stopping"));
    let reason: unknown;
    try {
      for await (const _ of provider.observe({ fleet: "test", realms: ["default"] }, stop.signal)) assert.unreachable();
    } catch (error) {
      reason = error;
    }
    assert.is((reason as Error).message, "stopping");
  }));

test("a server that is not there is a world to retry", async () => {
  const provider = createEdgeProvider({ name: "edge", endpoint: "http://127.0.0.1:9", credentials: { kind: "none" } });
  const look = async () => {
    const all: Observed[] = [];
    const signal = new AbortController().signal;
    for await (const one of provider.observe({ fleet: "test", realms: ["default"] }, signal)) all.push(one);
  };
  const failure = await failureOf(look());
  assert.is(failure.code, "unavailable");
  assert.match(failure.message, "ECONNREFUSED");
  await provider.close();
});

test("a server without the API under its address is an error, and not one that serves nothing", () =>
  withFakeServer(
    (_, response) => void response.writeHead(404).end("404 page not found"),
    async (provider) => {
      const look = async () => {
        const scope = { fleet: "test", realms: ["default"] };
        for await (const _ of provider.observe(scope, new AbortController().signal)) assert.unreachable();
      };
      const failure = await failureOf(look());
      assert.is(failure.code, "unavailable");
      assert.match(failure.message, "no Kubernetes API");
    },
    {},
    () => ({}),
  ));

test("the first look goes through every kind, later ones only through those that matter", () =>
  withScene(async ({ provider, simulator, observe }) => {
    provider.translate(fleetOf(networkOf("prod")));
    await observe();
    const before = simulator.traffic();
    await observe();
    const after = simulator.traffic();
    assert.is(after.lists - before.lists, 1);
    assert.is(after.reads - before.reads, 0);
    assert.is(after.writes - before.writes, 0);
  }));

test("a role for the wanted kinds alone is enough; one that lacks a wanted or a remembered kind is not", () =>
  withScene(
    async ({ provider, apply, observe }) => {
      await apply(only(provider.translate(fleetOf(networkOf("prod")))));
      assert.is((await observe()).length, 1);
      assert.is((await failureOf(observe(["network", "dnszone"]))).code, "permission");
    },
    { denied: ["list dnszones.dns.networking.miloapis.com", "list vpcs.cloud.datumapis.com"] },
  ));

test("an inventory that knows the kinds spares the sweep", () =>
  withScene(async ({ provider, simulator }) => {
    const fleet = fleetOf(networkOf("prod"));
    const scope = { fleet: "test", realms: provider.realms(fleet), kinds: ["network"] };
    for await (const _ of provider.observe(scope, new AbortController().signal)) assert.unreachable();
    assert.is(simulator.traffic().lists, 1);
  }));

test("what a lost inventory knew is found by its marker, whatever its kind", () =>
  withScene(async ({ provider, apply, simulator, observe }) => {
    const policy = {
      apiVersion: "networking.datumapis.com/v1alpha",
      kind: "NetworkPolicy",
      metadata: { name: "old" },
    };
    await apply(only(provider.translate(fleetOf(policy))));
    const other = createEdgeProvider({ name: "edge", endpoint: simulator.url, credentials: { kind: "none" } });
    const fleet = fleetOf(networkOf("prod"));
    const found: string[] = [];
    const scope = { fleet: "test", realms: other.realms(fleet) };
    for await (const one of other.observe(scope, new AbortController().signal)) found.push(one.marker?.address ?? "");
    assert.equal(found, ["edge/networkpolicy/default/old"]);
    await other.close();
    assert.is((await observe()).length, 1);
  }));

test("a kind that is taken off the server is as one it never served; one that only cannot be listed is an error", async () => {
  let serves = discoveryAnswers;
  let stands = true;
  await withFakeServer(
    (_, response) => {
      const item = { metadata: { name: "prod", namespace: "default", uid: "1" } };
      if (stands) answer(response, 200, { kind: "NetworkList", apiVersion: "v1", metadata: {}, items: [item] });
      else answer(response, 404, { kind: "Status", code: 404, reason: "NotFound", message: "no such path" });
    },
    async (provider) => {
      const scope = { fleet: "test", realms: provider.realms(fleetOf(networkOf("prod"))) };
      const look = async () => {
        const all: Observed[] = [];
        for await (const one of provider.observe(scope, new AbortController().signal)) all.push(one);
        return all.length;
      };
      assert.is(await look(), 1);
      stands = false;
      assert.is((await failureOf(look())).code, "not-served");
      serves = { "/apis": { kind: "APIGroupList", groups: [] } };
      assert.is(await look(), 0);
    },
    {},
    () => serves,
  );
});

test.run();

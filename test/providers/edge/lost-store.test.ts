import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import type { Observed } from "../../../src/core/resource.ts";
import { createEdgeProvider, type EdgeProvider } from "../../../src/providers/edge/index.ts";
import { suite } from "../../support/suite.ts";
import { answer, withFakeServer } from "./fake-server.ts";
import { failureOf, fleetOf, networkOf, only, withScene } from "./scene.ts";

const test = suite("edge provider: what a lost store knew");
const signal = new AbortController().signal;

async function seenBy(provider: EdgeProvider, realms: readonly string[]): Promise<readonly Observed[]> {
  const all: Observed[] = [];
  for await (const one of provider.observe({ fleet: "test", realms }, signal)) all.push(one);
  return all;
}

test("what is ours is found in every namespace, once, even when no manifest is left", () =>
  withScene(async ({ provider, apply, simulator, api }) => {
    for (const namespace of ["default", "old", "older"]) {
      await apply(only(provider.translate(fleetOf(networkOf("prod", {}, { namespace })))));
    }
    await api("POST", "/apis/networking.datumapis.com/v1alpha/namespaces/old/networks", networkOf("foreign"));
    for (const realms of [[], ["default"], ["default", "old"]]) {
      const other = createEdgeProvider({ name: "edge", endpoint: simulator.url, credentials: { kind: "none" } });
      const found = (await seenBy(other, realms)).map(({ realm }) => realm);
      assert.equal(found.sort(), ["default", "old", "older"], JSON.stringify(realms));
      await other.close();
    }
  }));

test("protection is kept on the object and read from it", () =>
  withScene(async ({ provider, apply, observe }) => {
    const protecting = { annotations: { "plumbline.dev/protect": "true" } };
    await apply(only(provider.translate(fleetOf(networkOf("prod", {}, protecting)))));
    const [seen] = await observe();
    assert.is(seen?.marker?.protected, true);
    const plain = only(provider.translate(fleetOf(networkOf("prod"))));
    assert.equal(seen && provider.compare(plain, seen).map(({ path, after }) => [path, after]), [
      ["metadata.annotations[plumbline.dev/protect]", undefined],
    ]);
    const after = await apply(plain, "update", seen);
    assert.is(after?.marker?.protected, undefined);
  }));

const marked = (namespace: string) => ({
  metadata: {
    ...{ name: "prod", namespace, uid: namespace, labels: { "plumbline.dev/fleet": "test", "plumbline.dev/uid": "u" } },
    annotations: { "plumbline.dev/address": `edge/network/${namespace}/prod` },
  },
});

test("who may not list all namespaces sees the known ones", () => {
  const asked: string[] = [];
  return withFakeServer(
    (_, response, url) => {
      asked.push(url.pathname);
      const namespace = /namespaces\/([^/]+)/.exec(url.pathname)?.[1];
      if (namespace === undefined) {
        const message = "networks.networking.datumapis.com is forbidden: cannot list at the cluster scope";
        answer(response, 403, { kind: "Status", reason: "Forbidden", message });
      } else answer(response, 200, { kind: "NetworkList", metadata: {}, items: [marked(namespace)] });
    },
    async (provider) => {
      assert.equal(
        (await seenBy(provider, ["a", "b"])).map(({ key }) => key),
        ["network.networking.datumapis.com/a/prod", "network.networking.datumapis.com/b/prod"],
      );
      assert.is(asked.length, 3);
    },
  );
});

test("a group behind a server that does not answer is an error, not an empty one", async () => {
  let freshness = "Stale";
  const networking = (resources: readonly object[]) => ({
    metadata: { name: "networking.datumapis.com" },
    versions: [{ version: "v1alpha", freshness, resources }],
  });
  const served = [{ resource: "networks", responseKind: { kind: "Network" }, scope: "Namespaced" }];
  const server = createServer((request, response) => {
    const list = { kind: "NetworkList", metadata: {}, items: [] };
    const items = [networking(freshness === "Stale" ? [] : served)];
    const body = request.url === "/apis" ? { kind: "APIGroupDiscoveryList", items } : list;
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = createEdgeProvider({ name: "edge", endpoint, credentials: { kind: "none" } });
  provider.translate(fleetOf(networkOf("prod")));
  const failure = await failureOf(seenBy(provider, ["default"]));
  assert.is(failure.code, "unavailable");
  assert.is(failure.next, "retry");
  freshness = "Current";
  assert.equal(await seenBy(provider, ["default"]), []);
  await provider.close();
  server.close();
});

test.run();

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { createEdgeProvider } from "../../../src/providers/edge/index.ts";
import { suite } from "../../support/suite.ts";
import { failureOf, fleetOf, networkOf, only, withScene } from "./scene.ts";

const test = suite("edge provider: kinds");
const networking = "networking.datumapis.com/v1alpha";

function objectOf(apiVersion: string, kind: string, spec: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name: "one" }, spec };
}

const written: readonly JsonObject[] = [
  objectOf(networking, "HTTPProxy", { rules: [{ backends: [{ endpoint: "https://example.com" }] }] }),
  objectOf(networking, "Domain", { domainName: "example.com" }),
  objectOf(networking, "TrafficProtectionPolicy", {
    targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" }],
  }),
  objectOf("networking.datumapis.com/v1alpha1", "Connector", { connectorClassName: "datum-connect" }),
  objectOf("gateway.networking.k8s.io/v1", "Gateway", {
    gatewayClassName: "c",
    listeners: [{ name: "a", port: 80, protocol: "HTTP" }],
  }),
  objectOf("gateway.networking.k8s.io/v1", "HTTPRoute", { hostnames: ["a.example"] }),
  objectOf("dns.networking.miloapis.com/v1alpha1", "DNSZone", { domainName: "example.com" }),
  objectOf("dns.networking.miloapis.com/v1alpha1", "DNSRecordSet", {
    dnsZoneRef: { name: "z" },
    recordType: "A",
    records: [{ name: "@", a: { content: "192.0.2.1" } }],
  }),
  objectOf("galactic.datumapis.com/v1alpha", "VPC", { networks: ["10.0.0.0/8"] }),
  objectOf("cloud.datumapis.com/v1alpha1", "VPCAttachment", {
    vpc: { name: "one" },
    interface: { addresses: ["10.0.0.1/24"] },
  }),
];

for (const content of written) {
  test(`${content.kind} of ${content.apiVersion} is made as written and then in need of nothing`, () =>
    withScene(
      async ({ provider, apply, observe }) => {
        const resource = only(provider.translate(fleetOf(content)));
        await apply(resource);
        const [seen, ...more] = (await observe()).filter((one) => one.key === resource.key);
        if (seen === undefined) throw new Error("it was not observed");
        assert.is(more.length, 0);
        assert.is(seen.kind, resource.kind);
        assert.equal(provider.compare(resource, seen), []);
        assert.is(await apply(resource, "delete", seen), undefined);
        assert.equal(await observe(), []);
      },
      {},
      { settleTimeoutMs: 1 },
    ));
}

test("two groups with one kind have two addresses", () =>
  withScene(async ({ provider }) => {
    const resources = provider.translate(
      fleetOf(
        objectOf("galactic.datumapis.com/v1alpha", "VPC", {}),
        objectOf("cloud.datumapis.com/v1alpha1", "VPC", {}),
      ),
    );
    assert.equal(
      resources.map(({ address }) => address),
      ["edge/vpc.galactic/default/one", "edge/vpc/default/one"],
    );
  }));

test("kinds nobody asked for are left alone, and those the configuration adds are applied", () => {
  const location = objectOf(networking, "Location", {
    locationClassName: "x",
    topology: { "topology.datum.net/city-code": "DFW" },
    provider: {},
  });
  return withScene(async ({ provider }) => {
    assert.equal(provider.translate(fleetOf(location, objectOf("v1", "ConfigMap", {}))), []);
    await withScene(
      async (scene) => {
        const resource = only(scene.provider.translate(fleetOf(location)));
        assert.is(resource.address, "edge/location/default/one");
        assert.is((await scene.apply(resource))?.status.phase, "ready");
      },
      {},
      { kinds: ["Location.networking.datumapis.com"] },
    );
  });
});

test("a cluster-scoped Location is found again under the name of a namespaced manifest", () => {
  const location = objectOf(networking, "Location", {
    locationClassName: "x",
    topology: { "topology.datum.net/city-code": "DFW" },
    provider: {},
  });
  return withScene(
    async ({ provider, apply, observe }) => {
      assert.is(only(provider.translate(fleetOf(location))).key, "location.networking.datumapis.com/default/one");
      assert.equal(await observe(), []);
      const resource = only(provider.translate(fleetOf(location)));
      assert.is(resource.key, "location.networking.datumapis.com/one");
      await apply(resource);
      const [seen, ...more] = await observe();
      assert.is(more.length, 0);
      assert.is(seen?.key, resource.key);
      assert.equal(seen && provider.compare(resource, seen), []);
    },
    { locationScope: "cluster" },
    { kinds: ["Location.networking.datumapis.com"] },
  );
});

test("a kind or version that is not served is a finding on its manifest, and the others go on", () =>
  withScene(
    async ({ provider, apply, observe }) => {
      const fleet = fleetOf(
        networkOf("prod"),
        objectOf("networking.datumapis.com/v9", "Domain", { domainName: "a.example" }),
        objectOf("example.net/v1", "Thing", {}),
      );
      assert.equal(provider.problems?.(fleet), []);
      await observe();
      const problems = provider.problems?.(fleet) ?? [];
      assert.equal(
        problems.map(({ rule, severity, line }) => [rule, severity, line]),
        [
          ["edge/not-served", "warning", 2],
          ["edge/not-served", "warning", 2],
        ],
      );
      assert.match(problems[0]?.message ?? "", "It serves networking.datumapis.com/v1alpha");
      const [domain, network, thing] = provider.translate(fleet);
      if (domain === undefined || network === undefined || thing === undefined) throw new Error("one is missing");
      assert.is((await failureOf(apply(domain))).code, "not-served");
      assert.is((await failureOf(apply(thing))).next, "person");
      assert.is((await apply(network))?.status.phase, "ready");
    },
    {},
    { kinds: ["Thing.example.net"] },
  ));

test("a field that cannot change asks for a replace", () =>
  withScene(async ({ provider, apply, observe }) => {
    const zone = (domainName: string) => objectOf("dns.networking.miloapis.com/v1alpha1", "DNSZone", { domainName });
    await apply(only(provider.translate(fleetOf(zone("a.example")))));
    const wanted = only(provider.translate(fleetOf(zone("b.example"))));
    const [seen] = await observe();
    if (seen === undefined) throw new Error("it was not observed");
    assert.equal(
      provider.compare(wanted, seen).map(({ path, forces }) => [path, forces]),
      [["spec.domainName", "replace"]],
    );
    const after = await apply(wanted, "replace", seen);
    assert.equal(after && provider.compare(wanted, after), []);
  }));

test("listeners that the server adds are not ours to remove", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    const [content] = written.filter((one) => one.kind === "Gateway");
    const resource = only(provider.translate(fleetOf(content as JsonObject)));
    await apply(resource);
    const path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/one";
    const added = [
      { op: "add", path: "/spec/listeners/0", value: { name: "default-http", port: 80, protocol: "HTTP" } },
    ];
    await api("PATCH", path, added as unknown as JsonObject, "application/json-patch+json");
    const [seen] = await observe();
    assert.equal(seen && provider.compare(resource, seen), []);
  }));

test("a server without aggregated discovery is asked group by group, and a cluster scope is believed", async () => {
  const seen: string[] = [];
  const answers: Readonly<Record<string, Json>> = {
    "/apis": {
      kind: "APIGroupList",
      groups: [{ name: "networking.datumapis.com", versions: [{ groupVersion: "networking.datumapis.com/v1alpha" }] }],
    },
    "/apis/networking.datumapis.com/v1alpha": {
      kind: "APIResourceList",
      resources: [
        { name: "networks", kind: "Network", namespaced: false },
        { name: "networks/status", kind: "Network" },
      ],
    },
    "/apis/networking.datumapis.com/v1alpha/networks": { kind: "NetworkList", metadata: {}, items: [] },
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    seen.push(path);
    response.writeHead(answers[path] === undefined ? 404 : 200).end(JSON.stringify(answers[path] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const provider = createEdgeProvider({ name: "edge", endpoint, credentials: { kind: "none" } });
  provider.translate(fleetOf(networkOf("prod")));
  for await (const _ of provider.observe({ fleet: "test", realms: ["default"] }, new AbortController().signal)) {
    assert.unreachable();
  }
  assert.equal(seen, Object.keys(answers));
  await provider.close();
  server.close();
});

test.run();

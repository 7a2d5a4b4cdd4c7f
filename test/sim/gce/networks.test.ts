import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { type Client, instanceBody, makeNetwork, startClient } from "./client.ts";

const test = suite("gce networks");

function each(name: string, body: (client: Client) => Promise<void>): void {
  test(name, async () => {
    const client = await startClient();
    try {
      await body(client);
    } finally {
      await client.close();
    }
  });
}

each("a custom network has a way out and no subnetwork", async (client) => {
  await client.change("POST", "/global/networks", { name: "net", autoCreateSubnetworks: false });
  const network = await client.get("/global/networks/net");
  assert.is(network.subnetworks, undefined);
  assert.equal(network.routingConfig, { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY" });
  assert.match(network.selfLinkWithId, new RegExp(`/${network.id}$`));
  const routes = await client.get(`/global/routes?filter=${encodeURIComponent('network eq ".*/net"')}`);
  assert.equal(
    routes.items.map((route: { destRange: string }) => route.destRange),
    ["0.0.0.0/0"],
  );
  assert.match(routes.items[0].name, /^default-route-[0-9a-f]{16}$/);
});

each("subnetworks of a network do not overlap and a network knows them", async (client) => {
  await makeNetwork(client, "net", "10.1.0.0/16");
  const subnetwork = await client.get("/regions/us-central1/subnetworks/net-subnet");
  assert.is(subnetwork.gatewayAddress, "10.1.0.1");
  assert.is(subnetwork.purpose, "PRIVATE");
  assert.is(subnetwork.stackType, "IPV4_ONLY");
  assert.is(subnetwork.state, undefined);
  for (const [range, status] of [
    ["10.1.2.0/24", 400],
    ["10.0.0.0/8", 400],
    ["10.2.0.5/24", 400],
    ["10.2.0.0/24", 200],
  ] as const) {
    const body = { name: "other", network: "global/networks/net", ipCidrRange: range };
    assert.is((await client.send("POST", "/regions/europe-west1/subnetworks", body)).status, status, range);
  }
  assert.is((await client.get("/global/networks/net")).subnetworks.length, 2);
});

each("a network in use is kept, by an error inside the operation", async (client) => {
  await makeNetwork(client, "net", "10.1.0.0/24");
  const failed = await client.change("DELETE", "/global/networks/net");
  assert.is(failed.httpErrorStatusCode, 400);
  assert.is(failed.httpErrorMessage, "BAD REQUEST");
  assert.is(failed.error.errors[0].code, "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE");
  assert.match(
    failed.error.errors[0].message,
    /already being used by 'projects\/demo-project\/regions\/us-central1\/subnetworks\/net-subnet'/,
  );
  await client.change("DELETE", "/regions/us-central1/subnetworks/net-subnet");
  const done = await client.change("DELETE", "/global/networks/net");
  assert.is(done.error, undefined);
  const routes = await client.get(`/global/routes?filter=${encodeURIComponent('network eq ".*/net"')}`);
  assert.is(routes.items, undefined, "its own routes go with it");
});

each("a subnetwork in use by an instance is refused at once", async (client) => {
  await makeNetwork(client, "net", "10.1.0.0/24");
  const networkInterfaces = [{ subnetwork: "regions/us-central1/subnetworks/net-subnet" }];
  await client.change("POST", "/zones/us-central1-a/instances", instanceBody("one", { networkInterfaces }));
  const refused = await client.send("DELETE", "/regions/us-central1/subnetworks/net-subnet");
  assert.is(refused.body.error.errors[0].reason, "resourceInUseByAnotherResource");
});

test("a network that is being made or deleted is not ready", async () => {
  const client = await startClient({ operationMs: [60_000, 60_000] });
  try {
    await client.send("POST", "/global/networks", { name: "net", autoCreateSubnetworks: false });
    const body = { name: "sub", network: "global/networks/net", ipCidrRange: "10.0.0.0/24" };
    const early = await client.send("POST", "/regions/us-central1/subnetworks", body);
    assert.is(early.body.error.errors[0].reason, "resourceNotReady");
    client.control.settle();
    assert.is((await client.send("DELETE", "/global/networks/net")).status, 200);
    assert.is((await client.send("DELETE", "/global/networks/net")).body.error.errors[0].reason, "resourceNotReady");
  } finally {
    await client.close();
  }
});

each("a subnetwork is patched against its fingerprint and only grows", async (client) => {
  await makeNetwork(client, "net", "10.1.0.0/24");
  const path = "/regions/us-central1/subnetworks/net-subnet";
  const { fingerprint } = await client.get(path);
  const secondaryIpRanges = [{ rangeName: "pods", ipCidrRange: "10.8.0.0/20" }];
  assert.is((await client.send("PATCH", path, { secondaryIpRanges })).body.error.errors[0].reason, "required");
  assert.is((await client.send("PATCH", path, { secondaryIpRanges, fingerprint: "AAAAAAAAAAA=" })).status, 412);
  const patched = await client.send("PATCH", path, { secondaryIpRanges, fingerprint });
  assert.is(patched.body.status, "DONE");
  assert.is(patched.body.operationType, "compute.subnetworks.patch");
  assert.is((await client.send("POST", `${path}/expandIpCidrRange`, { ipCidrRange: "10.1.0.0/25" })).status, 400);
  await client.change("POST", `${path}/expandIpCidrRange`, { ipCidrRange: "10.1.0.0/22" });
  await client.change("POST", `${path}/setPrivateIpGoogleAccess`, { privateIpGoogleAccess: true });
  const after = await client.get(path);
  assert.is(after.ipCidrRange, "10.1.0.0/22");
  assert.is(after.privateIpGoogleAccess, true);
  assert.equal(after.secondaryIpRanges, secondaryIpRanges);
});

each("a firewall rule has defaults, can be patched, and is checked", async (client) => {
  const rule = { name: "web", network: "global/networks/default", allowed: [{ IPProtocol: "tcp", ports: ["80"] }] };
  await client.change("POST", "/global/firewalls", rule);
  const made = await client.get("/global/firewalls/web");
  assert.equal(
    [made.direction, made.priority, made.disabled, made.sourceRanges, made.description, made.logConfig],
    ["INGRESS", 1000, false, ["0.0.0.0/0"], "", { enable: false }],
  );
  await client.change("PATCH", "/global/firewalls/web", { priority: 5, denied: [{ IPProtocol: "all" }] });
  const patched = await client.get("/global/firewalls/web");
  assert.is(patched.priority, 5);
  assert.is(patched.allowed, undefined);
  assert.is(patched.id, made.id);
  const bad: readonly Record<string, unknown>[] = [
    { ...rule, name: "both", denied: [{ IPProtocol: "tcp" }] },
    { ...rule, name: "none", allowed: [] },
    { ...rule, name: "port", allowed: [{ IPProtocol: "tcp", ports: ["99999"] }] },
    { ...rule, name: "icmp", allowed: [{ IPProtocol: "icmp", ports: ["1"] }] },
    { ...rule, name: "range", sourceRanges: ["10.0.0.1/24"] },
    { ...rule, name: "mixed", targetTags: ["a"], targetServiceAccounts: ["x@y"] },
    { ...rule, name: "way", direction: "SIDEWAYS" },
    { ...rule, name: "first", priority: 70_000 },
  ];
  for (const body of bad)
    assert.is((await client.send("POST", "/global/firewalls", body)).status, 400, String(body.name));
});

each("dual stack gives prefixes to subnetworks and addresses to machines", async (client) => {
  await client.change("POST", "/global/networks", {
    name: "six",
    autoCreateSubnetworks: false,
    enableUlaInternalIpv6: true,
  });
  assert.match((await client.get("/global/networks/six")).internalIpv6Range, /^fd20:/);
  const common = { network: "global/networks/six", stackType: "IPV4_IPV6" };
  const path = "/regions/us-central1/subnetworks";
  await client.change("POST", path, { ...common, name: "out", ipCidrRange: "10.0.0.0/24", ipv6AccessType: "EXTERNAL" });
  await client.change("POST", path, { ...common, name: "in", ipCidrRange: "10.0.1.0/24", ipv6AccessType: "INTERNAL" });
  assert.match((await client.get(`${path}/out`)).externalIpv6Prefix, /^2600:1900:.*\/64$/);
  assert.match((await client.get(`${path}/in`)).internalIpv6Prefix, /^fd20:.*\/64$/);
  const networkInterfaces = [{ subnetwork: "regions/us-central1/subnetworks/in", stackType: "IPV4_IPV6" }];
  await client.change("POST", "/zones/us-central1-a/instances", instanceBody("one", { networkInterfaces }));
  const [nic] = (await client.get("/zones/us-central1-a/instances/one")).networkInterfaces;
  assert.match(nic.ipv6Address, /^fd20:/);
  assert.is(nic.internalIpv6PrefixLength, 96);
});

each("reserved addresses say who uses them", async (client) => {
  const path = "/regions/us-central1/addresses";
  await client.change("POST", path, { name: "ip", labels: { a: "b" } });
  const reserved = await client.get(`${path}/ip`);
  assert.equal([reserved.status, reserved.addressType, reserved.networkTier], ["RESERVED", "EXTERNAL", "PREMIUM"]);
  const accessConfigs = [{ natIP: reserved.address }];
  const networkInterfaces = [{ network: "global/networks/default", accessConfigs }];
  await client.change("POST", "/zones/us-central1-a/instances", instanceBody("one", { networkInterfaces }));
  const used = await client.get(`${path}/ip`);
  assert.is(used.status, "IN_USE");
  assert.match(used.users[0], /instances\/one$/);
  assert.is((await client.send("DELETE", `${path}/ip`)).body.error.errors[0].reason, "resourceInUseByAnotherResource");
  const labelled = await client.send("POST", `${path}/ip/setLabels`, {
    labels: {},
    labelFingerprint: used.labelFingerprint,
  });
  assert.is(labelled.body.status, "DONE");
});

test.run();

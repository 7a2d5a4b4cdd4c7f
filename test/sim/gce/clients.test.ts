import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { type Client, instanceBody, makeNetwork, startClient } from "./client.ts";

const test = suite("gce requests of ordinary clients");
const zone = "/zones/us-central1-a";
const instance = `${zone}/instances/one`;

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

each("an instance is updated as a whole, against its fingerprint", async (client) => {
  await client.change("POST", `${zone}/instances`, instanceBody("one"));
  const before = await client.get(instance);
  const same = await client.change("PUT", instance, before);
  assert.is(same.error, undefined);
  assert.equal((await client.get(instance)).disks, before.disks);
  const labels = { team: "a" };
  assert.is((await client.send("PUT", instance, { ...before, fingerprint: "AAAAAAAAAAA=", labels })).status, 412);
  const { fingerprint } = await client.get(instance);
  await client.change("PUT", instance, { ...before, fingerprint, labels, deletionProtection: true });
  const after = await client.get(instance);
  assert.equal([after.labels, after.deletionProtection], [labels, true]);
});

each("access configs, maintenance and policies of an instance", async (client) => {
  const access = [{ type: "ONE_TO_ONE_NAT", name: "External NAT" }];
  const nics = [{ network: "global/networks/default", accessConfigs: access }];
  await client.change("POST", `${zone}/instances`, instanceBody("one", { networkInterfaces: nics }));
  const [nic] = (await client.get(instance)).networkInterfaces;
  const config = { name: "External NAT", publicPtrDomainName: "a.example.com.", setPublicPtr: true };
  await client.change("POST", `${instance}/updateAccessConfig?networkInterface=nic0`, config);
  const [changed] = (await client.get(instance)).networkInterfaces;
  assert.equal(
    [
      changed.accessConfigs[0].natIP,
      changed.accessConfigs[0].publicPtrDomainName,
      changed.accessConfigs[0].setPublicPtr,
    ],
    [nic.accessConfigs[0].natIP, "a.example.com.", true],
  );
  assert.is((await client.change("POST", `${instance}/simulateMaintenanceEvent`)).status, "DONE");
  assert.is((await client.send("GET", `${instance}/getGuestAttributes`)).status, 404);
  assert.ok((await client.get(`${instance}/getEffectiveFirewalls?networkInterface=nic0`)).firewalls.length > 0);
  assert.is((await client.get(`${instance}/getIamPolicy`)).etag, "ACAB");
  const bindings = [{ role: "roles/compute.viewer", members: ["user:a@example.com"] }];
  const set = await client.send("POST", `${instance}/setIamPolicy`, { policy: { bindings, etag: "ACAB" } });
  assert.equal([set.status, set.body.bindings], [200, bindings]);
  assert.is((await client.send("POST", `${instance}/setIamPolicy`, { policy: { etag: "ACAB" } })).status, 412);
});

each("a snapshot outlives its disk", async (client) => {
  await client.change("POST", `${zone}/disks`, { name: "data", sizeGb: "20" });
  // Infrastructure-as-code clients name the zone too, though snapshots have none.
  const asked = { name: "copy", labels: { a: "b" }, zone: "projects/demo-project/global/zones/us-central1-a" };
  const done = await client.change("POST", `${zone}/disks/data/createSnapshot`, asked);
  assert.is(done.operationType, "createSnapshot");
  await client.change("DELETE", `${zone}/disks/data`);
  const snapshot = await client.get("/global/snapshots/copy");
  assert.equal([snapshot.diskSizeGb, snapshot.status, snapshot.labels], ["20", "READY", { a: "b" }]);
  await client.change("POST", `${zone}/disks`, { name: "again", sourceSnapshot: "global/snapshots/copy" });
  assert.equal((await client.get(`${zone}/disks/again`)).sizeGb, "20");
  await client.change("DELETE", "/global/snapshots/copy");
  assert.is((await client.get("/global/snapshots")).items, undefined);
});

each("a peering is active once both sides have it", async (client) => {
  for (const [name, range] of [
    ["left", "10.1.0.0/24"],
    ["right", "10.2.0.0/24"],
  ] as const) {
    await makeNetwork(client, name, range);
  }
  const peer = (from: string, to: string) =>
    client.change("POST", `/global/networks/${from}/addPeering`, {
      networkPeering: { name: "p", network: `global/networks/${to}`, exchangeSubnetRoutes: true },
    });
  const states = async () =>
    Promise.all(
      ["left", "right"].map(async (name) => (await client.get(`/global/networks/${name}`)).peerings?.[0]?.state),
    );
  await peer("left", "right");
  assert.equal(await states(), ["INACTIVE", undefined]);
  await peer("right", "left");
  assert.equal(await states(), ["ACTIVE", "ACTIVE"]);
  await client.change("POST", "/global/networks/right/removePeering", { name: "p" });
  assert.equal(await states(), ["INACTIVE", undefined]);
});

each("a manager of a region spreads its machines over the zones", async (client) => {
  const sourceImage = "projects/debian-cloud/global/images/family/debian-12";
  const properties = {
    machineType: "e2-small",
    disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage } }],
    networkInterfaces: [{ network: "global/networks/default" }],
  };
  await client.change("POST", "/global/instanceTemplates", { name: "tpl", properties });
  const managers = "/regions/us-east1/instanceGroupManagers";
  const instanceTemplate = "global/instanceTemplates/tpl";
  await client.change("POST", managers, { name: "pool", baseInstanceName: "pool", targetSize: 3, instanceTemplate });
  const made = await client.get(`${managers}/pool`);
  assert.equal([made.distributionPolicy.targetShape, made.distributionPolicy.zones.length], ["EVEN", 3]);
  const { managedInstances } = (await client.send("POST", `${managers}/pool/listManagedInstances`)).body;
  const zones = managedInstances.map((one: { instance: string }) => /zones\/([^/]+)/.exec(one.instance)?.[1]);
  assert.equal(zones.sort(), ["us-east1-b", "us-east1-c", "us-east1-d"]);
  assert.is((await client.get("/regions/us-east1/instanceGroups/pool")).size, 3);
  await client.change("POST", "/global/instanceTemplates", { name: "next", properties });
  await client.change("POST", `${managers}/pool/setInstanceTemplate`, {
    instanceTemplate: "global/instanceTemplates/next",
  });
  assert.match((await client.get(`${managers}/pool`)).instanceTemplate, /next$/);
});

each("alias ranges of an interface are replaced, against its fingerprint", async (client) => {
  await makeNetwork(client, "net", "10.1.0.0/24");
  const subnetwork = "/regions/us-central1/subnetworks/net-subnet";
  const { fingerprint } = await client.get(subnetwork);
  const secondaryIpRanges = [{ rangeName: "pods", ipCidrRange: "10.2.0.0/16" }];
  await client.change("PATCH", subnetwork, { fingerprint, secondaryIpRanges });
  const aliasIpRanges = [{ subnetworkRangeName: "pods", ipCidrRange: "10.2.1.0/24" }];
  const nics = [{ subnetwork: subnetwork.slice(1), aliasIpRanges }];
  await client.change("POST", `${zone}/instances`, instanceBody("one", { networkInterfaces: nics }));
  const nic = async () => (await client.get(instance)).networkInterfaces[0];
  const update = `${instance}/updateNetworkInterface?networkInterface=nic0`;
  const first = await nic();
  assert.equal(first.aliasIpRanges, aliasIpRanges);
  await client.change("PATCH", update, { aliasIpRanges: [], fingerprint: first.fingerprint });
  const second = await nic();
  assert.is(second.aliasIpRanges, undefined);
  assert.is((await client.send("PATCH", update, { aliasIpRanges, fingerprint: first.fingerprint })).status, 412);
  const named = (name: string) => [{ subnetworkRangeName: name, ipCidrRange: "10.2.3.4" }];
  const other = { aliasIpRanges: named("other"), fingerprint: second.fingerprint };
  assert.is((await client.send("PATCH", update, other)).status, 400);
  await client.change("PATCH", update, { aliasIpRanges: named("pods"), fingerprint: second.fingerprint });
  assert.is((await nic()).aliasIpRanges[0].ipCidrRange, "10.2.3.4/32");
  assert.is((await nic()).networkIP, first.networkIP);
});

each("a stopped instance gets another name and keeps its disks", async (client) => {
  await client.change("POST", `${zone}/instances`, instanceBody("one"));
  const asked = { currentName: "one", name: "two" };
  assert.is((await client.send("POST", `${instance}/setName`, asked)).status, 400);
  await client.change("POST", `${instance}/stop`);
  assert.is((await client.change("POST", `${instance}/setName`, asked)).error, undefined);
  assert.is((await client.send("GET", instance)).status, 404);
  const renamed = await client.get(`${zone}/instances/two`);
  assert.match(renamed.selfLink, /\/two$/);
  assert.match(renamed.disks[0].source, /\/one$/);
  assert.equal((await client.get(`${zone}/disks/one`)).users, [renamed.selfLink]);
  await client.change("POST", `${zone}/instances/two/start`);
  assert.is((await client.get(`${zone}/instances/two`)).status, "RUNNING");
});

each("an instance is made from a template, with what its request says over it", async (client) => {
  const { disks, networkInterfaces } = instanceBody("one");
  const properties = { machineType: "e2-small", disks, networkInterfaces, labels: { app: "web" } };
  await client.change("POST", "/global/instanceTemplates", { name: "tpl", properties });
  const source = "sourceInstanceTemplate=global/instanceTemplates/tpl";
  await client.change("POST", `${zone}/instances?${source}`, { name: "one", labels: { app: "db" } });
  const made = await client.get(instance);
  assert.match(made.machineType, /zones\/us-central1-a\/machineTypes\/e2-small$/);
  assert.equal(made.labels, { app: "db" });
});

each("an image that is deprecated is not the newest of its family", async (client) => {
  await client.change("POST", `${zone}/disks`, { name: "data", sizeGb: "10" });
  const make = (name: string) =>
    client.change("POST", "/global/images", { name, family: "own", sourceDisk: `zones/us-central1-a/disks/data` });
  await make("old");
  await make("new");
  await client.change("POST", "/global/images/new/deprecate", { state: "DEPRECATED" });
  assert.is((await client.get("/global/images/family/own")).name, "old");
});

test.run();

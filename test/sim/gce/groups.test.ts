import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { type Body, type Client, makeNetwork, startClient } from "./client.ts";

const test = suite("gce routers, templates and groups");
const zone = "/zones/us-central1-a";

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

async function makeTemplate(client: Client, name = "tpl"): Promise<void> {
  const sourceImage = "projects/debian-cloud/global/images/family/debian-12";
  const properties = {
    machineType: "e2-small",
    disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage } }],
    networkInterfaces: [{ network: "global/networks/default" }],
    labels: { app: "web" },
  };
  const done = await client.change("POST", "/global/instanceTemplates", { name, properties });
  assert.is(done.operationType, "compute.instanceTemplates.insert");
}

each("a router holds address translations and is used by none", async (client) => {
  await makeNetwork(client, "net", "10.1.0.0/24");
  const routers = "/regions/us-central1/routers";
  const bgp = null;
  await client.change("POST", routers, { name: "router", network: "global/networks/net", bgp });
  const made = await client.get(`${routers}/router`);
  assert.equal(
    [made.description, made.encryptedInterconnectRouter, made.nats, made.bgp],
    ["", false, undefined, undefined],
  );
  const nat = {
    name: "nat",
    natIpAllocateOption: "AUTO_ONLY",
    sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
  };
  const patched = await client.change("PATCH", `${routers}/router`, { nats: [nat] });
  assert.is(patched.operationType, "patch");
  const [filled] = (await client.get(`${routers}/router`)).nats;
  assert.equal([filled.type, filled.endpointTypes], ["PUBLIC", ["ENDPOINT_TYPE_VM"]]);
  await client.change("PATCH", `${routers}/router`, {});
  assert.is((await client.get(`${routers}/router`)).nats.length, 1, "what is not sent is kept");
  const subnetworks = [{ name: "regions/us-central1/subnetworks/net-subnet", sourceIpRangesToNat: ["ALL_IP_RANGES"] }];
  const listed = { ...nat, sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS", subnetworks };
  await client.change("PATCH", `${routers}/router`, { nats: [listed] });
  assert.is((await client.send("PATCH", `${routers}/router`, { nats: [{ ...nat, subnetworks }] })).status, 400);
  const failed = await client.change("DELETE", "/global/networks/net");
  assert.ok(failed.error);
  await client.change("DELETE", `${routers}/router`);
});

each("a manager keeps as many instances of a template as wanted", async (client) => {
  await makeTemplate(client);
  const managers = `${zone}/instanceGroupManagers`;
  const instanceTemplate = "global/instanceTemplates/tpl";
  await client.change("POST", managers, { name: "web", baseInstanceName: "web", instanceTemplate, targetSize: 2 });
  const manager = await client.get(`${managers}/web`);
  assert.is(manager.status.isStable, true);
  assert.is(manager.currentActions.none, 2);
  assert.equal(manager.updatePolicy.maxSurge, { fixed: 1, calculated: 1 });
  const listed = await client.send("POST", `${managers}/web/listManagedInstances`);
  assert.is(listed.body.managedInstances.length, 2);
  const names: string[] = listed.body.managedInstances.map((one: Body) => one.name);
  for (const name of names) assert.match(name, /^web-[a-z0-9]{4}$/);
  const instance = await client.get(`${zone}/instances/${names[0]}`);
  assert.equal(instance.labels, { app: "web" });
  assert.is((await client.get(`${zone}/instanceGroups/web`)).size, 2);
  assert.is((await client.send("DELETE", `${zone}/instanceGroups/web`)).status, 400);
  assert.is((await client.send("DELETE", "/global/instanceTemplates/tpl")).status, 400);
  await client.change("POST", `${managers}/web/resize?size=3`);
  await client.change("POST", `${managers}/web/createInstances`, { instances: [{ name: "web-own" }] });
  assert.is((await client.get(`${managers}/web`)).targetSize, 4);
  const link = "zones/us-central1-a/instances/web-own";
  const before = await client.get(`${zone}/instances/web-own`);
  await client.change("POST", `${managers}/web/recreateInstances`, { instances: [link] });
  client.control.settle();
  const after = await client.get(`${zone}/instances/web-own`);
  assert.is.not(after.id, before.id);
  assert.is(after.status, "RUNNING");
  await client.change("POST", `${managers}/web/abandonInstances`, { instances: [link] });
  await client.change("POST", `${managers}/web/resize?size=1`);
  assert.is((await client.get(`${managers}/web`)).currentActions.none, 1);
  await client.change("DELETE", `${managers}/web`);
  client.control.settle();
  const left = await client.get(`${zone}/instances`);
  assert.equal(
    left.items.map((one: Body) => one.name),
    ["web-own"],
  );
  assert.is((await client.send("GET", `${zone}/instanceGroups/web`)).status, 404);
  await client.change("DELETE", "/global/instanceTemplates/tpl");
});

each("a group by hand takes and gives instances", async (client) => {
  await makeTemplate(client);
  await client.change("POST", `${zone}/instanceGroups`, { name: "hand" });
  await client.change("POST", `${zone}/instanceGroupManagers`, {
    name: "web",
    instanceTemplate: "global/instanceTemplates/tpl",
    targetSize: 1,
  });
  const [one] = (await client.get(`${zone}/instances`)).items;
  const instances = [{ instance: one.selfLink }];
  await client.change("POST", `${zone}/instanceGroups/hand/addInstances`, { instances });
  const listed = await client.send("POST", `${zone}/instanceGroups/hand/listInstances`, { instanceState: "RUNNING" });
  assert.equal(listed.body.items, [{ instance: one.selfLink, status: "RUNNING" }]);
  await client.change("POST", `${zone}/instanceGroups/hand/removeInstances`, { instances });
  assert.is((await client.get(`${zone}/instanceGroups/hand`)).size, 0);
  await client.change("DELETE", `${zone}/instanceGroups/hand`);
});

each("a manager keeps its versions and the ports of its group", async (client) => {
  await makeTemplate(client);
  await makeTemplate(client, "next");
  const managers = `${zone}/instanceGroupManagers`;
  const link = (name: string) =>
    `https://www.googleapis.com/compute/v1/projects/demo-project/global/instanceTemplates/${name}`;
  const versions = [
    { name: "main", instanceTemplate: "global/instanceTemplates/tpl" },
    { name: "canary", instanceTemplate: "global/instanceTemplates/next", targetSize: { fixed: 1 } },
  ];
  const namedPorts = [{ name: "http", port: 80 }];
  await client.change("POST", managers, {
    name: "pool",
    baseInstanceName: "pool",
    targetSize: 3,
    versions,
    namedPorts,
  });
  const made = await client.get(`${managers}/pool`);
  assert.equal(made.versions, [
    { name: "main", instanceTemplate: link("tpl"), targetSize: { calculated: 2 } },
    { name: "canary", instanceTemplate: link("next"), targetSize: { fixed: 1, calculated: 1 } },
  ]);
  assert.equal(made.namedPorts, namedPorts);
  assert.equal((await client.get(`${zone}/instanceGroups/pool`)).namedPorts, namedPorts);
  await client.change("POST", `${zone}/instanceGroups/pool/setNamedPorts`, {
    namedPorts: [{ name: "http", port: 81 }],
  });
  await client.change("PATCH", `${managers}/pool`, { instanceTemplate: "global/instanceTemplates/next" });
  const after = await client.get(`${managers}/pool`);
  assert.equal([after.namedPorts[0].port, after.versions.length, after.instanceTemplate], [81, 1, link("next")]);
});

test.run();

import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { type Client, instanceBody, makeNetwork, startClient } from "./client.ts";

const test = suite("gce instances");
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

each("a new instance walks to RUNNING and has what the server fills", async (client) => {
  const first = await client.send("POST", `${zone}/instances`, instanceBody("one", { labels: { team: "a" } }));
  assert.is(first.body.status, "RUNNING");
  assert.is(first.body.operationType, "insert");
  assert.match(first.body.name, /^operation-\d{13}-[0-9a-f]{13}-[0-9a-f]{8}-[0-9a-f]{8}$/);
  const instance = await client.get(`${zone}/instances/one`);
  assert.is(instance.status, "RUNNING");
  assert.is(instance.cpuPlatform, "Intel Broadwell");
  assert.is(instance.tags.fingerprint, "42WmSpB8rSM=");
  assert.match(instance.id, /^\d{18,19}$/);
  assert.match(instance.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[78]:00$/);
  assert.match(instance.selfLink, /^https:\/\/www\.googleapis\.com\/compute\/v1\/projects\/demo-project\//);
  assert.is(instance.networkInterfaces[0].networkIP, "10.128.0.2");
  assert.is(instance.disks[0].initializeParams, undefined);
  const operation = await client.get(`${zone}/operations/${first.body.name}`);
  assert.is(operation.status, "DONE");
  assert.is(operation.progress, 100);
  assert.is(operation.targetId, instance.id);
});

each("the boot disk is a disk of its own and goes with the instance", async (client) => {
  await client.change("POST", `${zone}/instances`, instanceBody("one"));
  const disk = await client.get(`${zone}/disks/one`);
  assert.match(disk.sourceImage, /cos-cloud\/global\/images\/cos-stable-/);
  assert.match(disk.users[0], /instances\/one$/);
  const refused = await client.send("DELETE", `${zone}/disks/one`);
  assert.is(refused.body.error.errors[0].reason, "resourceInUseByAnotherResource");
  await client.change("DELETE", `${zone}/instances/one`);
  assert.is((await client.send("GET", `${zone}/disks/one`)).status, 404);
});

each("a data disk outlives its instance and can be attached to the next", async (client) => {
  await client.change("POST", `${zone}/disks`, { name: "data", sizeGb: "20" });
  const source = "zones/us-central1-a/disks/data";
  const boot = instanceBody("one").disks[0];
  await client.change("POST", `${zone}/instances`, instanceBody("one", { disks: [boot, { source }] }));
  const taken = await client.send("POST", `${zone}/instances`, instanceBody("two", { disks: [boot, { source }] }));
  assert.is(taken.body.error.errors[0].reason, "resourceInUseByAnotherResource");
  assert.is((await client.send("GET", `${zone}/disks/two`)).status, 404, "a refused insert leaves nothing behind");
  await client.change("DELETE", `${zone}/instances/one`);
  const disk = await client.get(`${zone}/disks/data`);
  assert.is(disk.users, undefined);
  await client.change("POST", `${zone}/instances`, instanceBody("two"));
  await client.change("POST", `${zone}/instances/two/attachDisk`, { source, deviceName: "data" });
  assert.is((await client.get(`${zone}/instances/two`)).disks[1].deviceName, "data");
  await client.change("POST", `${zone}/disks/data/resize`, { sizeGb: "30" });
  assert.is((await client.get(`${zone}/instances/two`)).disks[1].diskSizeGb, "30");
  assert.is((await client.send("POST", `${zone}/disks/data/resize`, { sizeGb: "10" })).status, 400);
  await client.change("POST", `${zone}/instances/two/detachDisk?deviceName=data`);
  await client.change("DELETE", `${zone}/disks/data`);
});

each("stop and start give the ephemeral address away and bring another", async (client) => {
  const nic = { network: "global/networks/default", accessConfigs: [{ type: "ONE_TO_ONE_NAT", name: "External NAT" }] };
  await client.change("POST", `${zone}/instances`, instanceBody("one", { networkInterfaces: [nic] }));
  const address = (await client.get(`${zone}/instances/one`)).networkInterfaces[0].accessConfigs[0].natIP;
  assert.match(address, /^3[45]\./);
  const first = await client.send("POST", `${zone}/instances/one/stop`);
  assert.is(first.body.status, "PENDING");
  assert.is(first.body.startTime, undefined);
  const stopped = await client.get(`${zone}/instances/one`);
  assert.is(stopped.status, "TERMINATED");
  assert.is(stopped.cpuPlatform, "Unknown CPU Platform");
  assert.is(stopped.networkInterfaces[0].accessConfigs[0].natIP, undefined);
  await client.change("POST", `${zone}/instances/one/start`);
  const started = await client.get(`${zone}/instances/one`);
  assert.is(started.status, "RUNNING");
  assert.is.not(started.networkInterfaces[0].accessConfigs[0].natIP, address);
});

each("some settings need a stopped machine", async (client) => {
  await client.change("POST", `${zone}/instances`, instanceBody("one"));
  const type = { machineType: "zones/us-central1-a/machineTypes/n2-standard-4" };
  assert.is((await client.send("POST", `${zone}/instances/one/setMachineType`, type)).status, 400);
  await client.change("POST", `${zone}/instances/one/stop`);
  await client.change("POST", `${zone}/instances/one/setMachineType`, type);
  await client.change("POST", `${zone}/instances/one/setServiceAccount`, { email: "a@b.example", scopes: ["x"] });
  const instance = await client.get(`${zone}/instances/one`);
  assert.match(instance.machineType, /machineTypes\/n2-standard-4$/);
  assert.equal(instance.serviceAccounts, [{ email: "a@b.example", scopes: ["x"] }]);
});

each("labels, metadata and tags are replaced against their fingerprint", async (client) => {
  await client.change(
    "POST",
    `${zone}/instances`,
    instanceBody("one", { labels: { a: "1" }, tags: { items: ["web"] } }),
  );
  const before = await client.get(`${zone}/instances/one`);
  const path = `${zone}/instances/one`;
  const stale = await client.send("POST", `${path}/setLabels`, { labels: {}, labelFingerprint: "42WmSpB8rSM=" });
  assert.is(stale.status, 412);
  assert.is(stale.body.error.errors[0].reason, "conditionNotMet");
  await client.change("POST", `${path}/setLabels`, { labels: {}, labelFingerprint: before.labelFingerprint });
  await client.change("POST", `${path}/setTags`, { items: ["db"], fingerprint: before.tags.fingerprint });
  assert.is(
    (await client.send("POST", `${path}/setTags`, { items: [], fingerprint: before.tags.fingerprint })).status,
    412,
  );
  const item = { key: "user-data", value: "#cloud-config" };
  await client.change("POST", `${path}/setMetadata`, { items: [item], fingerprint: before.metadata.fingerprint });
  assert.is((await client.send("POST", `${path}/setMetadata`, { items: [] })).status, 412);
  const after = await client.get(path);
  assert.is(after.labels, undefined);
  assert.is(after.labelFingerprint, "42WmSpB8rSM=");
  assert.equal(after.tags.items, ["db"]);
  assert.equal(after.metadata.items, [item]);
  assert.is.not(after.fingerprint, before.fingerprint);
});

each("a protected instance is not deleted", async (client) => {
  await client.change("POST", `${zone}/instances`, instanceBody("one", { deletionProtection: true }));
  assert.is((await client.send("DELETE", `${zone}/instances/one`)).status, 400);
  await client.change("POST", `${zone}/instances/one/setDeletionProtection?deletionProtection=false`);
  await client.change("DELETE", `${zone}/instances/one`);
  assert.is((await client.send("GET", `${zone}/instances/one`)).status, 404);
});

each("addresses are distinct, and a full or taken one fails inside the operation", async (client) => {
  await makeNetwork(client, "small", "10.9.0.0/29");
  const networkInterfaces = [{ subnetwork: "regions/us-central1/subnetworks/small-subnet" }];
  const seen = new Set<string>();
  for (const name of ["a", "b", "c", "d"]) {
    await client.change("POST", `${zone}/instances`, instanceBody(name, { networkInterfaces }));
    seen.add((await client.get(`${zone}/instances/${name}`)).networkInterfaces[0].networkIP);
  }
  assert.equal([...seen].sort(), ["10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5"]);
  const full = await client.change("POST", `${zone}/instances`, instanceBody("e", { networkInterfaces }));
  assert.is(full.error.errors[0].code, "IP_SPACE_EXHAUSTED");
  assert.is((await client.send("GET", `${zone}/instances/e`)).status, 404);
  assert.is((await client.send("GET", `${zone}/disks/e`)).status, 404);
  const taken = [{ ...networkInterfaces[0], networkIP: "10.9.0.2" }];
  const clash = await client.change("POST", `${zone}/instances`, instanceBody("f", { networkInterfaces: taken }));
  assert.is(clash.error.errors[0].code, "IP_IN_USE_BY_ANOTHER_RESOURCE");
});

each("what is wrong with a body is said", async (client) => {
  const cases: readonly (readonly [unknown, string, RegExp])[] = [
    [instanceBody("UPPER"), "invalid", /resource\.name.*Must be a match of regex/],
    [
      instanceBody("one", { machineType: "zones/us-central1-a/machineTypes/huge" }),
      "invalid",
      /does not exist in zone/,
    ],
    [instanceBody("one", { machineType: "e2-small" }), "invalid", /URL is malformed/],
    [instanceBody("one", { disks: [] }), "invalid", /No disks are specified/],
    [
      instanceBody("one", { networkInterfaces: [{ network: "global/networks/no" }] }),
      "invalid",
      /referenced network resource cannot be found/,
    ],
    [instanceBody("one", { nmae: "x" }), "badRequest", /Unknown name "nmae" at 'resource': Cannot find field/],
    [instanceBody("one", { canIpForward: "yes" }), "badRequest", /resource\.canIpForward' \(TYPE_BOOL\)/],
    [instanceBody("one", { labels: { Bad: "x" } }), "invalid", /Label keys/],
    [{ machineType: "x" }, "required", /Required field 'resource\.name' not specified/],
  ];
  for (const [body, reason, message] of cases) {
    const answer = await client.send("POST", `${zone}/instances`, body);
    assert.is(answer.status, 400);
    assert.is(answer.body.error.errors[0].reason, reason);
    assert.match(answer.body.error.message, message);
  }
});

test.run();

import * as assert from "uvu/assert";
import * as access from "../../../src/sim/gce/access-by-hand.ts";
import * as byHand from "../../../src/sim/gce/by-hand.ts";
import { suite } from "../../support/suite.ts";
import { type Client, instanceBody, startClient } from "./client.ts";

const test = suite("gce by hand");
let client: Client;

test.before(async () => {
  client = await startClient({ operationMs: [1, 5] });
  await client.change("POST", "/zones/us-central1-a/instances", instanceBody("one", { labels: { a: "b" } }));
});
test.after(() => client.close());

test("a person can list, change, stop, start and delete", async () => {
  await byHand.setMachineType(client.url, "one", "n2-standard-2");
  await byHand.setLabels(client.url, "one", { c: "d", a: "" });
  const [one] = await byHand.listInstances(client.url);
  assert.equal([one?.project, one?.zone, one?.name], ["demo-project", "us-central1-a", "one"]);
  assert.equal([one?.machineType, one?.status, one?.labels], ["n2-standard-2", "RUNNING", { c: "d" }]);
  await byHand.stopInstance(client.url, "one");
  assert.is((await byHand.listInstances(client.url))[0]?.status, "TERMINATED");
  await byHand.startInstance(client.url, "one");
  assert.is((await byHand.listInstances(client.url))[0]?.status, "RUNNING");
  await byHand.deleteInstance(client.url, "one");
  assert.equal(await byHand.listInstances(client.url), []);
});

test("a person can add and delete a firewall rule", async () => {
  const rule = { project: "demo-project", name: "hole", network: "default", protocol: "tcp", ports: ["22"] };
  await byHand.addFirewall(client.url, { ...rule, sourceRanges: ["0.0.0.0/0"] });
  assert.is((await client.get("/global/firewalls/hole")).name, "hole");
  await byHand.deleteFirewall(client.url, "demo-project", "hole");
  assert.is((await client.send("GET", "/global/firewalls/hole")).status, 404);
});

test("a person can take permissions, switch services off and lower quotas", async () => {
  const insert = () => client.send("POST", "/zones/us-central1-a/instances", instanceBody("two"));
  await access.setPermission(client.url, "compute.instances.create", false);
  const denied = await insert();
  assert.is(denied.status, 403);
  assert.is(denied.body.error.errors[0].reason, "forbidden");
  assert.match(
    denied.body.error.message,
    /^Required 'compute.instances.create' permission for 'projects\/demo-project/,
  );
  await access.setPermission(client.url, "compute.instances.create", true);
  await access.setService(client.url, "compute", false);
  const off = await insert();
  assert.is(off.body.error.errors[0].reason, "accessNotConfigured");
  assert.is(off.body.error.details[0].reason, "SERVICE_DISABLED");
  await access.setService(client.url, "compute.googleapis.com", true);
  await access.setQuota(client.url, "INSTANCES", "0");
  assert.is((await insert()).body.error.errors[0].reason, "quotaExceeded");
  await access.setQuota(client.url, "INSTANCES", "");
  assert.is((await insert()).status, 200);
});

test("what cannot be done is said", async () => {
  const fails = (work: Promise<unknown>) => work.then(() => "", String);
  assert.match(await fails(byHand.deleteInstance(client.url, "none")), /There is no instance none/);
  assert.match(await fails(byHand.listInstances("http://127.0.0.1:9")), /No simulator answers/);
});

test("requests come in batches too", async () => {
  const part = (id: string, request: string) =>
    `--x\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\n${request} HTTP/1.1\r\nAccept: a/b\r\n\r\n`;
  const base = "/compute/v1/projects/demo-project/global/networks";
  const body = `${part("a+0", `GET ${base}/default?alt=json`)}${part("a+1", `GET ${base}/none`)}--x--`;
  const headers = { "content-type": "multipart/mixed; boundary=x" };
  const response = await fetch(`${client.url}/batch/compute/v1`, { method: "POST", headers, body });
  const text = await response.text();
  assert.match(response.headers.get("content-type") ?? "", /^multipart\/mixed; boundary=/);
  assert.match(text, /Content-ID: <response-a\+0>[\s\S]*HTTP\/1\.1 200[\s\S]*<response-a\+1>[\s\S]*HTTP\/1\.1 404/);
});

test.run();

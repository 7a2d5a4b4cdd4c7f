import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type ReplayResult, replayFolder, replayText } from "../../../src/sim/gce/replay/index.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gce replay");
const api = `https://compute.googleapis.com/compute/v1/projects/${"$"}{projectId}`;
const link = `https://www.googleapis.com/compute/v1/projects/${"$"}{projectId}`;
const network = `${"$"}{networkID}`;
const operation = `${"$"}{operationID}`;

function exchange(request: string, body: object | undefined, status: string, response: object): string {
  const sent = body === undefined ? "" : `\n${JSON.stringify(body, undefined, 2)}\n`;
  const headers = "Content-Type: application/json; charset=UTF-8";
  return `${request}\nUser-Agent: test\n${sent}\n${status}\n${headers}\n\n${JSON.stringify(response, undefined, 2)}\n`;
}

const made = {
  kind: "compute#operation",
  id: "000",
  name: operation,
  operationType: "insert",
  targetLink: `${link}/global/networks/${network}`,
  targetId: network,
  status: "RUNNING",
  user: "user@example.com",
  progress: 0,
  insertTime: "2024-04-01T12:34:56.123456Z",
  startTime: "2024-04-01T12:34:56.123456Z",
  selfLink: `${link}/global/operations/${operation}`,
};

const message = `The resource 'projects/${"$"}{projectId}/global/networks/${network}' was not found`;
const missing = { error: { code: 404, message, errors: [{ message, domain: "global", reason: "notFound" }] } };

const log = (operationType: string, extra: object) =>
  [
    exchange(`GET ${api}/global/networks/${network}?alt=json`, undefined, "404 Not Found", missing),
    exchange(`POST ${api}/global/networks`, { name: network, autoCreateSubnetworks: false }, "200 OK", {
      ...made,
      operationType,
    }),
    exchange(`GET ${api}/global/operations/${operation}`, undefined, "200 OK", {
      ...made,
      status: "DONE",
      progress: 100,
      endTime: "2024-04-01T12:34:56.123456Z",
    }),
    exchange("GET https://container.googleapis.com/v1/clusters", undefined, "200 OK", {}),
    exchange(`GET ${api}/global/networks/${network}`, undefined, "200 OK", {
      kind: "compute#network",
      id: "000",
      creationTimestamp: "2024-04-01T12:34:56.123456Z",
      name: network,
      autoCreateSubnetworks: false,
      routingConfig: { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY" },
      networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
      selfLink: `${link}/global/networks/${network}`,
      selfLinkWithId: `${link}/global/networks/1`,
      ...extra,
    }),
  ].join("\n---\n\n");

async function replayed(files: Readonly<Record<string, string>>): Promise<ReplayResult> {
  const folder = mkdtempSync(join(tmpdir(), "gce-replay-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await replayFolder(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("a log that is like the simulator replays without a difference", async () => {
  const result = await replayed({ "2026-01_network.log": log("insert", {}) });
  assert.equal([result.exchanges.length, result.skipped, result.unexplained], [4, 1, 0]);
  assert.match(replayText(result), /4 exchanges replayed, 1 of other services skipped/);
});

test("each kind of difference is said", async () => {
  const result = await replayed({
    "2026-01_network.log": log("create", { colour: "red", mtu: "big", autoCreateSubnetworks: true }),
  });
  const said = result.exchanges.flatMap((one) => one.differences.map(({ kind, path }) => `${kind} ${path}`));
  assert.equal(said, ["operationType operationType", "value autoCreateSubnetworks", "missing colour", "missing mtu"]);
});

test("a single answer is replayed on what it tells of", async () => {
  const zone = "https://www.googleapis.com/compute/v1/projects/other-project/zones/us-central1-c";
  const headers = { status: "200", date: "Thu, 14 Nov 2024 10:48:07 GMT" };
  const body = {
    ...made,
    operationType: "setLabels",
    status: "DONE",
    progress: 100,
    zone,
    endTime: "x",
    targetLink: `${zone}/disks/data`,
    selfLink: `${zone}/operations/x`,
  };
  const result = await replayed({ "disk__post-compute-setLabels_1.json": JSON.stringify({ headers, body }) });
  assert.is(result.exchanges[0]?.path, "projects/other-project/zones/us-central1-c/disks/data/setLabels");
  assert.is(result.unexplained, 0, replayText(result));
});

test("what is made from something else is made with it: images, snapshots and templates", async () => {
  const project = "https://www.googleapis.com/compute/v1/projects/other-project";
  const headers = { status: "200", date: "Thu, 14 Nov 2019 10:48:07 GMT" };
  const sourceDisk = `${project}/zones/us-central1-a/disks/data`;
  const one = (collection: string, kind: string, more: object) => ({
    ...{ kind: `compute#${kind}`, id: "1", creationTimestamp: "x", name: "one" },
    ...{ selfLink: `${project}/global/${collection}/one`, ...more },
  });
  const licensed = { licenses: ["x"], licenseCodes: ["1"], labelFingerprint: "x" };
  const raw = { sourceType: "RAW", rawDisk: { source: "", containerType: "TAR" }, archiveSizeBytes: "1" };
  const image = { ...raw, status: "READY", diskSizeGb: "20", sourceDisk, sourceDiskId: "2", ...licensed };
  const bytes = { storageBytes: "1", storageBytesStatus: "UP_TO_DATE" };
  const snapshot = { ...bytes, status: "READY", diskSizeGb: "20", sourceDisk, sourceDiskId: "2", ...licensed };
  const initializeParams = { sourceImage: "projects/debian-cloud/global/images/debian-9-stretch-v20190514" };
  const properties = {
    machineType: "n1-standard-1",
    canIpForward: false,
    networkInterfaces: [
      { kind: "compute#networkInterface", name: "nic0", network: `${project}/global/networks/default` },
    ],
    disks: [
      {
        ...{ kind: "compute#attachedDisk", type: "PERSISTENT", mode: "READ_WRITE", deviceName: "x", boot: true },
        ...{ autoDelete: true, initializeParams },
      },
    ],
    metadata: { kind: "compute#metadata", fingerprint: "x" },
    scheduling: { onHostMaintenance: "MIGRATE", automaticRestart: true, preemptible: false },
  };
  const bodies = {
    images: one("images", "image", image),
    snapshots: one("snapshots", "snapshot", snapshot),
    instanceTemplates: one("instanceTemplates", "instanceTemplate", { description: "", properties }),
  };
  const files = Object.entries(bodies).map(([collection, body]) => [
    `${collection}__get-compute-v1-projects-other-project-global-${collection}-one_1.json`,
    JSON.stringify({ headers, body }),
  ]);
  const result = await replayed(Object.fromEntries(files));
  assert.equal([result.exchanges.length, result.unexplained], [3, 0], replayText(result));
});

test.run();

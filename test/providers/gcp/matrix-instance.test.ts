import type { JsonObject } from "../../../src/core/json.ts";
import { createGcpProvider } from "../../../src/providers/gcp/index.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { type MatrixRow, matrixFleet, provesRow } from "./matrix-world.ts";
import { byName } from "./scene.ts";

const test = suite("gcp update matrix of instances, in the world");
const name = "web-main-dfw-0";
const provider = createGcpProvider({ ...shippedNames, name: "gcp", credentials: { kind: "none" } });
const spec = byName(provider.translate(matrixFleet), name).spec;
const boot = spec.bootDisk as JsonObject;
const [nic] = spec.networkInterfaces as readonly [JsonObject];
const metadata = spec.metadata as Readonly<Record<string, string>>;

const lastOf = (value: unknown): string => String(value).split("/").at(-1) ?? "";
const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): JsonObject => (value ?? {}) as JsonObject;
const note = (live: JsonObject, key: string): unknown =>
  objects(object(live.metadata).items).find((item) => item.key === key)?.value;
const bootDisk = (live: JsonObject): JsonObject => objects(live.disks).find((disk) => disk.boot === true) ?? {};
const fingerprint = (live: JsonObject, field: string) => String(object(live[field]).fingerprint);

const rows: Readonly<Record<string, Omit<MatrixRow, "name">>> = {
  "labels change in place": {
    wanted: { labels: { ...(spec.labels as JsonObject), "plumbline-workload": "other" } },
    costs: ["labels.plumbline-workload nothing"],
    after: (live) => object(live.labels)["plumbline-workload"],
    expected: "other",
  },
  "metadata changes in place": {
    wanted: { metadata: { ...metadata, "ssh-keys": "ops:ssh-ed25519 other" } },
    costs: ["metadata.ssh-keys nothing"],
    after: (live) => note(live, "ssh-keys"),
    expected: "ops:ssh-ed25519 other",
  },
  "tags change in place": {
    wanted: { tags: ["other"] },
    ...{ costs: ["tags nothing"], after: (live) => object(live.tags).items, expected: ["other"] },
  },
  "deletion protection changes in place": {
    wanted: { deletionProtection: true },
    costs: ["deletionProtection nothing"],
    ...{ after: (live) => live.deletionProtection, expected: true },
  },
  "a boot disk grows in place": {
    wanted: { bootDisk: { ...boot, sizeGib: 60 } },
    ...{ costs: ["bootDisk.sizeGib nothing"], after: (live) => bootDisk(live).diskSizeGb, expected: "60" },
  },
  "an external address goes in place": {
    wanted: { networkInterfaces: [{ ...nic, externalAddress: false }] },
    costs: ["networkInterfaces[0].externalAddress nothing"],
    ...{ after: (live) => objects(live.networkInterfaces)[0]?.accessConfigs, expected: undefined },
  },
  "an external address comes back in place": {
    before: () => ["POST", "/deleteAccessConfig?accessConfig=External%20NAT&networkInterface=nic0"],
    costs: ["networkInterfaces[0].externalAddress nothing"],
    ...{ after: (live) => objects(objects(live.networkInterfaces)[0]?.accessConfigs).length, expected: 1 },
  },
  "a machine that was stopped is started": {
    before: () => ["POST", "/stop"],
    ...{ costs: ["status nothing"], after: (live) => live.status, expected: "RUNNING" },
  },
  "a machine type changes by a restart": {
    wanted: { machineType: "n2-standard-4" },
    ...{ costs: ["machineType restart"], after: (live) => lastOf(live.machineType), expected: "n2-standard-4" },
  },
  "a platform changes by a restart": {
    wanted: { minCpuPlatform: "Intel Ice Lake" },
    ...{ costs: ["minCpuPlatform restart"], after: (live) => live.minCpuPlatform, expected: "Intel Ice Lake" },
  },
  "a service account changes by a restart": {
    wanted: { serviceAccount: "robot@test-project.iam.gserviceaccount.com" },
    costs: ["serviceAccount restart"],
    after: (live) => objects(live.serviceAccounts).map(({ email }) => email),
    expected: ["robot@test-project.iam.gserviceaccount.com"],
  },
  "what is read while booting changes by a restart": {
    wanted: { metadata: { ...metadata, "user-data": "#cloud-config\n{}\n" } },
    ...{
      costs: ["metadata.user-data restart"],
      after: (live) => note(live, "user-data"),
      expected: "#cloud-config\n{}\n",
    },
  },
  "the content of secrets changes by a restart": {
    wanted: { metadata: { ...metadata, "plumbline-secrets": "db=abc" } },
    ...{
      costs: ["metadata.plumbline-secrets restart"],
      after: (live) => note(live, "plumbline-secrets"),
      expected: "db=abc",
    },
  },
  "another boot image makes another machine": {
    wanted: {
      bootDisk: { ...boot, image: "projects/debian-cloud/global/images/family/debian-12" },
      metadata: { ...metadata, "plumbline-boot": "pd-standard projects/debian-cloud/global/images/family/debian-12" },
    },
    costs: ["bootDisk.image replace"],
    after: (live) => note(live, "plumbline-boot"),
    expected: "pd-standard projects/debian-cloud/global/images/family/debian-12",
  },
  "another type of boot disk makes another machine": {
    wanted: {
      bootDisk: { ...boot, type: "pd-ssd" },
      metadata: { ...metadata, "plumbline-boot": `pd-ssd ${String(boot.image)}` },
    },
    costs: ["bootDisk.type replace"],
    after: (live) => note(live, "plumbline-boot"),
    expected: `pd-ssd ${String(boot.image)}`,
  },
  "another name of the boot device makes another machine": {
    wanted: { bootDisk: { ...boot, deviceName: "first" } },
    ...{ costs: ["bootDisk.deviceName replace"], after: (live) => bootDisk(live).deviceName, expected: "first" },
  },
  "another hostname makes another machine": {
    wanted: { hostname: "other.example.com" },
    ...{ costs: ["hostname replace"], after: (live) => live.hostname, expected: "other.example.com" },
  },
  "another way of forwarding makes another machine": {
    wanted: { canIpForward: false },
    ...{ costs: ["canIpForward replace"], after: (live) => live.canIpForward === true, expected: false },
  },
  "somebody's startup script is taken away in place": {
    before: (live) => [
      "POST",
      "/setMetadata",
      { items: [{ key: "startup-script", value: "x" }], fingerprint: fingerprint(live, "metadata") },
    ],
    costs: Object.keys(metadata)
      .map((key) => (key === "user-data" ? `metadata.${key} restart` : `metadata.${key} nothing`))
      .filter((cost) => !cost.includes("plumbline-boot"))
      .concat("metadata.startup-script nothing")
      .sort(),
    ...{ after: (live) => note(live, "startup-script"), expected: undefined },
  },
};

for (const [title, row] of Object.entries(rows)) test(title, () => provesRow({ name, ...row }));

test.run();

import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { type Edit, problemsOf, type Row, sandbox, table, virtualMachine } from "./support.ts";

const test = suite("admission");
const spec = "spec.template.spec";
const runtime = `${spec}.runtime`;
const container = `${runtime}.sandbox.containers.0`;
const machine = `${runtime}.virtualMachine`;
const scale = "spec.placements.0.scaleSettings";
const metrics = (target: unknown, name = "cpu"): Edit => [`${scale}.metrics`, [{ resource: { name, target } }]];
const keys = "spec.template.metadata.annotations.compute\\.datumapis\\.com/ssh-keys";
const rsa = "AAAAB3NzaC1yc2EAAAADAQABAAAAIQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";
const ecdsa =
  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=";
const keysPath = "spec.template.metadata.annotations[compute.datumapis.com/ssh-keys]";

/** Numbers as in the table of the API's own admission. */
const rows: readonly Row[] = [
  ["1 no keys", virtualMachine, [[keys, undefined]], `workload/ssh-keys ${keysPath}`],
  ["2 no colon", virtualMachine, [[keys, "ssh-ed25519"]], `workload/ssh-keys ${keysPath}[0]`],
  ["3 no user", virtualMachine, [[keys, `:ssh-rsa ${rsa}`]], `workload/ssh-keys ${keysPath}[0]`],
  [
    "3 + 4 nothing but a colon",
    virtualMachine,
    [[keys, ":invalid"]],
    `workload/ssh-keys ${keysPath}[0]`,
    `workload/ssh-keys ${keysPath}[0]`,
  ],
  ["4 no key", virtualMachine, [[keys, "me:invalid"]], `workload/ssh-keys ${keysPath}[0]`],
  ["4 half a key", virtualMachine, [[keys, `me:ssh-rsa ${rsa.slice(0, 40)}`]], `workload/ssh-keys ${keysPath}[0]`],
  [
    "4 another kind inside",
    virtualMachine,
    [[keys, `a:ssh-rsa ${rsa}\nb:ssh-ed25519 ${rsa}`]],
    `workload/ssh-keys ${keysPath}[1]`,
  ],
  [
    "5 instance type",
    sandbox,
    [[`${runtime}.resources.instanceType`, "big"]],
    `workload/instance-type ${runtime}.resources.instanceType`,
  ],
  [
    "6 requests",
    sandbox,
    [[`${runtime}.resources.requests`, { cpu: 1 }]],
    `workload/resource-requests ${runtime}.resources.requests`,
  ],
  ["7 both runtimes", sandbox, [[machine, { volumeAttachments: [{ name: "data" }] }]], `workload/runtime ${machine}`],
  [
    "8 no runtime",
    sandbox,
    [
      [`${runtime}.sandbox`, undefined],
      [`${spec}.volumes`, undefined],
    ],
    `workload/runtime ${runtime}`,
    `policy/port-name ${spec}.networkInterfaces[0].networkPolicy.ingress[0].ports[0].port`,
  ],
  [
    "9 no containers",
    sandbox,
    [[`${runtime}.sandbox.containers`, []]],
    `schema/min-items ${runtime}.sandbox.containers`,
  ],
  [
    "10 container without a name",
    sandbox,
    [[`${container}.name`, ""]],
    `workload/container-name ${runtime}.sandbox.containers[0].name`,
  ],
  [
    "10 container's name",
    sandbox,
    [[`${container}.name`, "No"]],
    `workload/container-name ${runtime}.sandbox.containers[0].name`,
  ],
  [
    "10 container twice",
    sandbox,
    [[`${runtime}.sandbox.containers.1`, { name: "main", image: "x" }]],
    `workload/container-duplicate ${runtime}.sandbox.containers[1].name`,
  ],
  [
    "11 no image",
    sandbox,
    [[`${container}.image`, ""]],
    `workload/container-image ${runtime}.sandbox.containers[0].image`,
  ],
  [
    "12 container's resources",
    sandbox,
    [[`${container}.resources`, { limits: { cpu: 1 } }]],
    `workload/container-resources ${runtime}.sandbox.containers[0].resources`,
  ],
  [
    "13 pull secret",
    sandbox,
    [[`${runtime}.sandbox.imagePullSecrets`, [{ name: "" }]]],
    `workload/pull-secret ${runtime}.sandbox.imagePullSecrets[0].name`,
  ],
  ["14 port's name", virtualMachine, [[`${machine}.ports.0.name`, "_"]], `workload/port-name ${machine}.ports[0].name`],
  [
    "14 port twice",
    virtualMachine,
    [[`${machine}.ports.1`, { name: "ssh", port: 23 }]],
    `workload/port-duplicate ${machine}.ports[1].name`,
  ],
  [
    "14 port 0 without a name",
    virtualMachine,
    [[`${machine}.ports.0`, { name: "", port: 0 }]],
    `schema/minimum ${machine}.ports[0].port`,
    `workload/port-name ${machine}.ports[0].name`,
  ],
  [
    "15 nothing attached",
    virtualMachine,
    [[`${machine}.volumeAttachments`, []]],
    `schema/min-items ${machine}.volumeAttachments`,
  ],
  [
    "16 no boot disk",
    virtualMachine,
    [[`${machine}.volumeAttachments`, [{ name: "extra" }, { name: "boot" }]]],
    `workload/boot-disk ${machine}.volumeAttachments[0].name`,
  ],
  ["35 no interface", sandbox, [[`${spec}.networkInterfaces`, []]], `schema/min-items ${spec}.networkInterfaces`],
  [
    "36 network's name",
    sandbox,
    [[`${spec}.networkInterfaces.0.network.name`, "a_b"]],
    `workload/network-name ${spec}.networkInterfaces[0].network.name`,
  ],
  ["38 no placement", sandbox, [["spec.placements", []]], "schema/min-items spec.placements"],
  [
    "39 placement without a name",
    sandbox,
    [["spec.placements.0.name", ""]],
    "workload/placement-name spec.placements[0].name",
  ],
  [
    "39 placement's name",
    sandbox,
    [["spec.placements.0.name", "A b"]],
    "workload/placement-name spec.placements[0].name",
  ],
  ["40 no city", sandbox, [["spec.placements.0.cityCodes", []]], "workload/city-codes spec.placements[0].cityCodes"],
  [
    "40 unknown city",
    sandbox,
    [["spec.placements.0.cityCodes", ["TEST"]]],
    "workload/city-missing spec.placements[0].cityCodes[0]",
  ],
  [
    "40 lower case city",
    sandbox,
    [["spec.placements.0.cityCodes", ["LHR", "dfw"]]],
    "workload/city-missing spec.placements[0].cityCodes[1]",
  ],
  ...[-1, 0, 1001, 9999].map(
    (count): Row => [
      `41 ${count} copies`,
      sandbox,
      [[`${scale}.minReplicas`, count]],
      "workload/min-replicas spec.placements[0].scaleSettings.minReplicas",
    ],
  ),
  [
    "42 no metrics",
    sandbox,
    [[`${scale}.maxReplicas`, 2]],
    "workload/max-replicas spec.placements[0].scaleSettings.metrics",
  ],
  [
    "43 no resource",
    sandbox,
    [[`${scale}.metrics`, [{}]]],
    "workload/metric spec.placements[0].scaleSettings.metrics[0].resource",
  ],
  [
    "43 unknown resource",
    sandbox,
    [metrics({ value: 1 }, "memory")],
    "workload/metric spec.placements[0].scaleSettings.metrics[0].resource.name",
  ],
  [
    "44 no target",
    sandbox,
    [metrics({})],
    "workload/metric-target spec.placements[0].scaleSettings.metrics[0].resource.target",
  ],
  [
    "44 two targets",
    sandbox,
    [metrics({ value: 1, averageUtilization: 1 })],
    "workload/metric-target spec.placements[0].scaleSettings.metrics[0].resource.target.averageUtilization",
  ],
  [
    "44 three targets",
    sandbox,
    [metrics({ value: 1, averageValue: 1, averageUtilization: 1 })],
    "workload/metric-target spec.placements[0].scaleSettings.metrics[0].resource.target.averageUtilization",
    "workload/metric-target spec.placements[0].scaleSettings.metrics[0].resource.target.averageValue",
  ],
  [
    "44 value",
    sandbox,
    [metrics({ value: "0" })],
    "workload/metric-target spec.placements[0].scaleSettings.metrics[0].resource.target.value",
  ],
  [
    "44 utilization",
    sandbox,
    [metrics({ averageUtilization: 0 })],
    "workload/metric-target spec.placements[0].scaleSettings.metrics[0].resource.target.averageUtilization",
  ],
];

table(test, rows);

const accepted: readonly Row[] = [
  ["a sandbox", sandbox, []],
  ["a virtual machine", virtualMachine, []],
  [
    "keys with options, of several users",
    virtualMachine,
    [[keys, `a:no-pty ssh-rsa ${rsa}\nb: ecdsa-sha2-nistp256 ${ecdsa} b@c\n`]],
  ],
  ["1000 copies", sandbox, [[`${scale}.minReplicas`, 1000]]],
  ["no management policy", sandbox, [[`${scale}.instanceManagementPolicy`, undefined]]],
  ["metrics with a maximum", sandbox, [[`${scale}.maxReplicas`, 3], metrics({ averageUtilization: 50 })]],
  [
    "the same port name in two containers",
    sandbox,
    [[`${runtime}.sandbox.containers.1`, { name: "b", image: "x", ports: [{ name: "http", port: 1 }] }]],
  ],
  [
    "a port without a protocol and a whole protocol",
    sandbox,
    [[`${spec}.networkInterfaces.0.networkPolicy.ingress.0.ports.2`, { protocol: "UDP" }]],
  ],
];

table(test, accepted);

test("an empty workload says all that is missing at once", () => {
  const text = "apiVersion: compute.datumapis.com/v1alpha\nkind: Workload\nmetadata: { name: x }\nspec: {}\n";
  assert.equal(
    problemsOf(text).map(({ message }) => message),
    ["The field spec.placements is missing.", "The field spec.template is missing."],
  );
});

test.run();

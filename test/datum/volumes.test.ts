import { suite } from "../support/suite.ts";
import { type Row, sandbox, table, virtualMachine } from "./support.ts";

const test = suite("volumes");
const spec = "spec.template.spec";
const runtime = `${spec}.runtime`;
const container = `${runtime}.sandbox.containers.0`;
const machine = `${runtime}.virtualMachine`;
const disk = `${spec}.volumes.0.disk.template.spec`;
const storage = `${disk}.resources.requests.storage`;

/** Numbers as in the table of the API's own admission. */
const rows: readonly Row[] = [
  [
    "17 no such volume",
    virtualMachine,
    [[`${machine}.volumeAttachments.1.name`, "extr"]],
    `workload/attachment-volume ${machine}.volumeAttachments[1].name`,
    `workload/volume-unattached ${spec}.volumes[1].name`,
  ],
  [
    "18 mounted twice",
    sandbox,
    [[`${container}.volumeAttachments.1`, { name: "data", mountPath: "/data" }]],
    `workload/mount-duplicate ${runtime}.sandbox.containers[0].volumeAttachments[1].mountPath`,
  ],
  [
    "19 mounted raw",
    virtualMachine,
    [[`${machine}.volumeAttachments.1.mountPath`, "/x"]],
    `workload/mount-raw ${machine}.volumeAttachments[1].mountPath`,
  ],
  [
    "20 volume's name, 21 unattached",
    sandbox,
    [[`${spec}.volumes.1`, { name: "!", configMap: { name: "c", optional: true } }]],
    `workload/volume-name ${spec}.volumes[1].name`,
    `workload/volume-unattached ${spec}.volumes[1].name`,
  ],
  [
    "20 volume twice",
    sandbox,
    [[`${spec}.volumes.1`, { name: "data", configMap: { name: "c", optional: true } }]],
    `workload/volume-duplicate ${spec}.volumes[1].name`,
  ],
  ["22 no source", sandbox, [[`${spec}.volumes.0.disk`, undefined]], `workload/volume-source ${spec}.volumes[0]`],
  [
    "22 two sources",
    sandbox,
    [[`${spec}.volumes.0.configMap`, { name: "c", optional: true }]],
    `workload/volume-source ${spec}.volumes[0].configMap`,
  ],
  [
    "23 device name",
    virtualMachine,
    [[`${spec}.volumes.0.disk.deviceName`, "persistent-disk-1"]],
    `workload/device-name ${spec}.volumes[1].disk.deviceName`,
  ],
  ["24 no template", sandbox, [[`${spec}.volumes.0.disk`, {}]], `schema/required ${spec}.volumes[0].disk.template`],
  [
    "25 disk type",
    sandbox,
    [[`${disk}.type`, "pd-ssd"]],
    `workload/disk-type ${spec}.volumes[0].disk.template.spec.type`,
  ],
  [
    "26 image",
    virtualMachine,
    [[`${disk}.populator.image.name`, "ubuntu"]],
    `workload/disk-image ${spec}.volumes[0].disk.template.spec.populator.image.name`,
  ],
  [
    "27 file system",
    sandbox,
    [[`${disk}.populator.filesystem.type`, "xfs"]],
    `schema/enum ${spec}.volumes[0].disk.template.spec.populator.filesystem.type`,
  ],
  [
    "28 neither image nor size",
    sandbox,
    [[`${disk}.resources`, undefined]],
    `workload/disk-size ${spec}.volumes[0].disk.template.spec.resources`,
  ],
  [
    "29 no requests",
    sandbox,
    [[`${disk}.resources`, {}]],
    `workload/disk-size ${spec}.volumes[0].disk.template.spec.resources.requests`,
  ],
  [
    "29 no storage",
    sandbox,
    [[`${disk}.resources.requests`, { cpu: 1 }]],
    `workload/disk-size ${spec}.volumes[0].disk.template.spec.resources.requests.storage`,
  ],
  ...["0", "-1Gi", "9Gi", "101Gi", "10.5Gi", "20000M", "x", "1e99Gi"].map(
    (size): Row => [
      `30 a size of ${size}`,
      sandbox,
      [[storage, size]],
      `workload/disk-size ${spec}.volumes[0].disk.template.spec.resources.requests.storage`,
    ],
  ),
  [
    "31 10Gi on an image",
    virtualMachine,
    [[storage, "10Gi"]],
    `workload/disk-size ${spec}.volumes[0].disk.template.spec.resources.requests.storage`,
  ],
  [
    "31 both populators",
    virtualMachine,
    [[`${disk}.populator.filesystem`, { type: "ext4" }]],
    `workload/populator ${spec}.volumes[0].disk.template.spec.populator.filesystem`,
  ],
  [
    "32 no ConfigMap named",
    sandbox,
    [[`${spec}.volumes.0`, { name: "data", configMap: {} }]],
    `workload/volume-reference ${spec}.volumes[0].configMap.name`,
  ],
  [
    "33 mode",
    sandbox,
    [[`${spec}.volumes.0`, { name: "data", configMap: { name: "c", optional: true, defaultMode: 512 } }]],
    `workload/file-mode ${spec}.volumes[0].configMap.defaultMode`,
  ],
  [
    "33 negative mode",
    sandbox,
    [[`${spec}.volumes.0`, { name: "data", secret: { secretName: "c", optional: true, defaultMode: -1 } }]],
    `workload/file-mode ${spec}.volumes[0].secret.defaultMode`,
  ],
  [
    "34 an item outside",
    sandbox,
    [
      [
        `${spec}.volumes.0`,
        { name: "data", configMap: { name: "c", optional: true, items: [{ key: "k", path: "../k" }] } },
      ],
    ],
    `workload/configmap-items ${spec}.volumes[0].configMap.items`,
    `workload/item-path ${spec}.volumes[0].configMap.items[0].path`,
  ],
  [
    "34 items of a Secret, which may be chosen",
    sandbox,
    [
      [
        `${spec}.volumes.0`,
        { name: "data", secret: { secretName: "c", optional: true, items: [{ key: "k", path: "k" }] } },
      ],
    ],
  ],
  [
    "34 items in the newer generation",
    sandbox,
    [
      ["spec.placements.0.cityCodes", undefined],
      ["spec.placements.0.locations", [{ name: "dfw" }]],
      [
        `${spec}.volumes.0`,
        { name: "data", configMap: { name: "c", optional: true, items: [{ key: "k", path: "k" }] } },
      ],
    ],
  ],
];

table(test, rows);

table(test, [
  ["the bounds of a disk are accepted", sandbox, [[storage, "100Gi"]]],
  ["a size in bytes is accepted", sandbox, [[storage, 10 * 2 ** 30]]],
  ["the smallest disk with an image is accepted", virtualMachine, [[storage, "25Gi"]]],
]);

test.run();

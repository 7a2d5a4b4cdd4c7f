import * as assert from "uvu/assert";
import { extendCatalogs } from "../../src/datum/catalogs.ts";
import { createChecker } from "../../src/datum/checker.ts";
import { suite } from "../support/suite.ts";
import {
  checker,
  checkFiles,
  edited,
  placed,
  policyFolder,
  problemsOf,
  type Row,
  sandbox,
  surroundings,
  table,
  told,
  virtualMachine,
} from "./support.ts";

const test = suite("rules");
const nic = "spec.template.spec.networkInterfaces.0";
const rule = `${nic}.networkPolicy.ingress.0`;
const scale = "spec.placements.0.scaleSettings";
const container = "spec.template.spec.runtime.sandbox.containers.0";
const metrics = { resource: { name: "cpu", target: { value: 1 } } };

/** What the API accepts and should not. */
const rows: readonly Row[] = [
  [
    "two placements of one name",
    sandbox,
    [["spec.placements.1", { name: "us", cityCodes: ["LHR"], scaleSettings: { minReplicas: 1 } }]],
    "workload/placement-duplicate spec.placements.1.name",
  ],
  [
    "one city twice",
    sandbox,
    [["spec.placements.0.cityCodes", ["DFW", "LHR", "DFW"]]],
    "workload/city-duplicate spec.placements.0.cityCodes.2",
  ],
  [
    "a maximum below the minimum",
    sandbox,
    [[scale, { minReplicas: 3, maxReplicas: 2, metrics: [metrics] }]],
    `workload/max-replicas ${scale}.maxReplicas`,
  ],
  [
    "a policy that nothing carries out",
    sandbox,
    [[`${scale}.instanceManagementPolicy`, "RollingUpdate"]],
    `workload/management-policy ${scale}.instanceManagementPolicy`,
  ],
  [
    "a broken CIDR",
    sandbox,
    [[`${rule}.from.0.ipBlock`, { cidr: "10.0.0.0" }]],
    `policy/cidr ${rule}.from.0.ipBlock.cidr`,
  ],
  [
    "an exception outside",
    sandbox,
    [[`${rule}.from.0.ipBlock.except`, ["11.0.0.0/16"]]],
    `policy/except ${rule}.from.0.ipBlock.except.0`,
  ],
  [
    "a broken exception",
    sandbox,
    [[`${rule}.from.0.ipBlock.except`, ["10.1.0.0/16", "x"]]],
    `policy/cidr ${rule}.from.0.ipBlock.except.1`,
  ],
  ["a source without a block", sandbox, [[`${rule}.from`, [{}]]], `policy/source ${rule}.from.0`],
  [
    "an end below its start",
    sandbox,
    [[`${rule}.ports`, [{ port: 80, endPort: 79 }]]],
    `policy/end-port ${rule}.ports.0.endPort`,
  ],
  [
    "an end beyond all ports",
    sandbox,
    [[`${rule}.ports`, [{ port: 80, endPort: 65_536 }]]],
    `policy/end-port ${rule}.ports.0.endPort`,
  ],
  [
    "an end without a start",
    sandbox,
    [[`${rule}.ports`, [{ endPort: 80 }]]],
    `policy/end-port ${rule}.ports.0.endPort`,
  ],
  [
    "an end after a name",
    sandbox,
    [[`${rule}.ports`, [{ port: "http", endPort: 80 }]]],
    `policy/end-port ${rule}.ports.0.endPort`,
  ],
  ["port 0", sandbox, [[`${rule}.ports`, [{ port: 0 }]]], `policy/port ${rule}.ports.0.port`],
  [
    "a port name that nothing has",
    sandbox,
    [[`${rule}.ports`, [{ port: "https" }]]],
    `policy/port-name ${rule}.ports.0.port`,
  ],
  [
    "a protocol that is none",
    sandbox,
    [[`${rule}.ports`, [{ protocol: "ICMP" }]]],
    `policy/protocol ${rule}.ports.0.protocol`,
  ],
  [
    "a port's protocol that is none",
    sandbox,
    [[`${container}.ports.0.protocol`, "tcp"]],
    `workload/port-protocol ${container}.ports.0.protocol`,
  ],
  [
    "a relative mount path",
    sandbox,
    [[`${container}.volumeAttachments.0.mountPath`, "data"]],
    `workload/mount-path ${container}.volumeAttachments.0.mountPath`,
  ],
  [
    "one network twice",
    sandbox,
    [["spec.template.spec.networkInterfaces.1", { network: { name: "default" } }]],
    "workload/network-duplicate spec.template.spec.networkInterfaces.1.network.name",
  ],
  [
    "another namespace's network",
    sandbox,
    [[`${nic}.network.namespace`, "other"]],
    `workload/network-namespace ${nic}.network.namespace`,
  ],
  [
    "a variable twice",
    sandbox,
    [[`${container}.env.1`, { name: "MODE", value: "x" }]],
    `workload/env-duplicate ${container}.env.1.name`,
  ],
  [
    "a variable without a name",
    sandbox,
    [[`${container}.env.0.name`, ""]],
    `workload/env-name ${container}.env.0.name`,
  ],
  [
    "an annotation that is nearly ours",
    sandbox,
    [["metadata.annotations", { "plumbline.dev/adpot": "true" }]],
    "annotations/unknown metadata.annotations[plumbline.dev/adpot]",
  ],
  [
    "a flag that is none",
    sandbox,
    [["metadata.annotations", { "plumbline.dev/adopt": "yes" }]],
    "annotations/flag metadata.annotations[plumbline.dev/adopt]",
  ],
  [
    "a width that is none",
    sandbox,
    [["metadata.annotations", { "plumbline.dev/rollout-width": "0%" }]],
    "annotations/rollout-width metadata.annotations[plumbline.dev/rollout-width]",
  ],
  [
    "an annotation of a template that is nearly ours",
    sandbox,
    [["spec.template.metadata.annotations", { "plumbline.dev/externl-addresses": "all" }]],
    "annotations/unknown spec.template.metadata.annotations[plumbline.dev/externl-addresses]",
  ],
  [
    "annotations of ours that are right",
    sandbox,
    [
      [
        "metadata.annotations",
        { "plumbline.dev/protect": "true", "plumbline.dev/rollout-width": "25%", "other.dev/x": "y" },
      ],
    ],
  ],
];
table(test, rows);

const location = surroundings.split("---")[1] as string;
const places: readonly (readonly [
  title: string,
  edits: readonly (readonly [string, unknown])[],
  ...wanted: string[],
])[] = [
  ["a zone of another region", [["spec.provider.gcp.zone", "us-west1-a"]], "location/zone spec.provider.gcp.zone"],
  [
    "a latitude beyond the pole",
    [["spec.coordinates", { latitude: "90.1", longitude: "180" }]],
    "location/coordinates spec.coordinates.latitude",
  ],
  [
    "a longitude beyond all",
    [["spec.coordinates", { latitude: "-90", longitude: "-181" }]],
    "location/coordinates spec.coordinates.longitude",
  ],
  [
    "a coordinate that is no number",
    [["spec.coordinates", { latitude: "north", longitude: "0" }]],
    "schema/pattern spec.coordinates.latitude",
  ],
  ["no city", [["spec.topology", {}]], "location/city-code spec.topology"],
  ["no provider's facts", [["spec.provider", {}]]],
];
for (const [title, edits, ...wanted] of places) {
  test(`a location with ${title}`, () => {
    assert.equal(placed(checkFiles({ "l.yaml": edited(location, edits) }).problems), wanted);
  });
}

test("two locations of one city: the second by name is told", () => {
  const { problems } = checkFiles({ "a.yaml": edited(location, [["metadata.name", "zz"]]), "b.yaml": location });
  assert.equal(
    problems.map((problem) => `${problem.file} ${problem.rule} ${problem.severity}`),
    ["a.yaml location/city-duplicate warning"],
  );
});

const secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n";
const sealed = '"ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]"';
const secrets: readonly (readonly [title: string, text: string, ...wanted: string[]])[] = [
  ["in clear text", `${secret}stringData: { a: b }\n`, "secret/clear-text@4:1"],
  ["in base64", `${secret}data: { a: YWI= }\n`, "secret/clear-text@4:1"],
  ["in broken base64", `${secret}data: { a: "a b!" }\n`, "secret/clear-text@4:1", "secret/base64@4:12"],
  ["encrypted", `${secret}data: { a: "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]" }\nsops: { version: 3.9.0 }\n`],
  ["that only looks encrypted", `${secret}data: { a: "ENC[AES256_GCM,x]" }\nsops: {}\n`, "secret/clear-text@4:12"],
  ["encrypted in part", `${secret}stringData: { a: ${sealed}, b: x, c: "" }\nsops: {}\n`, "secret/clear-text@4:67"],
  ["without data", secret],
];
for (const [title, text, ...wanted] of secrets) {
  test(`a secret ${title}`, () => {
    const { problems } = checkFiles({ "s.yaml": text });
    assert.equal(told(problems), wanted);
    for (const { message } of problems) assert.not.match(message, /YWI=|a b!/);
  });
}

test("clear text is an error, and a warning where the configuration allows it", () => {
  const allowing = createChecker({
    schemas: Object.values(policyFolder("schemas")),
    catalogs: policyFolder("catalogs"),
    allowsClearTextSecrets: true,
  });
  const severities = [checker, allowing].flatMap((judge) =>
    judge
      .parse("s.yaml", new TextEncoder().encode(`${secret}stringData: { a: b }\n`))
      .problems.map(({ severity }) => severity),
  );
  assert.equal(severities, ["error", "warning"]);
});

test("the surroundings of these tests are sound", () => {
  assert.equal(placed(problemsOf(sandbox())), []);
});

test("an operator's own entries stand beside the shipped ones", () => {
  const catalogs = extendCatalogs(policyFolder("catalogs"), { images: { "example/debian-12": {} } });
  const own = createChecker({ schemas: Object.values(policyFolder("schemas")), catalogs });
  const text = virtualMachine([
    "spec.template.spec.volumes.0.disk.template.spec.populator.image.name",
    "example/debian-12",
  ]);
  const parse = (judge: typeof own) => judge.parse("vm.yaml", new TextEncoder().encode(text)).problems;
  assert.equal(placed(parse(checker)), [
    "workload/disk-image spec.template.spec.volumes[0].disk.template.spec.populator.image.name",
  ]);
  assert.equal(parse(own), []);
});

test.run();

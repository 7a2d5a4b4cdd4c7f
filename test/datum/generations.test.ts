import * as assert from "uvu/assert";
import { expandFleet } from "../../src/datum/expand.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, type Edit, placed, problemsOf, type Row, sandbox, surroundings, table } from "./support.ts";

const test = suite("generations");
const placement = "spec.placements.0";
const runtime = "spec.template.spec.runtime";
const nic = "spec.template.spec.networkInterfaces.0";
const container = `${runtime}.sandbox.containers.0`;
const choose = (fields: object): Edit => [
  "spec.placements",
  [{ name: "us", scaleSettings: { minReplicas: 1 }, ...fields }],
];
const byName = choose({ locations: [{ name: "dfw" }] });
const byLabel = choose({ locationSelector: { matchLabels: { "topology.datum.net/city-code": "DFW" } } });
const select = (...matchExpressions: object[]): Edit => choose({ locationSelector: { matchExpressions } });
const key = "topology.datum.net/city-code";
const newer: readonly Edit[] = [
  byName,
  [`${runtime}.resources.instanceType`, "datumcloud-d1-standard-2"],
  [`${runtime}.class`, "general-purpose"],
  [`${container}.command`, ["nginx"]],
  [`${container}.args`, ["-g", "daemon off;"]],
  [`${container}.envFrom`, [{ prefix: "A_", configMapRef: { name: "c", optional: true } }]],
  [`${nic}.name`, "eth0"],
  [`${nic}.ipFamilies`, ["IPv4"]],
  [`${nic}.addresses`, [{ class: "public-unicast-ipv4" }]],
  [`${nic}.reclaimPolicy`, "Delete"],
];

const rows: readonly Row[] = [
  ["a workload of the newer generation", sandbox, newer],
  [
    "a location that is not there",
    sandbox,
    [choose({ locations: [{ name: "dwf" }] })],
    `workload/location-missing ${placement}.locations.0.name`,
  ],
  [
    "a location twice",
    sandbox,
    [choose({ locations: [{ name: "dfw" }, { name: "dfw" }] })],
    `workload/location-duplicate ${placement}.locations.1`,
  ],
  [
    "a selector that nothing matches",
    sandbox,
    [select({ key, operator: "In", values: ["FRA"] })],
    `workload/location-missing ${placement}.locationSelector`,
  ],
  [
    "an empty selector",
    sandbox,
    [choose({ locationSelector: {} })],
    `workload/location-selector ${placement}.locationSelector`,
  ],
  [
    "In without values",
    sandbox,
    [select({ key, operator: "In" })],
    `workload/location-missing ${placement}.locationSelector`,
    `workload/location-selector ${placement}.locationSelector.matchExpressions.0`,
  ],
  [
    "an operator that is none",
    sandbox,
    [select({ key, operator: "Is" })],
    `schema/enum ${placement}.locationSelector.matchExpressions.0.operator`,
    `workload/location-missing ${placement}.locationSelector`,
  ],
  [
    "cities and locations",
    sandbox,
    [choose({ cityCodes: ["DFW"], locations: [{ name: "dfw" }] })],
    `generation/mixed ${placement}.locations`,
    `workload/placement-target ${placement}.locations`,
  ],
  ["cities and a command", sandbox, [[`${container}.command`, ["x"]]], `generation/mixed ${container}.command`],
  ["a class that is none", sandbox, [byName, [`${runtime}.class`, "fast"]], `workload/runtime-class ${runtime}.class`],
  [
    "two families of one kind",
    sandbox,
    [byName, [`${nic}.ipFamilies`, ["IPv6", "IPv6"]]],
    `schema/unique-items ${nic}.ipFamilies`,
  ],
  ["envFrom of nothing", sandbox, [byName, [`${container}.envFrom`, [{}]]], `workload/env-from ${container}.envFrom.0`],
  [
    "envFrom of a missing Secret",
    sandbox,
    [byName, [`${container}.envFrom`, [{ secretRef: { name: "s" } }]]],
    `workload/secret-missing ${container}.envFrom.0.secretRef.name`,
  ],
  ["no type of the newer generation", sandbox, [byName, [`${runtime}.resources`, undefined]]],
  [
    "no type of the older generation",
    sandbox,
    [[`${runtime}.resources`, undefined]],
    `workload/instance-type ${runtime}.resources.instanceType`,
  ],
];
table(test, rows);

function deployments(text: string, more = ""): readonly string[] {
  const { documents } = checkFiles({ "base.yaml": surroundings + more, "w.yaml": text });
  const fleet = expandFleet(documents, { fleet: "example", allocations: new Map() });
  return fleet.deployments.map(({ name, location, instanceType }) => `${name} ${location.name} ${instanceType}`);
}

for (const [title, edit] of [
  ["name", byName],
  ["label", byLabel],
  ["expression", select({ key, operator: "NotIn", values: ["LHR", "DLS"] })],
] as const) {
  test(`locations chosen by ${title} give the deployments that cities give`, () => {
    assert.equal(deployments(sandbox(edit)), deployments(sandbox()));
  });
}

test("every location that a selector matches has a deployment of its own", () => {
  const twin = `---${surroundings.split("---")[1]}`.replace("name: dfw", "name: dfw-b");
  const all = deployments(sandbox(select({ key, operator: "Exists" })), twin);
  assert.equal(
    all.map((line) => line.split(" ")[0]),
    ["web-us-dfw", "web-us-dfw-b", "web-us-dls", "web-us-lhr"],
  );
});

test("the newer spelling of a type is the older one", () => {
  assert.equal(deployments(sandbox(...newer)), deployments(sandbox()));
});

test("a location without a namespace in its place and in references is that of the newer network service", () => {
  const binding = `apiVersion: networking.datumapis.com/v1alpha\nkind: NetworkBinding\nmetadata: { name: b }\nspec: { network: { name: default }, location: { name: dfw } }\n`;
  assert.equal(placed(problemsOf(binding)), []);
});

test("a location with a namespace and coordinates is of two generations", () => {
  const text = (namespace: string) =>
    `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: { name: a${namespace} }
spec:
  locationClassName: self-managed
  topology: { topology.datum.net/city-code: FRA }
  coordinates: { latitude: "32.9", longitude: "-97.0" }
  provider: {}
`;
  assert.equal(placed(problemsOf(text(", namespace: default"))), ["generation/mixed spec.coordinates"]);
  assert.equal(placed(problemsOf(text(""))), []);
});

test.run();

import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { checkFiles, placed, problemsOf, type Row, sandbox, surroundings, table } from "./support.ts";

const test = suite("references");
const spec = "spec.template.spec";
const container = `${spec}.runtime.sandbox.containers.0`;

const rows: readonly Row[] = [
  [
    "a missing network",
    sandbox,
    [[`${spec}.networkInterfaces.0.network.name`, "defualt"]],
    `workload/network-missing ${spec}.networkInterfaces.0.network.name`,
  ],
  [
    "a network of another namespace",
    sandbox,
    [["metadata.namespace", "other"]],
    `workload/network-missing ${spec}.networkInterfaces.0.network.name`,
  ],
  [
    "a missing city",
    sandbox,
    [["spec.placements.0.cityCodes", ["FRA"]]],
    "workload/city-missing spec.placements.0.cityCodes.0",
  ],
  [
    "a missing ConfigMap",
    sandbox,
    [[`${spec}.volumes.0`, { name: "data", configMap: { name: "files" } }]],
    `workload/configmap-missing ${spec}.volumes.0.configMap.name`,
  ],
  [
    "a missing Secret",
    sandbox,
    [[`${spec}.volumes.0`, { name: "data", secret: { secretName: "files" } }]],
    `workload/secret-missing ${spec}.volumes.0.secret.secretName`,
  ],
  [
    "an optional Secret",
    sandbox,
    [[`${spec}.volumes.0`, { name: "data", secret: { secretName: "files", optional: true } }]],
  ],
  [
    "a missing pull secret",
    sandbox,
    [[`${spec}.runtime.sandbox.imagePullSecrets`, [{ name: "pull" }]]],
    `workload/secret-missing ${spec}.runtime.sandbox.imagePullSecrets.0.name`,
  ],
  [
    "a variable of a missing ConfigMap",
    sandbox,
    [[`${container}.env.0`, { name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }]],
    `workload/configmap-missing ${container}.env.0.valueFrom.configMapKeyRef.name`,
  ],
];
table(test, rows);

test("a near name is suggested", () => {
  const [found] = problemsOf(sandbox([`${spec}.networkInterfaces.0.network.name`, "defualt"]));
  assert.is(found?.hint, "Did you mean default?");
});

test("a doubled name says where the first stands", () => {
  const { problems } = checkFiles({ "a.yaml": surroundings, "b.yaml": surroundings.split("---")[0] as string });
  assert.equal(placed(problems), ["manifest/duplicate metadata.name"]);
  assert.is(problems[0]?.file, "b.yaml");
  assert.match(problems[0]?.message ?? "", /a\.yaml:4/);
});

test("the same name in another namespace is no double", () => {
  const network = (surroundings.split("---")[0] as string).replace("name: default", "name: default, namespace: other");
  assert.equal(placed(checkFiles({ "a.yaml": surroundings, "b.yaml": network }).problems), []);
});

test("nothing is called missing while a file cannot be read", () => {
  const { problems } = checkFiles({ "a.yaml": "a: [", "web.yaml": sandbox() });
  assert.equal(placed(problems), ["yaml/syntax"]);
});

test("nothing is called missing while a document beside a sound one cannot be read", () => {
  const { problems } = checkFiles({
    "a.yaml": `${surroundings}---\na: 1\na: 2\n`,
    "web.yaml": sandbox(["metadata.namespace", "x"]),
  });
  assert.equal(placed(problems), ["yaml/duplicate-key"]);
});

test("a wrong field hides no wrong reference", () => {
  const { problems } = checkFiles({
    "web.yaml": `${surroundings}---\n${sandbox(["spec.placements.0.cityCodes", ["FRA"]], ["spec.oops", 1])}`,
  });
  assert.equal(placed(problems), [
    "schema/unknown-field spec.oops",
    "workload/city-missing spec.placements[0].cityCodes[0]",
  ]);
});

test("two documents without names are no double", () => {
  const nameless = "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n";
  assert.equal(placed(checkFiles({ "a.yaml": `${nameless}---\n${nameless}` }).problems), [
    "schema/required metadata.name",
    "schema/required metadata.name",
  ]);
});

const dns = "apiVersion: dns.networking.miloapis.com/v1alpha1\nkind: ";
const edge = "apiVersion: networking.datumapis.com/v1alpha\nkind: ";
const zone = `${dns}DNSZone\nmetadata: { name: zone }\nspec: { domainName: example.com, dnsZoneClassName: x }\n`;
const records = `${dns}DNSRecordSet\nmetadata: { name: www }\nspec: { dnsZoneRef: { name: zone }, recordType: A, records: [{ name: www, a: { content: 192.0.2.1 } }] }\n`;
const proxy = `${edge}HTTPProxy\nmetadata: { name: site }\nspec: { rules: [{ backends: [{ endpoint: "https://example.com" }] }] }\n`;
const wall = `${edge}TrafficProtectionPolicy\nmetadata: { name: wall }\nspec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: site }] }\n`;
const context = (network: string, location = "dfw", namespace = "default") =>
  `${edge}NetworkContext\nmetadata: { name: c }\nspec: { network: { name: ${network} }, location: { name: ${location}, namespace: ${namespace} } }\n`;
const subnet = (name: string) =>
  `${edge}SubnetClaim\nmetadata: { name: s }\nspec: { subnetClass: private, networkContext: { name: ${name} }, location: { name: dfw }, ipFamily: IPv4 }\n`;
const binding = (namespace: string) =>
  `${edge}NetworkBinding\nmetadata: { name: b }\nspec: { network: { name: default, namespace: ${namespace} }, location: { name: dfw } }\n`;

for (const [title, files, ...wanted] of [
  ["records without their zone", { records }, "warning reference/missing spec.dnsZoneRef.name"],
  ["records with their zone", { records, zone }],
  ["a firewall before nothing", { wall }, "warning reference/missing spec.targetRefs[0].name"],
  ["a firewall before the route that a proxy makes", { wall, proxy }],
  ["a presence of a missing network", { c: context("gone") }, "error reference/missing spec.network.name"],
  ["a presence nowhere", { c: context("default", "gone") }, "error workload/location-missing spec.location.name"],
  ["a presence", { c: context("default") }],
  [
    "a presence in a location of another namespace",
    { c: context("default", "dfw", "infra") },
    "error workload/location-missing spec.location.namespace",
  ],
  ["a binding to a network of its namespace", { b: binding("default") }],
  ["a binding to a network of another namespace", { b: binding("other") }, "error reference/missing spec.network.name"],
  ["a subnet of a presence that somebody wrote", { c: context("default"), s: subnet("c") }],
  ["a subnet of a presence by its name", { s: subnet("default-default-dfw") }],
  ["a subnet of a presence by its newer name", { s: subnet("default-dfw") }],
  ["a subnet of no presence", { s: subnet("other-dfw") }, "error reference/missing spec.networkContext.name"],
] as const) {
  test(title, () => {
    const { problems } = checkFiles({ "base.yaml": surroundings, ...files });
    assert.equal(
      problems.map(({ severity, rule, path }) => `${severity} ${rule} ${path}`),
      wanted,
    );
  });
}

for (const [title, text, path] of [
  [
    "a binding",
    context("default")
      .replace("NetworkContext", "NetworkBinding")
      .replace("spec: {", "spec: { consumer: { kind: A, name: b },"),
    "spec.consumer",
  ],
  ["a presence", context("default").replace("spec: {", "spec: { mtu: 1400,"), "spec.mtu"],
] as const) {
  test(`${title} of two generations is told`, () => {
    assert.equal(placed(problemsOf(text)), [`generation/mixed ${path}`]);
    const newer = text.replace(", namespace: default }", " }");
    assert.equal(placed(problemsOf(newer)), []);
  });
}

const elsewhere = "apiVersion: networking.datumapis.com/v1alpha\nkind: ";

for (const [title, text, ...wanted] of [
  ["of another name", `${elsewhere}Netwrk\nmetadata: { name: other }\n`, "manifest/unknown-kind kind", "network"],
  ["of the name that is missing", `${elsewhere}Netwrk\nmetadata: { name: gone }\n`, "manifest/unknown-kind kind"],
  ["without a kind, of that name", "apiVersion: v1\nmetadata: { name: gone }\n", "manifest/identity kind"],
] as const) {
  test(`an unknown document ${title} hides no other missing name`, () => {
    const workload = sandbox([`${spec}.networkInterfaces.0.network.name`, "gone"]);
    const { problems } = checkFiles({ "base.yaml": surroundings, "a.yaml": text, "w.yaml": workload });
    const network = `workload/network-missing ${spec}.networkInterfaces[0].network.name`;
    assert.equal(
      placed(problems),
      wanted.map((one) => (one === "network" ? network : one)),
    );
  });
}

test("an unknown document that may be a location hides missing cities", () => {
  const text = "apiVersion: compute.datumapis.com/v1alpha\nkind: Location\nmetadata: { name: x }\n";
  const workload = sandbox(["spec.placements.0.cityCodes", ["FRA"]]);
  const { problems } = checkFiles({ "base.yaml": surroundings, "a.yaml": text, "w.yaml": workload });
  assert.equal(placed(problems), ["manifest/unknown-kind apiVersion"]);
});

test("what stands in another namespace is told as that", () => {
  const { problems } = checkFiles({ "base.yaml": surroundings, "w.yaml": sandbox(["metadata.namespace", "other"]) });
  const told = problems.find(({ rule }) => rule === "workload/network-missing");
  assert.is(told?.message, "Network default stands in the namespace default, not in other.");
  assert.is(told?.hint, "Put the two in one namespace.");
});

test("what stands in a list that is not read is not missing too", () => {
  const [network = "", ...others] = surroundings.split(/^---\n/m).filter((text) => text.includes("kind: Network\n"));
  assert.equal(others, []);
  const list = `apiVersion: v1\nkind: List\nitems:\n  - ${network.trim().replaceAll("\n", "\n    ")}\n`;
  const rest = surroundings.replace(network, "");
  const { problems } = checkFiles({ "base.yaml": rest, "l.yaml": list, "w.yaml": sandbox() });
  assert.equal(placed(problems), ["manifest/unknown-kind items"]);
});

test("a placeholder is told as one, and neither doubled nor missing", () => {
  const policy = wall
    .replaceAll("wall", "$WALL")
    .replace("site", "$SITE")
    .replace("{ name", "{ namespace: $SPACE, name");
  const { problems } = checkFiles({ "a.yaml": policy, "b.yaml": policy });
  assert.equal(
    problems.map(({ rule, hint }) => `${rule} ${hint}`),
    Array(4).fill("names/invalid Replace the placeholder by its value."),
  );
});

test.run();

import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { checkFiles, problemsOf, sandbox, surroundings, told } from "./support.ts";

const test = suite("schema");
const network = `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata:
  name: default
spec:
`;

const rows: readonly (readonly [title: string, body: string, place: string, message: RegExp, hint: RegExp])[] = [
  [
    "an unknown field",
    "  ipam: { mode: Auto }\n  mtuu: 1\n",
    "schema/unknown-field@7:3",
    /^The field mtuu is not known in spec\.$/,
    /mean mtu\?/,
  ],
  [
    "an unknown field far from all",
    "  ipam:\n    mode: Auto\n    zebra: 1\n",
    "schema/unknown-field@8:5",
    /zebra/,
    /Known here: ipv4Range, ipv6Range, mode/,
  ],
  ["a missing field", "  ipam: {}\n", "schema/required@6:3", /spec\.ipam\.mode is missing/, /Add mode/],
  [
    "a wrong type",
    '  ipam: { mode: Auto }\n  mtu: "1400"\n',
    "schema/type@7:8",
    /spec\.mtu must be an integer, but is the string "1400"/,
    /Remove the quotes/,
  ],
  [
    "a number in a word processor's quotes",
    "  ipam: { mode: Auto }\n  mtu: \u201c1400\u201d\n",
    "schema/type@7:8",
    /must be an integer/,
    /word processor/,
  ],
  [
    "a variable of a shell",
    "  ipam: { mode: Auto }\n  mtu: $MTU\n",
    "schema/type@7:8",
    /must be an integer/,
    /Nothing fills in variables/,
  ],
  ["a colon without its space", "  ipam:\n    mode:Auto\n", "schema/type@7:5", /must be an object/, /colon of mode/],
  ["a no-break space", "  ipam:\n    mode:\u00a0Auto\n", "schema/type@7:5", /must be an object/, /no-break/],
  ["a wrong word", "  ipam: { mode: Autp }\n", "schema/enum@6:17", /"Autp".* not one of Auto, Policy/, /mean Auto\?/],
  ["a number that is too small", "  ipam: { mode: Auto }\n  mtu: 1\n", "schema/minimum@7:8", /1300/, /Raise it/],
  [
    "a list with one item twice",
    "  ipam: { mode: Auto }\n  ipFamilies: [IPv4, IPv4]\n",
    "schema/unique-items@7:3",
    /spec\.ipFamilies/,
    /Remove one/,
  ],
  ["an empty object", "  ipam:\n", "schema/type@6:8", /spec\.ipam must be an object, but is empty/, /Fill it in/],
  [
    "a range that is none",
    "  ipam: { mode: Auto, ipv4Range: 10.0.0.1/9 }\n",
    "network/range@6:34",
    /10\.0\.0\.1\/9/,
    /10\.128\.0\.0\/9/,
  ],
  [
    "an IPv6 range that is none",
    "  ipam: { mode: Auto, ipv6Range: fd20:1:2::/129 }\n",
    "network/range@6:34",
    /is not a CIDR block/,
    /fd20:12:34/,
  ],
  [
    "an IPv4 range for IPv6",
    "  ipam: { mode: Auto, ipv6Range: 10.0.0.0/8 }\n",
    "network/range@6:34",
    /no IPv6 range/,
    /fd20:12:34/,
  ],
  [
    "an IPv6 range that is too small",
    '  ipam: { mode: Auto, ipv6Range: "fd20:1:2:3::/80" }\n',
    "network/range@6:34",
    /too small/,
    /fd20:12:34/,
  ],
  [
    "a range that is too small",
    "  ipam:\n    mode: Auto\n    ipv4Range: 10.0.0.0/30\n",
    "network/range@8:16",
    /too small/,
    /29/,
  ],
];

for (const [title, body, place, message, hint] of rows) {
  test(`${title} gives one problem with its line and column`, () => {
    const { problems } = checkFiles({ "n.yaml": network + body });
    assert.equal(told(problems), [place]);
    assert.match(problems[0]?.message ?? "", message);
    assert.match(problems[0]?.hint ?? "", hint);
  });
}

test("a name where an object with one is wanted is told as such", () => {
  const workload = sandbox(["spec.template.spec.networkInterfaces.0.network", "default"]);
  const { problems } = checkFiles({ "base.yaml": surroundings, "w.yaml": workload });
  assert.equal(
    problems.map(({ rule, hint }) => `${rule}: ${hint}`),
    ["schema/type: Write name: default below it."],
  );
});

test("an empty spec is told at the spec", () => {
  assert.equal(told(checkFiles({ "n.yaml": network }).problems), ["schema/type@5:6"]);
});

test("a missing name is told at the metadata", () => {
  const text = network.replace("  name: default\n", "  labels: {}\n");
  assert.equal(told(checkFiles({ "n.yaml": `${text}  ipam: { mode: Auto }\n` }).problems), ["schema/required@3:1"]);
});

test("all problems are told at once, in order of file, line and column", () => {
  const { problems } = checkFiles({
    "b.yaml": `${network}  ipam: { mode: X, y: 1 }\n`,
    "a.yaml": "a: 1\na: 2\n",
  });
  assert.equal(
    problems.map(({ file, line, rule }) => `${file}:${line} ${rule}`),
    ["a.yaml:2 yaml/duplicate-key", "b.yaml:6 schema/enum", "b.yaml:6 schema/unknown-field"],
  );
});

test("a value that is too long to be read is cut in the message", () => {
  const [found] = checkFiles({ "n.yaml": `${network}  ipam: { mode: ${"x".repeat(5000)} }\n` }).problems;
  assert.ok((found?.message.length ?? 9999) < 500);
});

test("defaults stand in the content", () => {
  const { documents } = checkFiles({ "n.yaml": `${network}  ipam: { mode: Auto }\n` });
  assert.equal(documents[0]?.content.spec, { ipam: { mode: "Auto" }, ipFamilies: ["IPv4"], mtu: 1460 });
});

const identities: readonly (readonly [title: string, text: string, rule: string, hint: RegExp])[] = [
  [
    "an unknown version",
    "apiVersion: networking.datumapis.com/v1\nkind: Network\n",
    "manifest/unknown-kind",
    /kind Network of networking\.datumapis\.com\/v1alpha\?/,
  ],
  [
    "an unknown kind",
    "apiVersion: compute.datumapis.com/v1alpha\nkind: Workloads\n",
    "manifest/unknown-kind",
    /kind Workload of compute/,
  ],
  [
    "a group without a version",
    "apiVersion: compute.datumapis.com\nkind: Workload\n",
    "manifest/unknown-kind",
    /kind Workload of compute\.datumapis\.com\/v1alpha\?/,
  ],
  [
    "a list that holds manifests",
    "apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n",
    "manifest/unknown-kind",
    /each item as a document of its own/,
  ],
  [
    "a kind of the wrong group",
    "apiVersion: compute.datumapis.com/v1alpha\nkind: Location\n",
    "manifest/unknown-kind",
    /kind Location of networking/,
  ],
  [
    "a misspelled group",
    "apiVersion: networkin.datumapis.com/v1alpha\nkind: Network\n",
    "manifest/unknown-kind",
    /Network of networking\.datumapis/,
  ],
  [
    "a kind written in lower case",
    "apiVersion: v1\nkind: Configmap\n",
    "manifest/unknown-kind",
    /kind ConfigMap of v1/,
  ],
  ["a kind without a version", "kind: Network\n", "manifest/identity", /Add apiVersion/],
  ["a version without a kind", "apiVersion: v1\n", "manifest/identity", /Add kind/],
  ["a kind that is a number", "apiVersion: v1\nkind: 3\n", "manifest/identity", /Add kind/],
];

for (const [title, text, rule, hint] of identities) {
  test(`${title} is told with what was meant`, () => {
    const { problems, counts } = checkFiles({ "x.yaml": text });
    assert.equal(
      problems.map((problem) => problem.rule),
      [rule],
    );
    assert.match(problems[0]?.hint ?? "", hint);
    assert.is(counts.unknown, 1);
  });
}

for (const text of [
  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n",
  "apiVersion: v1\nkind: Service\n",
  "apiVersion: networking.istio.io/v1\nkind: Gateway\n",
]) {
  test(`another system's ${text.split("kind: ")[1]?.trim()} is known to be not ours`, () => {
    const { problems, counts } = checkFiles({ "x.yaml": text });
    assert.equal(told(problems), []);
    assert.is(counts.unmanaged, 1);
  });
}

test("a document whose name is no DNS name is told at the name", () => {
  const text = network.replace("default", "De_fault");
  assert.equal(told(problemsOf(`${text}  ipam: { mode: Auto }\n`)), ["names/invalid@4:9"]);
});

test.run();

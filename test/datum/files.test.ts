import * as assert from "uvu/assert";
import { isOfOtherTool } from "../../src/datum/other-files.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, placed, told } from "./support.ts";

const test = suite("files of a repository");
const network =
  "apiVersion: networking.datumapis.com/v1alpha\nkind: Network\nmetadata: { name: n }\nspec: { ipam: { mode: Auto } }\n";

for (const [path, isOther] of [
  [".github/workflows/ci.yaml", true],
  [".gitlab-ci.yml", true],
  ["deploy/kustomization.yaml", true],
  ["docker-compose.prod.yml", true],
  ["tsconfig.build.json", true],
  ["site/node_modules/a/b.yaml", true],
  ["fleet/web.yaml", false],
  ["compositions.yaml", false],
  ["../fleet/web.yaml", false],
  ["values/web.yaml", false],
] as const) {
  test(`${path} ${isOther ? "belongs to another tool" : "is ours to read"}`, () =>
    assert.is(isOfOtherTool(path), isOther));
}

test("what another tool's file cannot be read for is no problem, but is counted", () => {
  const { problems, counts } = checkFiles({
    ".gitlab-ci.yml": "job:\n  script: !reference [.setup, script]\n",
    "tsconfig.json": '{ // comments\n  "strict": true }\n',
    "web.yaml": network,
  });
  assert.equal(told(problems), []);
  assert.is(counts["not-a-manifest"], 2);
  assert.is(counts.managed, 1);
});

test("a document that cannot be read is counted as unknown", () => {
  const { counts } = checkFiles({ "a.yaml": `${network}---\na: [\n---\nb: *c\n` });
  assert.is(counts.unknown, 2);
  assert.is(counts.managed, 1);
});

test("a manifest in another tool's file is a manifest", () => {
  const { problems, counts } = checkFiles({ "values.yaml": network.replace("Auto", "Atuo") });
  assert.equal(placed(problems), ["schema/enum spec.ipam.mode"]);
  assert.is(counts.managed, 1);
});

test("no value of a Secret is told", () => {
  const secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n";
  const { problems } = checkFiles({
    "a.yaml": `${secret}stringData: { pin: 271828 }\n`,
    "b.yaml": `${secret}data: { pin: "*271828*" }\nstringData: { a: [271828] }\n`,
    "c.yaml": `${secret}data: { a: b\n  "271828"\n`,
    "d.yaml": `${secret}type: 271828\nimmutable: "271828"\n`,
  });
  assert.ok(problems.length >= 5);
  for (const { message, hint } of problems) assert.not.match(message + hint, /271828/);
});

test("defaults are filled in, and known as such", () => {
  const [document] = checkFiles({ "n.yaml": network }).documents;
  assert.equal(document?.defaults, [
    { path: "spec.ipFamilies", value: ["IPv4"] },
    { path: "spec.mtu", value: 1460 },
  ]);
  const [written] = checkFiles({ "n.yaml": network.replace("mode: Auto }", "mode: Auto }, mtu: 1460") }).documents;
  assert.equal(written?.defaults, [{ path: "spec.ipFamilies", value: ["IPv4"] }]);
});

test("entries of a list that share their key are told at the second", () => {
  const { problems } = checkFiles({
    "c.yaml": `apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { name: c }
spec:
  connectorClassName: datum-connect
  capabilities:
    - type: ConnectTCP
    - type: ConnectTCP
`,
  });
  assert.equal(told(problems), ["schema/unique-items@8:13"]);
});

for (const [title, metadata, ...wanted] of [
  ["a label that is no key", "{ name: n, labels: { a/b/c: x } }", "metadata/label metadata.labels[a/b/c]"],
  ["a value of 64 characters", `{ name: n, labels: { a: ${"x".repeat(64)} } }`, "metadata/label metadata.labels.a"],
  [
    "an annotation with a space",
    '{ name: n, annotations: { "a b": x } }',
    "metadata/annotation metadata.annotations[a b]",
  ],
  ["a namespace with a dot", "{ name: n, namespace: a.b }", "names/invalid metadata.namespace"],
  [
    "labels and annotations as they should be",
    '{ name: n, labels: { a.b/c_d: "", e: F-1 }, annotations: { a.b/C: "any text" } }',
  ],
] as const) {
  test(`${title} ${wanted.length === 0 ? "are taken" : "is told"}`, () => {
    assert.equal(placed(checkFiles({ "n.yaml": network.replace("{ name: n }", metadata) }).problems), wanted);
  });
}

test.run();

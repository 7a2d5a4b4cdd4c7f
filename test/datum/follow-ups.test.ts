import * as assert from "uvu/assert";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { suite } from "../support/suite.ts";
import { checkFiles, placed, sandbox, surroundings, virtualMachine } from "./support.ts";

const test = suite("follow-ups");

/** Fields whose names are their authors' own, or that say what a document is at all. */
const ownNames = /^(apiVersion|kind)$|annotations|topology\[|requests\[|\.topology\.|requests\.storage/;

interface Misspelt {
  readonly path: string;
  readonly text: string;
}

/** Every way to misspell one field name of a manifest: two neighbouring letters change places. */
function misspellings(text: string): readonly Misspelt[] {
  const found: Misspelt[] = [];
  const walk = (node: unknown, path: string): void => {
    if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, `${path}[${index}]`);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isScalar(key) || key.range === undefined || key.range === null) continue;
      const name = String(key.value);
      const wrong = swapped(name);
      const at = (word: string): string => (path === "" ? word : `${path}.${word}`);
      const [start, end] = key.range;
      if (!ownNames.test(at(name))) {
        found.push({ path: at(wrong), text: `${text.slice(0, start)}${wrong}${text.slice(end)}` });
        walk(value, at(name));
      }
    }
  };
  walk(parseDocument(text).contents, "");
  return found;
}

function swapped(name: string): string {
  for (let index = Math.floor(name.length / 2); index > 0; index -= 1) {
    const [left = "", right = ""] = name.slice(index - 1, index + 1);
    if (left !== right) return `${name.slice(0, index - 1)}${right}${left}${name.slice(index + 1)}`;
  }
  return `${name}x`;
}

const fleet = surroundings.split(/^---\n/m);
const workloads = { "web.yaml": sandbox(), "vm.yaml": virtualMachine() };

for (const [name, text] of Object.entries(workloads)) {
  test(`one misspelled field of ${name} is one problem`, () => {
    const cases = misspellings(text);
    assert.ok(cases.length > 25, String(cases.length));
    for (const { path, text: wrong } of cases) {
      const { problems } = checkFiles({ ...workloads, "base.yaml": surroundings, [name]: wrong });
      assert.equal(placed(problems), [`schema/unknown-field ${path}`], path);
    }
  });
}

for (const [index, text] of fleet.entries()) {
  test(`one misspelled field of ${/kind: (\w+)/.exec(text)?.[1]} ${index} is one problem`, () => {
    for (const { path, text: wrong } of misspellings(text)) {
      const base = fleet.map((other) => (other === text ? wrong : other)).join("---\n");
      const { problems } = checkFiles({ ...workloads, "base.yaml": base });
      assert.equal(placed(problems), [`schema/unknown-field ${path}`], path);
    }
  });
}

test("a field that is near to none hides nothing", () => {
  const { problems } = checkFiles({
    "base.yaml": surroundings,
    "web.yaml": sandbox(
      ["spec.template.spec.runtime.sandbox.containers.0.ports", undefined],
      ["spec.template.spec.runtime.sandbox.containers.0.listeners", []],
    ),
  });
  const ingress = "spec.template.spec.networkInterfaces[0].networkPolicy.ingress[0]";
  assert.equal(placed(problems), [
    `policy/port-name ${ingress}.ports[0].port`,
    "schema/unknown-field spec.template.spec.runtime.sandbox.containers[0].listeners",
  ]);
});

test("a fault of one manifest hides nothing of another", () => {
  const { problems } = checkFiles({
    "base.yaml": surroundings,
    "vm.yaml": virtualMachine(["spec.template.spec.runtime.virtualMachine.prots", []]),
    "web.yaml": sandbox(["spec.template.spec.networkInterfaces.0.network.name", "nowhere"]),
  });
  assert.equal(placed(problems), [
    "schema/unknown-field spec.template.spec.runtime.virtualMachine.prots",
    "workload/network-missing spec.template.spec.networkInterfaces[0].network.name",
  ]);
});

test("a fault inside of a field hides nothing that only asks whether the field is there", () => {
  const { problems } = checkFiles({
    "base.yaml": surroundings,
    "web.yaml": sandbox(["spec.template.spec.runtime.virtualMachine", { volumeAttachments: [] }]),
  });
  assert.equal(placed(problems), [
    "schema/min-items spec.template.spec.runtime.virtualMachine.volumeAttachments",
    "workload/runtime spec.template.spec.runtime.virtualMachine",
  ]);
});

const alike: readonly (readonly [title: string, from: string, to: string, wanted: string])[] = [
  ["a Secret's name in a volume", "secretName:", "name:", "Did you mean secretName?"],
  ["a ConfigMap's name in a volume", "configMap: { name:", "configMap: { configMapName:", "Did you mean name?"],
  ["half of a reference's name", "dnsZoneRef:", "dnsZone:", "Did you mean dnsZoneRef?"],
  ["half of a class's name", "connectorClassName:", "className:", "Did you mean connectorClassName?"],
];

for (const [title, from, to, wanted] of alike) {
  test(`${title} is one problem that says what was meant`, () => {
    const text = `${sandbox([
      "spec.template.spec.volumes",
      [
        { name: "s", secret: { secretName: "s" } },
        { name: "c", configMap: { name: "c" } },
      ],
    ])}---
apiVersion: dns.networking.miloapis.com/v1alpha1
kind: DNSRecordSet
metadata: { name: r }
spec: { dnsZoneRef: { name: z }, recordType: A, records: [{ name: www, a: { content: 192.0.2.1 } }] }
---
apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { name: k }
spec: { connectorClassName: c }
`
      .replace("configMap:\n            name:", "configMap: { name:")
      .replace(/configMap: \{ name: c$/m, "configMap: { name: c }");
    assert.ok(text.includes(from));
    const hints = checkFiles({ "base.yaml": surroundings, "w.yaml": text.replace(from, to) })
      .problems.filter(({ rule }) => /^schema|volume-reference/.test(rule))
      .map(({ rule, hint }) => `${rule} ${hint}`);
    assert.equal(hints, [`schema/unknown-field ${wanted}`]);
  });
}

test("a filter that says no type is one problem", () => {
  const { problems } = checkFiles({
    "p.yaml": `apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { name: p }
spec: { rules: [{ filters: [{ urlRewrite: { hostname: a.example } }], backends: [{ endpoint: https://a.example }] }] }
`,
  });
  assert.equal(placed(problems), ["schema/required spec.rules[0].filters[0].type"]);
});

test.run();

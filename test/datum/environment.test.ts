import * as assert from "uvu/assert";
import { judgeFiles } from "../../src/datum/judge.ts";
import { suite } from "../support/suite.ts";
import { checker, type Edit, placed, type Row, sandbox, surroundings, table } from "./support.ts";

const test = suite("variables of containers");
const spec = "spec.template.spec";
const env = `${spec}.runtime.sandbox.containers.0.env.0`;
const variable = (fields: object): Edit => [env, { name: "A", ...fields }];
const field = (fieldPath: string): Edit => variable({ valueFrom: { fieldRef: { fieldPath } } });

const rows: readonly Row[] = [
  ["the copy's own name", sandbox, [field("metadata.name")]],
  [
    "an address that no copy knows",
    sandbox,
    [field("status.podIP")],
    `workload/env-source ${env}.valueFrom.fieldRef.fieldPath`,
  ],
  [
    "resources of a copy",
    sandbox,
    [variable({ valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } })],
    `workload/env-source ${env}.valueFrom.resourceFieldRef`,
  ],
  [
    "a value and a source",
    sandbox,
    [variable({ value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } })],
    `workload/env-source ${env}.valueFrom`,
  ],
  ["a source that says nothing", sandbox, [variable({ valueFrom: {} })], `workload/env-source ${env}.valueFrom`],
];
table(test, rows);

const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { level: info }\n";
const read = (reference: object): Edit =>
  variable({ valueFrom: { configMapKeyRef: { name: "settings", ...reference } } });
const items = (optional: boolean): Edit[] => [
  ["spec.placements", [{ name: "us", locations: [{ name: "dfw" }], scaleSettings: { minReplicas: 1 } }]],
  [
    `${spec}.volumes.0`,
    { name: "data", configMap: { name: "settings", optional, items: [{ key: "lvl", path: "a" }] } },
  ],
];

for (const [title, edits, ...wanted] of [
  ["a key that is there", [read({ key: "level" })]],
  ["a key that is not there", [read({ key: "levle" })], `workload/configmap-key ${env}.valueFrom.configMapKeyRef.key`],
  ["an optional key that is not there", [read({ key: "levle", optional: true })]],
  ["a file of no key", items(false), `workload/configmap-key ${spec}.volumes.0.configMap.items.0.key`],
  ["an optional file of no key", items(true)],
] as readonly (readonly [string, readonly Edit[], ...string[]])[]) {
  test(title, () => {
    const files = { "base.yaml": surroundings, "cm.yaml": settings, "w.yaml": sandbox(...edits) };
    const parsed = Object.entries(files).map(([path, text]) => checker.parse(path, new TextEncoder().encode(text)));
    assert.equal(
      placed(judgeFiles(checker, parsed).problems),
      wanted.map((text) => text.replace(/\.(\d+)/g, "[$1]")),
    );
  });
}

test("a key that an Instance reads and that is not there", () => {
  const instance = JSON.stringify({
    apiVersion: "compute.datumapis.com/v1alpha",
    kind: "Instance",
    metadata: { name: "one" },
    spec: {
      location: { name: "dfw" },
      networkInterfaces: [{ network: { name: "default" } }],
      runtime: {
        resources: { instanceType: "datumcloud/d1-standard-2" },
        sandbox: { containers: [{ name: "main", image: "nginx", env: [{ name: "L", valueFrom: levle }] }] },
      },
    },
  });
  const files = { "base.yaml": surroundings, "cm.yaml": settings, "i.json": instance };
  const parsed = Object.entries(files).map(([path, text]) => checker.parse(path, new TextEncoder().encode(text)));
  assert.equal(placed(judgeFiles(checker, parsed).problems), [
    "workload/configmap-key spec.runtime.sandbox.containers[0].env[0].valueFrom.configMapKeyRef.key",
  ]);
});

const levle = { configMapKeyRef: { name: "settings", key: "levle" } };

test.run();

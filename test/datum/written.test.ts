import * as assert from "uvu/assert";
import type { Change, Plan } from "../../src/core/change.ts";
import type { Ingredient, Resource } from "../../src/core/resource.ts";
import { identityOf } from "../../src/datum/document.ts";
import { earlierOf } from "../../src/datum/earlier.ts";
import { withWritten } from "../../src/datum/written.ts";
import { suite } from "../support/suite.ts";
import { checkFiles } from "./support.ts";

const test = suite("datum/written");

const container = (lines: string) => `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: web }
spec:
  placements: [{ name: main, cityCodes: [DFW], scaleSettings: { minReplicas: 1 } }]
  template:
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        sandbox:
          containers:
            - name: redis
${lines.replace(/^/gm, "              ")}
      networkInterfaces: [{ network: { name: main } }]
`;
const settings = (text: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data:
  conf: ${text}
`;

/** The plan of one restart that rests on the whole container and the ConfigMap, seen from an older commit. */
function traced(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>, more: object = {}) {
  const [old, now] = [checkFiles(before).documents, checkFiles(after).documents];
  const ingredients: readonly Ingredient[] = now.map((document) => ({
    manifest: identityOf(document),
    path: document.kind === "ConfigMap" ? ["data"] : ["spec", "template", "spec", "runtime"],
  }));
  const source = { file: "web.yaml", line: 11, column: 1 };
  const change = {
    ...{ address: "gcp/instance/default/web-0", action: "restart", cause: "commit" },
    fields: [{ path: "user-data", before: "a", after: "b", forces: "restart", source }],
    resource: { fieldIngredients: { "user-data": ingredients } } as unknown as Resource,
    ...more,
  } as unknown as Change;
  const plan = withWritten({ changes: [change] } as unknown as Plan, now, earlierOf(old, now));
  const [field] = plan.changes[0]?.fields ?? [];
  return {
    line: `${field?.source?.file}:${field?.source?.line}`,
    written: (field?.written ?? []).map(({ manifest, path, before: left, after: right, source: { file, line } }) => [
      `${manifest} ${path}`,
      left,
      right,
      `${file}:${line}`,
    ]),
  };
}

const image = "spec.template.spec.runtime.sandbox.containers[redis].image";

test("a rendered field is told by the lines that were written otherwise", () => {
  const found = traced(
    { "web.yaml": container("image: docker.io/library/redis:7.4"), "c.yaml": settings("a") },
    { "web.yaml": container("image: docker.io/library/redis:7.5"), "c.yaml": settings("b") },
  );
  assert.equal(found, {
    line: "c.yaml:5",
    written: [
      ["ConfigMap default/settings data.conf", "a", "b", "c.yaml:5"],
      [`Workload default/web ${image}`, "docker.io/library/redis:7.4", "docker.io/library/redis:7.5", "web.yaml:13"],
    ],
  });
});

test("variables are told by their names, wherever they stand in their list", () => {
  const base = "image: docker.io/library/redis:7.4";
  const env = (...names: readonly string[]) =>
    [base, "env:", ...names.map((name) => `  - { name: ${name}, value: ${name.toLowerCase()} }`)].join("\n");
  const at = (files: string) => ({ "web.yaml": container(files) });
  const paths = (found: ReturnType<typeof traced>) => found.written.map(([path, , , line]) => `${path} ${line}`);
  const prefix = "Workload default/web spec.template.spec.runtime.sandbox.containers[redis].env";
  assert.equal(paths(traced(at(env("A", "B")), at(env("C", "B")))), [
    `${prefix}[A] web.yaml:14`,
    `${prefix}[C] web.yaml:15`,
  ]);
  assert.equal(paths(traced(at(env("A", "B")), at(env("B", "A")))), [], "order alone says nothing");
  assert.equal(paths(traced(at(base), at(env("A")))), [`${prefix}[A] web.yaml:15`]);
});

test("what nobody wrote otherwise keeps the line that stands for it", () => {
  const same = { "web.yaml": container("image: docker.io/library/redis:7.4") };
  assert.equal(traced(same, same), { line: "web.yaml:11", written: [] });
  assert.equal(traced({}, same), { line: "web.yaml:11", written: [] }, "new manifests have no before");
  const other = { "web.yaml": container("image: docker.io/library/redis:7.5") };
  assert.equal(traced(same, other, { cause: "drift" }).written, []);
});

test.run();

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { isObject } from "../../src/core/json.ts";
import type { PolicyDocument } from "../../src/policy/document.ts";
import { parsePolicies } from "../../src/policy/parse.ts";
import { testPolicies } from "../../src/policy/policy-tests.ts";
import { suite } from "../support/suite.ts";
import { documentsOf } from "./documents.ts";

const test = suite("policy/starter");
const folder = fileURLToPath(new URL("../../policies/starter", import.meta.url));

function documentsIn(path: string): readonly PolicyDocument[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .flatMap((name) => documentsOf(readFileSync(join(path, name), "utf8"), name));
}

const documents = documentsIn(folder);

test("every policy of the pack is sound, has a reason, and is tested", () => {
  const report = testPolicies(documents);
  assert.equal(report.problems, []);
  assert.equal(report.untested, []);
  const { set } = parsePolicies(documents);
  assert.ok(set.policies.length >= 10, `${set.policies.length} policies`);
  const without = set.policies.filter(({ why }) => why.length < 20).map(({ name }) => name);
  assert.equal(without, []);
});

test("every case of the pack passes", () => {
  const failed = testPolicies(documents).results.filter(({ passed }) => !passed);
  assert.equal(
    failed.map(({ policy, name, message }) => `${policy}, ${name}: ${message}`),
    [],
  );
});

test("every policy of the pack has a case that it lets through and one that it does not", () => {
  for (const { content } of documents.filter(({ content }) => isObject(content) && content.kind === "PolicyTest")) {
    const text = JSON.stringify(content);
    assert.match(text, /"expect":"pass"/);
    assert.match(text, /"expect":"(?:deny|warn)"/);
  }
});

const broken = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: small }
spec:
  matchConstraints: { resourceRules: [{ resources: [workloads] }] }
  validations: [{ expression: "object.spec.size < 3", message: too large }]
---
apiVersion: plumbline.dev/v1
kind: PolicyTest
metadata: { name: small }
spec:
  policy: small
  cases:
    - { name: wrongly expected to pass, expect: pass, object: &large { apiVersion: a/v1, kind: Workload, metadata: { name: a }, spec: { size: 5 } } }
    - { name: wrongly expected to fail, expect: deny, object: { apiVersion: a/v1, kind: Workload, metadata: { name: a }, spec: { size: 1 } } }
    - { name: never looked at, expect: pass, object: { apiVersion: v1, kind: ConfigMap, metadata: { name: a } } }
    - { name: other words, expect: deny, message: too small, object: *large }
    - { name: another field, expect: deny, path: spec.width, object: *large }
    - { name: right, expect: deny, message: too large, path: spec.size, object: *large }
`;

test("a case fails when the policy does otherwise, says other words, or does not look", () => {
  const report = testPolicies(documentsOf(broken));
  assert.equal(
    report.results.map(({ name, passed }) => [name, passed]),
    [
      ["wrongly expected to pass", false],
      ["wrongly expected to fail", false],
      ["never looked at", false],
      ["other words", false],
      ["another field", false],
      ["right", true],
    ],
  );
  assert.match(report.results[0]?.message ?? "", /deny\. too large/);
  assert.match(report.results[2]?.message ?? "", /does not match it/);
});

test("a test of an unknown policy fails, and a misspelt expectation is a problem", () => {
  const lost = broken.replace("policy: small", "policy: smal");
  assert.ok(testPolicies(documentsOf(lost)).results.every(({ passed }) => !passed));
  assert.equal(testPolicies(documentsOf(lost)).untested, ["small"]);
  const odd = testPolicies(documentsOf(broken.replace("expect: pass", "expect: passes")));
  assert.match(odd.problems[0]?.message ?? "", /must be one of pass/);
});

test.run();

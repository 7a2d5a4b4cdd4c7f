import * as assert from "uvu/assert";
import { createChecker } from "../../src/datum/checker.ts";
import { suite } from "../support/suite.ts";
import { policyFolder } from "./support.ts";

const test = suite("datum/as-written");

const checker = createChecker({
  schemas: Object.values(policyFolder("schemas")),
  catalogs: policyFolder("catalogs"),
  kinds: ["Certificate.cert-manager.io", "Namespace"],
});

function check(text: string) {
  return checker.check([checker.parse("a.yaml", new TextEncoder().encode(text))]);
}

test("kinds that the configuration adds are managed as written", () => {
  const { documents, problems, counts } = check(`apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: site, namespace: web}
spec: {anything: [1, {at: all}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: web}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: nobody-asked}
`);
  assert.equal(problems, []);
  assert.equal(
    documents.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
    ["Certificate web/site", "Namespace default/web"],
  );
  assert.is(counts.managed, 2);
  assert.is(counts.unmanaged, 1);
});

test("they need a name all the same, and one that servers take", () => {
  const { problems } = check("apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {labels: {}}\n");
  assert.equal(
    problems.map(({ rule, line }) => [rule, line]),
    [["schema/required", 3]],
  );
  const named = check("apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: Not_One}\n");
  assert.equal(
    named.problems.map(({ rule, path }) => [rule, path]),
    [["names/invalid", "metadata.name"]],
  );
});

test.run();

import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/core/json.ts";
import type { Problem } from "../../src/core/problem.ts";
import { createPolicyEngine, type EngineOptions } from "../../src/policy/door.ts";
import { parsePolicies } from "../../src/policy/parse.ts";
import { suite } from "../support/suite.ts";
import { documentsOf, manifestsOf } from "./documents.ts";
import { evaluate } from "./evaluate.ts";

const test = suite("policy/bounds");

const policy = (name: string, expression: string, more = "") => `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  ${more}
  matchConstraints: { resourceRules: [{ resources: ["*"] }] }
  validations: [{ expression: "${expression}" }]
`;
const digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
const letters = [..."abcdefghi"];
/** Loops in loops: ten to the ninth rounds. */
const endless = letters.reduceRight((inner, letter) => `${digits}.all(${letter}, ${inner})`, "a + i >= 0");

const unbounded = { manifestUnits: 1e15, planUnits: 1e15, checkUnits: 1e15 };

async function judge(policies: string, options: EngineOptions, count = 3): Promise<readonly Problem[]> {
  const { set, problems } = parsePolicies(documentsOf(policies));
  assert.equal(problems, []);
  const judged = Array.from({ length: count }, (_, index) =>
    manifestsOf(
      `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web-${index} }, spec: { replicas: ${index} } }`,
      `${index}.yaml`,
    ),
  ).flat();
  const engine = createPolicyEngine(set, options);
  try {
    return await engine.checkManifests(judged);
  } finally {
    await engine.close();
  }
}

const few = policy("few", "object.spec.replicas < 2");
const shown = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ file, severity, rule, message }) => `${file} ${severity} ${rule}: ${message}`);

test("an expression that costs too much is stopped by its budget, and other policies go on", async () => {
  const found = shown(await judge(policy("endless", endless) + few, {}));
  const stopped = (index: number) =>
    `${index}.yaml error policy/endless: The policy was stopped: it costs more than its budget.`;
  const failed = "2.yaml error policy/few: failed expression: object.spec.replicas < 2";
  assert.equal(found, [stopped(0), stopped(1), stopped(2), failed].sort());
});

test("under the failure policy Ignore it is a warning", async () => {
  const [first] = await judge(policy("endless", endless, "failurePolicy: Ignore"), {}, 1);
  assert.is(first?.severity, "warning");
  assert.match(first?.message ?? "", /It is passed over\.$/);
});

test("one that takes too long is ended with its thread; the culprit is named, the others answer for every manifest", async () => {
  const found = shown(await judge(policy("endless", endless) + few, { deadlineMs: 150, budgets: unbounded }));
  assert.equal(found, [
    "0.yaml error policy/endless: The policy was stopped: it took longer than 150 ms; it judges no further manifest.",
    "2.yaml error policy/few: failed expression: object.spec.replicas < 2",
  ]);
});

test("what all manifests cost together is bounded too", async () => {
  const budgets = { manifestUnits: 1_000_000, planUnits: 1, checkUnits: 5_000 };
  const found = await judge(policy("dear", `${digits}.all(a, ${digits}.all(b, a + b >= 0))`) + few, { budgets }, 420);
  const dear = found.filter(({ rule }) => rule === "policy/dear");
  assert.equal(shown(dear), [
    "4.yaml error policy/dear: The policy was stopped: it costs more than its budget over all manifests; it judges no further manifest.",
  ]);
  assert.is(found.filter(({ rule }) => rule === "policy/few").length, 418);
});

test("the thread answers again after it had to be ended", async () => {
  const { set } = parsePolicies(documentsOf(policy("endless", endless) + few));
  const engine = createPolicyEngine(set, { deadlineMs: 100, budgets: unbounded });
  const judged = manifestsOf(
    "{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web }, spec: { replicas: 5 } }",
  );
  const both = await Promise.all([engine.checkManifests(judged), engine.checkManifests(judged)]);
  await engine.close();
  assert.equal(both[0], both[1]);
  assert.equal(
    both[0]?.map(({ rule }) => rule),
    ["policy/endless", "policy/few"],
  );
});

test("what is remembered of unchanged manifests changes no answer, not even where a budget ends", async () => {
  const text = policy("dear", `${digits}.all(a, ${digits}.all(b, a + b >= 0))`) + few;
  const { set } = parsePolicies(documentsOf(text));
  const budgets = { manifestUnits: 1_000_000, planUnits: 1, checkUnits: 5_000 };
  const one = (name: string, replicas: number) =>
    manifestsOf(
      `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: ${name} }, spec: { replicas: ${replicas} } }`,
      `${name}.yaml`,
    );
  const all = Array.from({ length: 8 }, (_, index) => one(`m${index}`, index)).flat();
  const changed = [...one("m0", 9), ...all.slice(1)];
  const warmed = createPolicyEngine(set, { budgets });
  await warmed.checkManifests(all);
  const warm = await warmed.checkManifests(changed);
  await warmed.close();
  const begun = createPolicyEngine(set, { budgets });
  const cold = await begun.checkManifests(changed);
  await begun.close();
  assert.equal(shown(warm), shown(cold));
  assert.equal(
    warm.filter(({ rule }) => rule === "policy/dear").map(({ file }) => file),
    ["m4.yaml"],
  );
  assert.equal(
    warm.filter(({ rule }) => rule === "policy/few").map(({ file }) => file),
    ["m0.yaml", "m2.yaml", "m3.yaml", "m4.yaml", "m5.yaml", "m6.yaml", "m7.yaml"],
  );
});

test("an engine without policies needs no thread and finds nothing", async () => {
  assert.equal(await judge("{}", {}), []);
});

const many: JsonObject = { list: Array.from({ length: 20_000 }, (_, index) => index), text: "a".repeat(200_000) };

test("no way to spend is free", () => {
  const dear = [
    endless,
    "'%s'.format([object.list.map(a, object.list)]) != ''",
    "object.list.map(a, object.list) == object.list.map(b, object.list)",
    "object.list in object.list.map(a, object.list.map(b, b + 1))",
    "object.list.all(a, !object.list.exists(b, a == b + 1000000))",
    "object.list.all(i, v, object.list.all(j, w, i + w >= 0))",
    "object.list.map(x, string(x)).join('-').findAll('[0-9]').size() > 0",
    `${[..."abcdefghijklmnopqrst"].reduceRight((inner, name, index) => `cel.bind(${name}, ${index === 0 ? "object.text" : `${String.fromCharCode(96 + index)} + ${String.fromCharCode(96 + index)}`}, ${inner})`, "t.size()")}`,
    "object.list.filter(x, sets.contains(object.list, [x])).size()",
    "object.list.distinct().size()",
    "lists.range(100000000).size()",
    "object.list.all(x, object.text.contains('b') || true)",
    "object.text.replace('a', object.text) != ''",
    "object.text.replace('', object.text) != ''",
    "object.list.map(x, object.text).join(object.text) != ''",
  ];
  for (const expression of dear) assert.is(evaluate(expression, many, 300_000), "exceeded", expression);
});

test("loops over long lists are fine, and do not depend on the depth of the stack", () => {
  const chained = "object.list.map(x, x + 1).filter(x, x % 2 == 0).map(x, x * 2).all(x, x > 0)";
  assert.is(evaluate(chained, many, 10_000_000), true);
  assert.equal(evaluate("object.list.filter(x, x > 19997)", many, 10_000_000), [19998, 19999]);
});

test("a regular expression that other engines run away with ends", () => {
  const begun = performance.now();
  assert.is(evaluate("object.text.matches('^(a+)+$')", { text: `${"a".repeat(2_000)}!` }), false);
  assert.is(evaluate("object.text.find('(a|a)*(a|a)*b')", { text: "a".repeat(500) }), "");
  assert.ok(performance.now() - begun < 5_000);
});

test.run();

import * as assert from "uvu/assert";
import { type BranchPolicies, openBranchPolicies } from "../src/branch-policies.ts";
import type { Outcome } from "../src/core/outcome.ts";
import type { PolicyEngine } from "../src/policy/door.ts";
import { checkManifestsHere, checkPlanHere } from "../src/policy/here.ts";
import { parsePolicies } from "../src/policy/parse.ts";
import { emptyPolicySet, type PolicySet } from "../src/policy/policy-set.ts";
import { reconcile } from "../src/reconcile.ts";
import { review } from "../src/review.ts";
import { documentsOf } from "./policy/documents.ts";
import { memoryForge, pullOf } from "./support/memory-forge.ts";
import { never, openScene } from "./support/memory-scene.ts";
import { suite } from "./support/suite.ts";

const test = suite("policies of the branch");

const atMost = (count: number, name = "few-new"): string => `apiVersion: plumbline.dev/v1
kind: PlanPolicy
metadata: { name: ${name} }
spec:
  validations:
    - expression: plan.counts.create <= ${count}
      message: At most ${count} new things.
`;

const sizes = (most: number, name = "sizes"): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  matchConstraints: { resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }] }
  validations:
    - expression: "!has(object.size) || int(object.size) <= ${most}"
      message: At most ${most}.
`;

const things = (count: number, size = 1): string =>
  Array.from({ length: count }, (_, index) => `instance/web${index} size=${size}`).join("\n");

const words = ({ kind, problems, refusals }: Outcome): readonly string[] => [
  kind,
  ...problems.map(({ severity, rule, file, line }) => `${severity} ${rule} ${file}:${line}`),
  ...refusals.map(({ rule, message }) => `${rule} ${message}`),
];

/** Judges in this thread: starting one for every set of every test would take longer than all tests. */
const engineHere = (set: PolicySet): PolicyEngine => ({
  checkManifests: async (judged) => checkManifestsHere(set, judged),
  checkPlan: async (plan, now, surroundings) => checkPlanHere(set, plan, now || "2026-01-05T12:00:00Z", surroundings),
  close: async () => undefined,
});

/** A scene whose branch holds policies; each test ends it. */
async function withScene(
  body: (scene: {
    readonly push: (files: Readonly<Record<string, string>>) => Promise<readonly (readonly string[])[]>;
    readonly inner: ReturnType<typeof openScene>;
    readonly policies: BranchPolicies;
  }) => Promise<void>,
  own: PolicySet = emptyPolicySet,
): Promise<void> {
  const inner = openScene({ prefix: "fleet" });
  const policies = openBranchPolicies("policies/", own, engineHere);
  try {
    await body({
      ...{ inner, policies },
      push: async (files) => {
        inner.repository.commitFiles(files);
        const world = { ...inner.world(), branchPolicies: policies };
        const outcomes = await reconcile(world, "moved", { stopping: never, signal: never });
        return outcomes.map(words);
      },
    });
  } finally {
    await policies.close();
  }
}

test("policies of the branch judge its plans and its manifests", () =>
  withScene(async ({ push }) => {
    const files = { "policies/plan.yaml": atMost(2), "policies/sizes.yaml": sizes(4) };
    assert.equal(await push({ ...files, "fleet/a.yaml": things(2) }), [["applied"]]);
    assert.equal(await push({ ...files, "fleet/a.yaml": things(2, 5) }), [
      ["invalid", "error policy/sizes fleet/a.yaml:1", "error policy/sizes fleet/a.yaml:2"],
      ["settled"],
    ]);
    assert.equal(await push({ ...files, "fleet/a.yaml": things(5) }), [
      ["refused", "policy/few-new At most 2 new things."],
      ["settled"],
    ]);
  }));

test("a loosening and its use in one push are judged as before it, in two they pass", () =>
  withScene(async ({ push }) => {
    await push({ "policies/plan.yaml": atMost(2), "policies/sizes.yaml": sizes(4), "fleet/a.yaml": things(2) });
    const loose = { "policies/plan.yaml": atMost(9), "policies/sizes.yaml": sizes(9) };
    const [both] = await push({ ...loose, "fleet/a.yaml": things(2, 5) });
    assert.equal(both, ["invalid", "error policy/sizes fleet/a.yaml:1", "error policy/sizes fleet/a.yaml:2"]);
    const [refused] = await push({ ...loose, "fleet/a.yaml": things(7) });
    assert.match(
      refused?.join("\n") ?? "",
      /^refused\npolicy\/few-new At most 2 new things\. The policy says so at \w{8}/,
    );
    assert.equal(await push({ ...loose, "fleet/a.yaml": things(2) }), [["settled"]]);
    assert.equal(await push({ ...loose, "fleet/a.yaml": things(7, 5) }), [["applied"]]);
  }));

test("taking all policies away counts from the next commit on", () =>
  withScene(async ({ push }) => {
    await push({ "policies/plan.yaml": atMost(2), "fleet/a.yaml": things(1) });
    const missing = "warning policy/missing policies:1";
    const [taken] = await push({ "fleet/a.yaml": things(5) });
    assert.match(taken?.join("\n") ?? "", /^refused\nwarning policy\/missing policies:1\npolicy\/few-new At most 2/);
    assert.equal(await push({ "fleet/a.yaml": things(1) }), [["settled", missing]]);
    assert.equal(await push({ "fleet/a.yaml": things(5) }), [["applied", missing]]);
  }));

test("a tightening judges the commit that brings it", () =>
  withScene(async ({ push }) => {
    await push({ "policies/sizes.yaml": sizes(4), "fleet/a.yaml": things(1, 3) });
    const [tight] = await push({ "policies/sizes.yaml": sizes(2), "fleet/a.yaml": things(1, 3) });
    assert.equal(tight, ["invalid", "error policy/sizes fleet/a.yaml:1"]);
  }));

test("a broken policy is told on its line, and the last good set goes on", () =>
  withScene(async ({ push }) => {
    await push({ "policies/plan.yaml": atMost(2), "fleet/a.yaml": things(1) });
    const broken = { "policies/plan.yaml": atMost(2).replace("<= 2", "<=") };
    const told = "warning policy/expression policies/plan.yaml:6";
    assert.equal(await push({ ...broken, "fleet/a.yaml": things(2) }), [["applied", told]]);
    assert.equal((await push({ ...broken, "fleet/a.yaml": things(9) }))[0], [
      "refused",
      told,
      "policy/few-new At most 2 new things.",
    ]);
    assert.equal(await push({ "policies/plan.yaml": atMost(9), "fleet/a.yaml": things(2) }), [["settled"]]);
    assert.equal(await push({ "policies/plan.yaml": atMost(9), "fleet/a.yaml": things(9) }), [["applied"]]);
  }));

test("without a good set to go on with, a broken one stops the commit", () =>
  withScene(async ({ push, inner }) => {
    const files = { "policies/plan.yaml": "kind: [", "fleet/a.yaml": things(1) };
    const [first] = await push(files);
    assert.is(first?.[0], "invalid");
    assert.match(first?.[1] ?? "", /^error yaml\/\S+ policies\/plan.yaml:1$/);
    assert.equal(inner.keys(), []);
  }));

test("a policy that shares its name with one of the daemon is told, and both judge", async () => {
  const own = parsePolicies(documentsOf(sizes(4))).set;
  await withScene(async ({ push }) => {
    const files = { "policies/sizes.yaml": sizes(9), "fleet/a.yaml": things(1, 3) };
    assert.equal(await push(files), [["applied", "warning policy/name policies/sizes.yaml:3"]]);
  }, own);
});

test("a pull request is judged by the policies of its base alone, and told what is wrong with its own", () =>
  withScene(async ({ push, inner, policies }) => {
    const base = { "policies/plan.yaml": atMost(2), "policies/sizes.yaml": sizes(4), "fleet/a.yaml": things(1) };
    await push(base);
    const forge = memoryForge(() => "2026-01-01T00:00:00Z");
    const look = async (number: number, files: Readonly<Record<string, string>>) => {
      const parent = inner.repository.headId();
      const head = inner.repository.commitAt(`refs/pull/${number}/head`, files, [parent]);
      inner.repository.commitAt(`refs/pull/${number}/merge`, files, [parent, head]);
      const pull = pullOf(number, head);
      forge.pullRequests.set(number, pull);
      const world = { ...inner.world(), branchPolicies: policies };
      return await review({ world, forge, pageUrl: () => "" }, pull, { key: "key", keyWith: async () => "key" }, never);
    };
    const loose = await look(1, { ...base, "policies/sizes.yaml": sizes(9), "fleet/a.yaml": things(1, 5) });
    assert.equal(
      loose.remarks.map(({ place, severity }) => `${severity} ${place}`),
      ["error fleet/a.yaml:1"],
    );
    const strict = await look(2, { ...base, "policies/sizes.yaml": sizes(1), "fleet/a.yaml": things(1, 3) });
    assert.equal(
      strict.remarks.filter(({ severity }) => severity === "error"),
      [],
    );
    const none = await look(3, { "fleet/a.yaml": things(9) });
    assert.match(none.verdict, "Refused");
    const broken = await look(4, { ...base, "policies/plan.yaml": atMost(2).replace("<= 2", "<=") });
    assert.equal(
      broken.remarks.map(({ place, severity }) => `${severity} ${place}`),
      ["error policies/plan.yaml:6"],
    );
  }));

test.run();

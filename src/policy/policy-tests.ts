import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Problem, Source } from "../core/problem.ts";
import { asManifest, type Manifest, type PolicyDocument, textOfPath, unfold } from "./document.ts";
import { createJudge } from "./judge.ts";
import { parsePolicies } from "./parse.ts";
import type { Finding, PolicySet } from "./policy-set.ts";
import { anything, list, object, shapeProblems, text } from "./shape.ts";
import { objectAt, textAt } from "./subject.ts";

/** One case of a policy's test. */
export interface CaseResult {
  readonly policy: string;
  readonly name: string;
  readonly passed: boolean;
  /** Why it failed; empty when it passed. */
  readonly message: string;
  readonly source: Source;
}

/** What running a folder's policy tests gave. */
export interface PolicyTestReport {
  readonly results: readonly CaseResult[];
  /** What is wrong with the policies and the tests themselves. */
  readonly problems: readonly Problem[];
  /** Policies that no case tests, sorted. */
  readonly untested: readonly string[];
}

const expectations = ["pass", "deny", "warn", "audit", "excused", "fault", "unmatched"] as const;
type Expectation = (typeof expectations)[number];

const testShape = object(
  {
    apiVersion: text(),
    kind: text(),
    metadata: object({ name: text(), annotations: anything }, ["name"]),
    spec: object(
      {
        policy: text(),
        cases: list(
          object(
            {
              name: text(),
              expect: text(...expectations),
              message: text(),
              path: text(),
              object: anything,
              oldObject: anything,
              plan: anything,
              now: text(),
            },
            ["name", "expect"],
          ),
        ),
      },
      ["policy", "cases"],
    ),
  },
  ["metadata", "spec"],
);

/**
 * Runs every `PolicyTest` of a folder against the folder's policies. A case gives a manifest (`object`, `oldObject`) or a `plan`
 * with the moment `now`, and says what is expected: `pass`, `deny`, `warn`, `audit`, `excused`, `fault`, or `unmatched` when the
 * policy must not even look. `message` is a part of what must be said, `path` the field that must be named.
 */
export function testPolicies(documents: readonly PolicyDocument[]): PolicyTestReport {
  const { set, problems } = parsePolicies(documents);
  const tests = documents.flatMap(unfold).flatMap((document) => {
    const manifest = asManifest(document);
    return manifest?.kind === "PolicyTest" ? [manifest] : [];
  });
  const faults = tests.flatMap((test) => shapeProblems(test, test.content, testShape, []));
  const results = faults.length > 0 ? [] : tests.flatMap((test) => runTest(test, set));
  const tested = new Set(results.map(({ policy }) => policy));
  return {
    results,
    problems: [...problems, ...faults],
    untested: set.policies
      .map(({ name }) => name)
      .filter((name) => !tested.has(name))
      .sort(),
  };
}

function runTest(test: Manifest, set: PolicySet): readonly CaseResult[] {
  const spec = objectAt(test.content, "spec");
  const policy = textAt(spec, "policy");
  const cases = Array.isArray(spec.cases) ? spec.cases : [];
  return cases.filter(isObject).map((one, index) => {
    const source = test.at(["spec", "cases", index]);
    const message = runCase(one, policy, set);
    return { policy, name: textAt(one, "name"), passed: message === "", message, source };
  });
}

/** Why a case fails; empty when it passes. */
function runCase(one: JsonObject, name: string, set: PolicySet): string {
  const policy = set.policies.find((candidate) => candidate.name === name);
  if (policy === undefined) return `There is no sound policy ${name} in this folder.`;
  const isPlan = policy.over === "plan";
  if (isPlan !== isObject(one.plan)) {
    return isPlan
      ? "The policy judges plans: give the case a plan."
      : "The policy judges manifests: give the case an object.";
  }
  const alone = { ...set, policies: [policy] };
  const judge = createJudge(alone);
  let looked = false;
  const onPolicy = (): void => {
    looked = true;
  };
  const found = isPlan
    ? judge.plan(completePlan(objectAt(one, "plan")), textAt(one, "now") || "2026-01-05T12:00:00Z", new Set(), onPolicy)
    : judge.manifest(
        {
          ...(isObject(one.object) ? { object: one.object } : {}),
          ...(isObject(one.oldObject) ? { oldObject: one.oldObject } : {}),
        },
        new Set(),
        onPolicy,
      );
  return difference(one, found, looked);
}

function difference(one: JsonObject, found: readonly Finding[], looked: boolean): string {
  const expected = textAt(one, "expect") as Expectation;
  const counted = found.filter(({ kind }) => kind !== "audit" || expected === "audit");
  const actual = [...new Set(counted.map(outcomeOf))];
  const said = counted.map(({ message }) => message).join(" ");
  if (actual.length === 0) {
    const outcome = looked ? "pass" : "unmatched";
    return outcome === expected
      ? ""
      : `Expected ${expected}, but the policy ${looked ? "passes it" : "does not match it"}.`;
  }
  if (!actual.includes(expected)) return `Expected ${expected}, but: ${actual.join(", ")}. ${said}`;
  const message = textAt(one, "message");
  if (!said.includes(message)) return `Expected a message with ${JSON.stringify(message)}, but it says: ${said}`;
  const path = textAt(one, "path");
  const paths = counted.map((finding) => textOfPath(finding.path));
  return path === "" || paths.includes(path) ? "" : `Expected the field ${path}, but it names ${paths.join(", ")}.`;
}

function outcomeOf({ kind, severity }: Finding): Expectation {
  if (kind === "violation") return severity === "error" ? "deny" : severity === "warning" ? "warn" : "audit";
  return kind === "audit" ? "audit" : kind === "exception" ? "excused" : "fault";
}

/** A plan as a case writes it, short, with everything that policies may ask for. */
function completePlan(plan: JsonObject): JsonObject {
  const changes = (Array.isArray(plan.changes) ? plan.changes : []).filter(isObject).map((change): JsonObject => {
    const [provider = "", kind = "", namespace = "", ...name] = textAt(change, "address").split("/");
    const blank = { cause: "commit", owner: "", location: "", city: "", reason: "", held: false, protected: false };
    const exposure = { gained: [], lost: [], ...objectAt(change, "exposure") };
    return {
      action: "update",
      provider,
      kind,
      namespace,
      name: name.join("/"),
      dependsOn: [],
      fields: [],
      ...blank,
      ...change,
      exposure,
    };
  });
  const actions = ["create", "update", "restart", "replace", "delete", "adopt", "conflict", "keep"];
  const count = (action: string): number => changes.filter((change) => change.action === action).length;
  const counts = Object.fromEntries(actions.map((action): [string, Json] => [action, count(action)]));
  const acting = changes.length - count("keep") - count("conflict");
  return {
    fleet: "test",
    commit: "0".repeat(40),
    planId: "0".repeat(12),
    counts: { ...counts, acting },
    ...plan,
    changes,
  };
}

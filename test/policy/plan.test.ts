import * as assert from "uvu/assert";
import type { Change, Plan } from "../../src/core/change.ts";
import { countActions } from "../../src/core/plan.ts";
import type { Resource } from "../../src/core/resource.ts";
import { createPolicyEngine } from "../../src/policy/door.ts";
import { checkPlanHere } from "../../src/policy/here.ts";
import { parsePolicies } from "../../src/policy/parse.ts";
import { planForm, planView } from "../../src/policy/plan-view.ts";
import { suite } from "../support/suite.ts";
import { documentsOf } from "./documents.ts";

const test = suite("policy/plan");

const resource = (location: string): Resource => ({
  ...{ address: "", provider: "gcp", kind: "instance", uid: "", key: "", realm: "", provides: [], needs: [] },
  spec: { secret: "hush" },
  source: { file: "web.yaml", line: 1, column: 1 },
  fieldSources: {},
  owner: "Workload default/web",
  location,
  protected: true,
  adopt: false,
});

function change(address: string, action: Change["action"], more: Partial<Change> = {}): Change {
  const [provider = "", kind = ""] = address.split("/");
  return {
    address,
    provider,
    kind,
    action,
    cause: "commit",
    dependsOn: [],
    fields: [],
    reason: "",
    held: false,
    ...more,
  };
}

function plan(...changes: readonly Change[]): Plan {
  return {
    planId: "0123456789ab",
    effectId: "ba9876543210",
    fleet: "shop",
    commit: "c".repeat(40),
    changes,
    counts: countActions(changes),
  };
}

const friday = "2026-01-09T08:00:00Z";
const policies = (text: string) => {
  const { set, problems } = parsePolicies(documentsOf(text));
  assert.equal(problems, []);
  return set;
};
const policy = (expression: string, more = "") =>
  policies(
    `{ apiVersion: plumbline.dev/v1, kind: PlanPolicy, metadata: { name: p }, spec: { validations: [{ expression: "${expression}", message: no ${more} }] } }`,
  );
const holds = (expression: string, of: Plan, now = friday): boolean => {
  const { refusals, problems } = checkPlanHere(policy(expression), of, now, {
    inventory: [{ address: "gcp/instance/default/old", owner: "Workload default/old", location: "frankfurt" }],
    cities: new Map([["frankfurt", "FRA"]]),
  });
  assert.equal(problems, []);
  assert.ok(
    refusals.every(({ message }) => message === "no"),
    refusals.map(({ message }) => message).join(),
  );
  return refusals.length === 0;
};

test("a plan's counts, changes and fields, and the moment, can be asked", () => {
  const fields = [{ path: "machineType", before: undefined, after: "e2-small", forces: "restart" as const }];
  const of = plan(
    change("gcp/instance/default/web-0", "restart", { fields, resource: resource("dallas"), cause: "drift" }),
    change("gcp/instance/default/old", "delete"),
    change("gcp/network/default/main", "keep"),
    change("gcp/instance/default/web-1", "create", { held: true }),
  );
  for (const expression of [
    "plan.counts.delete == 1 && plan.counts.replace == 0 && plan.counts.acting == 2",
    "plan.fleet == 'shop' && plan.commit.size() == 40 && plan.planId != ''",
    "plan.changes.exists(c, c.action == 'restart' && c.cause == 'drift' && c.kind == 'instance' && c.name == 'web-0')",
    "plan.changes.filter(c, c.address == 'gcp/instance/default/web-0').all(c, c.owner == 'Workload default/web' && c.protected)",
    "plan.changes.exists(c, c.fields.exists(f, f.path == 'machineType' && f.before == null && f.after == 'e2-small' && f.forces == 'restart'))",
    "plan.changes.exists(c, c.action == 'delete' && c.city == 'FRA' && c.location == 'frankfurt' && c.owner == 'Workload default/old')",
    "plan.changes.exists(c, c.held && c.action == 'create')",
    "now.getDayOfWeek() == 5 && now.getHours() == 8 && now.getHours('Europe/Berlin') == 9",
    "now > timestamp('2026-01-01T00:00:00Z')",
  ]) {
    assert.ok(holds(expression, of), expression);
    assert.not(holds(`!(${expression})`, of), expression);
  }
});

test("what goes away stands where the last applied commit says, whatever this one makes of its location", () => {
  const gone = change("gcp/instance/default/old", "delete", {
    cameFrom: { owner: "Workload default/old", location: "l" },
  });
  const cityOf = (surroundings: Parameters<typeof planView>[1], one = gone) =>
    (planView(plan(one), surroundings).changes as readonly { readonly city: string }[])[0]?.city;
  assert.is(cityOf({ cities: new Map(), citiesBefore: new Map([["l", "FRA"]]) }), "FRA", "the location goes too");
  assert.is(cityOf({ cities: new Map([["l", "DFW"]]), citiesBefore: new Map([["l", "FRA"]]) }), "FRA");
  assert.is(cityOf({ cities: new Map([["l", "DFW"]]) }), "DFW", "nothing older is known");
  const made = change("gcp/instance/default/new", "create", { resource: resource("l") });
  assert.is(cityOf({ cities: new Map([["l", "DFW"]]), citiesBefore: new Map([["l", "FRA"]]) }, made), "DFW");
});

test("what a spec holds is not shown to policies", () => {
  const view = planView(plan(change("gcp/instance/default/web-0", "create", { resource: resource("dallas") })), {});
  assert.not.match(JSON.stringify(view), /hush/);
});

test("a denial is a refusal that names the changes to blame; a warning is a problem at the policy's place", () => {
  const text = (action: string) => `
apiVersion: plumbline.dev/v1
kind: PlanPolicy
metadata: { name: few, annotations: { plumbline.dev/reason: "They hurt." } }
spec:
  validationActions: [${action}]
  params: { most: 1 }
  variables: [{ name: replaced, expression: "plan.changes.filter(c, c.action == 'replace')" }]
  validations:
    - expression: variables.replaced.size() <= params.most
      messageExpression: "string(variables.replaced.size()) + ' replacements'"
      changesExpression: variables.replaced.map(c, c.address)
`;
  const of = plan(change("gcp/a/b/c", "replace"), change("gcp/a/b/d", "replace"), change("gcp/a/b/e", "update"));
  const denied = checkPlanHere(policies(text("Deny")), of, friday);
  assert.equal(denied, {
    refusals: [{ rule: "policy/few", message: "2 replacements", changes: ["gcp/a/b/c", "gcp/a/b/d"] }],
    problems: [],
  });
  const warned = checkPlanHere(policies(text("Warn")), of, friday);
  assert.equal(warned.refusals, []);
  assert.equal(
    warned.problems.map(({ file, line, severity, rule, hint }) => [file, line, severity, rule, hint]),
    [["policies.yaml", 4, "warning", "policy/few", "They hurt."]],
  );
});

test("a policy that cannot be evaluated refuses the plan", () => {
  const { refusals } = checkPlanHere(policy("plan.changes[3].held"), plan(), friday);
  assert.match(refusals[0]?.message ?? "", /cannot be evaluated here: a validation fails, /);
});

test("the thread says the same as this one, and stops what does not end", async () => {
  const set = policy("plan.counts.delete == 0");
  const of = plan(change("gcp/instance/default/old", "delete"));
  const engine = createPolicyEngine(set);
  const verdict = await engine.checkPlan(of, friday);
  await engine.close();
  assert.equal(verdict, checkPlanHere(set, of, friday));
  assert.is(verdict.refusals.length, 1);

  const digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
  const endless = [..."abcdefghi"].reduceRight((inner, name) => `${digits}.all(${name}, ${inner})`, "a >= 0");
  const slow = createPolicyEngine(policy(endless), {
    deadlineMs: 100,
    budgets: { manifestUnits: 1, planUnits: 1e15, checkUnits: 1 },
  });
  const stopped = await slow.checkPlan(of, friday);
  await slow.close();
  assert.equal(
    stopped.refusals.map(({ message }) => message),
    ["The policy was stopped: it took longer than 100 ms."],
  );
});

test("a plan of ten thousand changes is judged within its budget", () => {
  const changes = Array.from({ length: 10_000 }, (_, index) => change(`gcp/instance/default/web-${index}`, "update"));
  assert.ok(
    holds(
      "plan.changes.filter(c, c.action in ['delete', 'replace'] && c.city in ['FRA', 'LHR']).size() <= 2",
      plan(...changes),
    ),
  );
});

const misspelled: readonly (readonly [expression: string, said: RegExp | undefined])[] = [
  ["plan.count.replace <= 2", /plan has no field count.* Did you mean counts/],
  ["plan.counts.replaced <= 2", /plan\.counts has no field replaced.* Did you mean replace/],
  ["plan.changes.all(c, c.adress != 'x')", /c has no field adress.* Did you mean address/],
  ["plan.changes.exists(c, c.fields.exists(f, f.value == 1))", /f has no field value.* Known are path, before/],
  ["plan.changes.filter(c, c.exposure.gain.size() > 0).size() == 0", /c\.exposure has no field gain/],
  ["plan.changes[0].kin == 'x'", /no field kin/],
  ["plan.changes.all(c, c.fields.all(f, f.after == null || f.after.anything == 1))", undefined],
  ["plan.changes.filter(c, c.action == 'delete').all(c, c.whatever)", undefined],
  ["[{'a': 1}].all(c, c.a == 1) && plan.planId != ''", undefined],
];

for (const [expression, said] of misspelled) {
  test(`${expression} is ${said === undefined ? "right" : "wrong"} before there is a plan`, () => {
    const text = `{apiVersion: plumbline.dev/v1, kind: PlanPolicy, metadata: {name: p}, spec: {validations: [{expression: ${JSON.stringify(expression)}}]}}`;
    const told = parsePolicies(documentsOf(text)).problems.map(({ message, hint }) => `${message} ${hint}`);
    if (said === undefined) assert.equal(told, []);
    else assert.match(told.join(" "), said);
  });
}

test("the form of a plan is that of a plan", () => {
  const fieldsOf = (value: object): readonly string[] => Object.keys(value).sort();
  const seen = planView(plan(change("gcp/instance/default/a", "create")), {}) as unknown as {
    readonly counts: object;
    readonly changes: readonly object[];
  };
  const form = planForm as unknown as {
    readonly fields: {
      readonly counts: { readonly fields: object };
      readonly changes: { readonly items: { readonly fields: object } };
    };
  };
  assert.equal(fieldsOf(seen), fieldsOf(form.fields));
  assert.equal(fieldsOf(seen.counts), fieldsOf(form.fields.counts.fields));
  assert.equal(fieldsOf(seen.changes[0] ?? {}), fieldsOf(form.fields.changes.items.fields));
});

test.run();

import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { parsePolicies } from "../../src/policy/parse.ts";
import { suite } from "../support/suite.ts";
import { documentsOf } from "./documents.ts";

const test = suite("policy/parse");

const policy = (spec: string, name = "demo"): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  matchConstraints: { resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }] }
${spec}
`;
const fine = policy("  validations: [{ expression: 'true' }]");
const bound = (spec: string): string => `${fine}---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: demo }
spec: ${spec}
`;

test("the three versions of Kubernetes' form are read, and our own over plans", () => {
  for (const version of ["v1", "v1beta1", "v1alpha1"]) {
    const { set, problems } = parsePolicies(documentsOf(fine.replace("io/v1", `io/${version}`)));
    assert.equal(problems, []);
    assert.is(set.policies[0]?.over, "manifests");
  }
  const plan = `{apiVersion: plumbline.dev/v1, kind: PlanPolicy, metadata: {name: p}, spec: {validations: [{expression: plan.counts.delete == 0}]}}`;
  const { set, problems } = parsePolicies(documentsOf(plan));
  assert.equal(problems, []);
  assert.is(set.policies[0]?.over, "plan");
  assert.equal(set.policies[0]?.actions, ["Deny"]);
});

const faults: readonly (readonly [title: string, text: string, where: string, message: RegExp])[] = [
  ["an unknown field", policy("  validation: []"), "7:3", /no field validation here.*Did you mean validations/],
  ["an unknown field of a rule", fine.replace("apiGroups", "apiGroup"), "6:41", /no field apiGroup here.*apiGroups/],
  [
    "a wrong word",
    policy("  failurePolicy: Fale\n  validations: [{ expression: 'true' }]"),
    "7:18",
    /one of Fail, Ignore/,
  ],
  ["a wrong type", policy("  validations: { expression: 'true' }"), "7:3", /validations must be a list/],
  ["an expression that is missing", policy("  validations: [{ message: no }]"), "7:17", /expression is missing/],
  ["nothing to hold", policy("  validations: []"), "5:1", /neither validations nor auditAnnotations/],
  ["no rules", fine.replace(/ {2}matchConstraints.*\n/, ""), "5:1", /nothing says what the policy judges/],
  ["no name", fine.replace("{ name: demo }", "{}"), "4:1", /name is missing/],
  [
    "a broken expression",
    policy("  validations: [{ expression: 'object.spec. >= 3' }]"),
    "7:31",
    /Unexpected .*at column 1[24] of the expression/,
  ],
  [
    "an unknown function",
    policy("  validations: [{ expression: object.metadata.name.startWith('a') }]"),
    "7:31",
    /no function \.startWith\(\), at column 21.*startsWith/,
  ],
  [
    "a broken line of many",
    policy("  validations:\n    - expression: |\n        true &&\n        objects.spec"),
    "8:19",
    /Nothing is called objects here, at line 2, column 1.*object\?/,
  ],
  [
    "a variable used before it is declared",
    policy(
      "  variables: [{name: a, expression: variables.b}, {name: b, expression: '1'}]\n  validations: [{ expression: 'true' }]",
    ),
    "7:37",
    /No variable b is declared before/,
  ],
  [
    "a variable twice",
    policy(
      "  variables: [{name: a, expression: '1'}, {name: a, expression: '1'}]\n  validations: [{ expression: 'true' }]",
    ),
    "7:50",
    /declared twice/,
  ],
  [
    "a plan's word in a manifest's policy",
    policy("  validations: [{ expression: plan.counts.delete == 0 }]"),
    "7:31",
    /Nothing is called plan here/,
  ],
  [
    "an expression that is too long",
    policy(`  validations: [{ expression: "${"1+".repeat(9000)}1" }]`),
    "7:31",
    /at most 16384 are read/,
  ],
  [
    "an expression that nests too deeply",
    policy(`  validations: [{ expression: "${"(".repeat(60)}1${")".repeat(60)}" }]`),
    "7:31",
    /brackets more than 48 deep/,
  ],
  [
    "an expression that is a long sum",
    policy(`  validations: [{ expression: "${"1+".repeat(3000)}1 > 0" }]`),
    "7:31",
    /nested too deeply or too large/,
  ],
  ["a message of two lines", policy("  validations: [{ expression: 'true', message: \"a\\nb\" }]"), "7:48", /one line/],
  ["a binding of nothing", bound("{ policyName: dmeo }"), "12:21", /no policy dmeo to bind.*Did you mean demo/],
  [
    "actions that contradict",
    bound("{ policyName: demo, validationActions: [Deny, Warn] }"),
    "12:27",
    /say the same twice/,
  ],
  ["parameters nobody takes", bound("{ policyName: demo, paramRef: { name: a } }"), "12:27", /takes no parameters/],
  [
    "parameters by name and by label",
    bound("{ policyName: demo, paramRef: { name: a, selector: {} } }"),
    "12:27",
    /either name or selector/,
  ],
  ["two of a name", `${fine}---${fine}`, "11:19", /demo is there already, in policies\.yaml:4/],
];

for (const [title, text, where, message] of faults) {
  test(`${title} is a problem at its place`, () => {
    const { problems } = parsePolicies(documentsOf(text));
    const shown = problems.map((one) => `${one.line}:${one.column} ${one.severity} ${one.message} ${one.hint}`);
    assert.ok(
      problems.some(
        (one) =>
          one.severity === "error" &&
          message.test(`${one.message} ${one.hint}`) &&
          where === `${one.line}:${one.column}`,
      ),
      shown.join("\n"),
    );
  });
}

test("a policy with an error is left out, the others stay", () => {
  const text = `${policy("  validations: [{ expression: nope }]", "broken")}---${fine}`;
  const { set, problems } = parsePolicies(documentsOf(text));
  assert.equal(
    set.policies.map(({ name }) => name),
    ["demo"],
  );
  assert.is(problems.length, 1);
});

test("parameters and namespaces are kept, strangers are told of, other files are not ours", () => {
  const text = `${policy("  paramKind: { apiVersion: rules.example.com/v1, kind: ReplicaLimit }\n  validations: [{ expression: 'true' }]")}
---
{ apiVersion: rules.example.com/v1, kind: ReplicaLimit, metadata: { name: a }, maxReplicas: 3 }
---
{ apiVersion: v1, kind: Namespace, metadata: { name: n } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: c } }
---
maxDeletes: 3
`;
  const { set, problems } = parsePolicies(documentsOf(text));
  assert.equal([set.params.length, set.namespaces.length], [1, 1]);
  assert.equal(
    problems.map(({ severity, rule }) => `${severity} ${rule}`),
    ["warning policy/kind"],
  );
});

test("a list of policies is read as its items, each at its own place", () => {
  const items = fine.trim().replaceAll("\n", "\n  ");
  const { set, problems } = parsePolicies(documentsOf(`apiVersion: v1\nkind: List\nitems:\n- ${items}\n`));
  assert.equal(problems, []);
  assert.equal(set.policies[0]?.validations[0]?.expression.source, { file: "policies.yaml", line: 9, column: 33 });
});

test("what no resource rule can mean is told, and what it means elsewhere is not", () => {
  const rules = (groups: string, resources: string): readonly string[] => {
    const text = fine.replace("apiGroups: [apps]", `apiGroups: ${groups}`).replace("[deployments]", resources);
    return parsePolicies(documentsOf(text)).problems.map(
      ({ severity, rule, message, hint }) => `${severity} ${rule}: ${message} ${hint}`,
    );
  };
  assert.equal(rules("[compute.datumapis.com]", "[Workload]"), [
    'warning policy/resource: No resource is called "Workload". Did you mean workloads?',
  ]);
  assert.equal(rules('[""]', "[pod/exec]"), [
    'warning policy/resource: No resource is called "pod/exec". Did you mean pods/exec?',
  ]);
  assert.equal(rules("[apps/v1]", "[Deployments]"), [
    'warning policy/resource: A group has no version; "apps/v1" is an apiVersion. Write "apps", and the version in apiVersions.',
    'warning policy/resource: No resource is called "Deployments". Did you mean deployments?',
  ]);
  assert.equal(rules('["*"]', '["*", "*/scale", pods/ephemeralcontainers, endpoints]'), []);
  assert.equal(rules("[example.com]", "[sheep]"), []);
});

test("a policy that would change manifests is told where to write that", () => {
  const { problems } = parsePolicies(
    documentsOf("{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy, metadata: {name: a}}"),
  );
  assert.match(problems[0]?.hint ?? "", /judge here and change nothing/);
});

test("a policy set crosses threads", () => {
  const { set } = parsePolicies(documentsOf(bound("{ policyName: demo }")));
  assert.equal(structuredClone(set), set);
});

test("no document whatsoever makes parsing throw", () => {
  const kinds = fc.constantFrom("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "PolicyTest");
  const at = () => ({ file: "a.yaml", line: 1, column: 1 });
  fc.assert(
    fc.property(kinds, fc.jsonValue(), fc.jsonValue(), (kind, metadata, spec) => {
      const content = { apiVersion: "admissionregistration.k8s.io/v1", kind, metadata, spec } as never;
      parsePolicies([
        { file: "a.yaml", content, at },
        { file: "b.yaml", content: spec as never, at },
      ]);
    }),
    { numRuns: 500 },
  );
});

test.run();

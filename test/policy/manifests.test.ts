import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/core/json.ts";
import { checkManifestsHere } from "../../src/policy/here.ts";
import { parsePolicies } from "../../src/policy/parse.ts";
import { suite } from "../support/suite.ts";
import { documentsOf, manifestsOf } from "./documents.ts";

// The situations are those that Kubernetes' own pages explain policies with.
const test = suite("policy/manifests");

/** What policies say about manifests, as `severity rule path: message`. */
function judge(policies: string, manifests: string, old: JsonObject | undefined = undefined): readonly string[] {
  const { set, problems } = parsePolicies(documentsOf(policies));
  assert.equal(problems, []);
  const judged = manifestsOf(manifests).map((one) => (old === undefined ? one : { ...one, oldObject: old }));
  return checkManifestsHere(set, judged).map(
    ({ severity, rule, path, message }) => `${severity} ${rule} ${path}: ${message}`,
  );
}

const rules =
  "matchConstraints: { resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }] }";
const policy = (spec: string, name = "demo.example.com"): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  failurePolicy: Fail
  ${rules}
${spec}
`;
const binding = (spec: string, name = "demo.example.com"): string => `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: "${name}-${spec.length}" }
spec: { policyName: ${name}, ${spec} }
`;
const deployment = (spec: string, metadata = "{ name: web }"): string => `
apiVersion: apps/v1
kind: Deployment
metadata: ${metadata}
spec: ${spec}
`;
const five = policy("  validations: [{ expression: object.spec.replicas <= 5 }]");

test("a limit of replicas, and the failed expression as its message", () => {
  assert.equal(judge(five, deployment("{ replicas: 5 }")), []);
  const failed = "error policy/demo.example.com spec.replicas: failed expression: object.spec.replicas <= 5";
  assert.equal(judge(five, deployment("{ replicas: 6 }")), [failed]);
});

test("the namespace is said, as a server fills it in before anything is asked", () => {
  const home = policy(`  validations: [{ expression: "object.metadata.namespace == 'default'" }]`);
  assert.equal(judge(home, deployment("{}")), []);
  assert.is(judge(home, deployment("{}", "{ name: web, namespace: other }")).length, 1);
  const moved = policy(`  validations: [{ expression: "object.metadata.namespace == oldObject.metadata.namespace" }]`);
  const old = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
  assert.equal(judge(moved, deployment("{}"), old), []);
  const wide = policy("  validations: [{ expression: '!has(object.metadata.namespace)' }]")
    .replace("[apps]", '[""]')
    .replace("[deployments]", "[namespaces]");
  assert.equal(judge(wide, "{ apiVersion: v1, kind: Namespace, metadata: { name: n } }"), []);
});

test("the binding's actions decide how bad it is; without one a policy denies", () => {
  const severities = (actions: string): readonly string[] =>
    judge(five + binding(`validationActions: [${actions}]`), deployment("{ replicas: 6 }")).map(
      (line) => line.split(" ")[0] ?? "",
    );
  assert.equal(severities("Deny"), ["error"]);
  assert.equal(severities("Warn, Audit"), ["warning"]);
  assert.equal(severities("Audit"), ["info"]);
});

const parameterised = policy(`  paramKind: { apiVersion: rules.example.com/v1, kind: ReplicaLimit }
  validations:
    - expression: "object.spec.replicas <= params.maxReplicas"
      messageExpression: "'object.spec.replicas must be no greater than ' + string(params.maxReplicas)"
      reason: Invalid`);
const limits = `---
{ apiVersion: rules.example.com/v1, kind: ReplicaLimit, metadata: { name: test, namespace: default, labels: { tier: low } }, maxReplicas: 3 }
---
{ apiVersion: rules.example.com/v1, kind: ReplicaLimit, metadata: { name: prod, namespace: default, labels: { tier: low } }, maxReplicas: 100 }
---
{ apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { environment: test } } }
`;

test("parameters by name, for namespaces with and without a label", () => {
  const text =
    parameterised +
    binding(
      "paramRef: { name: test, namespace: default, parameterNotFoundAction: Deny }, matchResources: { namespaceSelector: { matchExpressions: [{ key: environment, operator: In, values: [test] }] } }",
    ) +
    binding(
      "paramRef: { name: prod, namespace: default }, matchResources: { namespaceSelector: { matchExpressions: [{ key: environment, operator: NotIn, values: [test] }] } }",
    ) +
    limits;
  const message = (most: number) =>
    `error policy/demo.example.com spec.replicas: object.spec.replicas must be no greater than ${most}`;
  assert.equal(judge(text, deployment("{ replicas: 5 }", "{ name: web, namespace: shop }")), [message(3)]);
  assert.equal(judge(text, deployment("{ replicas: 5 }", "{ name: web, namespace: other }")), []);
  assert.equal(judge(text, deployment("{ replicas: 101 }", "{ name: web, namespace: other }")), [message(100)]);
});

test("parameters by label are all held; those of another namespace are not meant", () => {
  const text = parameterised + binding("paramRef: { selector: { matchLabels: { tier: low } } }") + limits;
  assert.is(judge(text, deployment("{ replicas: 5 }")).length, 1);
  assert.is(judge(text, deployment("{ replicas: 101 }")).length, 2);
  assert.match(
    judge(text, deployment("{ replicas: 5 }", "{ name: web, namespace: shop }"))[0] ?? "",
    /no parameter ReplicaLimit/,
  );
});

test("a parameter that is not there denies or allows, as the binding says", () => {
  const missing = (action: string) =>
    parameterised + binding(`paramRef: { name: lost, parameterNotFoundAction: ${action} }`);
  assert.match(
    judge(missing("Deny"), deployment("{ replicas: 1 }"))[0] ?? "",
    /^error .*no parameter ReplicaLimit lost/,
  );
  assert.equal(judge(missing("Allow"), deployment("{ replicas: 1000 }")), []);
  const without = policy("  validations: [{ expression: params != null, message: params missing }]");
  assert.match(judge(without, deployment("{}"))[0] ?? "", /params missing/);
});

const images = policy(`  variables:
    - name: environment
      expression: "'environment' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['environment'] : 'prod'"
    - name: exempt
      expression: "has(object.metadata.labels) && 'exempt' in object.metadata.labels && object.metadata.labels['exempt'] == 'true'"
    - name: containers
      expression: object.spec.template.spec.containers
    - name: containersToCheck
      expression: variables.containers.filter(c, c.image.contains('example.com/'))
  validations:
    - expression: variables.exempt || variables.containersToCheck.all(c, c.image.startsWith(variables.environment + '.'))
      messageExpression: "'only ' + variables.environment + ' images are allowed in namespace ' + namespaceObject.metadata.name"`);

test("variables build on variables, and the namespace has its labels", () => {
  const web = (image: string, metadata = "{ name: web }") =>
    deployment(`{ template: { spec: { containers: [{ name: a, image: ${image} }] } } }`, metadata);
  assert.equal(judge(images + limits.replace(/---\n\{ apiVersion: rules.*\n/g, ""), web("prod.example.com/nginx")), []);
  assert.equal(judge(images, web("dev.example.com/nginx")), [
    "error policy/demo.example.com spec.template.spec.containers: only prod images are allowed in namespace default",
  ]);
  assert.equal(judge(images, web("dev.example.com/nginx", "{ name: web, labels: { exempt: 'true' } }")), []);
  assert.equal(judge(images, web("docker.io/nginx")), []);
});

test("conditions leave out what is not meant: leases, nodes, roles", () => {
  const text = policy(`  matchConditions:
    - { name: exclude-leases, expression: '!(request.resource.group == "coordination.k8s.io" && request.resource.resource == "leases")' }
    - { name: exclude-kubelet-requests, expression: '!("system:nodes" in request.userInfo.groups)' }
    - { name: rbac, expression: 'request.resource.group != "rbac.authorization.k8s.io"' }
  validations: [{ expression: "object.metadata.name.startsWith('demo')" }]`).replace(
    /resourceRules.*/,
    'resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: ["*"] }] }',
  );
  const one = (apiVersion: string, kind: string, name: string) =>
    `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: ${name} } }`;
  assert.equal(judge(text, one("coordination.k8s.io/v1", "Lease", "a")), []);
  assert.equal(judge(text, one("rbac.authorization.k8s.io/v1", "Role", "a")), []);
  assert.equal(judge(text, one("v1", "ConfigMap", "demo-a")), []);
  assert.is(judge(text, one("v1", "ConfigMap", "a")).length, 1);
});

test("a condition that is false skips whatever the others say; one that fails follows the failure policy", () => {
  const text = (conditions: string, failure: string) =>
    policy(`  matchConditions: [${conditions}]\n  validations: [{ expression: 'false' }]`).replace("Fail", failure);
  const broken = "{ name: broken, expression: object.nope }";
  const no = "{ name: no, expression: 'false' }";
  assert.equal(judge(text(`${broken}, ${no}`, "Fail"), deployment("{}")), []);
  assert.match(
    judge(text(broken, "Fail"), deployment("{}"))[0] ?? "",
    /^error .*the condition broken fails, field not found: nope/,
  );
  assert.match(judge(text(broken, "Ignore"), deployment("{}"))[0] ?? "", /^warning .*It is passed over/);
});

test("audit annotations are told, unless they are null", () => {
  const text = policy(`  validations: [{ expression: 'true' }]
  auditAnnotations: [{ key: high, valueExpression: "object.spec.replicas > 50 ? 'replicas set to ' + string(object.spec.replicas) : null" }]`);
  assert.equal(judge(text, deployment("{ replicas: 128 }")), [
    "info policy/demo.example.com : demo.example.com/high: replicas set to 128",
  ]);
  assert.equal(judge(text, deployment("{ replicas: 5 }")), []);
});

test("a message that fails or has two lines gives way to the written one", () => {
  const text = (expression: string) =>
    policy(`  validations: [{ expression: 'false', message: written, messageExpression: "${expression}" }]`);
  for (const expression of ["object.nope", "'a\\\\nb'", "''", "string(1) + '\\\\n' + 'b'"]) {
    assert.match(judge(text(expression), deployment("{}"))[0] ?? "", /: written$/, expression);
  }
  assert.match(judge(text("'said'"), deployment("{}"))[0] ?? "", /: said$/);
});

test("changes of a manifest, its making and its removal", () => {
  const text = policy(`  validations:
    - { expression: "request.operation != 'UPDATE' || object.spec.replicas >= oldObject.spec.replicas", message: shrinks }
    - { expression: "request.operation != 'CREATE' || oldObject == null" }
    - { expression: "request.operation != 'DELETE' || object == null && oldObject.spec.replicas < 2", message: still runs }`).replace(
    "[CREATE, UPDATE]",
    '["*"]',
  );
  const { set } = parsePolicies(documentsOf(text));
  const [old] = manifestsOf(deployment("{ replicas: 3 }"));
  const [young] = manifestsOf(deployment("{ replicas: 2 }"));
  if (old === undefined || young === undefined) throw new Error("no manifests");
  const messages = (judged: Parameters<typeof checkManifestsHere>[1][number]) =>
    checkManifestsHere(set, [judged]).map(({ message }) => message);
  assert.equal(messages(young), []);
  assert.equal(messages({ ...young, oldObject: old.object }), ["shrinks"]);
  assert.equal(messages({ ...old, oldObject: young.object }), []);
  assert.equal(messages({ oldObject: old.object, document: old.document }), ["still runs"]);
});

test("an exception with a reason is shown; without one, or from nothing, it is told and does not count", () => {
  const excused = (value: string, more = "") =>
    judge(
      five.replace("metadata: {", `metadata: { ${more}`),
      deployment("{ replicas: 6 }", `{ name: web, annotations: { plumbline.dev/policy-exception: "${value}" } }`),
    );
  assert.equal(excused("demo.example.com: a test of load"), [
    "info policy/exception metadata.annotations[plumbline.dev/policy-exception]: Excused from demo.example.com (a test of load): failed expression: object.spec.replicas <= 5",
  ]);
  assert.match(excused("demo.example.com").join(), /warning policy\/exception .*needs a reason.*error policy\/demo/);
  assert.match(excused("other: why; demo.example.com: why").join(), /no policy other/);
  assert.match(
    excused("demo.example.com: why", "annotations: { plumbline.dev/exceptions: forbidden },").join(),
    /allows no exceptions.*error policy\/demo/,
  );
});

test("a policy sees which keys a Secret has, never what they hold", () => {
  const text = policy(
    `  validations: [{ expression: "size(object.data) == 9", messageExpression: "'a' in object.data ? 'a is [' + object.data.a + string(object.stringData.b) + ']' : ''" }]`,
  )
    .replace("[apps]", '[""]')
    .replace("[deployments]", "[secrets]");
  const found = judge(
    text,
    "{ apiVersion: v1, kind: Secret, metadata: { name: s }, data: { a: aHVzaA== }, stringData: { b: hush } }",
  );
  assert.match(found[0] ?? "", /: a is \[\]$/);
});

test("rules by wildcard, by name, by exclusion, by label and by version", () => {
  const matched = (rule: string, more = "", metadata = "{ name: web, labels: { a: b } }") => {
    const text = `{ apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: { name: p }, spec: { matchConstraints: { resourceRules: [${rule}] ${more} }, validations: [{ expression: "false" }] } }`;
    return judge(text, deployment("{}", metadata)).length === 1;
  };
  const all = '{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }';
  const exact = "{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }";
  assert.ok(matched(all));
  assert.ok(matched(exact));
  assert.not(matched(exact.replace("apps", "batch")));
  assert.not(matched(exact.replace("CREATE", "DELETE")));
  assert.not(matched(exact.replace("deployments", "deployments/status")));
  assert.ok(matched(exact.replace("v1", "v1beta1")), "another version is equivalent");
  assert.not(matched(exact.replace("v1", "v1beta1"), ", matchPolicy: Exact"));
  assert.not(matched(all.replace("}", ", scope: Cluster }")));
  assert.ok(matched(all.replace("}", ", resourceNames: [web] }")));
  assert.not(matched(all.replace("}", ", resourceNames: [db] }")));
  assert.not(matched(all, `, excludeResourceRules: [${exact}]`));
  assert.ok(matched(all, ", objectSelector: { matchLabels: { a: b } }"));
  assert.not(matched(all, ", objectSelector: { matchExpressions: [{ key: a, operator: DoesNotExist }] }"));
  assert.not(matched(all, ", namespaceSelector: { matchLabels: { environment: prod } }"));
  assert.ok(matched(all, ", namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: default } }"));
});

test.run();

import { anything, list, object, type Shape, text, texts } from "./shape.ts";

const selector = object({
  matchLabels: texts,
  matchExpressions: list(
    object({ key: text(), operator: text("In", "NotIn", "Exists", "DoesNotExist"), values: list(text()) }, [
      "key",
      "operator",
    ]),
  ),
});

const resourceRule = object({
  operations: list(text("CREATE", "UPDATE", "DELETE", "CONNECT", "*")),
  apiGroups: list(text()),
  apiVersions: list(text()),
  resources: list(text()),
  resourceNames: list(text()),
  scope: text("Cluster", "Namespaced", "*"),
});

const matchResources = object({
  namespaceSelector: selector,
  objectSelector: selector,
  resourceRules: list(resourceRule),
  excludeResourceRules: list(resourceRule),
  matchPolicy: text("Exact", "Equivalent"),
});

const metadata: Shape = object(
  {
    name: text(),
    namespace: text(),
    annotations: texts,
    labels: texts,
    // What a cluster adds when a policy is exported from one.
    ...Object.fromEntries(
      [
        "creationTimestamp",
        "generation",
        "resourceVersion",
        "uid",
        "managedFields",
        "finalizers",
        "ownerReferences",
      ].map((field) => [field, anything]),
    ),
  },
  ["name"],
);

const named = (value: string) => list(object({ name: text(), expression: text() }, ["name", value]));

const validation = {
  expression: text(),
  message: text(),
  messageExpression: text(),
  reason: text("Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"),
};

const language = {
  failurePolicy: text("Fail", "Ignore"),
  matchConditions: named("expression"),
  variables: named("expression"),
  auditAnnotations: list(object({ key: text(), valueExpression: text() }, ["key", "valueExpression"])),
};

const document = (spec: Shape): Shape =>
  object({ apiVersion: text(), kind: text(), metadata, spec, status: anything }, ["metadata", "spec"]);

/** A policy over manifests, in Kubernetes' form. */
export const policyShape = document(
  object({
    ...language,
    paramKind: object({ apiVersion: text(), kind: text() }, ["apiVersion", "kind"]),
    matchConstraints: matchResources,
    validations: list(object(validation, ["expression"])),
  }),
);

const actions = list(text("Deny", "Warn", "Audit"));

/** A policy over plans: the same language, bound by itself. */
export const planPolicyShape = document(
  object({
    ...language,
    validationActions: actions,
    params: anything,
    validations: list(object({ ...validation, changesExpression: text() }, ["expression"])),
  }),
);

/** What puts a policy into force, in Kubernetes' form. */
export const bindingShape = document(
  object(
    {
      policyName: text(),
      paramRef: object({ name: text(), namespace: text(), selector, parameterNotFoundAction: text("Allow", "Deny") }),
      matchResources,
      validationActions: actions,
    },
    ["policyName"],
  ),
);

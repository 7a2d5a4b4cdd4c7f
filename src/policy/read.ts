import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Manifest, Path } from "./document.ts";
import type {
  Action,
  Binding,
  MatchResources,
  Named,
  ParamRef,
  Policy,
  ResourceRule,
  Selector,
  Validation,
  Written,
} from "./policy-set.ts";

/** The annotation with the reason for a policy, and the one that forbids exceptions from it. */
export const reasonAnnotation = "plumbline.dev/reason";
const exceptionsAnnotation = "plumbline.dev/exceptions";

// What is read here has been held against its shape: anything else stands for what was left out.
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const textsOf = (value: Json | undefined): readonly string[] => listOf(value).map(textOf);

/** Reads a policy of the right shape. */
export function readPolicy(manifest: Manifest, over: Policy["over"]): Policy {
  const spec = objectOf(manifest.content.spec);
  const metadata = objectOf(manifest.content.metadata);
  const annotations = objectOf(metadata.annotations);
  const paramKind = isObject(spec.paramKind) ? spec.paramKind : undefined;
  return {
    name: manifest.name,
    over,
    source: manifest.at(["metadata", "name"]),
    why: textOf(annotations[reasonAnnotation] ?? annotations["kubernetes.io/description"])
      .replace(/\s+/g, " ")
      .trim(),
    allowsExceptions: annotations[exceptionsAnnotation] !== "forbidden",
    failurePolicy: spec.failurePolicy === "Ignore" ? "Ignore" : "Fail",
    match: readMatch(spec.matchConstraints),
    matchConditions: readNamed(manifest, "matchConditions", "name", "expression"),
    variables: readNamed(manifest, "variables", "name", "expression"),
    validations: listOf(spec.validations).map((value, index) => readValidation(manifest, objectOf(value), index)),
    auditAnnotations: readNamed(manifest, "auditAnnotations", "key", "valueExpression"),
    actions: readActions(spec.validationActions),
    ...(paramKind === undefined
      ? {}
      : { paramKind: { apiVersion: textOf(paramKind.apiVersion), kind: textOf(paramKind.kind) } }),
    ...(isObject(spec.params) ? { params: spec.params } : {}),
  };
}

function written(manifest: Manifest, value: Json | undefined, path: Path): Written {
  return { text: textOf(value), source: manifest.at(path) };
}

function readValidation(manifest: Manifest, value: JsonObject, index: number): Validation {
  const path = (field: string): Path => ["spec", "validations", index, field];
  return {
    expression: written(manifest, value.expression, path("expression")),
    message: textOf(value.message).trim(),
    reason: textOf(value.reason) || "Invalid",
    ...(textOf(value.messageExpression) === ""
      ? {}
      : { messageExpression: written(manifest, value.messageExpression, path("messageExpression")) }),
    ...(textOf(value.changesExpression) === ""
      ? {}
      : { changesExpression: written(manifest, value.changesExpression, path("changesExpression")) }),
  };
}

function readNamed(manifest: Manifest, field: string, key: string, expression: string): readonly Named[] {
  const spec = objectOf(manifest.content.spec);
  return listOf(spec[field]).map((value, index) => ({
    name: textOf(objectOf(value)[key]),
    ...written(manifest, objectOf(value)[expression], ["spec", field, index, expression]),
  }));
}

function readActions(value: Json | undefined): readonly Action[] {
  const actions = textsOf(value) as readonly Action[];
  return actions.length === 0 ? ["Deny"] : actions;
}

function readMatch(value: Json | undefined): MatchResources {
  const match = objectOf(value);
  return {
    namespaceSelector: readSelector(match.namespaceSelector),
    objectSelector: readSelector(match.objectSelector),
    ...(listOf(match.resourceRules).length === 0 ? {} : { resourceRules: listOf(match.resourceRules).map(readRule) }),
    excludeResourceRules: listOf(match.excludeResourceRules).map(readRule),
    matchPolicy: match.matchPolicy === "Exact" ? "Exact" : "Equivalent",
  };
}

function readRule(value: Json): ResourceRule {
  const rule = objectOf(value);
  const orAll = (texts: readonly string[]): readonly string[] => (texts.length === 0 ? ["*"] : texts);
  return {
    operations: orAll(textsOf(rule.operations)),
    apiGroups: orAll(textsOf(rule.apiGroups)),
    apiVersions: orAll(textsOf(rule.apiVersions)),
    resources: orAll(textsOf(rule.resources)),
    resourceNames: textsOf(rule.resourceNames),
    scope: textOf(rule.scope) || "*",
  };
}

function readSelector(value: Json | undefined): Selector {
  const selector = objectOf(value);
  return {
    matchLabels: objectOf(selector.matchLabels) as Readonly<Record<string, string>>,
    matchExpressions: listOf(selector.matchExpressions).map((entry) => ({
      key: textOf(objectOf(entry).key),
      operator: textOf(objectOf(entry).operator),
      values: textsOf(objectOf(entry).values),
    })),
  };
}

/** Reads a binding of the right shape. */
export function readBinding(manifest: Manifest): Binding {
  const spec = objectOf(manifest.content.spec);
  return {
    name: manifest.name,
    policyName: textOf(spec.policyName),
    actions: readActions(spec.validationActions),
    ...(isObject(spec.paramRef) ? { paramRef: readParamRef(spec.paramRef) } : {}),
    ...(isObject(spec.matchResources) ? { match: readMatch(spec.matchResources) } : {}),
  };
}

function readParamRef(value: JsonObject): ParamRef {
  return {
    ...(textOf(value.name) === "" ? {} : { name: textOf(value.name) }),
    ...(textOf(value.namespace) === "" ? {} : { namespace: textOf(value.namespace) }),
    ...(isObject(value.selector) ? { selector: readSelector(value.selector) } : {}),
    notFound: value.parameterNotFoundAction === "Allow" ? "Allow" : "Deny",
  };
}

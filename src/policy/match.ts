import type { Json } from "../core/json.ts";
import type { MatchResources, ResourceRule, Selector } from "./policy-set.ts";
import { objectAt, type Subject } from "./subject.ts";

/** Says whether a manifest is meant. */
export function matches(match: MatchResources, subject: Subject): boolean {
  const isEquivalent = match.matchPolicy === "Equivalent";
  const isMeant = match.resourceRules?.some((rule) => fits(rule, subject, isEquivalent)) ?? true;
  if (!isMeant || match.excludeResourceRules.some((rule) => fits(rule, subject, isEquivalent))) return false;
  if (!subject.labels.some((labels) => selects(match.objectSelector, labels))) return false;
  return selectsNamespace(match.namespaceSelector, subject);
}

/** A cluster-scoped object is in no namespace and never left out for its labels; a namespace is its own. */
function selectsNamespace(selector: Selector, subject: Subject): boolean {
  if (subject.kind === "Namespace" && subject.group === "") {
    return subject.labels.some((labels) => selects(selector, labels));
  }
  if (subject.namespaceObject === undefined) return true;
  return selects(selector, objectAt(objectAt(subject.namespaceObject, "metadata"), "labels"));
}

function fits(rule: ResourceRule, subject: Subject, isEquivalent: boolean): boolean {
  const has = (all: readonly string[], one: string): boolean => all.includes("*") || all.includes(one);
  // Without a cluster nothing converts versions: an equivalent rule takes the object in the version it is written in.
  const isNamed = isEquivalent && !rule.resources.includes("*") && !rule.apiGroups.includes("*");
  const scope = subject.namespaceObject === undefined ? "Cluster" : "Namespaced";
  return (
    has(rule.operations, subject.operation) &&
    has(rule.apiGroups, subject.group) &&
    (isNamed || has(rule.apiVersions, subject.version)) &&
    rule.resources.some((resource) => ["*", "*/*", subject.resource, `${subject.resource}/*`].includes(resource)) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(subject.name)) &&
    (rule.scope === "*" || rule.scope === scope)
  );
}

/** Says whether labels are meant. An empty selector means all. */
export function selects(selector: Selector, labels: Readonly<Record<string, Json>>): boolean {
  const value = (key: string): Json | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(selector.matchLabels).every(([key, wanted]) => value(key) === wanted) &&
    selector.matchExpressions.every(({ key, operator, values }) => {
      const actual = value(key);
      switch (operator) {
        case "Exists":
          return actual !== undefined;
        case "DoesNotExist":
          return actual === undefined;
        case "In":
          return typeof actual === "string" && values.includes(actual);
        default:
          return actual === undefined || !values.includes(String(actual));
      }
    })
  );
}

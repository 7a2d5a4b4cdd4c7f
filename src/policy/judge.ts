import type { CelValue } from "@bufbuild/cel";
import type { JsonObject } from "../core/json.ts";
import { type Budgets, defaultBudgets, exceeded, faultSeverity } from "./budgets.ts";
import { type CompiledPolicy, compilePolicy } from "./compile.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { exceptionsOf, excuse } from "./exceptions.ts";
import { openBudget, unitsLeft } from "./language/meter.ts";
import { timestamp } from "./language/time.ts";
import { celOf } from "./language/values.ts";
import { matches, selects } from "./match.ts";
import type { Binding, Finding, Policy, PolicySet } from "./policy-set.ts";
import { type Manifests, objectAt, type Subject, subjectOf, textAt } from "./subject.ts";

/** Called before each policy: whoever watches knows which one runs. */
export type OnPolicy = (policyIndex: number) => void;

/** Compiled policies that judge manifests and plans. Synchronous; a run away expression is stopped by its budget alone. */
export interface Judge {
  /** What all policies but the skipped ones find about one manifest; what each spent goes into `spent`, by its index. */
  manifest(
    manifests: Manifests,
    skip: ReadonlySet<string>,
    onPolicy: OnPolicy,
    spent?: Float64Array,
  ): readonly Finding[];
  /** What all policies over plans find about one plan, as `planView` shows it. */
  plan(view: JsonObject, now: string, skip: ReadonlySet<string>, onPolicy: OnPolicy): readonly Finding[];
}

interface Bound {
  readonly compiled: CompiledPolicy;
  readonly index: number;
  readonly bindings: readonly Pick<Binding, "actions" | "paramRef" | "match">[];
}

/** Compiles a set of policies. Expressions that are wrong were told by `parsePolicies`; here they fail when evaluated. */
export function createJudge(set: PolicySet, budgets: Budgets = defaultBudgets): Judge {
  const bound = set.policies.map((policy, index): Bound => {
    const bindings = set.bindings.filter(({ policyName }) => policyName === policy.name);
    return {
      compiled: compilePolicy(policy, () => undefined),
      index,
      bindings: policy.over === "plan" || bindings.length === 0 ? [{ actions: policy.actions }] : bindings,
    };
  });
  const overManifests = bound.filter(({ compiled }) => compiled.policy.over === "manifests");
  const overPlans = bound.filter(({ compiled }) => compiled.policy.over === "plan");
  const params = celCache();
  return {
    manifest(manifests, skip, onPolicy, spent) {
      const subject = subjectOf(manifests, set.namespaces);
      const found = overManifests.flatMap((one) => {
        const { policy } = one.compiled;
        if (skip.has(policy.name) || !matches(policy.match, subject)) return [];
        onPolicy(one.index);
        openBudget(budgets.manifestUnits);
        const findings = judgeManifest(one, subject, set, params);
        if (spent !== undefined) spent[one.index] = budgets.manifestUnits - unitsLeft();
        return findings;
      });
      const exceptions = exceptionsOf(subject);
      return exceptions === undefined ? found : excuse(found, exceptions, set.policies);
    },
    plan(view, now, skip, onPolicy) {
      const plan = celOf(view);
      return overPlans.flatMap(({ compiled, index }) => {
        const { policy } = compiled;
        if (skip.has(policy.name)) return [];
        onPolicy(index);
        openBudget(budgets.planUnits);
        const roots = { plan, now: timestamp(now), params: policy.params === undefined ? null : celOf(policy.params) };
        const findings = evaluatePolicy(compiled, policy.actions, roots, undefined);
        return findings === "exceeded" ? [exceeded(policy, policy.actions, costReason)] : findings;
      });
    },
  };
}

const costReason = "it costs more than its budget";

function judgeManifest(
  { compiled, bindings }: Bound,
  subject: Subject,
  set: PolicySet,
  celParams: (params: JsonObject) => CelValue,
): readonly Finding[] {
  const { policy } = compiled;
  const findings: Finding[] = [];
  for (const binding of bindings) {
    if (binding.match !== undefined && !matches(binding.match, subject)) continue;
    const params = paramsOf(policy, binding, subject, set.params);
    if (params.length === 0 && binding.paramRef?.notFound === "Deny") findings.push(unfound(policy, binding));
    for (const param of params) {
      const roots = { ...subject.values(), params: param === undefined ? null : celParams(param) };
      const found = evaluatePolicy(compiled, binding.actions, roots, subject.object ?? subject.oldObject);
      if (found === "exceeded") return [exceeded(policy, binding.actions, costReason)];
      findings.push(...found);
    }
  }
  return findings;
}

/** The parameters a binding names for a manifest; one `undefined` when it names none. */
function paramsOf(
  policy: Policy,
  { paramRef }: Pick<Binding, "paramRef">,
  subject: Subject,
  all: readonly JsonObject[],
): readonly (JsonObject | undefined)[] {
  const kind = policy.paramKind;
  if (kind === undefined || paramRef === undefined) return [undefined];
  return all.filter((param) => {
    const metadata = objectAt(param, "metadata");
    const namespace = textAt(metadata, "namespace");
    const isInPlace =
      paramRef.namespace === undefined
        ? namespace === "" || namespace === subject.namespace
        : (namespace || "default") === paramRef.namespace;
    const isNamed = paramRef.name === undefined || textAt(metadata, "name") === paramRef.name;
    const isSelected = paramRef.selector === undefined || selects(paramRef.selector, objectAt(metadata, "labels"));
    return param.apiVersion === kind.apiVersion && param.kind === kind.kind && isInPlace && isNamed && isSelected;
  });
}

function unfound(policy: Policy, binding: Pick<Binding, "actions" | "paramRef">): Finding {
  const name = binding.paramRef?.name ?? "with these labels";
  return {
    policy: policy.name,
    kind: "fault",
    severity: faultSeverity(policy.failurePolicy, binding.actions),
    message: `The policy cannot be evaluated here: there is no parameter ${policy.paramKind?.kind ?? ""} ${name} for it.`,
    hint: "Add the parameter to the folder of the policies, or let parameterNotFoundAction be Allow.",
    path: [],
    changes: [],
  };
}

function celCache(): (params: JsonObject) => CelValue {
  const known = new WeakMap<JsonObject, CelValue>();
  return (params) => {
    const value = known.get(params) ?? celOf(params);
    known.set(params, value);
    return value;
  };
}

import type { JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import { hasErrors, type Problem, sortProblems } from "../core/problem.ts";
import { compilePolicy, expressionProblem } from "./compile.ts";
import { asManifest, type Manifest, type PolicyDocument, problemAt, unfold } from "./document.ts";
import type { Binding, Policy, PolicySet } from "./policy-set.ts";
import { readBinding, readPolicy } from "./read.ts";
import { reservedNames } from "./reserved.ts";
import { misnamedResources } from "./resources.ts";
import { shapeProblems } from "./shape.ts";
import { bindingShape, planPolicyShape, policyShape } from "./shapes.ts";

/** What documents of a policy folder say, and what is wrong with them. */
export interface ParsedPolicies {
  /** Only what has no errors. */
  readonly set: PolicySet;
  readonly problems: readonly Problem[];
}

const admission = /^admissionregistration\.k8s\.io\/v1(?:alpha1|beta1)?$/;
const ours = "plumbline.dev/v1";

type Role = "policy" | "plan-policy" | "binding" | "test" | "namespace" | "other";

function roleOf({ apiVersion, kind }: Manifest): Role {
  if (admission.test(apiVersion) && kind === "ValidatingAdmissionPolicy") return "policy";
  if (admission.test(apiVersion) && kind === "ValidatingAdmissionPolicyBinding") return "binding";
  if (apiVersion === ours && kind === "PlanPolicy") return "plan-policy";
  if (apiVersion === ours && kind === "PolicyTest") return "test";
  return apiVersion === "v1" && kind === "Namespace" ? "namespace" : "other";
}

/**
 * Reads policies, bindings, parameters and namespaces out of documents. A policy that no binding names is in force
 * with the action Deny: there is no cluster in which it could wait to be bound. Never throws.
 */
export function parsePolicies(documents: readonly PolicyDocument[]): ParsedPolicies {
  const manifests = documents.flatMap(unfold).flatMap((document) => asManifest(document) ?? []);
  const of = (role: Role) => manifests.filter((manifest) => roleOf(manifest) === role);
  const policies = [
    ...of("policy").map((manifest) => parsePolicy(manifest, "manifests")),
    ...of("plan-policy").map((manifest) => parsePolicy(manifest, "plan")),
  ];
  const bindings = of("binding").map((manifest) => parseBinding(manifest, policies));
  const kinds = new Set(policies.map(({ policy }) => kindText(policy.paramKind)));
  const others = of("other").map((manifest) => ({ manifest, isParam: kinds.has(kindText(manifest)) }));
  const problems = sortProblems([
    ...policies.flatMap((parsed) => parsed.problems),
    ...bindings.flatMap((parsed) => parsed.problems),
    ...repeats(of("policy").concat(of("plan-policy")), "policy"),
    ...repeats(of("binding"), "binding"),
    ...others.filter(({ isParam }) => !isParam).map(({ manifest }) => stranger(manifest)),
  ]);
  const contents = (all: readonly Manifest[]): readonly JsonObject[] => all.map(({ content }) => content);
  return {
    set: {
      policies: policies.filter(isSound).map(({ policy }) => policy),
      bindings: bindings.filter(isSound).map(({ binding }) => binding),
      params: contents(others.filter(({ isParam }) => isParam).map(({ manifest }) => manifest)),
      namespaces: contents(of("namespace")),
    },
    problems,
  };
}

function isSound(parsed: { readonly problems: readonly Problem[] }): boolean {
  return !hasErrors(parsed.problems);
}

interface ParsedPolicy {
  readonly policy: Policy;
  readonly problems: readonly Problem[];
}

function parsePolicy(manifest: Manifest, over: Policy["over"]): ParsedPolicy {
  const shape = over === "plan" ? planPolicyShape : policyShape;
  const problems = [...shapeProblems(manifest, manifest.content, shape, [])];
  const policy = readPolicy(manifest, over);
  const wrong = (path: readonly (string | number)[], message: string, hint: string): void => {
    problems.push(problemAt(manifest, path, "policy/field", message, hint));
  };
  const misnamed = misnaming(policy.name);
  if (misnamed !== "")
    problems.push(problemAt(manifest, ["metadata", "name"], "policy/name", misnamed, "Give it another name."));
  if (policy.validations.length + policy.auditAnnotations.length === 0) {
    wrong(["spec"], "The policy has neither validations nor auditAnnotations.", "Add a validation.");
  }
  if (over === "manifests" && policy.match.resourceRules === undefined) {
    wrong(["spec"], "matchConstraints.resourceRules is missing: nothing says what the policy judges.", "Add it.");
  }
  for (const [index, { message }] of policy.validations.entries()) {
    if (message.includes("\n")) wrong(["spec", "validations", index, "message"], "A message is one line.", "");
  }
  for (const [index, { name }] of policy.variables.entries()) {
    const isTaken = policy.variables.slice(0, index).some((other) => other.name === name);
    if (!/^[A-Za-z_]\w*$/.test(name))
      wrong(["spec", "variables", index, "name"], `${JSON.stringify(name)} is no name CEL can write.`, "");
    else if (isTaken)
      wrong(["spec", "variables", index, "name"], `The variable ${name} is declared twice.`, "Rename one.");
  }
  if (policy.actions.includes("Deny") && policy.actions.includes("Warn")) {
    wrong(["spec", "validationActions"], "Deny and Warn say the same twice.", "Keep one of the two.");
  }
  problems.push(...misnamedResources(manifest));
  if (!hasErrors(problems)) {
    compilePolicy(policy, (path, written, fault) => problems.push(expressionProblem(manifest, path, written, fault)));
  }
  return { policy, problems };
}

/** Why a policy may not have its name; empty when it may, or when that it has none was told. */
function misnaming(name: string): string {
  if (reservedNames.has(name))
    return `policy/${name} is a rule of Plumbline itself, and a policy's findings would pass for it.`;
  const isPlain = name === "" || (name.length <= 253 && /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name));
  return isPlain ? "" : `${JSON.stringify(name.slice(0, 80))} is no name: lower case letters, digits, dashes and dots.`;
}

function parseBinding(
  manifest: Manifest,
  policies: readonly ParsedPolicy[],
): { readonly binding: Binding; readonly problems: readonly Problem[] } {
  const problems = [...shapeProblems(manifest, manifest.content, bindingShape, [])];
  const binding = readBinding(manifest);
  const wrong = (field: string, message: string, hint: string): void => {
    problems.push(problemAt(manifest, ["spec", field], "policy/binding", message, hint));
  };
  const names = policies.filter(({ policy }) => policy.over === "manifests").map(({ policy }) => policy.name);
  const bound = policies.find(({ policy }) => policy.name === binding.policyName)?.policy;
  if (binding.policyName !== "" && !names.includes(binding.policyName)) {
    const near = nearest(binding.policyName, names);
    const hint = near === undefined ? "Name a ValidatingAdmissionPolicy of this folder." : `Did you mean ${near}?`;
    wrong("policyName", `There is no policy ${binding.policyName} to bind.`, hint);
  }
  if (binding.actions.includes("Deny") && binding.actions.includes("Warn")) {
    wrong("validationActions", "Deny and Warn say the same twice.", "Keep one of the two.");
  }
  const ref = binding.paramRef;
  if (ref !== undefined && (ref.name === undefined) === (ref.selector === undefined)) {
    wrong("paramRef", "paramRef says either name or selector.", "Keep one of the two.");
  }
  if (ref !== undefined && bound !== undefined && bound.paramKind === undefined) {
    wrong(
      "paramRef",
      `The policy ${bound.name} takes no parameters.`,
      "Remove paramRef, or give the policy a paramKind.",
    );
  }
  return { binding, problems };
}

function kindText(kind: { readonly apiVersion: string; readonly kind: string } | undefined): string {
  return kind === undefined ? "" : `${kind.apiVersion} ${kind.kind}`;
}

function repeats(manifests: readonly Manifest[], what: string): readonly Problem[] {
  return manifests.flatMap((manifest, index) => {
    const first = manifests.slice(0, index).find(({ name }) => name === manifest.name);
    if (first === undefined || manifest.name === "") return [];
    const { file, line } = first.at(["metadata", "name"]);
    const message = `The ${what} ${manifest.name} is there already, in ${file}:${line}.`;
    return [problemAt(manifest, ["metadata", "name"], "policy/name", message, "Rename one of the two.")];
  });
}

function stranger(manifest: Manifest): Problem {
  const message = `${manifest.kind} of ${manifest.apiVersion} is neither a policy nor a parameter of one; it is ignored.`;
  const near = nearest(manifest.kind, [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "PlanPolicy",
    "PolicyTest",
  ]);
  const hint = manifest.kind.startsWith("Mutating")
    ? "Policies judge here and change nothing: write what is wanted into the manifests."
    : near === undefined
      ? "Move it out of the folder of the policies, or name it in a paramKind."
      : `Did you mean ${near}?`;
  return problemAt(manifest, ["kind"], "policy/kind", message, hint, "warning");
}

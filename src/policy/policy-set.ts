import type { JsonObject } from "../core/json.ts";
import type { Source } from "../core/problem.ts";
import type { Path } from "./document.ts";

/** What is done about a violation: it stops the commit, it is shown, it is only noted. */
export type Action = "Deny" | "Warn" | "Audit";

/** An expression with the place where it was written. */
export interface Written {
  readonly text: string;
  readonly source: Source;
}

/** An expression other parts speak of by a name. */
export interface Named extends Written {
  readonly name: string;
}

/** One thing that must be true. */
export interface Validation {
  readonly expression: Written;
  /** Empty when the author gave none. */
  readonly message: string;
  readonly messageExpression?: Written;
  /** Plans only: addresses of the changes to blame. */
  readonly changesExpression?: Written;
  readonly reason: string;
}

/** Which labels are meant. */
export interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

/** Which resources and operations are meant; `*` stands for all. */
export interface ResourceRule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly scope: string;
}

/** Which manifests are meant. */
export interface MatchResources {
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  /** Absent: every resource. */
  readonly resourceRules?: readonly ResourceRule[];
  readonly excludeResourceRules: readonly ResourceRule[];
  /** `Equivalent` takes other versions of a named group and resource too. */
  readonly matchPolicy: "Exact" | "Equivalent";
}

/** One policy. Plain data: it crosses threads. */
export interface Policy {
  readonly name: string;
  /** What it judges: every manifest for itself, or a plan as a whole. */
  readonly over: "manifests" | "plan";
  readonly source: Source;
  /** Why it exists, in its author's words. */
  readonly why: string;
  /** Whether a manifest may excuse itself by annotation. */
  readonly allowsExceptions: boolean;
  readonly failurePolicy: "Fail" | "Ignore";
  readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
  readonly match: MatchResources;
  readonly matchConditions: readonly Named[];
  readonly variables: readonly Named[];
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly Named[];
  /** Plans only: a policy over plans is bound by itself. */
  readonly actions: readonly Action[];
  readonly params?: JsonObject;
}

/** Which objects parameterise a policy. */
export interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly selector?: Selector;
  readonly notFound: "Allow" | "Deny";
}

/** Puts a policy into force, for some manifests, with parameters. */
export interface Binding {
  readonly name: string;
  readonly policyName: string;
  readonly actions: readonly Action[];
  readonly paramRef?: ParamRef;
  readonly match?: MatchResources;
}

/** Everything that judges, from one place that the judged cannot change. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly bindings: readonly Binding[];
  /** Objects that bindings may name as parameters. */
  readonly params: readonly JsonObject[];
  /** Namespaces with their labels. */
  readonly namespaces: readonly JsonObject[];
}

/** A set that judges nothing. */
export const emptyPolicySet: PolicySet = { policies: [], bindings: [], params: [], namespaces: [] };

/** What a policy found about one manifest or plan. Plain data: it crosses threads. */
export interface Finding {
  readonly policy: string;
  /** `fault`: the policy could not be evaluated; `exceeded`: it cost too much or took too long. */
  readonly kind: "violation" | "fault" | "exceeded" | "audit" | "exception";
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly hint: string;
  /** Best guess at the field of the manifest; empty when there is none. */
  readonly path: Path;
  /** Plans only. */
  readonly changes: readonly string[];
}

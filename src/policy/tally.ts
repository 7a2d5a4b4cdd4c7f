import type { JsonObject } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { exceeded } from "./budgets.ts";
import type { Judged } from "./check.ts";
import type { Finding, Policy, PolicySet } from "./policy-set.ts";
import type { Reply } from "./protocol.ts";
import type { Manifests } from "./subject.ts";

/** What policies found about one manifest and what each of them spent on it. */
export interface Entry {
  readonly findings: readonly Finding[];
  readonly spent: Float64Array;
}

/** A policy that was ended at a manifest, because of time or memory. */
export interface Stop {
  readonly policy: Policy;
  readonly index: number;
  readonly reason: string;
}

/** A finding and the manifest it is about. */
export type Found = readonly [one: Judged, finding: Finding];

/** What is known of manifests that did not change, nor what they were before. */
export interface Memory {
  /** What is known of a commit's manifests: most stand where they stood in the one before, and are not even looked up. */
  recallAll(judged: readonly Judged[]): (Entry | undefined)[];
  /** What a commit came to, for the next one. */
  keepAll(judged: readonly Judged[], entries: readonly (Entry | undefined)[]): void;
  keep(one: Judged | undefined, entry: Entry): void;
  /** A finding as a problem, made once for as long as the finding is kept: it belongs to one document. */
  told(finding: Finding, make: () => Problem): Problem;
}

/** Remembers by the identity of the parsed content, which lives as long as its file does not change. */
export function createMemory(): Memory {
  const known = new WeakMap<JsonObject, { readonly one: Manifests; readonly entry: Entry }>();
  const problems = new WeakMap<Finding, Problem>();
  const keyOf = ({ object, oldObject }: Manifests): JsonObject | undefined => object ?? oldObject;
  let last: { readonly judged: readonly Manifests[]; readonly entries: readonly (Entry | undefined)[] } | undefined;
  const recall = (one: Judged): Entry | undefined => {
    const key = keyOf(one);
    const found = key === undefined ? undefined : known.get(key);
    return found?.one.object === one.object && found?.one.oldObject === one.oldObject ? found?.entry : undefined;
  };
  return {
    recallAll: (judged) =>
      judged.map((one, index) => {
        const before = last?.judged[index];
        const isSame = before !== undefined && before.object === one.object && before.oldObject === one.oldObject;
        return (isSame ? last?.entries[index] : undefined) ?? recall(one);
      }),
    keepAll(judged, entries) {
      last = { judged, entries };
    },
    keep(one, entry) {
      const key = one === undefined ? undefined : keyOf(one);
      if (one !== undefined && key !== undefined) known.set(key, { one: plainOf(one), entry });
    },
    told(finding, make) {
      const problem = problems.get(finding) ?? make();
      problems.set(finding, problem);
      return problem;
    },
  };
}

/** A manifest without its document: what crosses threads. */
export function plainOf(one: Judged | undefined): Manifests {
  return {
    ...(one?.object === undefined ? {} : { object: one.object }),
    ...(one?.oldObject === undefined ? {} : { oldObject: one.oldObject }),
  };
}

/** A reply as one entry for each manifest. */
export function entriesOf(reply: Reply, manifests: number, policies: number): readonly Entry[] {
  const findings: Finding[][] = Array.from({ length: manifests }, () => []);
  for (const [index, finding] of reply.findings) findings[index]?.push(finding);
  return findings.map((found, index) => ({
    findings: found,
    spent: reply.spent.slice(index * policies, (index + 1) * policies),
  }));
}

/**
 * Everything found, in the order of the manifests. A policy that has spent its budget for all manifests stops at the manifest
 * where that happened, whatever was known before and however the manifests were asked about.
 */
export function tally(
  set: PolicySet,
  checkUnits: number,
  judged: readonly Judged[],
  entries: readonly (Entry | undefined)[],
  stops: readonly Stop[],
): readonly Found[] {
  const found: Found[] = [];
  const sums = new Float64Array(set.policies.length);
  const stopped = new Set<string>();
  const stop = (one: Judged, policy: Policy, reason: string): void => {
    if (stopped.has(policy.name)) return;
    stopped.add(policy.name);
    found.push([one, stoppedBy(set, policy, `${reason}; it judges no further manifest`)]);
  };
  for (const [index, one] of judged.entries()) {
    const entry = entries[index];
    for (const finding of entry?.findings ?? []) if (!stopped.has(finding.policy)) found.push([one, finding]);
    for (const ended of stops) if (ended.index === index) stop(one, ended.policy, ended.reason);
    for (const [at, policy] of set.policies.entries()) {
      const sum = (sums[at] ?? 0) + (entry?.spent[at] ?? 0);
      sums[at] = sum;
      if (sum > checkUnits) stop(one, policy, "it costs more than its budget over all manifests");
    }
  }
  return found;
}

/** The finding of a policy that was ended, as bad as the worst of its bindings. */
export function stoppedBy(set: PolicySet, policy: Policy, reason: string): Finding {
  const bindings = set.bindings.filter(({ policyName }) => policyName === policy.name);
  const actions = bindings.length === 0 ? policy.actions : bindings.flatMap((binding) => binding.actions);
  return exceeded(policy, actions, reason);
}

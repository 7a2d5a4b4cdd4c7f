import { type Applied, applyPlan, type Patience } from "./apply.ts";
import { type BranchPolicies, policyFact, seatPolicies } from "./branch-policies.ts";
import type { Change, Refusal } from "./core/change.ts";
import type { InventoryEntry } from "./core/inventory.ts";
import type { Outcome, OutcomeKind } from "./core/outcome.ts";
import { acts } from "./core/plan.ts";
import type { OnProgress } from "./core/progress.ts";
import { strangersIn } from "./core/strangers.ts";
import { tableOf } from "./core/table.ts";
import { type Decision, decide, type Judges } from "./decide.ts";
import { type Approval, approvalOf, holdOf, takeRevert, useUpApproval } from "./decrees.ts";
import { doersOf } from "./doers.ts";
import { watchIncidents } from "./incidents.ts";
import { placesOf, rememberMembers } from "./places.ts";
import { type Repository, RepositoryError, type SignatureVerdict } from "./repo/repository.ts";
import { momentText } from "./report/text.ts";
import type { Clock } from "./runtime/clock.ts";
import type { PassRecord, Store } from "./store/store.ts";

/** Everything one tracked branch is kept true with. */
export interface World {
  readonly judges: Judges;
  /** The policies of the branch itself; absent where only the daemon's own judge. */
  readonly branchPolicies?: BranchPolicies;
  readonly repository: Repository;
  readonly branch: string;
  /** Judges the signature of a commit; absent where none is required. */
  readonly signatures?: (commit: string) => Promise<SignatureVerdict>;
  readonly store: Store;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onProgress: OnProgress;
  /** A plan with steps is about to be carried out. Must not throw and must not wait. */
  readonly onPlanned?: (outcome: Outcome) => void;
}

/** Signals of one pass: `stopping` asks to start nothing new, `signal` to give up at once. */
export interface PassSignals {
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
}

/** Names of the facts a fleet remembers. */
export const facts = { good: "good-commit", applied: "applied-commit", strangers: "strangers" } as const;

/**
 * One pass over the tracked branch: decide, apply, record. Never depends on what woke it.
 * A head that is invalid or refused changes nothing; the last good commit stays the wanted state and drift from it is still corrected,
 * which gives a second outcome.
 */
export async function reconcile(world: World, wake: string, signals: PassSignals): Promise<readonly Outcome[]> {
  const { fleet } = world.judges;
  const startedAt = world.clock.now().getTime();
  world.onProgress({ kind: "pass-started", fleet, wake });
  const outcomes: Outcome[] = [];
  const passes: Omit<PassRecord, "number">[] = [];
  const look = async (commit: string): Promise<Outcome> => {
    const startedAtIso = world.clock.now().toISOString();
    const outcome = await passOver(world, commit, signals);
    outcomes.push(outcome);
    passes.push(recordOf(world, outcome, wake, startedAtIso));
    return outcome;
  };
  try {
    const head = await world.repository.head(world.branch, signals.signal);
    const first = await look(head);
    const fallback = await world.store.fact(fleet, facts.good);
    const stands = first.kind === "invalid" || first.kind === "refused";
    if (stands && fallback !== undefined && fallback !== head) await look(fallback);
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    outcomes.push(unreachable(world, error));
  }
  await remember(world, passes);
  const kind = (outcomes.at(-1) as Outcome).kind;
  world.onProgress({
    kind: "pass-finished",
    fleet,
    outcome: kind,
    durationMs: world.clock.now().getTime() - startedAt,
  });
  return outcomes;
}

async function passOver(world: World, commit: string, signals: PassSignals): Promise<Outcome> {
  const { fleet } = world.judges;
  const inventory = await world.store.inventory(fleet);
  const question = {
    repository: world.repository,
    commit,
    inventory,
    signal: signals.signal,
    onProgress: world.onProgress,
  };
  const previous = await world.store.fact(fleet, facts.applied);
  const unsigned = await signatureRefusals(world, commit);
  const seated = await seatPolicies(world, { commit, signal: signals.signal });
  // A revert waits for a commit that may be applied.
  const reverted = unsigned.length === 0 ? await takeRevert(world.store, fleet) : undefined;
  const judges = {
    ...seated.judges,
    ...(reverted === "all" ? { driftPolicy: "correct" as const } : reverted !== undefined && { reverted }),
  };
  const { decision: decided, approval } = await withDecrees(world, await decide(judges, { ...question, previous }));
  // After the decrees: nobody's approval stands in for a signature.
  const decision = unsigned.length === 0 ? decided : { ...decided, refusals: [...unsigned, ...decided.refusals] };
  const mayApply = decision.plan !== undefined && decision.refusals.length === 0;
  if (mayApply) await world.store.setFact(fleet, facts.good, commit);
  if (mayApply && world.branchPolicies !== undefined && seated.isSound)
    await world.store.setFact(fleet, policyFact, commit);
  const hasSteps = decision.plan?.changes.some((change) => acts(change) && !change.held) === true;
  if (mayApply && hasSteps) world.onPlanned?.(outcomeOf(world, decision, undefined, inventory));
  // Asked first: what is put right is our own doing from then on.
  const doers = await doersOf(judges, world.store, decision, signals.signal);
  const applied = mayApply ? await applyPlan(workOf(world, decision, inventory, signals)) : undefined;
  const known = { ...(approval && { approvedBy: approval.by }), ...(doers.size > 0 && { doers }) };
  const outcome = { ...outcomeOf(world, decision, applied, inventory), ...known };
  if (outcome.kind === "settled" || outcome.kind === "applied") {
    await world.store.setFact(fleet, facts.applied, commit);
    if (approval !== undefined) await useUpApproval(world.store, fleet, approval);
  }
  // While an earlier commit stays the wanted one, drift is judged there: what this one would want begins and ends none.
  const good = await world.store.fact(fleet, facts.good);
  const counts = mayApply || good === undefined || good === commit;
  if (counts) await watchIncidents(world, decision, applied, doers);
  await rememberStrangers(world, outcome.strangers);
  await rememberMembers(world.store, outcome);
  return outcome;
}

/** How many strangers are remembered for those who read later. */
const strangersRemembered = 100;

async function rememberStrangers({ store, judges }: World, strangers: Outcome["strangers"]): Promise<void> {
  if (strangers === undefined) return;
  const now = JSON.stringify(strangers.slice(0, strangersRemembered));
  const before = (await store.fact(judges.fleet, facts.strangers)) ?? "[]";
  if (now !== before) await store.setFact(judges.fleet, facts.strangers, now);
}

/** Why this commit may not be applied although its plan may be good: nobody who may signed it. */
export async function signatureRefusals(world: World, commit: string): Promise<readonly Refusal[]> {
  const verdict = await world.signatures?.(commit);
  if (verdict === undefined || verdict.state === "good") return [];
  const message = `Commit ${commit.slice(0, 8)} may not be applied: ${verdict.reason}. This branch needs signed commits.`;
  return [{ rule: "signature/required", message, changes: [] }];
}

/** What people decreed: a hold refuses whatever would be done, an approval lifts the refusals of exactly what it names. */
async function withDecrees(
  world: World,
  decision: Decision,
): Promise<{ readonly decision: Decision; readonly approval: Approval | undefined }> {
  const { fleet } = world.judges;
  const held = await holdOf(world.store, fleet);
  const steps = decision.plan?.changes.filter((change) => acts(change) && !change.held) ?? [];
  if (held !== undefined && steps.length > 0) {
    const message = `${held.by} put this fleet on hold at ${momentText(held.at)}. Nothing is applied until it is released.`;
    const refusal = { rule: "decree/hold", message, changes: [] };
    return { decision: { ...decision, refusals: [...decision.refusals, refusal] }, approval: undefined };
  }
  if (decision.refusals.length === 0) return { decision, approval: undefined };
  const approval = await approvalOf(world.store, fleet, decision.plan);
  return { decision: approval === undefined ? decision : { ...decision, refusals: [] }, approval };
}

function workOf(world: World, decision: Decision, inventory: readonly InventoryEntry[], signals: PassSignals) {
  return {
    plan: decision.plan as NonNullable<Decision["plan"]>,
    wanted: decision.wanted,
    inventory,
    gone: decision.gone,
    providers: world.judges.providers,
    store: world.store,
    patience: world.patience,
    clock: world.clock,
    random: world.random,
    stopping: signals.stopping,
    signal: signals.signal,
    onProgress: world.onProgress,
  };
}

/** The outcome of a decision, applied or not. `plan` and `drift` use it without applying anything. */
export function outcomeOf(
  world: Pick<World, "judges" | "repository">,
  decision: Decision,
  applied: Applied | undefined,
  inventory: readonly InventoryEntry[],
): Outcome {
  const results = applied?.results ?? [];
  const failures = [...decision.unavailable.values()];
  const failed = results.filter((result) => result.state !== "done");
  return {
    kind: kindOf(decision, results.length, failed.length),
    fleet: world.judges.fleet,
    repository: world.repository.label,
    commit: decision.commit,
    commitSubject: decision.commitSubject,
    manifests: decision.manifests,
    problems: decision.problems,
    sources: decision.sources,
    plan: decision.plan,
    refusals: decision.refusals,
    results,
    pending: decision.pending,
    table: tableOf(decision, applied?.live ?? new Map(), inventory),
    ...placesOf(decision, applied, inventory),
    ...strangersOf(world.judges.providers, decision),
    failure: [...decision.unavailable].map(([name, error]) => `${name}: ${error.message}`).join(" "),
    retryable:
      failed.some((result) => result.retryable) ||
      failures.some((error) => error.retryable) ||
      decision.pending.length > 0,
  };
}

function strangersOf(providers: Judges["providers"], { plan, observed }: Decision): Pick<Outcome, "strangers"> {
  if (plan === undefined) return {};
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return { strangers: strangersIn(plan, observed, (thing) => byName.get(thing.provider)?.standsIn?.(thing) ?? []) };
}

function kindOf(decision: Decision, attempted: number, failed: number): OutcomeKind {
  if (decision.plan === undefined) return "invalid";
  if (decision.refusals.length > 0) return "refused";
  if (failed > 0 || decision.unavailable.size > 0 || decision.pending.length > 0) return "failed";
  return attempted > 0 ? "applied" : "settled";
}

function unreachable(world: World, error: RepositoryError): Outcome {
  return {
    kind: "failed",
    fleet: world.judges.fleet,
    repository: world.repository.label,
    commit: "",
    commitSubject: "",
    manifests: 0,
    problems: [],
    sources: new Map(),
    plan: undefined,
    refusals: [],
    results: [],
    pending: [],
    table: [],
    failure: error.message,
    retryable: error.next === "retry",
  };
}

/** Adds what one wake gave to history, unless it says exactly what the wake before said and did nothing. */
async function remember(world: World, passes: readonly Omit<PassRecord, "number">[]): Promise<void> {
  const before = [...(await world.store.passes(world.judges.fleet, passes.length))].reverse();
  const isQuiet = (pass: Omit<PassRecord, "number">, index: number): boolean => {
    const old = before[index];
    const { commit, outcome, planId, details } = pass;
    if (details.attempted !== 0 || old?.commit !== commit || old.outcome !== outcome) return false;
    return old.planId === planId && old.details.failure === details.failure;
  };
  if (passes.every(isQuiet)) return;
  for (const pass of passes) await world.store.addPass(pass);
}

function recordOf(world: World, outcome: Outcome, wake: string, startedAt: string): Omit<PassRecord, "number"> {
  return {
    fleet: world.judges.fleet,
    wake,
    commit: outcome.commit,
    planId: outcome.plan?.planId ?? "",
    outcome: outcome.kind,
    startedAt,
    finishedAt: world.clock.now().toISOString(),
    details: {
      attempted: outcome.results.length,
      counts: { ...(outcome.plan?.counts ?? {}) },
      problems: outcome.problems.map((problem) => ({ ...problem })),
      refusals: outcome.refusals.map((refusal) => ({ ...refusal })),
      failures: outcome.results.filter((result) => result.state !== "done").map((result) => ({ ...result })),
      pending: outcome.pending.map((pending) => ({ ...pending })),
      drift: driftOf(outcome).map((change) => change.address),
      failure: outcome.failure,
    },
  };
}

/** The changes that the world caused, alone or together with a commit. */
export function driftOf(outcome: Pick<Outcome, "plan">): readonly Change[] {
  return (outcome.plan?.changes ?? []).filter((change) => acts(change) && change.cause !== "commit");
}

import { type Effect, effectsOf } from "./core/effects.ts";
import { digest } from "./core/identity.ts";
import type { Outcome } from "./core/outcome.ts";
import { type Approval, approvalOf, holdOf } from "./decrees.ts";
import { type CheckReport, type Forge, ForgeError, type PullRequest } from "./forge/forge.ts";
import { ProviderError } from "./providers/provider.ts";
import type { World } from "./reconcile.ts";
import { RepositoryError } from "./repo/repository.ts";
import { type LineRemark, lineRemarks } from "./report/annotations.ts";
import { checkMark, type Mark, planMark } from "./report/commit-status.ts";
import { isQuiet, type ReviewReport, reviewMarkdown, reviewVerdict } from "./report/review.ts";
import { commentLimits, splitMarkdown } from "./report/split.ts";
import { decidePull } from "./review/decision.ts";
import { reviewFacts } from "./review/facts.ts";

export { reviewFacts } from "./review/facts.ts";

/** What one pull request is reviewed with. */
export interface Review {
  readonly world: World;
  readonly forge: Forge;
  /** Where people read more of a pull request; empty text for nowhere. */
  readonly pageUrl: (number: number) => string;
  /** Given where other fleets are talked about at the same project. */
  readonly seat?: Seat;
  /** Whether the forge is told of each location a commit reached. */
  readonly deployments?: boolean;
  /** Told in a sentence what was said at the forge, for whoever watches the daemon. */
  readonly say?: (text: string) => void;
}

/** The place of a fleet at a project that it shares with others. */
export interface Seat {
  /** The word in the names of its marks, by which people call it there. */
  readonly context: string;
  /** All fleets that this daemon keeps there, itself included, in the order of the configuration. */
  readonly neighbours: readonly { readonly fleet: string; readonly context: string }[];
}

/** What a review rests on. */
export interface ReviewKey {
  readonly key: string;
  /** The same once its plan is known: what it told of that, such as the drift underneath, is no reason to look once more. */
  keyWith(memory: ReviewMemory): Promise<string>;
}

/** What is remembered of a reviewed pull request. Losing it costs one more look, nothing else. */
export interface ReviewMemory {
  /** Everything the review rested on; equal: nothing to do. */
  readonly key: string;
  readonly headCommit: string;
  readonly planId: string;
  readonly effectId: string;
  readonly effects: readonly Effect[];
  /** The newest plan there was, also from before a look that gave none. */
  readonly planned?: { readonly planId: string; readonly effects: readonly Effect[] } | undefined;
  /** The check run that stands on the head, and a digest of its remarks. */
  readonly checked?: { readonly id: string; readonly remarks: string };
  /** The verdict and the comment, for the page. */
  readonly verdict: string;
  readonly title: string;
  readonly author: string;
  readonly reviewedAt: string;
  readonly marks: readonly { readonly context: string; readonly state: string; readonly description: string }[];
  readonly remarks: readonly { readonly place: string; readonly severity: string; readonly message: string }[];
}

/** The name of a mark on a commit: `plumbline/plan`, and where fleets share a project `plumbline/staging/plan`. */
export function contextOf({ seat }: Pick<Review, "seat">, what: "check" | "plan" | "apply" | "drift"): string {
  return ["plumbline", ...(seat === undefined ? [] : [seat.context]), what].join("/");
}

/** How many remarks on lines the page shows. */
const remarksRemembered = 200;

/**
 * One pass over one pull request: decide on what a merge would give, then report on its head. Changes nothing that runs.
 * Gives up with the signal's reason when a newer head supersedes it; whoever aborts it finishes its pending mark.
 */
export async function review(
  desk: Review,
  pull: PullRequest,
  { key, keyWith }: ReviewKey,
  signal: AbortSignal,
): Promise<ReviewMemory> {
  const { world, forge, pageUrl } = desk;
  const { fleet } = world.judges;
  const targetUrl = pageUrl(pull.number);
  const context = contextOf(desk, "plan");
  const tell = (context: string, mark: Mark) => forge.status(pull.headCommit, { context, ...mark, targetUrl }, signal);
  // Another try says nothing new: each would cost two of the marks that the forge takes in an hour.
  const isTried =
    (await world.store.fact(fleet, reviewFacts.pending(pull.headCommit))) !== undefined ||
    (await world.store.fact(fleet, reviewFacts.marked(pull.number))) === key;
  await world.store.setFact(fleet, reviewFacts.pending(pull.headCommit), String(pull.number));
  if (!isTried) await tell(context, { state: "pending", description: `Planning ${pull.headCommit.slice(0, 8)}` });
  const looked = await decidePull(world, forge, pull, signal).catch(async (error: unknown) => {
    // Nothing stays pending because looking failed; it is tried again all the same.
    if (!signal.aborted) await tell(context, { state: "error", description: `Not planned yet: ${messageOf(error)}` });
    throw error;
  });
  signal.throwIfAborted();
  const { outcome, withheld } = looked;
  const before = memoryOf(await world.store.fact(fleet, reviewFacts.review(pull.number)));
  const approval = await approvalOf(world.store, fleet, outcome.plan);
  const report: ReviewReport = {
    ...{ number: pull.number, headCommit: pull.headCommit, baseBranch: pull.baseBranch, outcome, withheld },
    previous: before?.planId === "" ? before.planned : before,
    drifted: await driftUnder(world, outcome),
    approvedBy: liftedBy(outcome, approval),
    heldBy: (await holdOf(world.store, fleet))?.by ?? "",
    pageUrl: targetUrl,
    lineUrl: ({ file, line }) => forge.lineUrl(pull.headCommit, file, line),
  };
  const text = reviewMarkdown(report);
  // Marks first: they are what a merge button waits for. A comment may have to wait for the forge's patience.
  const marks = [
    { context: contextOf(desk, "check"), ...checkMark(outcome) },
    { context, ...planMark(outcome, report) },
  ];
  for (const { context: of, ...mark } of marks) await tell(of, mark);
  await world.store.setFact(fleet, reviewFacts.marked(pull.number), key);
  await world.store.dropFact(fleet, reviewFacts.pending(pull.headCommit));
  const check = checkReport(desk, report, targetUrl);
  const checked = checkedAs(pull, check, key, before);
  const externalId = `${fleet}/${checked.id}`;
  if (forge.hasChecks) await forge.check(pull.headCommit, { ...check, externalId }, signal);
  if (await isWorthTelling(desk, pull, report)) {
    const parts = splitMarkdown(text, commentLimits, targetUrl);
    await forge.note(pull.number, { key: noteKey(fleet), parts }, signal);
    await world.store.setFact(fleet, reviewFacts.comment(pull.number), text);
  }
  const found = remember(world, pull, key, report, marks, checked);
  const memory = { ...found, key: await keyWith(found) };
  await world.store.dropFact(fleet, reviewFacts.marked(pull.number));
  await world.store.setFact(fleet, reviewFacts.review(pull.number), JSON.stringify(memory));
  return memory;
}

/** Where fleets share a project, those that a pull request does not touch say so by their marks alone. */
async function isWorthTelling({ world, seat }: Review, pull: PullRequest, report: ReviewReport): Promise<boolean> {
  if (seat === undefined || !isQuiet(report)) return true;
  return (await world.store.fact(world.judges.fleet, reviewFacts.comment(pull.number))) !== undefined;
}

/** Only errors that somebody sorted say what went wrong; the words of others may hold anything. */
function messageOf(error: unknown): string {
  const isSorted = error instanceof RepositoryError || error instanceof ProviderError || error instanceof ForgeError;
  return isSorted ? error.message : "an unexpected failure";
}

/** The key of the one comment that a fleet keeps in a pull request. */
export function noteKey(fleet: string): string {
  return `plan/${fleet}`;
}

/** What is remembered of a review, from its stored text; undefined when there is nothing usable. */
export function memoryOf(text: string | undefined): ReviewMemory | undefined {
  if (text === undefined) return undefined;
  try {
    const memory = JSON.parse(text) as ReviewMemory;
    return typeof memory.key === "string" && Array.isArray(memory.effects) ? memory : undefined;
  } catch {
    return undefined;
  }
}

function remember(
  world: World,
  pull: PullRequest,
  key: string,
  report: ReviewReport,
  marks: ReviewMemory["marks"],
  checked: NonNullable<ReviewMemory["checked"]>,
): ReviewMemory {
  const plan = report.outcome?.plan;
  const effects = effectsOf(plan?.changes ?? []);
  return {
    ...{ key, headCommit: pull.headCommit, planId: plan?.planId ?? "", effectId: plan?.effectId ?? "" },
    effects,
    checked,
    planned: plan === undefined ? report.previous : { planId: plan.planId, effects },
    ...{ verdict: reviewVerdict(report), title: pull.title, author: pull.author },
    reviewedAt: world.clock.now().toISOString(),
    marks,
    remarks: lineRemarks(report.outcome?.problems ?? [], plan?.changes ?? [])
      .slice(0, remarksRemembered)
      .map(({ file, line, severity, message }) => ({ place: `${file}:${line}`, severity, message })),
  };
}

function liftedBy(outcome: Outcome, approval: Approval | undefined): string {
  return outcome.refusals.length > 0 && approval !== undefined ? approval.by : "";
}

/** Open incidents of things this plan touches. */
async function driftUnder(world: World, outcome: Outcome): Promise<ReviewReport["drifted"]> {
  const touched = new Set(effectsOf(outcome.plan?.changes ?? []).map(({ address }) => address));
  const incidents = await world.store.openIncidents(world.judges.fleet);
  return incidents
    .filter(({ address }) => touched.has(address))
    .map(({ address, openedAt, flaps, details }) => ({
      ...{ address, since: openedAt, times: flaps + 1 },
      by: typeof details.by === "string" ? details.by : "",
    }));
}

const levels = { error: "failure", warning: "warning", info: "notice" } as const;

/** The run that stands there is written anew as long as its remarks hold, for these can only be added; others need a run of their own. */
function checkedAs(
  pull: PullRequest,
  { annotations }: Pick<CheckReport, "annotations">,
  key: string,
  before: ReviewMemory | undefined,
): NonNullable<ReviewMemory["checked"]> {
  const remarks = digest(JSON.stringify(annotations)).slice(0, 16);
  const standing = before?.headCommit === pull.headCommit ? before.checked : undefined;
  return { id: standing?.remarks === remarks ? standing.id : digest(key).slice(0, 16), remarks };
}

function checkReport({ seat }: Review, report: ReviewReport, targetUrl: string): Omit<CheckReport, "externalId"> {
  const { outcome } = report;
  const problems = outcome?.problems ?? [];
  const isWrong = problems.some(({ severity }) => severity === "error");
  const isRefused = (outcome?.refusals.length ?? 0) > 0 && report.approvedBy === "";
  const remarks = lineRemarks(problems, outcome?.plan?.changes ?? []);
  return {
    ...{ name: seat === undefined ? "plumbline" : `plumbline/${seat.context}`, targetUrl },
    conclusion: isWrong || isRefused ? "failure" : report.withheld === "" ? "success" : "neutral",
    title: reviewVerdict(report),
    summary: splitMarkdown(reviewMarkdown(report), { ...commentLimits, maxParts: 1 }, targetUrl)[0] ?? "",
    annotations: remarks.map(annotationOf),
  };
}

function annotationOf({ file: path, line, severity, title, message }: LineRemark): CheckReport["annotations"][number] {
  return { path, startLine: line, endLine: line, level: levels[severity], title, message };
}

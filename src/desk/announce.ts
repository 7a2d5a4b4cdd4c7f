import { compareEffects, type EffectDifference, effectsOf, isSame } from "../core/effects.ts";
import type { Outcome } from "../core/outcome.ts";
import { driftOf } from "../reconcile.ts";
import { type AppliedReport, appliedMarkdown } from "../report/applied.ts";
import { applyMark } from "../report/commit-status.ts";
import { commentLimits, splitMarkdown } from "../report/split.ts";
import { momentText, shortCommit } from "../report/text.ts";
import { contextOf, noteKey, type Review, type ReviewMemory, reviewFacts } from "../review.ts";
import { deskFacts } from "./facts.ts";
import { distanceTo } from "./history.ts";

/** A merged pull request whose outcome is to be told. */
export interface MergedPull {
  readonly mergedCommit: string;
  /** What was reviewed last; undefined when that was lost. */
  readonly memory: ReviewMemory | undefined;
}

/**
 * Tells what a pass came to: on the commit, in the merged pull requests it carries, and per environment where that is wanted.
 * `earlier` are passes that changed something, the oldest first: a merge may be heard of after the pass that carried it out.
 */
export async function announce(
  desk: Review,
  outcome: Outcome,
  { isHead, earlier }: { readonly isHead: boolean; readonly earlier: readonly Outcome[] },
  signal: AbortSignal,
): Promise<void> {
  const { world } = desk;
  if (outcome.commit === "") return;
  if (isHead) await tellApplied(desk, outcome, signal);
  await tellDrift(desk, outcome, signal);
  if (desk.deployments === true) await tellDeployments(desk, outcome, signal);
  const merged = await world.store.factsUnder(world.judges.fleet, "merged/");
  for (const [name, text] of merged) {
    const number = Number(name.slice("merged/".length));
    const pull = JSON.parse(text) as MergedPull;
    const carrying: { readonly outcome: Outcome; readonly carried: number }[] = [];
    for (const pass of [...earlier, outcome]) {
      const carried = await distanceTo(desk.world.repository, pass.commit, pull.mergedCommit);
      if (carried !== undefined) carrying.push({ outcome: pass, carried });
    }
    // What a pass brought about counts; failing ones before it do not.
    const telling = carrying.find(({ outcome: { kind } }) => kind === "applied") ?? carrying.at(-1);
    if (telling !== undefined) await tellPull(desk, number, pull, telling, signal);
  }
}

/** What applying a commit came to stays on it: a later pass that found nothing to do takes nothing of it back. */
async function tellApplied(desk: Review, outcome: Outcome, signal: AbortSignal): Promise<void> {
  const { world, forge, pageUrl } = desk;
  const { fleet } = world.judges;
  const context = contextOf(desk, "apply");
  const mark = applyMark(outcome);
  const isQuiet = outcome.kind === "settled" && outcome.results.length === 0;
  const told = `${outcome.commit} ${mark.state}`;
  const before = (await world.store.fact(fleet, deskFacts.applied)) ?? "";
  if (isQuiet && before === told) return;
  const [replaced = "", state] = before.split(" ");
  if (state === "pending" && replaced !== outcome.commit) {
    const description = `Not finished: ${outcome.commit.slice(0, 8)} took its place`;
    await forge.status(replaced, { context, state: "error", description, targetUrl: "" }, signal);
  }
  await forge.status(outcome.commit, { context, ...mark, targetUrl: pageUrl(0) }, signal);
  await world.store.setFact(fleet, deskFacts.applied, told);
}

function verdictOf(
  memory: ReviewMemory | undefined,
  { plan, results, kind }: Outcome,
  difference: EffectDifference,
): AppliedReport["verdict"] {
  if (memory === undefined || plan === undefined) return "unknown";
  if (isSame(difference)) return "as-reviewed";
  return kind === "settled" && results.length === 0 ? "unseen" : "differs";
}

async function tellPull(
  { world, forge, pageUrl, say, seat }: Review,
  number: number,
  { memory }: MergedPull,
  { outcome, carried }: { readonly outcome: Outcome; readonly carried: number },
  signal: AbortSignal,
): Promise<void> {
  const { fleet } = world.judges;
  const difference = compareEffects(memory?.effects ?? [], effectsOf(outcome.plan?.changes ?? []));
  const verdict = verdictOf(memory, outcome, difference);
  const reviewed = (await world.store.fact(fleet, reviewFacts.comment(number))) ?? "";
  const text = appliedMarkdown({
    ...{ outcome, carried, verdict, difference, reviewed },
    reviewedPlanId: memory?.planId ?? "",
  });
  // A fleet that had nothing to say before the merge, and did nothing after it, says nothing now.
  const isSilent = seat !== undefined && reviewed === "" && verdict === "as-reviewed" && outcome.results.length === 0;
  const parts = splitMarkdown(text, commentLimits, pageUrl(number));
  if (!isSilent) await forge.note(number, { key: noteKey(fleet), parts }, signal);
  // What can still change by itself is told again; the rest is over.
  if (outcome.kind === "applied" || outcome.kind === "settled" || (outcome.kind === "failed" && !outcome.retryable)) {
    await world.store.dropFact(fleet, deskFacts.merged(number));
    if (!isSilent) await world.store.setFact(fleet, reviewFacts.comment(number), text);
    say?.(`#${number} was told what became of it: ${outcome.kind}, ${verdictWords[verdict]}`);
  }
}

const verdictWords = {
  "as-reviewed": "as reviewed",
  differs: "not quite as reviewed",
  unknown: "its review is not remembered",
  unseen: "in place",
} as const;

/** Whether reality is as the head wants it, as a mark of its own. */
async function tellDrift(desk: Review, outcome: Outcome, signal: AbortSignal): Promise<void> {
  const { world, forge, pageUrl } = desk;
  const open = await world.store.openIncidents(world.judges.fleet);
  const done = new Set(outcome.results.filter(({ state }) => state === "done").map(({ address }) => address));
  const mended = driftOf(outcome).filter(({ address }) => done.has(address));
  const before = await world.store.fact(world.judges.fleet, "drift-told");
  if (open.length === 0 && mended.length === 0 && before === undefined) return;
  const [first] = open;
  const description =
    first !== undefined
      ? `${open.length} drifted: ${first.address}${open.length > 1 ? " and more" : ""} since ${momentText(first.openedAt)}`
      : mended.length > 0
        ? `${mended.length} drifted and put right: ${mended[0]?.address}`
        : "Reality is as this commit wants it";
  const state = open.length > 0 ? ("failure" as const) : ("success" as const);
  const context = contextOf(desk, "drift");
  await forge.status(outcome.commit, { context, state, description, targetUrl: pageUrl(0) }, signal);
  await world.store.setFact(world.judges.fleet, "drift-told", description);
  if (open.length > 0) await world.store.setFact(world.judges.fleet, "drift-failed-at", outcome.commit);
  else await endOlderDrift(desk, outcome.commit, signal);
}

/** A commit that was replaced while reality differed from it does not stand failed for ever. */
async function endOlderDrift(desk: Review, commit: string, signal: AbortSignal): Promise<void> {
  const { world, forge, pageUrl } = desk;
  const { fleet } = world.judges;
  const older = await world.store.fact(fleet, "drift-failed-at");
  if (older === undefined) return;
  // Forgotten first: a commit that is gone for good must not be tried for ever.
  await world.store.dropFact(fleet, "drift-failed-at");
  if (older === commit) return;
  const description = `The drift ended at ${shortCommit(commit)}`;
  const ended = { context: contextOf(desk, "drift"), state: "success", description, targetUrl: pageUrl(0) } as const;
  await forge.status(older, ended, signal);
}

async function tellDeployments(
  { world, forge, pageUrl }: Review,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> {
  const changes = new Map((outcome.plan?.changes ?? []).map((change) => [change.address, change]));
  const places = new Map<string, { done: number; failed: number }>();
  for (const { address, state } of outcome.results) {
    const change = changes.get(address);
    const location = (change?.resource ?? change?.cameFrom)?.location ?? "";
    if (location === "") continue;
    const count = places.get(location) ?? { done: 0, failed: 0 };
    places.set(
      location,
      state === "done" ? { ...count, done: count.done + 1 } : { ...count, failed: count.failed + 1 },
    );
  }
  for (const [location, { done, failed }] of places) {
    await forge.deployment(
      {
        ...{ commit: outcome.commit, environment: `${world.judges.fleet}/${location}`, targetUrl: pageUrl(0) },
        state: failed > 0 ? "failure" : "success",
        description: `${done} done, ${failed} failed`,
      },
      signal,
    );
  }
}

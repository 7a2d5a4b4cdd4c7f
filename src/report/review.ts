import type { Change } from "../core/change.ts";
import { compareEffects, type Effect, effectsOf, isSame } from "../core/effects.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Source } from "../core/problem.ts";
import { assumedMarkdown } from "./assumed.ts";
import { blastRadius } from "./blast.ts";
import { diagramLines } from "./diagram.ts";
import { blocks, changesMarkdown, fold, problemsMarkdown, refusalsMarkdown } from "./markdown-parts.ts";
import { codeSpan, fenced, htmlText, plainText } from "./markdown-text.ts";
import { problemCounts } from "./problems.ts";
import { countOf, momentText, shortCommit } from "./text.ts";
import { actingCounts, hasChanges, ownChanges, ownPart, plannedText } from "./words.ts";

/** What is told of one pull request. */
export interface ReviewReport {
  readonly number: number;
  readonly headCommit: string;
  readonly baseBranch: string;
  /** What deciding gave; without a plan where it was only checked. */
  readonly outcome: Outcome;
  /** Why there is no plan although the manifests may be fine: a fork, a merge conflict, a draft; empty otherwise. */
  readonly withheld: string;
  /** The plan of this pull request that stood here before; undefined for the first. */
  readonly previous: { readonly planId: string; readonly effects: readonly Effect[] } | undefined;
  /** Drift of things this pull request touches: address and what is known of it. */
  readonly drifted: readonly {
    readonly address: string;
    readonly since: string;
    readonly times: number;
    readonly by?: string;
  }[];
  /** Whom a refusal was lifted by; empty when nobody. */
  readonly approvedBy: string;
  /** Who holds the fleet, so that nothing is applied; absent or empty for nobody. */
  readonly heldBy?: string;
  /** Where to read more; empty for nowhere. */
  readonly pageUrl: string;
  /** Address of a manifest line at the head commit; empty text for no link. */
  readonly lineUrl: (source: Source) => string;
}

const changesShown = 2_500;
const differencesShown = 20;

/** The comment on a pull request: the verdict first, then what refuses it, what it means, what would change, and what to do next. */
export function reviewMarkdown(report: ReviewReport): string {
  const { outcome } = report;
  const { plan } = outcome;
  const moving = (plan?.changes ?? []).filter(({ action }) => action !== "keep");
  const own = ownChanges(plan).filter(({ action, cause }) => action !== "keep" && cause !== "drift");
  const awaited = moving.filter(({ isAwaited }) => isAwaited);
  const drift = moving.filter(({ cause }) => cause === "drift");
  return blocks([
    `### ${reviewVerdict(report)}`,
    subtitle(report),
    report.withheld === "" ? "" : plainText(report.withheld),
    plainText(outcome.failure ?? ""),
    refusalsMarkdown(outcome.refusals ?? []),
    report.approvedBy === "" ? "" : `The refusals of this plan are lifted by ${codeSpan(report.approvedBy)}.`,
    problemsMarkdown(outcome.problems ?? [], report.lineUrl),
    driftedText(report),
    meaning(report),
    own.length === 0 ? "" : changesMarkdown(own, { changesShown, lineUrl: report.lineUrl }),
    awaitedText(report, awaited),
    assumedMarkdown(plan),
    driftFold(
      "Drift that is corrected at the same time",
      drift.filter(({ held }) => !held),
    ),
    driftFold(
      "Drift that stays as it is",
      drift.filter(({ held }) => held),
    ),
    fold("Picture of the touched part", picture(report)),
    sincePrevious(report),
    nextSteps(report),
    footer(report),
  ]);
}

function driftFold(title: string, changes: readonly Change[]): string {
  return fold(title, changes.length === 0 ? "" : changesMarkdown(changes));
}

/** Says whether there is nothing that anybody has to read: nothing changes, nothing is wrong, nothing waits. */
export function isQuiet({ outcome, drifted, withheld }: ReviewReport): boolean {
  const { plan, problems, refusals } = outcome;
  const isEmpty = plan !== undefined && !hasChanges(ownPart(plan).counts);
  return isEmpty && problems.length + refusals.length + drifted.length === 0 && withheld === "";
}

/** One line that says whether this can be merged and what it would do. */
export function reviewVerdict({ outcome, withheld, approvedBy }: ReviewReport): string {
  const { plan } = outcome;
  if (plan === undefined) {
    if (outcome.problems.some(({ severity }) => severity === "error"))
      return `❌ Invalid: ${problemCounts(outcome.problems)}`;
    return withheld === "" ? "❌ There is no plan" : `⏸️ Checked, not planned: ${problemCounts(outcome.problems)}`;
  }
  if (outcome.refusals.length > 0 && approvedBy === "") return `⛔ Refused: ${plannedText(plan)}`;
  const own = ownPart(plan);
  if (hasChanges(actingCounts(own))) return `📝 A merge will do this: ${plannedText(own)}`;
  if (own.changes.length < plan.changes.length) return "✅ A merge adds nothing to what is to be done";
  return `✅ A merge changes nothing that runs${hasChanges(plan.counts) ? `: ${plannedText(plan)}` : ""}`;
}

/** The steps that come whether this is merged or not. */
function awaitedText({ baseBranch }: ReviewReport, awaited: readonly Change[]): string {
  if (awaited.length === 0) return "";
  const count = countOf(awaited.length, "change");
  const title = `${htmlText(baseBranch)} wants ${count} more that ${awaited.length === 1 ? "is" : "are"} not applied yet`;
  return fold(title, changesMarkdown(awaited));
}

function subtitle({ outcome, headCommit, baseBranch }: ReviewReport): string {
  return `Fleet ${codeSpan(outcome.fleet)}: ${codeSpan(shortCommit(headCommit))} merged into ${codeSpan(baseBranch)}`;
}

function meaning({ outcome }: ReviewReport): string {
  const sentences = blastRadius(ownChanges(outcome.plan));
  if (sentences.length === 0) return "";
  return ["**What this means**", "", ...sentences.map((sentence) => `- ${plainText(sentence)}`)].join("\n");
}

function driftedText({ drifted }: ReviewReport): string {
  if (drifted.length === 0) return "";
  const rows = drifted.slice(0, differencesShown).map(({ address, since, times, by = "" }) => {
    const flaps = times > 1 ? `, ${times} times by now` : "";
    return `- ${codeSpan(address)} since ${momentText(since)}${by === "" ? "" : ` by ${codeSpan(by)}`}${flaps}`;
  });
  const more = drifted.length - rows.length;
  return [
    "⚠️ **What you are changing has changed underneath**",
    "",
    ...rows,
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join("\n");
}

function picture({ outcome }: ReviewReport): string {
  const lines = diagramLines(ownChanges(outcome.plan));
  return lines.length === 0 ? "" : fenced("mermaid", lines);
}

/** What moved since the plan that stood here before. */
function sincePrevious({ outcome, previous }: ReviewReport): string {
  const { plan } = outcome;
  if (previous === undefined || plan === undefined || previous.planId === plan.planId) return "";
  const difference = compareEffects(previous.effects, effectsOf(plan.changes));
  const title = `**Since plan ${codeSpan(previous.planId)}**`;
  if (isSame(difference)) return `${title}: it does the same.`;
  return [title, "", ...differenceLines(difference)].join("\n");
}

/** What differs between two plans, a line each. */
export function differenceLines(difference: ReturnType<typeof compareEffects>): readonly string[] {
  const lines = [
    ...difference.added.map(({ address, action }) => `- now also ${action} ${codeSpan(address)}`),
    ...difference.removed.map(({ address, action }) => `- no longer ${action} ${codeSpan(address)}`),
    ...difference.changed.map(({ before, after }) =>
      before.action === after.action
        ? `- ${after.action} ${codeSpan(after.address)} with other values`
        : `- ${after.action} ${codeSpan(after.address)} instead of ${before.action}`,
    ),
  ];
  const more = lines.length - differencesShown;
  return [...lines.slice(0, differencesShown), ...(more > 0 ? [`- and ${more} more differences`] : [])];
}

function nextSteps({ outcome, withheld, approvedBy, heldBy }: ReviewReport): string {
  const { plan } = outcome;
  if (withheld !== "") return "";
  if (plan === undefined) return "**Next**: mend what is marked above and push; the plan follows by itself.";
  if (outcome.refusals.length > 0 && approvedBy === "") {
    return `**Next**: make the change smaller, or somebody with write permission comments ${codeSpan(`/approve ${plan.planId}`)} to allow exactly this plan.`;
  }
  const own = ownPart(plan);
  if (hasChanges(own.counts) && heldBy !== undefined && heldBy !== "")
    return `**Next**: ${codeSpan(heldBy)} holds the fleet, so a merge is applied only after ${codeSpan("/release")}.`;
  return hasChanges(actingCounts(own))
    ? `**Next**: merge to apply it. ${codeSpan("/plan")} looks again, ${codeSpan("/help")} lists what else can be said here.`
    : "";
}

function footer({ outcome, pageUrl }: ReviewReport): string {
  const planId = outcome.plan?.planId ?? "";
  const parts = [
    planId === "" ? "" : `plan ${codeSpan(planId)}`,
    countOf(outcome.manifests, "manifest"),
    pageUrl === "" ? "" : `[more](${pageUrl})`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `<sub>${parts.join(" · ")}</sub>`;
}

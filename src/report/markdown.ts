import type { Outcome } from "../core/outcome.ts";
import type { Problem } from "../core/problem.ts";
import { assumedMarkdown } from "./assumed.ts";
import { causeTitles } from "./drift.ts";
import {
  blocks,
  changesMarkdown,
  fleetMarkdown,
  fold,
  problemsMarkdown,
  refusalsMarkdown,
  troubleMarkdown,
} from "./markdown-parts.ts";
import { codeSpan, plainText } from "./markdown-text.ts";
import { membersMarkdown } from "./members.ts";
import { verdict } from "./outcome.ts";
import { actingChanges } from "./plan.ts";
import { problemCounts } from "./problems.ts";
import type { FleetStatus } from "./status.ts";
import { strangersMarkdown } from "./strangers.ts";
import { countOf, momentText, shortCommit } from "./text.ts";
import { countsText, hasChanges } from "./words.ts";

/** What `validate` found, for GitHub. */
export function validateMarkdown(manifests: number, problems: readonly Problem[]): string {
  const sign = problems.some((problem) => problem.severity === "error") ? "❌" : "✅";
  return blocks([
    `### ${sign} ${countOf(manifests, "manifest")}, ${problemCounts(problems)}`,
    problemsMarkdown(problems),
  ]);
}

/** A plan for GitHub: the verdict, what refuses it, what would change, the differences folded. */
export function planMarkdown(outcome: Outcome): string {
  const { plan } = outcome;
  const moving = (plan?.changes ?? []).filter((change) => change.action !== "keep");
  return blocks([
    `### ${planVerdict(outcome)}`,
    subtitle(outcome),
    outcome.failure === "" ? "" : plainText(outcome.failure),
    problemsMarkdown(outcome.problems),
    refusalsMarkdown(outcome.refusals),
    moving.length === 0 ? "" : changesMarkdown(moving),
    assumedMarkdown(plan),
    plan === undefined ? "" : `<sub>plan ${codeSpan(plan.planId)}</sub>`,
  ]);
}

function planVerdict(outcome: Outcome): string {
  const { plan } = outcome;
  if (plan === undefined) {
    return outcome.problems.length > 0 ? `❌ Invalid: ${problemCounts(outcome.problems)}` : "❌ There is no plan";
  }
  if (outcome.refusals.length > 0) return `❌ Refused: ${countsText(plan.counts)}`;
  return hasChanges(plan.counts)
    ? `📝 Plan: ${countsText(plan.counts)}`
    : outcome.failure === ""
      ? `✅ Nothing to do: ${countsText(plan.counts)}`
      : `⚠️ Nothing to do where the world could be seen: ${countsText(plan.counts)}`;
}

function subtitle(outcome: Outcome): string {
  const subject = outcome.commitSubject === "" ? "" : ` ${plainText(outcome.commitSubject)}`;
  return outcome.commit === ""
    ? ""
    : `Fleet ${codeSpan(outcome.fleet)} at ${codeSpan(shortCommit(outcome.commit))}${subject}`;
}

/** What a pass came to, for GitHub. */
export function applyMarkdown(outcome: Outcome): string {
  const isWell = outcome.kind === "applied" || outcome.kind === "settled";
  const kind = `${outcome.kind.slice(0, 1).toUpperCase()}${outcome.kind.slice(1)}`;
  return blocks([
    `### ${isWell ? "✅" : "❌"} ${kind}: ${verdict(outcome)}`,
    subtitle(outcome),
    outcome.failure === "" ? "" : plainText(outcome.failure),
    problemsMarkdown(outcome.problems),
    refusalsMarkdown(outcome.refusals),
    troubleMarkdown(outcome),
    outcome.table.length === 0 ? "" : fold("The fleet", fleetMarkdown(outcome.table)),
  ]);
}

/** More doers than this are not told one by one. */
const doersShown = 100;

/** Where reality differs from the commit, by who caused it, for GitHub. */
export function driftMarkdown(outcome: Outcome): string {
  const changes = actingChanges(outcome.plan);
  const drifted = changes.filter((change) => change.cause !== "commit").length;
  const parts = causeTitles.flatMap(([cause, title]) => {
    const members = changes.filter((change) => change.cause === cause);
    const doers = members.flatMap(({ address }) => {
      const doer = outcome.doers?.get(address);
      return doer === undefined
        ? []
        : [`- ${codeSpan(address)} changed by ${codeSpan(doer.by)} (${codeSpan(doer.what)}) at ${plainText(doer.at)}`];
    });
    const told = doers.slice(0, doersShown).join("\n");
    return members.length === 0 ? [] : [`#### ${title} (${members.length})`, changesMarkdown(members), told];
  });
  return blocks([
    drifted === 0 ? "### ✅ No drift" : `### ⚠️ Drift: ${countOf(drifted, "thing")}`,
    subtitle(outcome),
    outcome.failure === "" ? "" : plainText(outcome.failure),
    problemsMarkdown(outcome.problems),
    ...parts,
    strangersMarkdown(outcome.strangers ?? []),
  ]);
}

/** A fleet as memory has it, for GitHub. */
export function statusMarkdown(status: FleetStatus): string {
  const pass = status.lastPass;
  const applied =
    status.appliedCommit === ""
      ? "Nothing was applied yet."
      : `Applied ${codeSpan(shortCommit(status.appliedCommit))}.`;
  const last =
    pass === undefined
      ? ""
      : ` Last pass: ${pass.outcome} at ${codeSpan(shortCommit(pass.commit))}, ${pass.finishedAt}.`;
  return blocks([
    `### Fleet ${codeSpan(status.fleet)}`,
    applied + last,
    membersMarkdown(status.members ?? []),
    fleetMarkdown(status.table),
    status.pending
      .map((row) => `- ${codeSpan(row.address)} waits for ${codeSpan(row.waitsFor)}: ${plainText(row.message)}`)
      .join("\n"),
    status.incidents.map((row) => `- ${codeSpan(row.address)} drifts since ${momentText(row.openedAt)}`).join("\n"),
  ]);
}

import type { CommonFlags, OutputFormat } from "../cli.ts";
import type { Finding } from "../core/checkup.ts";
import type { NetworkPlan } from "../core/network.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Problem } from "../core/problem.ts";
import type { CheckResult } from "../datum/check.ts";
import { driftOf } from "../reconcile.ts";
import { checkupDocument, checkupMarkdown, checkupText } from "../report/checkup.ts";
import { driftText } from "../report/drift.ts";
import { fleetText } from "../report/fleet.ts";
import { type FleetHistory, historyDocument, historyMarkdown, historyText } from "../report/history.ts";
import {
  applyDocument,
  driftDocument,
  fleetsDocument,
  jsonText,
  planDocument,
  statusDocument,
  validateDocument,
} from "../report/json.ts";
import { applyMarkdown, driftMarkdown, planMarkdown, statusMarkdown, validateMarkdown } from "../report/markdown.ts";
import { networkListText, networksDocument, networksMarkdown, networkText } from "../report/network.ts";
import { outcomeText, planReportText } from "../report/outcome.ts";
import { type Look, paletteOf } from "../report/palette.ts";
import { problemCounts, problemsText } from "../report/problems.ts";
import { type FleetStatus, statusText } from "../report/status.ts";
import type { Shell, TextStream } from "../shell.ts";
import { createProgress } from "./progress.ts";

/** The networks of one fleet that were asked for. */
export interface NetworkAnswer {
  readonly fleet: string;
  readonly commit: string;
  readonly plans: readonly NetworkPlan[];
}

/** Writes what commands have to say, in the format asked for: answers to stdout, progress to stderr. */
export function printer(shell: Shell, output: OutputFormat, flags: Pick<CommonFlags, "colour">) {
  const look = lookOf(shell, shell.stdout, flags);
  const progress = createProgress(shell, lookOf(shell, shell.stderr, flags), output === "text");
  const { redact } = shell.redactor;
  const say = (text: string): void => {
    progress.clear();
    shell.stdout.write(redact(text.endsWith("\n") ? text : `${text}\n`));
  };

  return {
    progress: progress.onEvent,
    end: progress.clear,
    say,

    validation(result: CheckResult, sources: ReadonlyMap<string, string>): void {
      const manifests = result.documents.length;
      if (output === "json") say(jsonText(validateDocument(manifests, result.problems)));
      else if (output === "markdown") say(validateMarkdown(manifests, result.problems));
      else {
        const found = problemsText(result.problems, sources, look);
        say(`${found}${found === "" ? "" : "\n"}${checkedLine(result)}`);
      }
    },

    plans(outcomes: readonly Outcome[]): void {
      if (output === "json") say(jsonText(fleetsDocument(outcomes.map(planDocument))));
      else if (output === "markdown") say(outcomes.map(planMarkdown).join("\n"));
      else for (const outcome of outcomes) say(planReportText(outcome, look));
    },

    drifts(outcomes: readonly Outcome[]): void {
      if (output === "json") say(jsonText(fleetsDocument(outcomes.map(driftDocument))));
      else if (output === "markdown") say(outcomes.map(driftMarkdown).join("\n"));
      else for (const outcome of outcomes) say(driftText(outcome, look));
    },

    outcomes(outcomes: readonly Outcome[]): void {
      if (output === "json") say(jsonText(fleetsDocument(outcomes.map(applyDocument))));
      else for (const outcome of outcomes) this.outcome(outcome, { withFleet: true });
    },

    outcome(outcome: Outcome, facts: { readonly withFleet: boolean; readonly durationMs?: number }): void {
      if (output === "json") say(`${JSON.stringify(applyDocument(outcome))}\n`);
      else if (output === "markdown") say(applyMarkdown(outcome));
      else {
        const fleet = facts.withFleet && outcome.table.length > 0 ? `\n${fleetText(outcome.table, look)}` : "";
        const hasDrift = driftOf(outcome).length > 0;
        const drift = hasDrift ? `${driftText(outcome, look)}\n` : "";
        const { durationMs } = facts;
        const told = { sources: outcome.sources, ...(durationMs !== undefined && { durationMs }) };
        say(`${drift}${outcomeText(outcome, look, told)}${fleet}`);
      }
    },

    problems(problems: readonly Problem[], sources: ReadonlyMap<string, string>): void {
      progress.clear();
      shell.stderr.write(redact(problemsText(problems, sources, lookOf(shell, shell.stderr, flags))));
    },

    networks(fleets: readonly NetworkAnswer[], areNamed: boolean): void {
      if (output === "json")
        say(jsonText(fleetsDocument(fleets.map(({ fleet, commit, plans }) => networksDocument(fleet, commit, plans)))));
      else if (output === "markdown") say(fleets.map(({ plans }) => networksMarkdown(plans)).join("\n"));
      else
        for (const { plans } of fleets)
          say(areNamed ? plans.map((plan) => networkText(plan, look)).join("\n") : networkListText(plans, look));
    },

    checkup(findings: readonly Finding[]): void {
      if (output === "json") say(jsonText(checkupDocument(findings)));
      else say(output === "markdown" ? checkupMarkdown(findings) : checkupText(findings, look));
    },

    statuses(statuses: readonly FleetStatus[]): void {
      if (output === "json") say(statusJson(statuses));
      else if (output === "markdown") say(statuses.map(statusMarkdown).join("\n"));
      else for (const status of statuses) say(statusText(status, look));
    },

    histories(fleets: readonly FleetHistory[]): void {
      if (output === "json") say(jsonText(fleetsDocument(fleets.map(historyDocument))));
      else if (output === "markdown") say(fleets.map(historyMarkdown).join("\n"));
      else for (const fleet of fleets) say(historyText(fleet, look));
    },
  };
}

/** The status of fleets as JSON, the same on the command line and over HTTP. */
export function statusJson(statuses: readonly FleetStatus[]): string {
  return jsonText(fleetsDocument(statuses.map(statusDocument)));
}

function lookOf(shell: Shell, stream: TextStream, flags: Pick<CommonFlags, "colour">): Look {
  const { NO_COLOR, FORCE_COLOR } = shell.environment;
  const wanted =
    flags.colour === "auto" && (NO_COLOR ?? "") === "" && (stream.isTerminal || (FORCE_COLOR ?? "") !== "");
  return { palette: paletteOf(wanted), width: Math.max(60, Math.min(100, stream.columns)) };
}

function checkedLine(result: CheckResult): string {
  const { counts } = result;
  const others = [
    [counts.reference, "for reference"],
    [counts.unmanaged, "not managed"],
    [counts.unknown, "unknown"],
    [counts["not-a-manifest"], counts["not-a-manifest"] === 1 ? "not a manifest" : "not manifests"],
  ] as const;
  const rest = others.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  const total = result.documents.length;
  const head = `${total} ${total === 1 ? "manifest" : "manifests"}`;
  return `${head}${rest.length === 0 ? "" : ` (${rest.join(", ")})`}: ${problemCounts(result.problems)}.\n`;
}

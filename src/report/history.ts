import { isObject, type JsonObject } from "../core/json.ts";
import { jsonVersion } from "./json.ts";
import { codeCell, plainText } from "./markdown-text.ts";
import type { Look, Palette } from "./palette.ts";
import { countOf, cut, momentText, pad, shortCommit, visible, widthOf } from "./text.ts";

/** What happened to one fleet lately, newest first. */
export interface FleetHistory {
  readonly fleet: string;
  readonly passes: readonly HistoryPass[];
  readonly requests: readonly HistoryRequest[];
}

/** One pass: what woke it, what it looked at, and what came of it. */
export interface HistoryPass {
  readonly number: number;
  readonly wake: string;
  readonly commit: string;
  readonly planId: string;
  readonly outcome: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly details: JsonObject;
}

/** One thing that somebody asked for. */
export interface HistoryRequest {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly result: string;
}

/** What a pass is remembered for: the first thing that was wrong, else what it did; empty when it found nothing to do. */
export function passSummary(details: JsonObject): string {
  if (typeof details.failure === "string" && details.failure !== "") return details.failure;
  for (const key of ["problems", "refusals", "failures"]) {
    const list = listOf(details, key);
    if (list.length === 0) continue;
    const [first] = list;
    const message = isObject(first) && typeof first.message === "string" ? first.message : "";
    return list.length > 1 ? `${message} (and ${list.length - 1} more)` : message;
  }
  const attempted = Number(details.attempted) || 0;
  const [drift, pending] = [listOf(details, "drift").length, listOf(details, "pending").length];
  return [
    ...(attempted > 0 ? [countOf(attempted, "change")] : []),
    ...(drift > 0 ? [`${drift} drifted`] : []),
    ...(pending > 0 ? [`${pending} ${pending === 1 ? "waits" : "wait"}`] : []),
  ].join(", ");
}

function listOf(details: JsonObject, key: string): readonly unknown[] {
  const list = details[key];
  return Array.isArray(list) ? list : [];
}

const colours: Readonly<Record<string, keyof Palette>> = {
  ...{ applied: "green", settled: "green", refused: "yellow", invalid: "red", failed: "red" },
};

interface Line {
  readonly at: string;
  readonly cells: readonly string[];
  readonly paint: keyof Palette;
  readonly note: string;
}

/** Passes and requests in one list, newest last, so that the end of a terminal shows what was last. */
export function historyText(history: FleetHistory, look: Look): string {
  const { palette } = look;
  const lines = linesOf(history);
  const head = palette.bold(`Fleet ${visible(history.fleet)}`);
  if (lines.length === 0) return `${head}\n  Nothing has happened yet.\n`;
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map(({ cells }) => widthOf(cells[column] ?? ""))));
  const rows = lines.map(({ at, cells, paint, note }) => {
    const [what = "", where = "", who = ""] = cells.map((cell, column) => pad(cell, widths[column] ?? 0));
    const left = `  ${palette.dim(momentText(at))}  ${palette[paint](what)}  ${where}  ${who}`;
    const used = 2 + widthOf(momentText(at)) + widths.reduce((sum, width) => sum + width + 2, 2);
    return `${left}  ${cut(visible(note), Math.max(40, look.width - used))}`.trimEnd();
  });
  return `${[head, ...rows].join("\n")}\n`;
}

function linesOf({ passes, requests }: FleetHistory): readonly Line[] {
  const ofPasses = passes.map(({ number, wake, commit, outcome, finishedAt, details }) => ({
    at: finishedAt,
    cells: [outcome, commit === "" ? "" : shortCommit(commit), `pass ${number}, ${visible(wake)}`],
    paint: colours[outcome] ?? "dim",
    note: passSummary(details),
  }));
  const ofRequests = requests.map(({ at, actor, action, subject, result }) => ({
    at,
    cells: ["asked", "", `${visible(actor)}, ${visible(subject)}`],
    paint: "cyan" as const,
    note: `/${action}: ${result}`,
  }));
  return [...ofPasses, ...ofRequests].sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}

/** The same as JSON, newest first. */
export function historyDocument({ fleet, passes, requests }: FleetHistory): JsonObject {
  return {
    ...{ apiVersion: jsonVersion, fleet },
    passes: passes.map(({ number, wake, commit, planId, outcome, startedAt, finishedAt, details }) => ({
      ...{ number, wake, commit, planId, outcome, startedAt, finishedAt, summary: passSummary(details), details },
    })),
    requests: requests.map(({ at, actor, action, subject, result }) => ({ at, actor, action, subject, result })),
  };
}

/** The same as two Markdown tables, newest first. */
export function historyMarkdown({ fleet, passes, requests }: FleetHistory): string {
  const passRows = passes.map(
    ({ number, wake, commit, outcome, finishedAt, details }) =>
      `| ${number} | ${momentText(finishedAt)} | ${outcome} | ${codeCell(shortCommit(commit))} | ${plainText(wake)} | ${plainText(passSummary(details))} |`,
  );
  const requestRows = requests.map(
    ({ at, actor, action, subject, result }) =>
      `| ${momentText(at)} | ${plainText(actor)} | ${codeCell(`/${action}`)} | ${plainText(subject)} | ${plainText(result)} |`,
  );
  const parts = [
    `### Fleet ${codeCell(fleet)}`,
    passRows.length === 0
      ? "No pass has ended yet."
      : `| Pass | Ended | Outcome | Commit | Woken by | What |\n|---|---|---|---|---|---|\n${passRows.join("\n")}`,
    ...(requestRows.length === 0
      ? []
      : [`| When | Who | What | Where | Result |\n|---|---|---|---|---|\n${requestRows.join("\n")}`]),
  ];
  return `${parts.join("\n\n")}\n`;
}

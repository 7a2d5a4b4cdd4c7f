import type { Json } from "../../core/json.ts";
import { type CheckAnnotation, type CheckReport, ForgeError } from "../forge.ts";
import type { Desk } from "./desk.ts";
import { cut, webAddress } from "./limits.ts";
import { createLocks } from "./memory.ts";
import { idAt, numberAt, textAt } from "./wire.ts";

/** GitHub takes this many remarks in one request. */
const batch = 50;
/** More than this nobody reads; the summary has the counts. */
const maxAnnotations = 1_000;
const maxPages = 10;
const textLength = 65_000;
const needs = "checks: write";

/** Check runs with remarks on lines; only an App may write them. */
export interface Checks {
  write(commit: string, report: CheckReport, signal: AbortSignal): Promise<void>;
}

/** How a run stands at GitHub. */
interface Run {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly conclusion: string;
  readonly annotations: number;
}

/** Finds a run by its external id before it writes one, so that a lost answer doubles nothing. */
export function createChecks(desk: Desk): Checks {
  const locked = createLocks();
  return {
    write: (commit, report, signal) => locked(`${commit} ${report.name}`, () => write(desk, commit, report, signal)),
  };
}

async function write(desk: Desk, commit: string, report: CheckReport, signal: AbortSignal): Promise<void> {
  const remarks = report.annotations.slice(0, maxAnnotations).map(wireOf);
  const { title, summary } = outputOf(report);
  let run = await find(desk, commit, report, signal);
  if (run === undefined) run = await create(desk, commit, report, remarks.slice(0, batch), signal);
  else if (run.title !== title || run.summary !== summary || run.conclusion !== report.conclusion) {
    await update(desk, run.id, report, [], signal);
  }
  // Remarks are added, never replaced: go on behind those that stand there.
  for (let from = run.annotations; from < remarks.length; from += batch) {
    await update(desk, run.id, report, remarks.slice(from, from + batch), signal);
  }
}

type WireAnnotation = ReturnType<typeof wireOf>;

function wireOf(annotation: CheckAnnotation) {
  const start_line = Math.max(1, annotation.startLine);
  return {
    path: annotation.path,
    start_line,
    end_line: Math.max(start_line, annotation.endLine),
    annotation_level: annotation.level,
    title: cut(annotation.title, 255),
    message: cut(annotation.message, 16_000) || annotation.title,
  };
}

function outputOf(report: CheckReport): { readonly title: string; readonly summary: string } {
  return { title: cut(report.title, 255), summary: cut(report.summary, textLength) };
}

function bodyOf(report: CheckReport, annotations: readonly WireAnnotation[]) {
  const details_url = webAddress(report.targetUrl);
  return {
    status: "completed",
    conclusion: report.conclusion,
    ...(details_url !== undefined && { details_url }),
    output: { ...outputOf(report), ...(annotations.length > 0 && { annotations }) },
  };
}

async function create(
  desk: Desk,
  commit: string,
  report: CheckReport,
  annotations: readonly WireAnnotation[],
  signal: AbortSignal,
): Promise<Run> {
  const fields = { name: report.name, head_sha: commit, external_id: report.externalId };
  const call = {
    route: "POST /repos/{owner}/{repo}/check-runs",
    with: { ...fields, ...bodyOf(report, annotations) },
    ...{ doing: `Write the check ${report.name}`, needs, kind: "content" as const, once: true },
  };
  try {
    const { data } = await desk.client.call(call, signal);
    return { ...runOf(data), annotations: annotations.length };
  } catch (error) {
    if (!(error instanceof ForgeError) || error.next !== "retry") throw error;
    const lost = await find(desk, commit, report, signal);
    if (lost === undefined) throw error;
    return lost;
  }
}

async function update(
  desk: Desk,
  id: string,
  report: CheckReport,
  annotations: readonly WireAnnotation[],
  signal: AbortSignal,
): Promise<void> {
  const call = {
    route: "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
    with: { check_run_id: id, ...bodyOf(report, annotations) },
    ...{ doing: `Update the check ${report.name}`, needs, kind: "content" as const },
    // Sent twice, remarks would stand there twice; the next writing goes on where this one ended.
    once: annotations.length > 0,
  };
  await desk.client.call(call, signal);
}

async function find(desk: Desk, commit: string, report: CheckReport, signal: AbortSignal): Promise<Run | undefined> {
  const call = {
    route: "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
    with: { ref: commit, check_name: report.name, filter: "all" },
    ...{ doing: `Look for the check ${report.name}`, needs: "checks: read" },
  };
  const found = await desk.client.list(call, maxPages, signal, "check_runs");
  const mine = found.filter((run) => textAt(run, "external_id") === report.externalId).map(runOf);
  return mine.sort((left, right) => Number(left.id) - Number(right.id))[0];
}

function runOf(run: Json): Run {
  return {
    id: idAt(run, "id"),
    title: textAt(run, "output", "title"),
    summary: textAt(run, "output", "summary"),
    conclusion: textAt(run, "conclusion"),
    annotations: numberAt(run, "output", "annotations_count"),
  };
}

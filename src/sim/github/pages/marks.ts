import { type Html, html, type Part } from "../../../markup/html.ts";
import { table, toned } from "../../../markup/look.ts";
import { renderMarkdown } from "../../../markup/markdown.ts";
import { combined, newestStatuses } from "../routes/statuses.ts";
import type { CheckRun, DeploymentRecord, Project, Status } from "../state.ts";
import { projectKey, type World } from "../world.ts";
import type { LineRemark } from "./diff.ts";
import { addressOf, ago, projectPath, webLink } from "./layout.ts";

/** What was said about a commit by machines. */
export interface Marks {
  readonly statuses: readonly Status[];
  readonly checks: readonly CheckRun[];
  readonly deployments: readonly DeploymentRecord[];
}

/** The newest of each kind, in a stable order. */
export function marksOf(world: World, project: Project, commit: string): Marks {
  const key = projectKey(project);
  const isHere = (one: { readonly project: string; readonly sha: string }): boolean =>
    one.project === key && one.sha === commit;
  return {
    statuses: [...newestStatuses(world, key, commit)].sort((left, right) => (left.context < right.context ? -1 : 1)),
    checks: newestRuns(world.state.all("checkRuns").filter(isHere)),
    deployments: world.state.all("deployments").filter(isHere),
  };
}

/** The newest run of each name of each app. */
function newestRuns(runs: readonly CheckRun[]): readonly CheckRun[] {
  const sorted = [...runs].sort((left, right) => left.id - right.id);
  return [...new Map(sorted.map((run) => [`${run.app} ${run.name}`, run])).values()];
}

/** Whether something is still being worked on. */
export function isMoving({ statuses, checks }: Marks): boolean {
  return statuses.some(({ state }) => state === "pending") || checks.some(({ status }) => status !== "completed");
}

/** Whether a status or check of a commit has failed. */
export function hasFailed({ statuses, checks }: Marks): boolean {
  const isBad = (word: string | null): boolean => ["failure", "error", "timed_out"].includes(word ?? "");
  return statuses.some(({ state }) => isBad(state)) || checks.some(({ conclusion }) => isBad(conclusion));
}

/** One sign for all statuses and checks of a commit; nothing when there are none. */
export function signOf(marks: Marks): Part {
  const { statuses, checks } = marks;
  if (statuses.length + checks.length === 0) return html`<span class="dim">no status</span>`;
  const state = statuses.length === 0 ? "success" : combined(statuses);
  return html`<span class="nowrap">${toned(hasFailed(marks) ? "failure" : isMoving(marks) ? "pending" : state)}</span>`;
}

/** Statuses with their targets, check runs with what they found on which line, deployments with how far they came. */
export function marksPart(world: World, project: Project, marks: Marks): Html {
  const { statuses, checks, deployments } = marks;
  const rows = statuses.map(({ state, context, description, targetUrl, createdAt, user }): readonly Part[] => [
    html`<span class="nowrap">${toned(state)}</span>`,
    html`<code>${context}</code>`,
    [description ?? "", targetUrl === null ? "" : html` ${webLink(targetUrl, "details")}`],
    html`<span class="dim nowrap">${user}, ${ago(world, createdAt)}</span>`,
  ]);
  return html`${table(["State", "Status", "Says", "By"], rows, "No status yet.")}
${checks.map((run) => checkPart(world, project, run, true))}
${deployments.some(({ deployment }) => deployment === undefined) ? deploymentsPart(world, deployments) : ""}`;
}

/** One check run: its verdict, its annotations with links to the lines, its text, which may be folded. */
export function checkPart(world: World, project: Project, run: CheckRun, isFolded: boolean): Html {
  const verdict = run.conclusion ?? run.status;
  const app = world.state.get("apps", run.app)?.slug ?? "an app";
  const words = [run.summary ?? "", run.text ?? ""].filter((part) => part !== "").map((part) => renderMarkdown(part));
  const text = html`<div class="text">${words}</div>`;
  const url = projectPath(project, `/runs/${run.id}`);
  return html`<section class="box" id="check-${run.id}"><p>${toned(verdict)} <a href="${url}"><code>${run.name}</code></a> <strong>${run.title ?? ""}</strong> <span class="dim">by ${app}</span> ${webLink(run.detailsUrl, "details")}</p>
${run.annotations.length === 0 ? "" : annotationsPart(project, run)}
${words.length === 0 ? "" : isFolded ? html`<details><summary class="dim">What it says</summary>${text}</details>` : text}</section>`;
}

function annotationsPart(project: Project, run: CheckRun): Html {
  return table(
    ["", "Line", "Says"],
    run.annotations.map((annotation) => {
      const path = String(annotation.path ?? "");
      const line = Number(annotation.start_line ?? 1);
      const href = projectPath(project, `/blob/${run.sha}/${addressOf(path)}#L${line}`);
      return [levelOf(annotation), html`<a href="${href}"><code>${path}:${line}</code></a>`, wordsOf(annotation)];
    }),
    "",
  );
}

function levelOf(annotation: CheckRun["annotations"][number]): Html {
  const level = String(annotation.annotation_level ?? "notice");
  return html`<span class="nowrap">${toned(level)}</span>`;
}

function wordsOf(annotation: CheckRun["annotations"][number]): Html {
  const title = typeof annotation.title === "string" ? html`<strong>${annotation.title}</strong><br>` : "";
  return html`${title}${String(annotation.message ?? "")}`;
}

/** Annotations where the difference shows their lines. */
export function remarksOf({ checks }: Marks): readonly LineRemark[] {
  return checks.flatMap((run) =>
    run.annotations.map((annotation) => ({
      ...{ path: String(annotation.path ?? ""), line: Number(annotation.end_line ?? annotation.start_line ?? 0) },
      markup: html`${levelOf(annotation)} <span class="dim">${run.name}</span><br>${wordsOf(annotation)}`,
    })),
  );
}

function deploymentsPart(world: World, records: readonly DeploymentRecord[]): Html {
  const rows = records
    .filter(({ deployment }) => deployment === undefined)
    .map((record): readonly Part[] => {
      const [last] = records.filter(({ deployment }) => deployment === record.id).sort((a, b) => b.id - a.id);
      const description = last?.description ?? record.description ?? "";
      return [
        html`<code>${record.environment}</code>`,
        toned(last?.state ?? "queued"),
        [description, last?.targetUrl === undefined ? "" : html` ${webLink(last.targetUrl, "details")}`],
        html`<span class="dim">${record.user}, ${ago(world, last?.createdAt ?? record.createdAt)}</span>`,
      ];
    });
  return html`<h3>Deployments</h3>${table(["Environment", "State", "Says", "By"], rows, "")}`;
}

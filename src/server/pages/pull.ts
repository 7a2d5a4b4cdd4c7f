import { html } from "../../markup/html.ts";
import { table, toned } from "../../markup/look.ts";
import { renderMarkdown } from "../../markup/markdown.ts";
import { movingSeconds, newsFrame, newsStrip, versionOf } from "../../markup/news.ts";
import { momentText } from "../../report/text.ts";
import type { FleetExhibit, PullExhibit } from "./exhibits.ts";
import { page, styleText } from "./layout.ts";

/** Where the page of a pull request is. */
export function pullPath({ fleet }: FleetExhibit, { number }: PullExhibit): string {
  return `/fleets/${encodeURIComponent(fleet)}/pulls/${number}`;
}

/** One pull request: its statuses, its remarks on lines, and the comment as the forge shows it. */
export function pullPage(fleet: FleetExhibit, pull: PullExhibit): string {
  const isMoving = pull.marks.some(({ state }) => state === "pending");
  const { projectUrl } = fleet;
  const head = html`<code>${pull.headCommit.slice(0, 8)}</code>`;
  const there = projectUrl === "" ? "" : html` <a href="${projectUrl}/pull/${pull.number}">Open it at the forge</a>`;
  const body = html`${newsStrip(pullPath(fleet, pull), versionOf(pull), isMoving)}
<h1>${pull.title} <span class="dim number">#${pull.number}</span></h1>
<p class="dim">by ${pull.author} into ${fleet.branch} of ${fleet.repository}, head ${head}, reviewed at ${momentText(pull.reviewedAt)}.${there}</p>
<h2>Statuses</h2>
${table(
  ["State", "Status", "Says"],
  pull.marks.map(({ state, context, description }) => [
    html`<span class="nowrap">${toned(state)}</span>`,
    html`<code>${context}</code>`,
    description,
  ]),
  "None yet.",
)}
<h2>Comment</h2>
<div class="card text">${renderMarkdown(pull.comment, projectUrl === "" ? {} : { threadsUrl: `${projectUrl}/issues/` })}</div>
<h2>Remarks on lines</h2>
${table(
  ["Place", "", "Says"],
  pull.remarks.map(({ place, severity, message }) => [html`<code>${place}</code>`, severity, message]),
  "No line needs one.",
)}`;
  return page(`#${pull.number} ${pull.title}`, body, isMoving ? movingSeconds : undefined);
}

/** What the strip above that page looks at: whether there is news since the version that its reader has seen. */
export function pullNews(fleet: FleetExhibit, pull: PullExhibit, seen: string): string {
  return newsFrame(styleText, pullPath(fleet, pull), versionOf(pull), seen);
}

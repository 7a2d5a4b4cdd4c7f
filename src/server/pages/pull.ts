import { html } from "../../markup/html.ts";
import { table, toned } from "../../markup/look.ts";
import { renderMarkdown } from "../../markup/markdown.ts";
import type { FleetExhibit, PullExhibit } from "./exhibits.ts";
import { page } from "./layout.ts";

/** One pull request: its marks, its remarks on lines, and the comment as the forge shows it. */
export function pullPage(fleet: FleetExhibit, pull: PullExhibit): string {
  const body = html`<h1>${pull.title} <span class="dim number">#${pull.number}</span></h1>
<p class="dim">by ${pull.author} into ${fleet.branch} of ${fleet.repository}, head <code>${pull.headCommit.slice(0, 8)}</code>, reviewed at ${pull.reviewedAt}</p>
<h2>Marks</h2>
${table(
  ["State", "Context", "Says"],
  pull.marks.map(({ state, context, description }) => [toned(state), html`<code>${context}</code>`, description]),
  "None yet.",
)}
<h2>Comment</h2>
<div class="card">${renderMarkdown(pull.comment)}</div>
<h2>Remarks on lines</h2>
${table(
  ["Place", "", "Says"],
  pull.remarks.map(({ place, severity, message }) => [html`<code>${place}</code>`, severity, message]),
  "No line needs one.",
)}`;
  return page(`#${pull.number} ${pull.title}`, body);
}

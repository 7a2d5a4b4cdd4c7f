import { type Html, html, type Part } from "../../../markup/html.ts";
import type { Project } from "../state.ts";
import { addressOf, projectPath } from "./layout.ts";
import type { DifferenceLine, FileDifference } from "./source.ts";

/** What is said about lines of a file. */
export interface LineRemark {
  readonly path: string;
  readonly line: number;
  readonly markup: Html;
}

const signs = { added: "+", removed: "-", same: " ", hunk: "", note: "" } as const;
const words = { added: "new", removed: "removed", changed: "" } as const;

/** Files side by side with what they were, remarks below the lines they are about. */
export function diffPart(
  project: Project,
  commit: string,
  files: readonly FileDifference[],
  remarks: readonly LineRemark[] = [],
): Html {
  if (files.length === 0) return html`<p class="dim">No file differs.</p>`;
  return html`${files.map((file, index) => filePart(project, commit, file, index, remarks))}`;
}

function filePart(
  project: Project,
  commit: string,
  file: FileDifference,
  index: number,
  remarks: readonly LineRemark[],
): Html {
  const own = remarks.filter(({ path }) => path === file.path);
  const blob = projectPath(project, `/blob/${commit}/${addressOf(file.path)}`);
  const name = file.status === "removed" ? file.path : html`<a href="${blob}">${file.path}</a>`;
  const count = (kind: DifferenceLine["kind"]): number => file.lines.filter((line) => line.kind === kind).length;
  const note = words[file.status] === "" ? "" : html` <span class="dim">${words[file.status]}</span>`;
  return html`<section class="file"><h3 id="file-${index}">${name}${note} <span class="good">+${count("added")}</span> <span class="bad">-${count("removed")}</span></h3>
<table class="code"><tbody>${file.lines.map((line) => linePart(line, blob, own))}</tbody></table>${
    file.isCut ? html`<p class="dim">&nbsp; The rest is too long to be shown.</p>` : ""
  }</section>`;
}

function linePart(line: DifferenceLine, blob: string, remarks: readonly LineRemark[]): Part {
  const kind = line.kind === "note" ? "dim" : line.kind;
  const at = line.after === undefined ? "" : html`<a href="${blob}#L${line.after}">${line.after}</a>`;
  const below = line.after === undefined ? [] : remarks.filter((remark) => remark.line === line.after);
  return html`<tr class="${kind}"><td class="at">${line.before}</td><td class="at">${at}</td><td>${signs[line.kind]}${line.text}</td></tr>${below.map(
    ({ markup }) => html`<tr><td class="at"></td><td class="at"></td><td class="remark">${markup}</td></tr>`,
  )}`;
}

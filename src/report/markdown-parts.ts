import type { Change, Refusal } from "../core/change.ts";
import type { Json } from "../core/json.ts";
import type { FleetRow, Outcome } from "../core/outcome.ts";
import type { Problem, Source } from "../core/problem.ts";
import type { FieldChange, Written } from "../core/resource.ts";
import { codeCell, codeSpan, fenced, htmlText, plainText } from "./markdown-text.ts";
import { exceptionsText } from "./problems.ts";
import { countOf, cut } from "./text.ts";
import { shownFields, valueText } from "./value.ts";
import { actionWords, addressParts, groupChanges, linesOf, tagsOf, writtenTitle } from "./words.ts";

const changesShown = 200;
const problemsShown = 100;
const addressesShown = 50;
const valueLines = 20;
const lineWidth = 200;
const reasonWidth = 400;
/** How many rows of a table may say the same before the rest is counted. */
const alikeShown = 5;

/** Blocks with an empty line between them; empty ones vanish. */
export function blocks(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** What is read only by who opens it; nothing where there is nothing. */
export function fold(title: string, text: string): string {
  return text === "" ? "" : ["<details>", `<summary>${title}</summary>`, "", text, "", "</details>"].join("\n");
}

/** Why the plan may not be applied, as a list. */
export function refusalsMarkdown(refusals: readonly Refusal[]): string {
  return refusals
    .map((refusal) => {
      const head = `- **${codeSpan(refusal.rule)}** ${plainText(refusal.message)}`;
      if (refusal.changes.length < 2) return head;
      const listed = refusal.changes.slice(0, addressesShown).map((address) => `  ${codeSpan(address)}`);
      const more = refusal.changes.length - listed.length;
      const rest = more > 0 ? [`  and ${more} more`] : [];
      const summary = `  <details><summary>${countOf(refusal.changes.length, "change")}</summary>`;
      return [head, "", summary, "", [...listed, ...rest].join("<br>\n"), "", "  </details>"].join("\n");
    })
    .join("\n");
}

/** Problems as a list: severity, place, message, hint. */
export function problemsMarkdown(problems: readonly Problem[], lineUrl: (source: Source) => string = () => ""): string {
  const lines = problems.slice(0, problemsShown).map((problem) => {
    const span = codeSpan(`${problem.file}:${problem.line}:${problem.column}`);
    const url = problem.file === "" || problem.line === 0 ? "" : lineUrl(problem);
    const place = url === "" ? span : `[${span}](${url})`;
    const path = problem.path === "" || problem.message.includes(problem.path) ? "" : `${codeSpan(problem.path)}: `;
    const hint = problem.hint === "" ? "" : `<br>_${plainText(problem.hint)}_`;
    return `- **${problem.severity}** ${place} ${path}${plainText(problem.message)} (${codeSpan(problem.rule)})${hint}`;
  });
  const more = problems.length - lines.length;
  const excused = exceptionsText(problems);
  const head = excused === "" ? [] : [`⚖️ **${excused}**`, ""];
  return [...head, ...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join("\n");
}

/** How much of a list of changes is shown, and where a manifest line is read. */
export interface ChangesView {
  readonly changesShown: number;
  /** Address of a line; empty text for none. */
  readonly lineUrl: (source: Source) => string;
}

const plainView: ChangesView = { changesShown, lineUrl: () => "" };

/** Changes as one table per manifest and location, each followed by its folded field differences. */
export function changesMarkdown(changes: readonly Change[], view: ChangesView = plainView): string {
  const shown = changes.slice(0, view.changesShown);
  const parts = [...groupChanges(shown)].flatMap(([title, members]) => [
    `**${plainText(title)}**`,
    table(["", "Kind", "Name", "Note"], alikeOnce(members.map((change) => changeRow(change, view)))),
    equalDifferences(members)
      .map(fieldsMarkdown)
      .filter((text) => text !== "")
      .join("\n\n"),
  ]);
  const more = changes.length - shown.length;
  return blocks([...parts, more > 0 ? `and ${more} more changes` : ""]).trimEnd();
}

/** Many rows that say the same of different names are told by the first few of them. */
function alikeOnce(rows: readonly ChangeRow[]): readonly ChangeRow[] {
  const groups = new Map<string, ChangeRow[]>();
  for (const row of rows) {
    const [sign, type, , note] = row;
    const key = JSON.stringify([sign, type, note]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => {
    const hidden = group.length - alikeShown;
    const last = group.at(-1);
    if (hidden < 2 || last === undefined) return group;
    const [sign, type, name, note] = last;
    return [...group.slice(0, alikeShown), [sign, type, `and ${hidden} more, the last ${name}`, note] as const];
  });
}

type ChangeRow = readonly [sign: string, type: string, name: string, note: string];

function changeRow(change: Change, view: ChangesView): ChangeRow {
  const { sign } = actionWords[change.action];
  const { type, name } = addressParts(change.address);
  const words = [change.action, ...tagsOf(change)].join(", ");
  const reason =
    change.reason === "" || (change.action === "delete" && !change.held)
      ? ""
      : `: ${plainText(cut(change.reason, reasonWidth))}`;
  const grave = change.action === "replace" || change.action === "delete" ? `**${words}**` : words;
  return [codeCell(sign), codeCell(type), codeCell(name), `${grave}${reason}${forcedAt(change, view)}`];
}

/** Where the manifest forces a replacement or a restart, as links. */
function forcedAt(change: Change, { lineUrl }: ChangesView): string {
  const sources = change.fields.filter(({ forces }) => forces !== "nothing").flatMap(linesOf);
  const links = sources.flatMap((source) => {
    const url = lineUrl(source);
    return url === "" ? [] : [`[${codeCell(`${source.file}:${source.line}`)}](${url})`];
  });
  return links.length === 0 ? "" : ` ${[...new Set(links)].slice(0, 3).join(", ")}`;
}

/** Members that change in the same fields from and to the same values are shown once. */
function equalDifferences(members: readonly Change[]): readonly (readonly [Change, ...Change[]])[] {
  const groups = new Map<string, [Change, ...Change[]]>();
  for (const change of members) {
    if (change.fields.length === 0) continue;
    const key = JSON.stringify([change.action, change.kind, change.fields]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()];
}

function fieldsMarkdown([change, ...alike]: readonly [Change, ...Change[]]): string {
  const fields = shownFields(change.kind, change.fields);
  const { type, name } = addressParts(change.address);
  const names = alike.length === 0 ? htmlText(name) : `${htmlText(name)} and ${alike.length} more like it`;
  const summary = `${actionWords[change.action].sign} ${htmlText(type)} ${names}: ${countOf(fields.length, "field")}`;
  return [
    "<details>",
    `<summary>${summary}</summary>`,
    "",
    fenced(
      "diff",
      fields.flatMap((field) => fieldLines(field, change)),
    ),
    "",
    "</details>",
  ].join("\n");
}

function fieldLines(field: FieldChange, change: Change): readonly string[] {
  const forces = field.forces === "nothing" ? "" : `forces ${field.forces}`;
  if (field.written !== undefined) return [...writtenLines(field.written, change, `${field.path} ${forces}`.trim())];
  const source = field.source === undefined ? "" : `${field.source.file}:${field.source.line}`;
  const note = [forces, source].filter((part) => part !== "").join(", ");
  return [
    `@@ ${field.path}${note === "" ? "" : ` (${note})`} @@`,
    ...valueBlock("-", field.before),
    ...valueBlock("+", field.after),
  ];
}

/** What people wrote says more than what is rendered from it. */
function writtenLines(written: readonly Written[], change: Change, consequence: string): readonly string[] {
  return written.flatMap((one) => [
    `@@ ${writtenTitle(one, change)} (${one.source.file}:${one.source.line}; ${consequence}) @@`,
    ...differingLines(one.before, one.after),
  ]);
}

/** Of two texts of many lines only what differs, with a line around it; other values whole. */
function differingLines(before: Json | undefined, after: Json | undefined): readonly string[] {
  if (typeof before !== "string" || typeof after !== "string" || !`${before}${after}`.includes("\n")) {
    return [...valueBlock("-", before), ...valueBlock("+", after)];
  }
  const [left, right] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < Math.min(left.length, right.length) && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const context = (line: string | undefined): readonly string[] =>
    line === undefined || line.trim() === "" ? [] : [`  ${cut(line, lineWidth)}`];
  return [
    ...context(left[start - 1]),
    ...lineBlock("-", left.slice(start, left.length - end)),
    ...lineBlock("+", right.slice(start, right.length - end)),
    ...context(left[left.length - end]),
  ];
}

/** A text of several lines is shown line by line, the rest as one line. */
function valueBlock(sign: string, value: Json | undefined): readonly string[] {
  if (value === undefined) return [];
  const isBlock = typeof value === "string" && value.trimEnd().includes("\n");
  return lineBlock(sign, isBlock ? value.trimEnd().split("\n") : [valueText(value, lineWidth)]);
}

function lineBlock(sign: string, lines: readonly string[]): readonly string[] {
  const more = lines.length - valueLines;
  return [
    ...lines.slice(0, valueLines).map((line) => `${sign} ${cut(line, lineWidth)}`),
    ...(more > 0 ? [`${sign} … ${more} more lines`] : []),
  ];
}

/** What failed, was skipped or waits. */
export function troubleMarkdown(outcome: Outcome): string {
  const failed = outcome.results
    .filter((result) => result.state !== "done")
    .map((result) => `- ${codeSpan(result.address)} ${result.state}: ${plainText(result.message)}`);
  const waiting = outcome.pending.map(
    (row) => `- ${codeSpan(row.address)} waits for ${codeSpan(row.waitsFor)}: ${plainText(row.message)}`,
  );
  return [...failed, ...waiting].slice(0, changesShown).join("\n");
}

/** The fleet as one table. */
export function fleetMarkdown(rows: readonly FleetRow[]): string {
  if (rows.length === 0) return "Nothing runs and nothing is wanted.";
  const shown = rows.slice(0, changesShown);
  const lines = shown.map((row) => {
    const addresses = Object.keys(row.addresses)
      .sort()
      .map((name) => `${name} ${row.addresses[name]}`)
      .join(", ");
    const status = row.detail === "" || row.phase === "absent" ? row.phase : `${row.phase} (${row.detail})`;
    const note = row.note === "" ? "" : `: ${plainText(row.note)}`;
    return [
      codeCell(row.name),
      codeCell(`${row.provider}/${row.kind}`),
      plainText(row.location),
      plainText(addresses),
      `${plainText(status)}${note}`,
    ];
  });
  const more = rows.length - shown.length;
  return blocks([
    table(["Name", "Kind", "Location", "Addresses", "Status"], lines),
    more > 0 ? `and ${more} more` : "",
  ]).trimEnd();
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

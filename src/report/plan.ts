import type { Change, Plan, Refusal } from "../core/change.ts";
import { acts } from "../core/plan.ts";
import type { FieldChange } from "../core/resource.ts";
import { assumedText } from "./assumed.ts";
import { inColumns } from "./columns.ts";
import type { Look } from "./palette.ts";
import { countOf, cut, pad, visible, widthOf, wrap } from "./text.ts";
import { pairText, shownFields } from "./value.ts";
import {
  actionWords,
  addressParts,
  countsText,
  groupChanges,
  hasChanges,
  keptText,
  tagsOf,
  writtenTitle,
} from "./words.ts";

const longestPath = 40;
const refusedShown = 5;

/**
 * A plan as people read it: changes under the manifest they come from, then the counts. Refusals are told apart, before it.
 * `isPartial`: some world could not be seen, and what it holds is not in the plan.
 */
export function planText(plan: Plan, look: Look, isPartial = false): string {
  const { palette } = look;
  const moving = plan.changes.filter((change) => change.action !== "keep");
  if (!hasChanges(plan.counts)) {
    const where = isPartial ? " where the world could be seen" : "";
    return `Nothing to do${where}: ${keptText(plan.counts.keep)}.\n`;
  }
  const lines = changeLines(moving, look, true);
  const blocks = [...groupChanges(moving)].map(([title, changes]) =>
    [palette.bold(title), ...changes.flatMap((change) => lines.get(change) ?? [])].join("\n"),
  );
  const counts = wrap(`Plan ${plan.planId}: ${countsText(plan.counts)}.`, look.width).join("\n");
  const total = counts.replace(/^Plan/, (word) => palette.bold(word));
  const held = moving.filter((change) => change.held).length;
  const heldLine =
    held === 0 ? [] : [`${countOf(held, "change is", "changes are")} held back and would not be carried out now.`];
  const assumed = assumedText(plan, look);
  const parts = [
    ...blocks,
    ...(assumed === "" ? [] : [assumed]),
    [total, ...heldLine, ...(isPartial ? [partialLine] : [])].join("\n"),
  ];
  return `${parts.join("\n\n")}\n`;
}

const partialLine = "What could not be seen is not in this plan.";

/** The lines of each change: sign, kind, name and why, with its field differences below; aligned with each other. */
export function changeLines(
  changes: readonly Change[],
  look: Look,
  withCause: boolean,
): ReadonlyMap<Change, readonly string[]> {
  const heads = inColumns(
    changes.map((change) => {
      const { sign, colour } = actionWords[change.action];
      const { type, name } = addressParts(change.address);
      const painted = `${look.palette[colour](sign)} ${look.palette.dim(type)}`;
      return [
        { text: `${sign} ${type}`, paint: () => painted },
        name,
        { text: remark(change, withCause), paint: look.palette.dim },
      ];
    }),
    "  ",
  );
  return new Map(
    changes.map((change, index) => [
      change,
      [heads[index] ?? "", ...reasonText(change, look), ...fieldsText(change, look)],
    ]),
  );
}

const remarked: readonly string[] = ["restart", "replace", "adopt", "conflict"];

/** What is said on the line itself: the action when its sign alone does not say it, and the tags. */
function remark(change: Change, withCause: boolean): string {
  const tags = tagsOf(withCause ? change : { ...change, cause: "commit" });
  return [...(remarked.includes(change.action) ? [change.action] : []), ...tags].join(", ");
}

/** Field lines tell what forces a replacement; a sentence is added where they do not. */
function reasonText(change: Change, look: Look): readonly string[] {
  const told = (change.action === "replace" || change.action === "restart") && !change.held;
  if (change.reason === "" || told || (change.action === "delete" && !change.held)) return [];
  return wrap(visible(change.reason), look.width - 6).map((line) => `      ${look.palette.dim(line)}`);
}

/** `path  before → after  (forces replace, file:line)`; values too long for one line stand below each other. */
function fieldsText(change: Change, look: Look): readonly string[] {
  const { palette, width } = look;
  const fields = shownFields(change.kind, change.fields).flatMap((field) => asWritten(field, change));
  const pathWidth = Math.min(longestPath, Math.max(0, ...fields.map((field) => widthOf(visible(field.path)))));
  return fields.flatMap((field) => {
    const forces = field.forces === "nothing" ? "" : `forces ${field.forces}`;
    const source = field.source === undefined ? "" : `${visible(field.source.file)}:${field.source.line}`;
    const parts = [forces, source].filter((part) => part !== "");
    const note = parts.length === 0 ? "" : `  (${parts.join(", ")})`;
    const path = pad(cut(visible(field.path), longestPath), pathWidth);
    const paint = field.forces === "nothing" ? (text: string): string => text : palette.magenta;
    const [before, after] = pairText(field.before, field.after, width - 10);
    const needed = 6 + widthOf(path) + 2 + widthOf(before) + 3 + widthOf(after) + widthOf(note);
    if (needed <= width) {
      const difference = `${palette.red(before)} ${palette.dim("→")} ${palette.green(after)}`;
      return [`      ${paint(path)}  ${difference}${palette.dim(note)}`];
    }
    const whole = cut(visible(field.path), Math.max(longestPath, width - 6 - widthOf(note)));
    const head = `      ${paint(whole)}${palette.dim(note)}`;
    return [head, `        ${palette.red(`- ${before}`)}`, `        ${palette.green(`+ ${after}`)}`];
  });
}

/** A field that is rendered from many lines is told by those that were written otherwise. */
function asWritten(field: FieldChange, change: Change): readonly FieldChange[] {
  if (field.written === undefined) return [field];
  return field.written.map((one) => ({
    ...{ path: writtenTitle(one, change), before: one.before, after: one.after },
    ...{ source: one.source, forces: field.forces },
  }));
}

/** Why a plan may not be applied, the first thing a reader must see; empty when it may. */
export function refusalsText(refusals: readonly Refusal[], look: Look): string {
  if (refusals.length === 0) return "";
  const { palette } = look;
  const blocks = refusals.map((refusal) => {
    const message = wrap(visible(refusal.message), look.width - 4).map((line) => `    ${line}`);
    const addresses = refusal.changes.slice(0, refusedShown).map((address) => `      ${palette.dim(visible(address))}`);
    const more = refusal.changes.length - addresses.length;
    const rest = more > 0 ? [`      ${palette.dim(`and ${more} more`)}`] : [];
    const isSaid = refusal.changes.length === 1 && refusal.message.includes(refusal.changes[0] ?? "");
    return [`  ${palette.red(visible(refusal.rule))}`, ...message, ...(isSaid ? [] : [...addresses, ...rest])].join(
      "\n",
    );
  });
  const head = palette.bold(palette.red("Refused: this plan may not be applied."));
  return `${[head, ...blocks].join("\n")}\n`;
}

/** The changes that would do something, in the order of the plan. */
export function actingChanges(plan: Plan | undefined): readonly Change[] {
  return (plan?.changes ?? []).filter(acts);
}

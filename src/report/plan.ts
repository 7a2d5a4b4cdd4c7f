import type { Change, Plan, Refusal } from "../core/change.ts";
import { acts } from "../core/plan.ts";
import { inColumns } from "./columns.ts";
import type { Look } from "./palette.ts";
import { countOf, cut, pad, visible, widthOf, wrap } from "./text.ts";
import { shownFields, valueText } from "./value.ts";
import { actionWords, addressParts, countsText, groupChanges, hasChanges, tagsOf } from "./words.ts";

const longestPath = 30;
const refusedShown = 10;

/** A plan as people read it: changes under the manifest they come from, then the counts. Refusals are told apart, before it. */
export function planText(plan: Plan, look: Look): string {
  const { palette } = look;
  const moving = plan.changes.filter((change) => change.action !== "keep");
  if (!hasChanges(plan.counts)) {
    return `Nothing to do: ${countOf(plan.counts.keep, "thing is", "things are")} as the commit wants.\n`;
  }
  const blocks = [...groupChanges(moving)].map(([title, changes]) => {
    const lines = changesText(changes, look);
    return [palette.bold(title), ...lines].join("\n");
  });
  const total = `${palette.bold("Plan:")} ${countsText(plan.counts)}.  ${palette.dim(`plan ${plan.planId}`)}`;
  const held = moving.filter((change) => change.held).length;
  const heldLine =
    held === 0 ? [] : [`${countOf(held, "change is", "changes are")} held back and would not be carried out now.`];
  return `${[...blocks, [total, ...heldLine].join("\n")].join("\n\n")}\n`;
}

/** The lines of some changes: sign, kind, name and why, with their field differences below. */
export function changesText(changes: readonly Change[], look: Look): readonly string[] {
  const heads = inColumns(
    changes.map((change) => {
      const { sign, colour } = actionWords[change.action];
      const { type, name } = addressParts(change.address);
      const paint = look.palette[colour];
      return [
        { text: sign, paint },
        { text: type, paint: look.palette.dim },
        name,
        { text: remark(change), paint: look.palette.dim },
      ];
    }),
    "  ",
  );
  return changes.flatMap((change, index) => {
    const head = heads[index] ?? "";
    return [head, ...reasonText(change, look), ...fieldsText(change, look)];
  });
}

/** What is said on the line itself: the action when its sign alone does not say it, and the tags. */
function remark(change: Change): string {
  const words = {
    create: "",
    update: "",
    delete: "",
    restart: "restart",
    replace: "replace",
    adopt: "adopt",
    conflict: "conflict",
    keep: "",
  };
  return [words[change.action], ...tagsOf(change)].filter((word) => word !== "").join(", ");
}

/** Field lines tell what forces a replacement; a sentence is added where they do not. */
function reasonText(change: Change, look: Look): readonly string[] {
  const told = (change.action === "replace" || change.action === "restart") && !change.held;
  if (change.reason === "" || told || (change.action === "delete" && !change.held)) return [];
  return wrap(visible(change.reason), look.width - 6).map((line) => `      ${look.palette.dim(line)}`);
}

/** `path  before → after  (forces replace, file:line)`, one line each. */
function fieldsText(change: Change, look: Look): readonly string[] {
  const { palette } = look;
  const fields = shownFields(change.kind, change.fields);
  const pathWidth = Math.min(longestPath, Math.max(0, ...fields.map((field) => widthOf(visible(field.path)))));
  return fields.map((field) => {
    const before = valueText(field.before, 36);
    const after = valueText(field.after, 36);
    const forces = field.forces === "nothing" ? "" : `forces ${field.forces}`;
    const source = field.source === undefined ? "" : `${visible(field.source.file)}:${field.source.line}`;
    const note = [forces, source].filter((part) => part !== "").join(", ");
    const path = pad(cut(visible(field.path), Math.max(longestPath, pathWidth)), pathWidth);
    const painted = field.forces === "nothing" ? path : palette.magenta(path);
    const difference = `${palette.red(before)} ${palette.dim("→")} ${palette.green(after)}`;
    return `      ${painted}  ${difference}${note === "" ? "" : `  ${palette.dim(`(${note})`)}`}`;
  });
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

import { type Action, actions, type Change, type Counts, type Plan } from "../core/change.ts";
import { countActions } from "../core/plan.ts";
import type { Source } from "../core/problem.ts";
import type { FieldChange, Phase, Written } from "../core/resource.ts";
import type { Palette } from "./palette.ts";
import { countOf, grouped, visible } from "./text.ts";

/** How an action is written: its sign, what is to be done, what is being done, what was done, and its colour. */
export interface ActionWords {
  readonly sign: string;
  readonly todo: string;
  readonly doing: string;
  readonly done: string;
  readonly colour: Exclude<keyof Palette, "bold" | "dim">;
}

/** The words of every action, in the order they are counted. */
export const actionWords: Readonly<Record<Action, ActionWords>> = {
  create: { sign: "+", todo: "to create", doing: "creating", done: "created", colour: "green" },
  update: { sign: "~", todo: "to update", doing: "updating", done: "updated", colour: "yellow" },
  restart: { sign: "^", todo: "to restart", doing: "restarting", done: "restarted", colour: "yellow" },
  replace: { sign: "±", todo: "to replace", doing: "replacing", done: "replaced", colour: "magenta" },
  delete: { sign: "-", todo: "to delete", doing: "deleting", done: "deleted", colour: "red" },
  adopt: { sign: "<", todo: "to adopt", doing: "adopting", done: "adopted", colour: "blue" },
  conflict: { sign: "!", todo: "in conflict", doing: "refusing", done: "refused", colour: "red" },
  keep: { sign: "=", todo: "unchanged", doing: "keeping", done: "kept", colour: "cyan" },
};

/** `2 to create, 1 to replace, 5 unchanged`; only what there is. */
export function countsText(counts: Counts): string {
  const parts = actions
    .filter((action) => counts[action] > 0)
    .map((action) => `${grouped(counts[action])} ${actionWords[action].todo}`);
  return parts.length === 0 ? "nothing at all" : parts.join(", ");
}

/** The counts of what would be carried out now: without what is held back. */
export function actingCounts({ counts, changes }: Pick<Plan, "counts" | "changes">): Counts {
  const acting = { ...counts };
  for (const { action, held } of changes) if (held && action !== "keep") acting[action] -= 1;
  return acting;
}

/** `2 to create, 5 unchanged, 1 held back`: what would be carried out now, and how much would not. */
export function plannedText(plan: Pick<Plan, "counts" | "changes">): string {
  const held = plan.changes.filter((change) => change.held && change.action !== "keep").length;
  return `${countsText(actingCounts(plan))}${held === 0 ? "" : `, ${grouped(held)} held back`}`;
}

/** `13 things are as the commit wants` */
export function keptText(count: number): string {
  if (count === 0) return "nothing is wanted and nothing is there";
  return `${countOf(count, "thing is", "things are")} as the commit wants`;
}

/** Says whether a plan with these counts would do anything. */
export function hasChanges(counts: Counts): boolean {
  return actions.some((action) => action !== "keep" && counts[action] > 0);
}

/** What a plan does of its own: without what the base of a pull request wants already. */
export function ownChanges(plan: Plan | undefined): readonly Change[] {
  return (plan?.changes ?? []).filter(({ isAwaited }) => isAwaited !== true);
}

/** The same with its counts, as a plan of its own. */
export function ownPart(plan: Plan): Pick<Plan, "counts" | "changes"> {
  const changes = ownChanges(plan);
  return { changes, counts: countActions(changes) };
}

/** The parts of an address: `gcp/instance/default/web-0` → provider and kind, and the name as people say it. */
export function addressParts(address: string): { readonly type: string; readonly name: string } {
  const [provider = "", kind = "", namespace = "", ...rest] = address.split("/");
  const name = rest.join("/");
  if (name === "") return { type: visible(`${provider}/${kind}`), name: visible(namespace) };
  return {
    type: visible(`${provider}/${kind}`),
    name: visible(namespace === "default" || namespace === "" ? name : `${namespace}/${name}`),
  };
}

/** What stands behind a name in a list: who caused it when it was not the commit alone, and whether it is held. */
export function tagsOf(change: Pick<Change, "cause" | "held">): readonly string[] {
  const cause = change.cause === "commit" ? [] : [change.cause === "drift" ? "drift" : "commit and drift"];
  return change.held ? [...cause, "held"] : cause;
}

/** Under which heading a change is listed: the manifest and the location it comes from. */
export function groupTitle(change: Change): string {
  const from = change.resource ?? change.cameFrom;
  if (from === undefined || from.owner === "") return "Not wanted any more";
  return visible(from.location === "" ? from.owner : `${from.owner} in ${from.location}`);
}

/** Changes under their headings, both in the order of the plan. */
export function groupChanges(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const title = groupTitle(change);
    const group = groups.get(title);
    if (group === undefined) groups.set(title, [change]);
    else group.push(change);
  }
  return groups;
}

/** What was written otherwise, as people call it: the field alone where it is the change's own manifest. */
export function writtenTitle({ manifest, path }: Written, change: Change): string {
  const owner = (change.resource ?? change.cameFrom)?.owner;
  const short = path.replace(/^spec\.template\.spec\./, "");
  return manifest === owner ? short : `${manifest} ${short}`;
}

/** Lines that decide a field: those that were written otherwise, else the one that stands for it. */
export function linesOf({ source, written }: FieldChange): readonly Source[] {
  return written?.map((one) => one.source) ?? (source === undefined ? [] : [source]);
}

/** The colour of a phase. */
export function phaseColour(phase: Phase | "absent"): ActionWords["colour"] {
  if (phase === "ready") return "green";
  return phase === "failed" || phase === "absent" ? "red" : "yellow";
}

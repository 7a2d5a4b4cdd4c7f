import type { Cause, Change } from "../core/change.ts";
import type { Doer } from "../core/drift.ts";
import type { Outcome } from "../core/outcome.ts";
import { outcomeText } from "./outcome.ts";
import type { Look } from "./palette.ts";
import { actingChanges, changeLines } from "./plan.ts";
import { strangersText } from "./strangers.ts";
import { countOf, shortCommit, visible } from "./text.ts";

/** Headings of the drift report, what people ask for first at the top. */
export const causeTitles: readonly (readonly [Cause, string])[] = [
  ["drift", "Changed behind our back"],
  ["both", "Changed behind our back and by the commit"],
  ["commit", "Wanted by the commit, not applied yet"],
];

/** Where reality differs from the commit, by who caused it. */
export function driftText(outcome: Outcome, look: Look): string {
  if (outcome.plan === undefined) return outcomeText(outcome, look);
  const { palette } = look;
  const changes = actingChanges(outcome.plan);
  const drifted = changes.filter((change) => change.cause !== "commit").length;
  const where = `${visible(outcome.fleet)} at ${shortCommit(outcome.commit)}`;
  const verdict =
    drifted === 0
      ? palette.green(`No drift in ${where}.`)
      : palette.yellow(`Drift in ${where}: ${countOf(drifted, "thing", "things")}.`);
  const lines = changeLines(changes, look, false);
  const blocks = causeTitles.flatMap(([cause, title]) => {
    const members: readonly Change[] = changes.filter((change) => change.cause === cause);
    return members.length === 0
      ? []
      : [
          [
            palette.bold(`${title} (${members.length})`),
            ...members.flatMap((change) => [...(lines.get(change) ?? []), ...doerLines(outcome, change, look)]),
          ].join("\n"),
        ];
  });
  const seen =
    outcome.failure === ""
      ? verdict
      : `${verdict}\n  ${palette.yellow("Not all could be seen:")} ${visible(outcome.failure)}`;
  const strangers = strangersText(outcome.strangers ?? [], look);
  return `${[seen, ...blocks, ...(strangers === "" ? [] : [strangers])].join("\n\n")}\n`;
}

function doerLines({ doers }: Outcome, { address }: Change, { palette }: Look): readonly string[] {
  const doer = doers?.get(address);
  return doer === undefined ? [] : [`      ${palette.dim(doerText(doer))}`];
}

/** `changed by ada@example.com (delete) at 2026-01-01T00:00:00.000Z` */
function doerText({ by, at, what }: Doer): string {
  return `changed by ${visible(by)}${what === "" ? "" : ` (${visible(what)})`} at ${visible(at)}`;
}

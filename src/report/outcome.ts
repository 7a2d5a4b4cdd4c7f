import { type Action, actions } from "../core/change.ts";
import type { ChangeResult, Outcome, OutcomeKind } from "../core/outcome.ts";
import { type Look, type Palette, plainPalette } from "./palette.ts";
import { planText, refusalsText } from "./plan.ts";
import { problemCounts, problemsText, type Sources } from "./problems.ts";
import { countOf, cut, durationText, grouped, shortCommit, visible, widthOf, wrap } from "./text.ts";
import { actionWords, addressParts, countsText, keptText } from "./words.ts";

const failuresShown = 20;

const signs: Readonly<
  Record<OutcomeKind, { readonly sign: string; readonly colour: Exclude<keyof Palette, "bold" | "dim"> }>
> = {
  settled: { sign: "✓", colour: "green" },
  applied: { sign: "✓", colour: "green" },
  invalid: { sign: "✗", colour: "red" },
  refused: { sign: "✗", colour: "red" },
  failed: { sign: "✗", colour: "red" },
};

/** What a pass came to: one line when all is well, and below it whatever a person has to know or do. */
export function outcomeText(
  outcome: Outcome,
  look: Look,
  facts: { readonly sources?: Sources; readonly durationMs?: number } = {},
): string {
  const { palette } = look;
  const { sign, colour } = signs[outcome.kind];
  const took = facts.durationMs === undefined ? "" : ` (${durationText(facts.durationMs)})`;
  const said = wrap(`${outcome.kind}: ${verdict(outcome)}${took}`, look.width - 2);
  const painted = said.map((line, index) => (index === 0 ? line.replace(outcome.kind, palette[colour]) : line));
  const name = headline(outcome, plainPalette);
  const fits = said.length === 1 && widthOf(name) + widthOf(said[0] ?? "") + 4 <= look.width;
  const head = `${palette[colour](sign)} ${headline(outcome, palette)}${fits ? "  " : "\n  "}${painted.join("\n  ")}`;
  const parts = [
    `${head}\n`,
    problemsText(outcome.problems, facts.sources ?? outcome.sources, look),
    refusalsText(outcome.refusals, look),
    troubleText(outcome, look),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** A decision that was not carried out: what is wrong, what refuses it, what would change. */
export function planReportText(outcome: Outcome, look: Look): string {
  const { plan, sources } = outcome;
  if (plan === undefined) return outcomeText(outcome, look);
  // What could not be seen could not be planned: then an empty plan does not mean that all is well.
  const isBlind = outcome.failure !== "" && plan.changes.length === 0;
  const parts = [
    problemsText(outcome.problems, sources, look),
    refusalsText(outcome.refusals, look),
    troubleText(outcome, look),
    isBlind ? "Nothing could be planned.\n" : planText(plan, look, outcome.failure !== ""),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** `example  1a2b3c4d "Scale web to three"` */
function headline(outcome: Outcome, palette: Palette): string {
  const subject = outcome.commitSubject === "" ? "" : ` "${cut(visible(outcome.commitSubject), 50)}"`;
  const commit = outcome.commit === "" ? "" : `  ${shortCommit(outcome.commit)}${subject}`;
  return `${palette.bold(visible(outcome.fleet))}${palette.dim(commit)}`;
}

/** What the kind of an outcome means for this one, in one sentence without its end. */
export function verdict(outcome: Outcome): string {
  const { plan } = outcome;
  switch (outcome.kind) {
    case "invalid":
      return `${problemCounts(outcome.problems)}; nothing was applied`;
    case "refused":
      return `${plan === undefined ? "" : `${countsText(plan.counts)}; `}nothing was applied`;
    case "settled": {
      const held = plan?.changes.filter((change) => change.held).length ?? 0;
      const kept = plan?.counts.keep ?? 0;
      if (held === 0) return keptText(kept);
      // Where everything there is differs, something is there all the same.
      return `${kept === 0 ? "" : `${keptText(kept)}, `}${countOf(held, "change is", "changes are")} held back`;
    }
    case "applied":
      return doneText(outcome.results);
    case "failed":
      return failedText(outcome);
  }
}

/** `6 created, 1 replaced` */
function doneText(results: readonly ChangeResult[]): string {
  const done = results.filter((result) => result.state === "done");
  const count = (action: Action): number => done.filter((result) => result.action === action).length;
  const parts = actions
    .filter((action) => count(action) > 0)
    .map((action) => `${grouped(count(action))} ${actionWords[action].done}`);
  return parts.length === 0 ? "nothing was done" : parts.join(", ");
}

function failedText(outcome: Outcome): string {
  const { results, plan } = outcome;
  // A world that is away holds up its own part alone: what could be seen was looked after.
  const isPartial = outcome.failure !== "" && plan !== undefined && plan.changes.length > 0;
  const seen = isPartial && results.length === 0 && plan.counts.keep > 0 ? keptText(plan.counts.keep) : "";
  const count = (state: ChangeResult["state"]): number => results.filter((result) => result.state === state).length;
  const parts = [
    results.length === 0 ? seen : doneText(results),
    count("failed") === 0 ? "" : `${count("failed")} failed`,
    count("skipped") === 0 ? "" : `${count("skipped")} skipped`,
    outcome.pending.length === 0 ? "" : `${outcome.pending.length} waiting`,
    !isPartial ? "" : results.length === 0 && seen === "" ? "not all could be seen" : "the rest could not be seen",
  ].filter((part) => part !== "");
  const next = outcome.retryable ? "it will be tried again" : "somebody has to change something";
  return `${parts.length === 0 ? "the pass could not go on" : parts.join(", ")}; ${next}`;
}

/** What failed, what waits and what could not be reached; empty when nothing did. */
export function troubleText(outcome: Outcome, look: Look): string {
  const { palette } = look;
  const failed = outcome.results.filter((result) => result.state === "failed");
  const told = (sign: string, address: string, message: string): readonly string[] => {
    const { type, name } = addressParts(address);
    return [
      `  ${sign} ${palette.dim(type)}  ${name}`,
      ...wrap(visible(message), look.width - 6).map((line) => `      ${line}`),
    ];
  };
  const lines = [
    ...(outcome.failure === "" ? [] : wrap(visible(outcome.failure), look.width - 2).map((line) => `  ${line}`)),
    ...failed
      .slice(0, failuresShown)
      .flatMap((result) =>
        told(palette.red("✗"), result.address, `${result.message}${result.code === "" ? "" : ` [${result.code}]`}`),
      ),
    ...(failed.length > failuresShown ? [`  and ${failed.length - failuresShown} more failures`] : []),
    ...outcome.pending
      .slice(0, failuresShown)
      .flatMap((row) => told(palette.yellow("…"), row.address, `waits for ${row.waitsFor}: ${row.message}`)),
    ...(outcome.pending.length > failuresShown
      ? [`  and ${outcome.pending.length - failuresShown} more that wait`]
      : []),
  ];
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

import type { Change } from "../core/change.ts";
import type { Problem, Severity } from "../core/problem.ts";
import { paceText } from "./blast.ts";
import { countOf, cut, visible } from "./text.ts";
import { linesOf } from "./words.ts";

/** A remark on one line of a manifest, in the words of no forge in particular. */
export interface LineRemark {
  readonly file: string;
  readonly line: number;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
}

const longestMessage = 1_000;

/** What stands on lines: every finding, and what the plan does because of a line. Sorted by file and line, nothing twice. */
export function lineRemarks(problems: readonly Problem[], changes: readonly Change[]): readonly LineRemark[] {
  const findings = problems
    .filter(({ file, line }) => file !== "" && line > 0)
    .map(({ file, line, severity, rule, message, hint, path }) => ({
      file,
      line,
      severity,
      title: visible(rule),
      message: cut(
        visible(
          `${path === "" || message.includes(path) ? "" : `${path}: `}${message}${hint === "" ? "" : ` ${hint}`}`,
        ),
        longestMessage,
      ),
    }));
  const all = [...findings, ...planFacts(changes)];
  const once = new Map(all.map((remark) => [JSON.stringify(remark), remark]));
  return [...once.values()].sort(
    (left, right) => (left.file < right.file ? -1 : left.file > right.file ? 1 : 0) || left.line - right.line,
  );
}

/** `This line replaces 3 instances of Workload default/web in DFW, one at a time.` */
function planFacts(changes: readonly Change[]): readonly LineRemark[] {
  const facts = new Map<string, { readonly change: Change; readonly addresses: Set<string> }>();
  for (const change of changes) {
    if (change.held || change.isAwaited === true || (change.action !== "replace" && change.action !== "restart"))
      continue;
    for (const field of change.fields) {
      if (field.forces === "nothing") continue;
      for (const { file, line } of linesOf(field)) {
        const place = change.resource?.location ?? "";
        const key = JSON.stringify([file, line, change.action, change.kind, change.resource?.owner ?? "", place]);
        const fact = facts.get(key) ?? { change, addresses: new Set() };
        fact.addresses.add(change.address);
        facts.set(key, fact);
      }
    }
  }
  return [...facts].map(([key, { change, addresses }]) => {
    const [file, line, action, kind, owner, place] = JSON.parse(key) as [
      string,
      number,
      string,
      string,
      string,
      string,
    ];
    const where = place === "" ? "" : ` in ${place}`;
    const pace = addresses.size === 1 ? "" : `, ${paceText(change.group?.width ?? 1)}`;
    const message = `This line ${action}s ${countOf(addresses.size, kind)} of ${owner}${where}${pace}.`;
    return { file, line, severity: "warning" as const, title: `Plan: ${action}`, message: visible(message) };
  });
}

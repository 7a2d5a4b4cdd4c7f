import type { Change } from "../core/change.ts";
import { visible } from "./text.ts";
import { actionWords, groupTitle } from "./words.ts";

/** More than this nobody can read in a comment. */
const nodesShown = 24;

const colours: Readonly<Partial<Record<Change["action"], string>>> = {
  create: "fill:#dafbe1,stroke:#1a7f37",
  update: "fill:#fff8c5,stroke:#9a6700",
  restart: "fill:#fff8c5,stroke:#9a6700",
  replace: "fill:#ffeff7,stroke:#bf3989",
  delete: "fill:#ffebe9,stroke:#cf222e",
  adopt: "fill:#ddf4ff,stroke:#0969da",
};

/**
 * The touched part of the fleet as lines of a Mermaid flow chart: one box per manifest, location and action, arrows from what is needed first.
 * Empty when there is nothing to draw or too much to read.
 */
export function diagramLines(changes: readonly Change[]): readonly string[] {
  const acting = changes.filter(({ action, held }) => action !== "keep" && action !== "conflict" && !held);
  const boxes = new Map<string, { readonly title: string; readonly members: Change[] }>();
  const boxOf = new Map<string, string>();
  for (const change of acting) {
    const title = groupTitle(change);
    const key = `${title}\n${change.action}`;
    const box = boxes.get(key) ?? { title, members: [] };
    box.members.push(change);
    boxes.set(key, box);
    boxOf.set(change.address, key);
  }
  if (boxes.size < 2 || boxes.size > nodesShown) return [];
  const names = new Map([...boxes.keys()].map((key, index) => [key, `n${index}`]));
  const nodes = [...boxes].map(([key, { title, members }]) => {
    const { sign } = actionWords[members[0]?.action ?? "keep"];
    return `  ${names.get(key)}["${label(`${title} (${sign}${members.length})`)}"]:::${members[0]?.action}`;
  });
  const arrows = new Set(
    acting.flatMap((change) =>
      change.dependsOn.flatMap((needed) => {
        const from = names.get(boxOf.get(needed) ?? "");
        const to = names.get(boxOf.get(change.address) ?? "");
        return from === undefined || to === undefined || from === to ? [] : [`  ${from} --> ${to}`];
      }),
    ),
  );
  const used = new Set([...boxes.values()].map(({ members }) => members[0]?.action));
  const classes = Object.entries(colours)
    .filter(([action]) => used.has(action as Change["action"]))
    .map(([action, style]) => `  classDef ${action} ${style},color:#1f2328`);
  return ["flowchart LR", ...nodes, ...[...arrows].sort(), ...classes];
}

/** Text inside quotes of a Mermaid label: nothing of it may end the quotes or mean anything. */
function label(text: string): string {
  return [...visible(text).slice(0, 80)]
    .map((character) => (/[\p{L}\p{N} ./()+±~^<=-]/u.test(character) ? character : `#${character.codePointAt(0)};`))
    .join("")
    .replace(/</g, "#60;");
}

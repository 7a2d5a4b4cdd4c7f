import type { Assumed, Plan } from "../core/change.ts";
import type { JsonObject } from "../core/json.ts";
import { canonical } from "../core/json.ts";
import { codeSpan, plainText } from "./markdown-text.ts";
import type { Look } from "./palette.ts";
import { countOf, visible, wrap } from "./text.ts";
import { valueText } from "./value.ts";

const ownersShown = 50;
const longestValue = 60;

/** Defaults that a plan newly relies on, a line for each manifest; empty when there are none. */
export function assumedText(plan: Plan, look: Look): string {
  const { shown, more } = shorten(plan);
  if (shown.length === 0) return "";
  const lines = shown.flatMap((one) =>
    wrap(`${visible(one.owner)}: ${settingsOf(one).map(settingText).join(", ")}`, look.width - 6).map((line, index) =>
      look.palette.dim(`${index === 0 ? "  " : "      "}${line}`),
    ),
  );
  return [look.palette.bold("Left to defaults"), ...lines, ...more.map((text) => `  ${text}`)].join("\n");
}

/** The same, folded, for GitHub. */
export function assumedMarkdown(plan: Plan | undefined): string {
  const { shown, more } = plan === undefined ? { shown: [], more: [] } : shorten(plan);
  if (shown.length === 0) return "";
  const lines = shown.map((one) => {
    const settings = settingsOf(one).map((setting) => codeSpan(settingText(setting)));
    return `- ${plainText(one.owner)} (${codeSpan(`${one.source.file}:${one.source.line}`)}): ${settings.join(", ")}`;
  });
  const count = plan?.assumed?.length ?? 0;
  const summary = `<summary>Left to defaults, in ${countOf(count, "manifest")}</summary>`;
  return ["<details>", summary, "", ...lines, ...more.map((text) => `- ${text}`), "", "</details>"].join("\n");
}

/** The same as data, every field by its own path. */
export function assumedJson(plan: Plan | undefined): readonly JsonObject[] {
  return (plan?.assumed ?? []).map(({ owner, source, fields }) => ({
    owner,
    file: source.file,
    line: source.line,
    fields: fields.map(({ path, value }) => ({ path, value })),
  }));
}

function shorten(plan: Plan): { readonly shown: readonly Assumed[]; readonly more: readonly string[] } {
  const all = plan.assumed ?? [];
  const more = all.length - ownersShown;
  return { shown: all.slice(0, ownersShown), more: more > 0 ? [`and ${more} more manifests`] : [] };
}

interface Setting {
  readonly path: string;
  readonly value: Assumed["fields"][number]["value"];
}

/** Fields of one name in several entries of a list are one setting when all have one value: `placements[].…`. */
function settingsOf({ fields }: Assumed): readonly Setting[] {
  const found = new Map<string, Setting>();
  for (const { path, value } of fields) {
    const short = path.replace(/^spec\./, "").replace(/\[\d+\]/g, "[]");
    found.set(`${short} ${canonical(value)}`, { path: short, value });
  }
  return [...found.values()];
}

function settingText({ path, value }: Setting): string {
  return `${visible(path)} ${valueText(value, longestValue)}`;
}

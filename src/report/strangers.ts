import type { JsonObject } from "../core/json.ts";
import type { Stranger } from "../core/strangers.ts";
import { codeSpan } from "./markdown-text.ts";
import type { Look } from "./palette.ts";
import { countOf, visible } from "./text.ts";

const shownAtMost = 20;

/** What stands in our networks and belongs to nobody, for a terminal; empty when nothing does. */
export function strangersText(strangers: readonly Stranger[], { palette }: Look): string {
  if (strangers.length === 0) return "";
  const lines = strangers
    .slice(0, shownAtMost)
    .map(
      ({ kind, key, within, detail }) =>
        `  ${palette.dim(visible(kind))}  ${visible(key)}${palette.dim(`  in ${visible(within)}${detail === "" ? "" : `, ${visible(detail)}`}`)}`,
    );
  const more = strangers.length - lines.length;
  const title = palette.bold(`In our networks, but nobody manages it (${strangers.length})`);
  return [title, ...lines, ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}

/** The same for a forge, folded away: it asks for nothing. */
export function strangersMarkdown(strangers: readonly Stranger[]): string {
  if (strangers.length === 0) return "";
  const lines = strangers
    .slice(0, shownAtMost)
    .map(
      ({ kind, key, within, detail }) =>
        `- ${codeSpan(kind)} ${codeSpan(key)} in ${codeSpan(within)}${detail === "" ? "" : ` (${codeSpan(detail)})`}`,
    );
  const more = strangers.length - lines.length;
  return [
    "<details>",
    `<summary>${countOf(strangers.length, "thing")} in our networks that nobody manages: listed, never touched</summary>`,
    "",
    ...lines,
    ...(more > 0 ? [`- and ${more} more`] : []),
    "",
    "</details>",
  ].join("\n");
}

/** The same for programs. */
export function strangersJson(strangers: readonly Stranger[]): readonly JsonObject[] {
  return strangers.map(({ provider, kind, key, within, detail }) => ({ provider, kind, key, within, detail }));
}

/** Markup that is safe to send. Only `html` and `trusted` make it. */
export interface Html {
  readonly markup: string;
}

/** What may stand between markup: text is escaped and what hides in it shown, markup is not, lists are joined. */
export type Part = string | number | Html | readonly Part[] | undefined;

/** Markup with everything between it escaped: `` html`<b>${name}</b>` ``. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.map((text, index) => text + markupOf(parts[index])).join("") };
}

/** Markup that was made safe elsewhere. */
export function trusted(markup: string): Html {
  return { markup };
}

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escaped(plainly(part));
  if (typeof part === "number") return String(part);
  if (isList(part)) return part.map(markupOf).join("");
  return part.markup;
}

function isList(part: Html | readonly Part[]): part is readonly Part[] {
  return Array.isArray(part);
}

/** Text as it may stand in markup and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text with what turns or hides its characters made visible: a reader sees what a machine reads. */
export function plainly(text: string): string {
  return text.replace(
    /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}]/gu,
    (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

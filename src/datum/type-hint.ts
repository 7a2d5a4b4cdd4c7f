import type { Json } from "../core/json.ts";
import { isPlaceholder } from "./report.ts";

const maxQuoted = 80;

/** What an author has to do to write the wanted type; `schema` is left out where the value may not be repeated. */
export function typeHint(wanted: string, found: Json, schema: object | undefined): string {
  if (found === null) return "Fill it in, or remove the empty field.";
  const slip = typeof found === "string" ? slipOf(found, wanted, schema !== undefined) : undefined;
  if (slip !== undefined) return slip;
  const fields = (schema as { readonly properties?: object } | undefined)?.properties ?? {};
  const isName = wanted === "object" && typeof found === "string" && found.length <= maxQuoted && "name" in fields;
  if (isName) return `Write name: ${found} below it.`;
  if (wanted === "object") return "Write its fields below it, each as name: value.";
  if (wanted === "array") return "Write its items below it, each after a dash.";
  if (typeof found === "object") return `Write ${article(wanted)} ${wanted} there, nothing below it.`;
  if (wanted === "string") return "Put it in quotes.";
  if (typeof found === "string" && kindsAsWritten(found).includes(wanted)) return "Remove the quotes.";
  return wanted === "boolean" ? "Write true or false." : `Write ${article(wanted)} ${wanted}, such as 3.`;
}

/** What the keyboard, a word processor or a shell did to a text that was meant otherwise. */
function slipOf(text: string, wanted: string, mayRepeat: boolean): string | undefined {
  if (isPlaceholder(text)) return "Nothing fills in variables here: write the value.";
  const bare = text.replace(/[\u201c\u201d\u2018\u2019]/g, "");
  if (bare !== text && kindsAsWritten(bare).includes(wanted)) return "Remove the quotes; they are a word processor's.";
  if (wanted !== "object") return undefined;
  if (/^[\w.-]+:\u00a0/.test(text)) return "Replace the no-break space behind the colon by a plain one.";
  const [, name] = /^([\w.-]{1,63}):[^\s/]/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return mayRepeat ? `Put a space behind the colon of ${name}.` : "Put a space behind the colon.";
}

/** The types that a text would have without its quotes. */
function kindsAsWritten(text: string): readonly string[] {
  if (/^(true|false)$/.test(text)) return ["boolean"];
  if (/^-?\d+$/.test(text)) return ["integer", "number"];
  return /^-?\d+\.\d+$/.test(text) ? ["number"] : [];
}

/** The article of a noun. */
export function article(noun: string): string {
  return /^[aeio]/.test(noun) ? "an" : "a";
}

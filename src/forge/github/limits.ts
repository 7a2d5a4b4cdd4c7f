import { ForgeError } from "../forge.ts";

/** Longest description of a commit status or a deployment status. */
export const descriptionLength = 140;
const bodyCharacters = 65_536;
const bodyBytes = 262_144;
const titleCharacters = 256;

/** Text as GitHub takes it in a status: one line, no characters of four bytes, cut at the limit. */
export function plainLine(text: string, length: number): string {
  const clean = text
    .replace(/[\u{10000}-\u{10ffff}]|[\ud800-\udfff]/gu, "")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return cut(clean, length);
}

/** A title that an issue or a pull request may have. */
export function titleText(text: string): string {
  return cut(text.replace(/[\p{Cc}\s]+/gu, " ").trim(), titleCharacters) || "Plumbline";
}

/** Cuts at a number of code points. */
export function cut(text: string, length: number): string {
  const points = [...text];
  return points.length <= length
    ? text
    : `${points
        .slice(0, length - 1)
        .join("")
        .trimEnd()}…`;
}

/** Throws when a body is longer than a comment may be: cutting it is the business of who wrote it. */
export function refuseLongBody(body: string, doing: string): void {
  const isLong = body.length > bodyCharacters && [...body].length > bodyCharacters;
  if (!isLong && Buffer.byteLength(body) <= bodyBytes) return;
  const message = `${doing}: the text is longer than ${bodyCharacters} characters; it has to be split.`;
  throw new ForgeError(message, { code: "too-large", next: "person" });
}

/** An address that GitHub links to; undefined for anything else. */
export function webAddress(address: string): string | undefined {
  return /^https?:\/\//.test(address) ? address : undefined;
}

import { stringify } from "yaml";
import type { JsonObject } from "../core/json.ts";

/** A manifest to be written, with remarks that stand above it as comments. */
export interface Written {
  readonly content: JsonObject;
  readonly remarks: readonly string[];
}

const lineWidth = 120;

/** Manifests as the text of one file: documents in their order, remarks above each. The same manifests always give the same bytes. */
export function manifestsText(manifests: readonly Written[]): string {
  return manifests.map(({ content, remarks }) => `${commentText(remarks)}${valueText(content)}`).join("---\n");
}

/** Any value as YAML. */
export function valueText(content: JsonObject): string {
  return stringify(content, { schema: "core", lineWidth, aliasDuplicateObjects: false });
}

/** Lines as comments; what would end a comment early is made harmless. */
export function commentText(lines: readonly string[]): string {
  return lines.map((line) => `# ${line.replace(/[\r\n\u0085\u2028\u2029]+/g, " ")}`.trimEnd().concat("\n")).join("");
}

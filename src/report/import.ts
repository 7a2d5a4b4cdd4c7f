import type { JsonObject } from "../core/json.ts";
import { jsonVersion } from "./json.ts";
import { plainText } from "./markdown-text.ts";
import { countOf, visible } from "./text.ts";

/** A file that an import wrote, or would write. */
export interface ImportedFile {
  readonly path: string;
  readonly text: string;
}

/** What an import found. */
export interface Imported {
  readonly files: readonly ImportedFile[];
  readonly leftOut: readonly { readonly subject: string; readonly reason: string }[];
  /** The folder that was written; undefined when nothing was. */
  readonly out: string | undefined;
  /** The file of catalogs among the files. */
  readonly catalogs: string | undefined;
}

/** What was written and what to do with it; where nothing was written, the files themselves as one YAML text. */
export function importText({ files, leftOut, out, catalogs }: Imported): string {
  const left = leftOut.map(({ subject, reason }) => visible(`${subject}: ${reason}`));
  if (files.length === 0) return ["Nothing to take over.", ...left, ""].join("\n");
  if (out === undefined) {
    const blocks = files.map(({ path, text }) => `# ${path}\n${text}`);
    const report = left.length === 0 ? "" : `# Left out:\n${left.map((line) => `#   ${line}\n`).join("")}`;
    return blocks.join("---\n") + report;
  }
  return [
    ...files.map(({ path }) => `+ ${out}/${path}`),
    "",
    ...(left.length === 0 ? [] : [`Left out, also in ${out}/left-out.md:`, ...left.map((line) => `  ${line}`), ""]),
    "Next:",
    ...(catalogs === undefined ? [] : [`  Name ${out}/${catalogs} under catalogs.files of the configuration.`]),
    `  Commit ${countOf(files.length, "file")}; plumbline plan must show adoptions and nothing else.`,
    "",
  ].join("\n");
}

/** What was left out, for people who read the folder later. */
export function leftOutMarkdown(leftOut: Imported["leftOut"]): string {
  const rows = leftOut.map(({ subject, reason }) => `| ${plainText(subject)} | ${plainText(reason)} |`);
  return `# Left out of the import\n\n| what | why |\n|---|---|\n${rows.join("\n")}\n`;
}

/** The same as JSON. */
export function importDocument({ files, leftOut, out }: Imported): JsonObject {
  return {
    apiVersion: jsonVersion,
    written: out ?? null,
    files: files.map(({ path, text }) => ({ path, text })),
    leftOut: leftOut.map(({ subject, reason }) => ({ subject, reason })),
  };
}

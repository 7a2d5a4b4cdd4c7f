import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../core/json.ts";
import { readLines } from "../lines.ts";

/** Where changes go before they are answered. */
export interface Journal {
  /** The line is handed to the system when this returns, so a killed process loses nothing that was answered. */
  append(line: string): void;
  /** Bytes written since the journal was last rewritten. */
  bytes(): number;
  /** Replaces everything by these lines, whole or not at all. */
  rewrite(lines: Iterable<string>): void;
  close(): void;
}

/** Keeps nothing; for simulators without a data directory. */
export function memoryJournal(): Journal {
  return { append: () => undefined, bytes: () => 0, rewrite: () => undefined, close: () => undefined };
}

/** Opens a directory's journal and gives what it held. */
export function openJournal(directory: string): { readonly lines: readonly JsonObject[]; readonly journal: Journal } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "journal.ndjson");
  const lines = readLines(path);
  let file = openSync(path, "a");
  let written = 0;
  const journal: Journal = {
    append: (line) => {
      written += writeWhole(file, `${line}\n`);
    },
    bytes: () => written,
    rewrite: (fresh) => {
      const next = openSync(`${path}.new`, "w");
      let chunk = "";
      for (const line of fresh) {
        chunk += `${line}\n`;
        if (chunk.length < 1_000_000) continue;
        writeWhole(next, chunk);
        chunk = "";
      }
      writeWhole(next, chunk);
      fsyncSync(next);
      closeSync(next);
      renameSync(`${path}.new`, path);
      closeSync(file);
      file = openSync(path, "a");
      written = 0;
    },
    close: () => closeSync(file),
  };
  return { lines, journal };
}

function writeWhole(file: number, text: string): number {
  const bytes = Buffer.from(text, "utf8");
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done);
  return bytes.length;
}

import { closeSync, fdatasyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../core/json.ts";
import { readLines } from "../lines.ts";

/** One write: an object as it is from now on, or its end. */
export interface Entry {
  /** The control plane's path prefix; empty for the root. */
  readonly world: string;
  readonly kind: string;
  readonly place: string;
  readonly version: number;
  /** When the object was made and last written, for the controllers' delays. */
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Absent when the object is gone. */
  readonly object?: JsonObject;
}

/** Where writes go before they are answered. */
export interface Journal {
  append(entry: Entry): void;
  close(): void;
}

/** Keeps nothing; for simulators without a data directory. */
export function memoryJournal(): Journal {
  return { append: () => undefined, close: () => undefined };
}

/** Reads what a directory holds, rewrites it without what is gone, and opens it for more. */
export function openJournal(directory: string): { readonly entries: readonly Entry[]; readonly journal: Journal } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "journal.ndjson");
  const { entries, highest } = newest(readLines(path));
  const fresh = `${path}.new`;
  const file = openSync(fresh, "w");
  writeSync(file, `${[JSON.stringify({ version: highest }), ...entries.map((e) => JSON.stringify(e))].join("\n")}\n`);
  fdatasyncSync(file);
  closeSync(file);
  renameSync(fresh, path);
  const log = openSync(path, "a");
  return {
    entries,
    journal: {
      // A write handed to the system survives the death of this process; waiting for the platter would only slow tests down.
      append: (entry) => {
        writeSync(log, `${JSON.stringify(entry)}\n`);
      },
      close: () => {
        fdatasyncSync(log);
        closeSync(log);
      },
    },
  };
}

function newest(lines: readonly JsonObject[]): { readonly entries: readonly Entry[]; readonly highest: number } {
  const last = new Map<string, Entry>();
  let highest = 0;
  for (const line of lines) {
    if (typeof line.version === "number") highest = Math.max(highest, line.version);
    if (typeof line.place !== "string") continue;
    const entry = line as unknown as Entry;
    const key = `${entry.world}|${entry.kind}|${entry.place}`;
    if (entry.object === undefined) last.delete(key);
    else last.set(key, entry);
  }
  return { entries: [...last.values()], highest };
}

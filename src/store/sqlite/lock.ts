import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { StoreError } from "../store.ts";

/**
 * Takes the one right to work on a state directory: an exclusive lock of the operating system on a database of its own.
 * The kernel ends it with the process, however that dies, and never while it lives; a pid in a file could do neither across containers.
 */
export function takeLock(directory: string, holder: string): () => void {
  const note = join(directory, "lock.holder");
  const database = new Database(join(directory, "lock.db"));
  try {
    database.exec("pragma busy_timeout = 0");
    database.exec("begin exclusive");
  } catch (cause) {
    database.close();
    throw new StoreError(`${holderIn(note)} already works on the state directory ${directory}.`, {
      code: "locked",
      cause,
    });
  }
  writeFileSync(note, holder);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    rmSync(note, { force: true });
    // Closing alone may wait for garbage collection.
    database.exec("rollback");
    database.close();
  };
}

/** Only for the message: the note may be old or missing, the lock is never decided by it. */
function holderIn(note: string): string {
  try {
    return readFileSync(note, "utf8").slice(0, 200) || "Another process";
  } catch {
    return "Another process";
  }
}

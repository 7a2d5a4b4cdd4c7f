import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { Kysely, SqliteDialect } from "kysely";
import Database from "libsql";
import { migrations, versionTable } from "../sql/migrations.ts";
import { createSqlStore } from "../sql/store.ts";
import type { Tables } from "../sql/tables.ts";
import { type Store, StoreError } from "../store.ts";
import { takeLock } from "./lock.ts";

type Connection = InstanceType<typeof Database>;

/** How the embedded store behaves. */
export interface SqliteOptions {
  /** Passes kept for each fleet. */
  readonly historyLimit: number;
  /** What a second daemon is told about this one, e.g. `Process 4711`. */
  readonly holder?: string;
  /** Told where a broken database was put aside. */
  readonly onMovedAside?: (path: string) => void;
}

/**
 * Opens or makes the embedded store in a directory. A broken database is put aside, kept, and replaced by an empty one: losing it loses nothing.
 * One that a newer version wrote is refused.
 */
export async function openSqliteStore(directory: string, options: SqliteOptions): Promise<Store> {
  const { historyLimit, holder = "Another process", onMovedAside = () => undefined } = options;
  makeDirectory(directory);
  const connection = openOrReplace(directory, holder, onMovedAside);
  const database = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: connection as never }),
  });
  let unlock: (() => void) | undefined;
  return createSqlStore(database, {
    historyLimit,
    sortError: (error) => sorted(error, directory),
    async lock() {
      const release = takeLock(directory, holder);
      unlock = release;
      return async () => release();
    },
    async close() {
      try {
        // Everything in one file again, so that a copy of it is a whole backup.
        connection.exec("pragma wal_checkpoint(truncate)");
      } catch {
        // Somebody reads right now, or the disk is full: the journal stays, and nothing is lost.
      }
      await database.destroy();
      if (connection.open) connection.close();
      unlock?.();
    },
  });
}

function openOrReplace(directory: string, holder: string, onMovedAside: (path: string) => void): Connection {
  const file = join(directory, "state.db");
  try {
    return open(file);
  } catch (error) {
    const failure = sorted(error, directory);
    if (failure.code !== "corrupt") throw failure;
  }
  // Under the lock, so that nobody puts a database aside that another daemon is working on.
  const release = takeLock(directory, holder);
  try {
    onMovedAside(moveAside(file));
    return open(file);
  } catch (error) {
    throw sorted(error, directory);
  } finally {
    release();
  }
}

function open(file: string): Connection {
  const connection = new Database(file);
  try {
    connection.exec("pragma busy_timeout = 5000");
    connection.exec("pragma journal_mode = wal");
    connection.exec("pragma synchronous = full");
    const [check] = connection.pragma("quick_check") as { quick_check: string }[];
    if (check?.quick_check !== "ok") throw new StoreError(`${file}: ${check?.quick_check}`, { code: "corrupt" });
    migrate(connection, file);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Brings the schema forward, all steps or none. */
function migrate(connection: Connection, file: string): void {
  connection.exec("begin immediate");
  try {
    connection.exec(versionTable);
    const row = connection.prepare("select max(version) as version from schema_version").get() as {
      version: number | null;
    };
    const version = row.version ?? 0;
    if (version > migrations.length) {
      const message = `${file} was written by a newer Plumbline (schema ${version}, this one knows ${migrations.length}).`;
      throw new StoreError(message, { code: "too-new" });
    }
    for (const statements of migrations.slice(version)) for (const statement of statements) connection.exec(statement);
    if (version < migrations.length) {
      connection.exec("delete from schema_version");
      connection.exec(`insert into schema_version (version) values (${migrations.length})`);
    }
    connection.exec("commit");
  } catch (error) {
    if (connection.inTransaction) connection.exec("rollback");
    throw error;
  }
}

/** Renames the database with its journal to the first free `state.db.broken-N`. */
function moveAside(file: string): string {
  let number = 1;
  while (existsSync(`${file}.broken-${number}`)) number += 1;
  const target = `${file}.broken-${number}`;
  for (const suffix of ["-wal", "-shm", ""]) if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  return target;
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StoreError(`The state directory ${directory} cannot be made.`, { code: "unavailable", cause });
  }
}

const brokenCodes = ["SQLITE_CORRUPT", "SQLITE_NOTADB"];

/** What happens next decides the code: a broken file is replaced, anything else needs the disk or a person. */
function sorted(error: unknown, directory: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const broken = brokenCodes.some((known) => code.startsWith(known));
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError(`The store in ${directory} cannot serve: ${reason}`, {
    code: broken ? "corrupt" : "unavailable",
    cause: error,
  });
}

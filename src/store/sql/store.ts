import type { Kysely, Selectable } from "kysely";
import type { InventoryEntry } from "../../core/inventory.ts";
import type { JsonObject } from "../../core/json.ts";
import { type Incident, type PassRecord, type Store, StoreError } from "../store.ts";
import { auditQueries } from "./audit.ts";
import type { IncidentRow, PassRow, Tables } from "./tables.ts";

/** What a database adds to the queries. */
export interface Backing {
  readonly historyLimit: number;
  /** Turns a driver's error into a StoreError. */
  sortError(error: unknown): StoreError;
  lock(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The store's queries over any SQL database that Kysely speaks to; every one is one statement or one transaction. */
export function createSqlStore(database: Kysely<Tables>, backing: Backing): Store {
  let closed = false;
  const ask = async <T>(query: () => Promise<T>): Promise<T> => {
    if (closed) throw new StoreError("The store is closed.", { code: "unavailable" });
    try {
      return await query();
    } catch (error) {
      throw backing.sortError(error);
    }
  };
  return {
    ...inventoryQueries(database, ask),
    ...factQueries(database, ask),
    ...historyQueries(database, ask, backing.historyLimit),
    ...incidentQueries(database, ask),
    ...auditQueries(database, ask, backing.historyLimit),
    lock: backing.lock,
    async close() {
      if (closed) return;
      closed = true;
      await backing.close();
    },
  };
}

type Ask = <T>(query: () => Promise<T>) => Promise<T>;

function inventoryQueries(database: Kysely<Tables>, ask: Ask): Pick<Store, "inventory" | "put" | "putAll" | "forget"> {
  const write = (target: Pick<Kysely<Tables>, "insertInto">, fleet: string, entry: InventoryEntry) => {
    const body = JSON.stringify(entry);
    return target
      .insertInto("entries")
      .values({ fleet, address: entry.address, body })
      .onConflict((conflict) => conflict.columns(["fleet", "address"]).doUpdateSet({ body }))
      .execute();
  };
  return {
    inventory: (fleet) =>
      ask(async () => {
        const rows = await database.selectFrom("entries").select("body").where("fleet", "=", fleet).execute();
        return rows.map((row) => JSON.parse(row.body) as InventoryEntry).sort(byAddress);
      }),
    put: (fleet, entry) => ask(async () => void (await write(database, fleet, entry))),
    putAll: (fleet, entries) =>
      ask(() =>
        database.transaction().execute(async (transaction) => {
          for (const entry of entries) await write(transaction, fleet, entry);
        }),
      ),
    forget: (fleet, address) =>
      ask(async () => {
        await database.deleteFrom("entries").where("fleet", "=", fleet).where("address", "=", address).execute();
      }),
  };
}

function factQueries(database: Kysely<Tables>, ask: Ask): Pick<Store, "fact" | "setFact" | "factsUnder" | "dropFact"> {
  return {
    fact: (fleet, name) =>
      ask(async () => {
        const row = await database
          .selectFrom("facts")
          .select("value")
          .where("fleet", "=", fleet)
          .where("name", "=", name)
          .executeTakeFirst();
        return row?.value;
      }),
    setFact: (fleet, name, value) =>
      ask(async () => {
        await database
          .insertInto("facts")
          .values({ fleet, name, value })
          .onConflict((conflict) => conflict.columns(["fleet", "name"]).doUpdateSet({ value }))
          .execute();
      }),
    factsUnder: (fleet, prefix) =>
      ask(async () => {
        // Compared here: a pattern of the database would read signs of the prefix as its own.
        const rows = await database.selectFrom("facts").select(["name", "value"]).where("fleet", "=", fleet).execute();
        const found = rows.filter(({ name }) => name.startsWith(prefix));
        return new Map(
          found.sort((left, right) => (left.name < right.name ? -1 : 1)).map(({ name, value }) => [name, value]),
        );
      }),
    dropFact: (fleet, name) =>
      ask(async () => {
        await database.deleteFrom("facts").where("fleet", "=", fleet).where("name", "=", name).execute();
      }),
  };
}

function historyQueries(database: Kysely<Tables>, ask: Ask, historyLimit: number): Pick<Store, "addPass" | "passes"> {
  return {
    addPass: (pass) =>
      ask(() =>
        database.transaction().execute(async (transaction) => {
          const newest = await transaction
            .selectFrom("passes")
            .select(({ fn }) => fn.max("number").as("number"))
            .where("fleet", "=", pass.fleet)
            .executeTakeFirst();
          const number = Number(newest?.number ?? 0) + 1;
          await transaction.insertInto("passes").values(rowOfPass(pass, number)).execute();
          await transaction
            .deleteFrom("passes")
            .where("fleet", "=", pass.fleet)
            .where("number", "<=", number - Math.max(1, historyLimit))
            .execute();
          return number;
        }),
      ),
    passes: (fleet, limit) =>
      ask(async () => {
        const rows = await database
          .selectFrom("passes")
          .selectAll()
          .where("fleet", "=", fleet)
          .orderBy("number", "desc")
          .limit(Math.max(0, Math.floor(limit)))
          .execute();
        return rows.map(passOfRow);
      }),
  };
}

function incidentQueries(
  database: Kysely<Tables>,
  ask: Ask,
): Pick<Store, "openIncidents" | "seeIncident" | "resolveIncident"> {
  return {
    openIncidents: (fleet) =>
      ask(async () => {
        const rows = await database
          .selectFrom("incidents")
          .selectAll()
          .where("fleet", "=", fleet)
          .where("resolved_at", "is", null)
          .execute();
        return rows.map(incidentOfRow).sort(byAddress);
      }),
    seeIncident: (fleet, address, details, atIso) =>
      ask(async () => {
        // In one statement, so that two sights of one address cannot lose a flap.
        const row = await database
          .insertInto("incidents")
          .values({
            fleet,
            address,
            opened_at: atIso,
            last_seen_at: atIso,
            resolved_at: null,
            flaps: 0,
            details: JSON.stringify(details),
          })
          .onConflict((conflict) =>
            conflict.columns(["fleet", "address"]).doUpdateSet(({ ref, eb }) => ({
              opened_at: eb
                .case()
                .when("incidents.resolved_at", "is", null)
                .then(ref("incidents.opened_at"))
                .else(atIso)
                .end(),
              flaps: eb
                .case()
                .when("incidents.resolved_at", "is", null)
                .then(ref("incidents.flaps"))
                .else(eb("incidents.flaps", "+", 1))
                .end(),
              last_seen_at: atIso,
              resolved_at: null,
              details: JSON.stringify(details),
            })),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
        return incidentOfRow(row);
      }),
    resolveIncident: (fleet, address, atIso) =>
      ask(async () => {
        await database
          .updateTable("incidents")
          .set({ resolved_at: atIso })
          .where("fleet", "=", fleet)
          .where("address", "=", address)
          .where("resolved_at", "is", null)
          .execute();
      }),
  };
}

function rowOfPass(pass: Omit<PassRecord, "number">, number: number): PassRow {
  return {
    fleet: pass.fleet,
    number,
    wake: pass.wake,
    commit_id: pass.commit,
    plan_id: pass.planId,
    outcome: pass.outcome,
    started_at: pass.startedAt,
    finished_at: pass.finishedAt,
    details: JSON.stringify(pass.details),
  };
}

function passOfRow(row: Selectable<PassRow>): PassRecord {
  return {
    number: Number(row.number),
    fleet: row.fleet,
    wake: row.wake,
    commit: row.commit_id,
    planId: row.plan_id,
    outcome: row.outcome,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    details: JSON.parse(row.details) as JsonObject,
  };
}

function incidentOfRow(row: Selectable<IncidentRow>): Incident {
  return {
    fleet: row.fleet,
    address: row.address,
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    resolvedAt: row.resolved_at ?? undefined,
    flaps: Number(row.flaps),
    details: JSON.parse(row.details) as JsonObject,
  };
}

/** Sorted here, because databases do not agree on the order of text. */
function byAddress(left: { readonly address: string }, right: { readonly address: string }): number {
  if (left.address === right.address) return 0;
  return left.address < right.address ? -1 : 1;
}

import type { Kysely } from "kysely";
import type { Store } from "../store.ts";
import type { Tables } from "./tables.ts";

/** The queries about what people asked for. */
export function auditQueries(
  database: Kysely<Tables>,
  ask: <T>(query: () => Promise<T>) => Promise<T>,
  historyLimit: number,
): Pick<Store, "addAudit" | "audit" | "finishAudit"> {
  return {
    addAudit: (fleet, record) =>
      ask(() =>
        database.transaction().execute(async (transaction) => {
          const newest = await transaction
            .selectFrom("requests")
            .select(({ fn }) => fn.max("number").as("number"))
            .where("fleet", "=", fleet)
            .executeTakeFirst();
          const number = Number(newest?.number ?? 0) + 1;
          const added = await transaction
            .insertInto("requests")
            .values({ fleet, number, ...record })
            .onConflict((conflict) => conflict.columns(["fleet", "id"]).doNothing())
            .executeTakeFirst();
          if (Number(added.numInsertedOrUpdatedRows ?? 0n) === 0) return false;
          await transaction
            .deleteFrom("requests")
            .where("fleet", "=", fleet)
            .where("number", "<=", number - Math.max(1, historyLimit))
            .execute();
          return true;
        }),
      ),
    audit: (fleet, limit) =>
      ask(
        async () =>
          await database
            .selectFrom("requests")
            .select(["id", "at", "actor", "action", "subject", "result"])
            .where("fleet", "=", fleet)
            .orderBy("number", "desc")
            .limit(Math.max(0, Math.floor(limit)))
            .execute(),
      ),
    finishAudit: (fleet, id, result) =>
      ask(async () => {
        await database
          .updateTable("requests")
          .set({ result })
          .where("fleet", "=", fleet)
          .where("id", "=", id)
          .execute();
      }),
  };
}

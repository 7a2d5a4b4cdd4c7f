import type { Command } from "../cli.ts";
import { stateDirectoryOf } from "../compose/embedded.ts";
import { remembered } from "../core/table.ts";
import { facts } from "../reconcile.ts";
import type { Shell } from "../shell.ts";
import type { Store } from "../store/store.ts";
import { printer } from "./print.ts";
import { type Flags, readConfig } from "./session.ts";

/** Passes shown of the history. */
const passesShown = 5;

/** `status`: the fleet as last seen, out of the store alone; works beside a running daemon. */
export async function status(
  shell: Shell,
  command: Extract<Command, { readonly name: "status" }>,
  flags: Flags,
): Promise<number> {
  const config = command.config === undefined ? undefined : await readConfig(shell, command.config);
  const stateDirectory = stateDirectoryOf(shell, command.state ?? config?.stateDirectory);
  const { openSqliteStore } = await import("../store/sqlite/open.ts");
  const store = await openSqliteStore(config?.store.path ?? stateDirectory, { historyLimit: 1_000 });
  try {
    const fleets = config?.repositories.map(({ fleet }) => fleet) ?? ["example"];
    const print = printer(shell, command.output, flags);
    print.statuses(await Promise.all(fleets.map((fleet) => statusOf(store, fleet))));
    return 0;
  } finally {
    await store.close();
  }
}

/** What the store knows of one fleet. */
export async function statusOf(store: Store, fleet: string) {
  const inventory = await store.inventory(fleet);
  const incidents = await store.openIncidents(fleet);
  const drifted = new Map(incidents.map((incident) => [incident.address, `drifted since ${incident.openedAt}`]));
  return {
    fleet,
    appliedCommit: (await store.fact(fleet, facts.applied)) ?? "",
    goodCommit: (await store.fact(fleet, facts.good)) ?? "",
    table: inventory.map((entry) => remembered(entry, drifted.get(entry.address) ?? "")),
    passes: await store.passes(fleet, passesShown),
    incidents,
  };
}

import { join } from "node:path";
import type { Command } from "../cli.ts";
import { stateDirectoryOf } from "../compose/embedded.ts";
import { openStore } from "../compose.ts";
import { remembered } from "../core/table.ts";
import { rememberedMembers } from "../places.ts";
import { facts } from "../reconcile.ts";
import type { FleetStatus } from "../report/status.ts";
import type { Shell } from "../shell.ts";
import type { Store } from "../store/store.ts";
import { printer } from "./print.ts";
import { type Flags, readConfig } from "./session.ts";

/** `status`: the fleet as last seen, out of the store alone; works beside a running daemon. */
export async function status(
  shell: Shell,
  command: Extract<Command, { readonly name: "status" }>,
  flags: Flags,
): Promise<number> {
  const config = command.config === undefined ? undefined : await readConfig(shell, command.config);
  const stateDirectory = stateDirectoryOf(shell, command.state ?? config?.stateDirectory);
  const store = await openStore(shell, config?.store.path ?? stateDirectory);
  try {
    const tracked = config?.repositories ?? [{ fleet: "example", location: join(stateDirectory, "repository") }];
    const print = printer(shell, command.output, flags);
    print.statuses(await Promise.all(tracked.map((one) => statusOf(store, one))));
    return 0;
  } finally {
    await store.close();
  }
}

/** What the store knows of one fleet. */
export async function statusOf(
  store: Store,
  tracked: { readonly fleet: string; readonly location: string },
): Promise<FleetStatus> {
  const { fleet } = tracked;
  const inventory = await store.inventory(fleet);
  const incidents = await store.openIncidents(fleet);
  const drifted = new Map(incidents.map((incident) => [incident.address, `drifted since ${incident.openedAt}`]));
  const [lastPass] = await store.passes(fleet, 1);
  const members = await rememberedMembers(store, fleet);
  const pending = (lastPass?.details.pending ?? []) as unknown as FleetStatus["pending"];
  return {
    fleet,
    repository: tracked.location,
    appliedCommit: (await store.fact(fleet, facts.applied)) ?? "",
    lastPass,
    ...(members !== undefined && { members }),
    table: inventory.map((entry) => remembered(entry, drifted.get(entry.address) ?? "")),
    pending,
    incidents,
  };
}

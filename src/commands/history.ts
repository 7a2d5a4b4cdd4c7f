import { join } from "node:path";
import type { Command } from "../cli.ts";
import { stateDirectoryOf } from "../compose/embedded.ts";
import { openStore } from "../compose.ts";
import type { FleetHistory } from "../report/history.ts";
import type { Shell } from "../shell.ts";
import { printer } from "./print.ts";
import { type Flags, readConfig } from "./session.ts";

/** `history`: passes and what people asked for, out of the store alone; works beside a running daemon. */
export async function history(
  shell: Shell,
  command: Extract<Command, { readonly name: "history" }>,
  flags: Flags,
): Promise<number> {
  const config = command.config === undefined ? undefined : await readConfig(shell, command.config);
  const stateDirectory = stateDirectoryOf(shell, command.state ?? config?.stateDirectory);
  const store = await openStore(shell, config?.store.path ?? stateDirectory);
  try {
    const tracked = config?.repositories ?? [{ fleet: "example", location: join(stateDirectory, "repository") }];
    const fleets = await Promise.all(
      tracked.map(
        async ({ fleet }): Promise<FleetHistory> => ({
          fleet,
          passes: await store.passes(fleet, command.limit),
          requests: await store.audit(fleet, command.limit),
        }),
      ),
    );
    printer(shell, command.output, flags).histories(fleets);
    return 0;
  } finally {
    await store.close();
  }
}

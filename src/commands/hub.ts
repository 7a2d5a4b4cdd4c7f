import { openHub } from "../compose/edge.ts";
import type { Outcome } from "../core/outcome.ts";
import { ProviderError } from "../providers/provider.ts";
import type { Log } from "../runtime/log.ts";
import type { Shell } from "../shell.ts";
import type { Session } from "./session.ts";

/** Tells the hub what came of workloads and networks, beside the passes: neither waits for the other. */
export interface Hubbing {
  tell(outcomes: readonly Outcome[]): void;
  /** Writes what is left, for at most so long. */
  close(patienceMs: number): Promise<void>;
}

/** Opens the hub of a session; without one, nothing is done. What cannot be told is told again after the next pass. */
export async function openHubbing(shell: Shell, { config }: Session, log: Log): Promise<Hubbing> {
  const hub = await openHub(shell, config.hub);
  if (hub === undefined) return { tell: () => undefined, close: async () => undefined };
  const latest = new Map<string, Outcome>();
  const given = new AbortController();
  const said = new Set<string>();
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    for (let next = latest.values().next(); next.done !== true; next = latest.values().next()) {
      const { fleet, members = [] } = next.value;
      latest.delete(fleet);
      try {
        const { written, absent, problems } = await hub.write(members, given.signal);
        if (written > 0) log.info("the hub was told", { fleet, written, absent });
        for (const problem of problems) {
          // What a person has to mend is said once, not after every pass.
          if (!said.has(problem)) log.warn("the hub could not be told of an object", { fleet, problem });
          said.add(problem);
        }
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        log.warn("the hub could not be told", { fleet, reason: error.message });
      }
    }
    writing = undefined;
  };
  return {
    tell(outcomes) {
      for (const outcome of outcomes)
        if (outcome.members !== undefined && outcome.kind !== "invalid" && outcome.kind !== "refused")
          latest.set(outcome.fleet, outcome);
      if (latest.size === 0) return;
      writing ??= write().catch((error) => {
        writing = undefined;
        if (!given.signal.aborted) log.error("telling the hub broke", { error });
      });
    },
    async close(patienceMs) {
      const timer = setTimeout(() => given.abort(), patienceMs);
      await writing;
      clearTimeout(timer);
      await hub.close();
    },
  };
}

import { ForgeError } from "../forge/forge.ts";
import { ProviderError } from "../providers/provider.ts";
import { RepositoryError } from "../repo/repository.ts";
import type { Log } from "../runtime/log.ts";

/** Tells what keeps a fleet from going on; the same once in a while, not with every look. */
export interface Troubles {
  /** Says whether anything was told. */
  tell(fleet: string, error: unknown): boolean;
}

const repeatMs = 10 * 60_000;
/** How many reasons are remembered; past that, all are news again. */
const remembered = 500;

/** What somebody sorted is a warning in its own words; anything else is a fault of ours and told with all that is known. */
export function createTroubles(log: Log, nowMs: () => number): Troubles {
  const last = new Map<string, number>();
  return {
    tell(fleet, error) {
      if (!isSorted(error)) {
        log.error("a pass broke; the daemon goes on", { fleet, error });
        return true;
      }
      const { message, code, next } = error;
      // Seconds that are left and the like make no other reason.
      const reason = `${fleet} ${code} ${message.replace(/\d+/g, "#")}`;
      const told = last.get(reason);
      if (told !== undefined && nowMs() - told < repeatMs) return false;
      if (last.size >= remembered) last.clear();
      last.set(reason, nowMs());
      log.warn(
        `${message.replace(/\.$/, "")}; ${next === "person" ? "somebody has to change something" : "it is tried again"}`,
        {
          ...{ fleet, code },
        },
      );
      return true;
    },
  };
}

function isSorted(error: unknown): error is ForgeError | RepositoryError | ProviderError {
  return error instanceof ForgeError || error instanceof RepositoryError || error instanceof ProviderError;
}

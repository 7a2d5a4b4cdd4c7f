import { type Deliveries, openDeliveries } from "../compose/deliveries.ts";
import { neighboursOf, type RepositoryConfig } from "../config.ts";
import type { Talk } from "../daemon.ts";
import { type Bell, createBell } from "../runtime/bell.ts";
import type { Log } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Shell } from "../shell.ts";
import type { Session } from "./session.ts";

/** How the fleets of a daemon are talked about: their forges, the bells that wake them, and what comes in from outside. */
export interface Talks {
  readonly deliveries: Deliveries;
  /** The bell of a fleet, and its forge where it has one. */
  of(fleet: string, serverUrl: string | undefined): { readonly bell: Bell; readonly talk?: Talk };
}

/** Connects the forges of a session with the daemon's server. */
export function openTalks(shell: Shell, session: Session, metrics: Metrics, log: Log): Talks {
  const { config, forges } = session;
  const bells = new Map(config.repositories.map(({ fleet }) => [fleet, createBell()]));
  return {
    deliveries: openDeliveries(shell, config, bells, (result, reason) => {
      metrics.delivery(result);
      if (result === "refused") log.warn("a delivery was refused", { reason });
    }),
    of(fleet, serverUrl) {
      const bell = bells.get(fleet) as Bell;
      const forge = forges.get(fleet);
      const tracked = config.repositories.find((one) => one.fleet === fleet);
      if (forge === undefined || tracked === undefined) return { bell };
      const base = publicUrlOf(session, serverUrl);
      const page = `/fleets/${encodeURIComponent(fleet)}/pulls/`;
      const talk: Talk = {
        forge,
        pageUrl: (number) => (base === "" ? "" : `${base}${page}${number}`),
        deployments: tracked.github?.deployments ?? false,
        ...seatOf(config.repositories, tracked),
        pollIntervalMs: tracked.pollIntervalMs,
      };
      return { bell, talk };
    },
  };
}

/** The place of a fleet at a project that it shares. */
function seatOf(all: readonly RepositoryConfig[], tracked: RepositoryConfig): Pick<Talk, "seat"> {
  const context = tracked.github?.context ?? "";
  if (context === "") return {};
  const sharing = neighboursOf(tracked, all);
  return {
    seat: { context, neighbours: sharing.map(({ fleet, github }) => ({ fleet, context: github?.context ?? "" })) },
  };
}

/** Nobody is sent to an address of this machine, except who runs everything on it. */
function publicUrlOf({ config, embedded }: Session, serverUrl: string | undefined): string {
  return config.server.publicUrl ?? (embedded === undefined ? "" : (serverUrl ?? ""));
}

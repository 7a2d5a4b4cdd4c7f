import type { Announcer } from "../announce/announcer.ts";
import { commitUrlOf, openTargets, pullUrlOf } from "../compose/announcers.ts";
import type { Outcome } from "../core/outcome.ts";
import type { World } from "../reconcile.ts";
import type { ReviewMemory } from "../review.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Shell } from "../shell.ts";
import type { Session } from "./session.ts";

/** Those who are told what happens, while a command runs. */
export interface Announcing {
  tell(outcomes: readonly Outcome[]): void;
  /** The worlds of the session; their plans are told before they are carried out. */
  readonly worlds: readonly World[];
  review(world: World, number: number, memory: ReviewMemory): void;
  /** Waits a moment for what is on its way; the rest is delivered after the next start. */
  close(patienceMs: number): Promise<void>;
}

/** Opens the announcers of a session; without any, nothing is written down and nothing costs. */
export async function openAnnouncing(
  shell: Shell,
  session: Session,
  facts: { readonly write: (text: string) => void; readonly log: Log; readonly metrics: Metrics | undefined },
): Promise<Announcing> {
  const { config, store, worlds } = session;
  if (config.announcers.length === 0) {
    return { tell: () => undefined, worlds, review: () => undefined, close: async () => undefined };
  }
  const { openAnnouncer } = await import("../announce/announcer.ts");
  const { log, metrics } = facts;
  const announcer = await openAnnouncer({
    ...{ store, clock: systemClock, random: Math.random, redact: shell.redactor.redact },
    fleets: worlds.map(({ judges }) => judges.fleet),
    targets: await openTargets(shell, config, facts.write),
    commitUrl: (fleet, commit) => commitUrlOf(config, fleet, commit),
    pullUrl: (fleet, number) => pullUrlOf(config, fleet, number),
    onDelivery({ target, event, result, waiting, error }) {
      metrics?.announcement(target, event, result, waiting);
      const reason = error instanceof Error ? error.message : "";
      if (result === "failed") log.error("an announcement was given up", { target, event, reason });
      if (result === "crowded-out") log.error("an announcement made room for newer ones", { target, event });
      if (result === "retried") log.warn("an announcement has to wait", { target, event, reason });
    },
    onTrouble: (error) => log.error("announcements cannot be written down", { error }),
  });
  return running(announcer, worlds);
}

function running(announcer: Announcer, worlds: readonly World[]): Announcing {
  const ended = new AbortController();
  const delivering = announcer.run(ended.signal);
  return {
    tell: announcer.tell,
    worlds: worlds.map((world) => ({ ...world, onPlanned: announcer.plan })),
    review({ judges, repository }, number, memory) {
      announcer.review({ fleet: judges.fleet, repository: repository.label }, { ...memory, number });
    },
    async close(patienceMs) {
      const patience = systemClock.delay(patienceMs, ended.signal).catch(() => undefined);
      await Promise.race([announcer.settle(), patience]);
      ended.abort();
      await delivering;
      await announcer.close();
    },
  };
}

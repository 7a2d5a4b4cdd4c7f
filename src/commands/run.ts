import type { Command } from "../cli.ts";
import type { Outcome } from "../core/outcome.ts";
import { runDaemon } from "../daemon.ts";
import { reconcile } from "../reconcile.ts";
import { createLog } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { createRedactor } from "../runtime/redact.ts";
import { startServer } from "../server/server.ts";
import type { Shell } from "../shell.ts";
import { printer } from "./print.ts";
import { type Flags, openSession, type Session } from "./session.ts";
import { statusOf } from "./status.ts";

type Running = Extract<Command, { readonly name: "run" }>;

/** `run`: the daemon, until it is told to stop; with `--once`, until one pass of each repository has ended. */
export async function run(shell: Shell, command: Running, flags: Flags): Promise<number> {
  const print = printer(shell, command.output, flags);
  const session = await openSession(shell, command, print.progress);
  try {
    const unlock = await session.store.lock();
    try {
      return command.once ? await once(shell, session, print) : await forever(shell, session, print, flags);
    } finally {
      await unlock();
    }
  } finally {
    print.end();
    await session.close();
  }
}

async function once(shell: Shell, session: Session, print: ReturnType<typeof printer>): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const world of session.worlds) outcomes.push(...(await reconcile(world, "started", shell)));
  print.outcomes(outcomes);
  return outcomes.every(({ kind }) => kind === "settled" || kind === "applied") ? 0 : 1;
}

async function forever(
  shell: Shell,
  session: Session,
  print: ReturnType<typeof printer>,
  flags: Flags,
): Promise<number> {
  const { config } = session;
  const log = createLog({
    level: flags.logLevel ?? config.log.level,
    destination: shell.stderr,
    pretty: config.log.format === "text" || (config.log.format === "auto" && shell.stderr.isTerminal),
    redactor: createRedactor([]),
  });
  const metrics = createMetrics(shell.version);
  const answered = new Set<string>();
  const server = config.server.enabled
    ? await startServer(config.server, {
        isReady: () => answered.size >= session.worlds.length,
        metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
        status: async () =>
          print.statusText(
            await Promise.all(session.worlds.map((world) => statusOf(session.store, world.judges.fleet))),
          ),
      })
    : undefined;
  const units = session.worlds.map((world) => ({
    world,
    driftSchedule: config.drift.schedule,
    firstRetryMs: config.retry.firstDelayMs,
    maxRetryMs: config.retry.maxDelayMs,
  }));
  const said = createNews();
  try {
    await runDaemon(units, shell, {
      async onOutcomes(outcomes, wake) {
        for (const outcome of outcomes) {
          answered.add(outcome.fleet);
          metrics.pass(outcome.fleet, wake, outcome.kind, 0);
          if (said.isNews(outcome)) print.outcome(outcome, { first: said.count(outcome.fleet) === 1 });
        }
        if (said.isFirst(outcomes)) print.welcome(session, server?.url);
      },
      onBroken(fleet, error) {
        log.error("a pass broke", { fleet, error });
      },
    });
  } finally {
    await server?.close();
  }
  print.goodbye();
  return 0;
}

/** Remembers what was said last of each fleet and commit, so that a quiet look says nothing. */
function createNews() {
  const last = new Map<string, string>();
  const counts = new Map<string, number>();
  let welcomed = false;
  return {
    isNews(outcome: Outcome): boolean {
      const key = `${outcome.fleet} ${outcome.commit}`;
      const text = JSON.stringify([
        outcome.kind,
        outcome.plan?.planId,
        outcome.failure,
        outcome.problems,
        outcome.refusals,
        outcome.pending,
      ]);
      const acted = outcome.results.length > 0;
      const isSame = last.get(key) === text && !acted;
      if (outcome.kind === "settled" && last.has(key) && !acted && last.get(key)?.startsWith('["settled"') === true)
        return false;
      last.set(key, text);
      if (!isSame) counts.set(outcome.fleet, (counts.get(outcome.fleet) ?? 0) + 1);
      return !isSame;
    },
    count: (fleet: string): number => counts.get(fleet) ?? 0,
    isFirst(outcomes: readonly Outcome[]): boolean {
      if (welcomed || outcomes.length === 0) return false;
      welcomed = true;
      return true;
    },
  };
}

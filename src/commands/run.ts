import { join } from "node:path";
import type { Command, OutputFormat } from "../cli.ts";
import { stateDirectoryOf, type Worlds } from "../compose/embedded.ts";
import { onKeptPort } from "../compose/kept-port.ts";
import type { Outcome } from "../core/outcome.ts";
import { runDaemon } from "../daemon.ts";
import { reconcile } from "../reconcile.ts";
import { inColumns } from "../report/columns.ts";
import { visible } from "../report/text.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { type Exhibits, type Server, startServer } from "../server/server.ts";
import type { Shell } from "../shell.ts";
import { openAnnouncing } from "./announce.ts";
import { exhibitOf } from "./exhibits.ts";
import { openHubbing } from "./hub.ts";
import { logOf } from "./logs.ts";
import { createMeasure } from "./measure.ts";
import { createNews } from "./news.ts";
import { printer, statusJson } from "./print.ts";
import { type Flags, openSession, type Session } from "./session.ts";
import { statusOf } from "./status.ts";
import { openTalks } from "./talks.ts";
import { createTroubles } from "./troubles.ts";

/** How long the end waits for announcements that are on their way. */
const announcePatienceMs = { once: 15_000, daemon: 2_000 } as const;

type Print = ReturnType<typeof printer>;
type Running = Extract<Command, { readonly name: "run" }>;

/** `run`: the daemon, until it is told to stop; with `--once`, until one pass of each repository has ended. */
export async function run(shell: Shell, command: Running, flags: Flags): Promise<number> {
  const print = printer(shell, command.output, flags);
  const session = await openSession(shell, command, print.progress, !command.once);
  try {
    const unlock = await session.store.lock();
    try {
      return command.once
        ? await once(shell, session, print, logOf(shell, session, flags))
        : await forever(shell, session, print, flags, command.output);
    } finally {
      await unlock();
    }
  } finally {
    print.end();
    await session.close();
  }
}

async function once(shell: Shell, session: Session, print: Print, log: Log): Promise<number> {
  const outcomes: Outcome[] = [];
  const announcing = await openAnnouncing(shell, session, { write: print.say, log, metrics: undefined });
  const hub = await openHubbing(shell, session, log);
  try {
    for (const world of announcing.worlds) {
      const found = await reconcile(world, "started", shell);
      announcing.tell(found);
      hub.tell(found);
      outcomes.push(...found);
    }
  } finally {
    await Promise.all([announcing.close(announcePatienceMs.once), hub.close(announcePatienceMs.once)]);
  }
  print.outcomes(outcomes);
  return outcomes.every(({ kind }) => kind === "settled" || kind === "applied") ? 0 : 1;
}

async function forever(
  shell: Shell,
  session: Session,
  print: Print,
  flags: Flags,
  output: OutputFormat,
): Promise<number> {
  const { config } = session;
  const log = logOf(shell, session, flags);
  const metrics = createMetrics(shell.version, { process: true });
  const measure = createMeasure(metrics, () => systemClock.now().getTime());
  const troubles = createTroubles(log, () => systemClock.now().getTime());
  const talks = openTalks(shell, session, metrics, log);
  const announcing = await openAnnouncing(shell, session, { write: print.say, log, metrics });
  const hub = await openHubbing(shell, session, log);
  const told = createNews();
  const seen = new Set<string>();
  const server = config.server.enabled
    ? await serve(session, {
        isReady: () => seen.size >= session.worlds.length,
        async metrics() {
          for (const forge of session.forges.values()) metrics.forge(forge.name, forge.budget());
          return { contentType: metrics.contentType, text: await metrics.text() };
        },
        status: async () =>
          statusJson(await Promise.all(config.repositories.map((tracked) => statusOf(session.store, tracked)))),
        fleets: () => Promise.all(config.repositories.map((tracked) => exhibitOf(session.store, tracked))),
        deliver: talks.deliveries.take,
      })
    : undefined;
  if (server !== undefined) session.embedded?.github?.deliverTo(`${server.url}/webhooks`);
  const units = announcing.worlds.map((world) => ({
    world: measure.world(world),
    ...talks.of(world.judges.fleet, server?.url),
    driftSchedule: config.drift.schedule,
    pace: config.drift,
    firstRetryMs: config.retry.firstDelayMs,
    maxRetryMs: config.retry.maxDelayMs,
  }));
  try {
    await runDaemon(units, shell, {
      async onOutcomes(outcomes, wake, durationMs) {
        const isFirst = seen.size === 0;
        announcing.tell(outcomes);
        hub.tell(outcomes);
        for (const outcome of outcomes) {
          seen.add(outcome.fleet);
          measure.pass(outcome, wake, durationMs);
          measure.drift(outcome.fleet, (await session.store.openIncidents(outcome.fleet)).length);
          if (told.isNews(outcome)) {
            const changed = outcome.results.some(({ state }) => state === "done");
            print.outcome(outcome, { withFleet: changed || isFirst, durationMs });
          }
        }
        if (isFirst) session.embedded?.github?.warm();
        if (isFirst && output === "text")
          print.say(welcome(session, server?.url, session.stateDirectory === stateDirectoryOf(shell, undefined)));
      },
      onTold(fleet, text) {
        if (output === "text") print.say(visible(`  ${fleet}  ${text}`));
        else log.info("told", { fleet, text });
      },
      onBroken(fleet, error) {
        print.end();
        troubles.tell(fleet, error);
      },
      onReviewed: announcing.review,
    });
  } finally {
    await Promise.all([announcing.close(announcePatienceMs.daemon), hub.close(announcePatienceMs.daemon)]);
    await server?.close();
  }
  if (output === "text") print.say("\nStopped in order. Starting again goes on from here.");
  return 0;
}

/** Where the worlds are embedded, what was said in pull requests goes on leading to the page after a restart. */
async function serve({ config, embedded, stateDirectory }: Session, exhibits: Exhibits): Promise<Server> {
  if (embedded === undefined) return await startServer(config.server, exhibits);
  const start = (port: number): Promise<Server> => startServer({ ...config.server, port }, exhibits);
  return await onKeptPort(join(stateDirectory, "page-port"), start);
}

/** Says where everything is and what to do next. */
function welcome(session: Session, serverUrl: string | undefined, isUsual: boolean): string {
  const { embedded } = session;
  if (embedded === undefined) return watching(session, serverUrl);
  const rows = [
    ["Repository", embedded.repository],
    ["Compute Engine", `${embedded.gceUrl}  (simulated)`],
    ["Edge network", `${embedded.edgeUrl}  (simulated)`],
    ...(embedded.github === undefined
      ? []
      : [["GitHub", `${embedded.github.url}/${embedded.github.project}  (simulated)`]]),
    ...(serverUrl === undefined
      ? []
      : [["Page, health, metrics", `${serverUrl}/  /healthz  /metrics  /api/v1/status`]]),
  ];
  return [
    "",
    ...inColumns(rows),
    "",
    "Next, in another terminal: edit a manifest in the repository and commit it.",
    `  cd ${embedded.repository}`,
    `  sed -i 's/minReplicas: 2/minReplicas: 3/' web.yaml && git commit -am "Grow web"`,
    ...proposing(embedded),
    "Or change something behind the daemon's back, and watch it being put right:",
    `  npx plumbline sim gce delete web-main-dfw-1${isUsual ? "" : ` --state ${session.stateDirectory}`}`,
    "Ctrl-C stops.",
  ].join("\n");
}

/** How a newcomer sees a review. */
function proposing({ github }: Worlds): readonly string[] {
  if (github === undefined) return [];
  return [
    "Or propose it, and read in the pull request what a merge will do:",
    `  git clone ${github.url}/${github.project}.git && cd fleet && git switch -c grow-cache`,
    `  sed -i 's/minReplicas: 3/minReplicas: 4/' cache.yaml && git commit -am "Grow cache" && git push origin HEAD`,
    `  then open ${github.url}/${github.project}`,
  ];
}

/** Without the embedded worlds: what is watched, and where to ask how it goes. */
function watching(session: Session, serverUrl: string | undefined): string {
  const { repositories, drift } = session.config;
  const rows = repositories.map(({ location, branch }) => ["Watching", `${location}  (${branch})`]);
  rows.push(["Drift", `looked for at ${drift.schedule}, ${drift.policy === "correct" ? "corrected" : "reported"}`]);
  if (serverUrl !== undefined)
    rows.push(["Page, health, metrics", `${serverUrl}/  /healthz  /metrics  /api/v1/status`]);
  return ["", ...inColumns(rows)].join("\n");
}

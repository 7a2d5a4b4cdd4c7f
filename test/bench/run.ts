import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { reconcile } from "../../src/reconcile.ts";
import { inFolder } from "../support/folder.ts";
import { folderRepository } from "../support/folder-repository.ts";
import { git } from "../support/git.ts";
import { run, start } from "../support/program.ts";
import { root, simulatedWorld } from "../support/worlds.ts";
import { computeFigures } from "./compute.ts";
import { say } from "./figures.ts";
import { judging } from "./judging.ts";
import { reviewTimes } from "./reviews.ts";
import { simulatorFigures } from "./simulator.ts";

const signals = { stopping: new AbortController().signal, signal: new AbortController().signal };

/** Best of three: what the program needs, not what else the machine does. */
async function coldPlan(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await inFolder(async (state) => {
      const startedAt = performance.now();
      await run(["plan", "--state", state]);
      times.push(performance.now() - startedAt);
    });
  }
  say("first plan of example-repo, cold, worlds included (best of 3)", Math.min(...times) / 1000, 2, "s");
}

async function quietPass(): Promise<void> {
  const simulated = await simulatedWorld();
  const world = simulated.worldOn(folderRepository(join(root, "example-repo"), "Bench"));
  await reconcile(world, "started", signals);
  const before = { gce: { ...simulated.gce.control.requests() }, edge: { ...simulated.edge.traffic() } };
  await reconcile(world, "scheduled", signals);
  const after = { gce: simulated.gce.control.requests(), edge: simulated.edge.traffic() };
  say(
    "writes of a pass with nothing to do",
    after.gce.writes - before.gce.writes + after.edge.writes - before.edge.writes,
    0,
    "calls",
  );
  say(
    "reads of a pass with nothing to do",
    after.gce.reads - before.gce.reads + after.edge.reads - before.edge.reads,
    8,
    "calls",
  );
  await simulated.close();
}

async function idleMemory(): Promise<void> {
  await inFolder(async (state) => {
    const gce = start(["sim", "gce"]);
    const edge = start(["sim", "edge"]);
    const urls = await Promise.all(
      [gce, edge].map(async (world) => (await world.says(/listening (\S+)/)).split(" ")[1] ?? ""),
    );
    const repository = join(state, "fleet");
    await git(state, "clone", "--quiet", "--no-hardlinks", await materialised(state), repository);
    const config = join(state, "plumbline.yaml");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(
      config,
      `fleet: bench\nstate: ${state}/kept\nrepositories: [{path: ${repository}}]\nproviders: {gcp: {endpoint: "${urls[0]}"}, edge: {endpoint: "${urls[1]}"}}\nserver: {enabled: false}\n`,
    );
    const spawnedAtMs = Date.now();
    const daemon = start(["run", "--config", config], { NODE_OPTIONS: "--max-semi-space-size=1" });
    await daemon.says(/Watching/, 60_000);
    const wakeSeconds = ((await firstPassAtMs(state)) - spawnedAtMs) / 1000;
    say("start to first wake (the first pass as history has it)", wakeSeconds, 1, "s");
    await delay(5_000);
    const status = readFileSync(`/proc/${daemon.child.pid}/status`, "utf8");
    say(
      "idle memory of the daemon without the simulators",
      Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
      150,
      "MiB",
    );
    for (const program of [daemon, gce, edge]) {
      program.signal("SIGINT");
      await program.ended;
    }
  });
}

/** When the first pass of the daemon began, out of its own store. */
async function firstPassAtMs(state: string): Promise<number> {
  const { openSqliteStore } = await import("../../src/store/sqlite/open.ts");
  const store = await openSqliteStore(join(state, "kept"), { historyLimit: 1_000 });
  const first = (await store.passes("bench", 100)).at(-1);
  await store.close();
  return Date.parse(first?.startedAt ?? "");
}

/** The example as a repository, made by the program itself. */
async function materialised(state: string): Promise<string> {
  await run(["plan", "--state", join(state, "first")]);
  return join(state, "first", "repository");
}

/** The first push warms GitHub's client and the simulator; the best of five is what a push takes. */
async function reviews(): Promise<void> {
  const { firstStatusMs, commentMs } = await reviewTimes(5);
  say("push to first status, with webhooks (best of 5)", firstStatusMs / 1000, 1, "s");
  say("push to plan comment, with webhooks (best of 5)", commentMs / 1000, 3, "s");
}

await coldPlan();
await judging(say);
await quietPass();
await computeFigures(say);
await simulatorFigures(say);
await idleMemory();
await reviews();

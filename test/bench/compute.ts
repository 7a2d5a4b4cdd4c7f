import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { decide } from "../../src/decide.ts";
import { reconcile } from "../../src/reconcile.ts";
import { inFolder } from "../support/folder.ts";
import { folderRepository } from "../support/folder-repository.ts";
import { root, simulatedWorld } from "../support/worlds.ts";
import type { say as Say } from "./figures.ts";
import { manyCopies } from "./many.ts";

const signals = { stopping: new AbortController().signal, signal: new AbortController().signal };
const patience = { concurrency: 32, attempts: 3, firstDelayMs: 5, maxDelayMs: 50, progressDeadlineMs: 600_000 };

/** What the provider costs: calls for a thousand instances, memory for ten thousand, time of the client. */
export async function computeFigures(say: typeof Say): Promise<void> {
  await thousand(say);
  await clientLoad(say);
}

async function thousand(say: typeof Say): Promise<void> {
  const simulated = await simulatedWorld();
  const { gce } = simulated;
  const counted = async (work: () => Promise<unknown>): Promise<{ reads: number; writes: number }> => {
    const before = { ...gce.control.requests() };
    await work();
    const after = gce.control.requests();
    return { reads: after.reads - before.reads, writes: after.writes - before.writes };
  };
  await inFolder(async (folder) => {
    manyCopies(folder, 1_000);
    const world = { ...simulated.worldOn(folderRepository(folder, "Thousand")), patience };
    const made = await counted(() => reconcile(world, "started", signals));
    say("creating 1,000 instances: writes", made.writes, 1_100, "calls");
    say("creating 1,000 instances: reads", made.reads, 200, "calls");
    const quiet = await counted(() => reconcile(world, "scheduled", signals));
    say("a pass with nothing to do over 1,000 instances: writes", quiet.writes, 0, "calls");
    const inventory = await simulated.store.inventory("golden");
    const look = async (repository: typeof world.repository) => {
      const commit = await repository.head("main", signals.signal);
      const question = { repository, commit, inventory, signal: signals.signal, onProgress: () => undefined };
      return (await decide(world.judges, question)).plan;
    };
    const seen = await counted(async () => {
      const plan = await look(world.repository);
      say(
        "a plan with nothing to do over 1,000 instances: steps",
        (plan?.changes.length ?? 0) - (plan?.counts.keep ?? 0),
        0,
        "steps",
      );
    });
    say("observing 1,000 instances and the rest", seen.reads, 6, "calls");
    const file = join(folder, "web.yaml");
    const text = readFileSync(file, "utf8");
    const edited = text.replace("cidr: 203.0.113.0/24", "cidr: 203.0.113.0/25");
    if (edited === text) throw new Error("web.yaml has no rule to edit any more");
    writeFileSync(file, edited);
    const plan = await look(folderRepository(folder, "Edited"));
    const touched = (plan?.changes ?? []).filter(({ action }) => action !== "keep");
    say("a rule that changes beside 1,000 instances: steps", touched.length, 1, "steps");
    for (const { address } of touched.slice(0, 3)) process.stdout.write(`    ${address}\n`);
  });
  await simulated.close();
}

/** What a process of its own says that runs this over the built program. */
async function told(script: string): Promise<Record<string, number>> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (data: Buffer) => {
    text += data.toString();
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`a measured process ended with ${String(code)}`);
  return JSON.parse(text) as Record<string, number>;
}

const module = (path: string): string => JSON.stringify(pathToFileURL(join(root, "dist", path)).href);

/** Opens a provider on a server; asks it once when that is wanted. */
function observing(url: string, projects: readonly string[]): string {
  return `
    import { performance } from "node:perf_hooks";
    const { createGcpProvider } = await import(${module("providers/gcp/index.js")});
    const opened = performance.now();
    const provider = createGcpProvider({ name: "gcp", endpoint: ${JSON.stringify(url)}, credentials: { kind: "none" }, images: {}, machineTypes: {} });
    const { createRequire } = await import("node:module");
    const files = Object.keys(createRequire(import.meta.url).cache);
    const before = files.filter((path) => path.includes("@google-cloud/compute") || path.includes("google-gax")).length;
    const all = [];
    for await (const one of provider.observe({ fleet: "f", realms: ${JSON.stringify(projects)}, kinds: [] }, AbortSignal.timeout(120000))) {
      all.push(one);
    }
    const observed = performance.now();
    await provider.close();
    const { maxRSS } = process.resourceUsage();
    console.log(JSON.stringify({ ms: observed - opened, count: all.length, peakMib: maxRSS / 1024, before }));
  `;
}

async function clientLoad(say: typeof Say): Promise<void> {
  const simulated = await simulatedWorld();
  const times: number[] = [];
  let before = 0;
  for (let round = 0; round < 3; round += 1) {
    const facts = await told(observing(simulated.gce.url, ["bench-project"]));
    times.push(facts.ms ?? 0);
    before += facts.before ?? 0;
  }
  say("importing the client and its first look (best of 3)", Math.min(...times) / 1000, 0.5, "s");
  say("files of the client that are loaded before it is used", before, 0, "files");
  await simulated.close();
}

/** Memory of a process of its own that has ten thousand instances observed. */
export async function observingMany(say: typeof Say, url: string, project: string): Promise<void> {
  const { count = 0, peakMib = 0 } = await told(observing(url, [project]));
  say(`peak memory of a process that observes ${count} things`, peakMib, 250, "MiB");
}

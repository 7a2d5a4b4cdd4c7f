import type { Outcome } from "../../src/core/outcome.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import { createGcpProvider, type GcpOptions } from "../../src/providers/gcp/index.ts";
import { createParseCache } from "../../src/read.ts";
import { reconcile, type World } from "../../src/reconcile.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { type GceSimulatorOptions, startGceSimulator } from "../../src/sim/gce/index.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { memoryRepository } from "./memory-repository.ts";
import { never } from "./memory-scene.ts";
import { shippedNames } from "./names.ts";
import { projectChecker, wideLimits } from "./worlds.ts";

/** How a loop is set up; everything has a default. */
export interface GcpLoopOptions {
  readonly simulator?: GceSimulatorOptions;
  readonly provider?: Partial<GcpOptions>;
  readonly patience?: Partial<World["patience"]>;
  readonly limits?: Partial<World["judges"]["limits"]>;
}

/** The whole loop over a simulated Compute Engine: commits in, outcomes out. */
export type GcpLoop = Awaited<ReturnType<typeof openGcpLoop>>;

/** Opens a loop over a simulator; close it at the end. */
export async function openGcpLoop(options: GcpLoopOptions = {}) {
  const simulator = await startGceSimulator({ operationMs: [1, 5], defaultNetwork: false, ...options.simulator });
  const provider = createGcpProvider({
    ...{ ...shippedNames, name: "gcp", endpoint: simulator.url, credentials: { kind: "none" } as const },
    ...{ pollIntervalMs: 10, operationTimeoutMs: 10_000, ...options.provider },
  });
  const repository = memoryRepository(10_000);
  let store = createMemoryStore();
  const events: ProgressEvent[] = [];
  const judges: World["judges"] = {
    ...{ fleet: "test", prefix: "", checker: projectChecker(), providers: [provider] },
    ...{ limits: { ...wideLimits, ...options.limits }, driftPolicy: "correct", rulesDigest: "rules" },
    cache: createParseCache(100),
  };
  const patience = { concurrency: 8, attempts: 2, firstDelayMs: 5, maxDelayMs: 50, progressDeadlineMs: 20_000 };
  const look = async (): Promise<Outcome> => {
    const world: World = {
      ...{ judges, repository, branch: "main", store, clock: systemClock, random: () => 0.5 },
      ...{ patience: { ...patience, ...options.patience }, onProgress: (event) => void events.push(event) },
    };
    return (await reconcile(world, "scheduled", { stopping: never, signal: never }))[0] as Outcome;
  };
  return {
    ...{ simulator, provider, events, look },
    /** Commits these manifests and looks once. */
    async commit(...texts: readonly string[]): Promise<Outcome> {
      repository.commitFiles({ "fleet.yaml": texts.join("\n---\n") });
      return await look();
    },
    /** Forgets everything that was remembered. */
    loseStore(): void {
      store = createMemoryStore();
    },
    /** Names and statuses of what stands in a collection of the simulator, by name. */
    live(collection: string): readonly Readonly<Record<string, unknown>>[] {
      const found = simulator.control.world.all("test-project", collection);
      return found.map(({ body }) => body).sort((left, right) => (String(left.name) < String(right.name) ? -1 : 1));
    },
    async close(): Promise<void> {
      await provider.close();
      await simulator.close();
    },
  };
}

/** Opens a loop, runs the body and closes. */
export async function withGcpLoop(body: (loop: GcpLoop) => Promise<void>, options: GcpLoopOptions = {}): Promise<void> {
  const loop = await openGcpLoop(options);
  try {
    await body(loop);
  } finally {
    await loop.close();
  }
}

/** What a plan would do, without what it keeps: `update gcp/instance/default/web-0 machineType`. */
export function steps(outcome: Outcome): readonly string[] {
  return (outcome.plan?.changes ?? [])
    .filter(({ action }) => action !== "keep")
    .map(({ action, address, fields }) => [action, address, ...fields.map(({ path }) => path)].join(" "));
}

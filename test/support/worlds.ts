import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "../../src/core/json.ts";
import type { Limits } from "../../src/core/limits.ts";
import { createChecker } from "../../src/datum/checker.ts";
import { createEdgeProvider } from "../../src/providers/edge/index.ts";
import { createGcpProvider } from "../../src/providers/gcp/index.ts";
import { createParseCache } from "../../src/read.ts";
import type { World } from "../../src/reconcile.ts";
import type { Repository } from "../../src/repo/repository.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { startGceSimulator } from "../../src/sim/gce/index.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { shippedNames } from "./names.ts";

/** The project's own root folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The checker on the rules of policies/. */
export function projectChecker() {
  const read = (folder: string) =>
    readdirSync(join(root, "policies", folder))
      .filter((name) => name.endsWith(".json"))
      .map(
        (name) =>
          [
            name.replace(".json", ""),
            JSON.parse(readFileSync(join(root, "policies", folder, name), "utf8")) as JsonObject,
          ] as const,
      );
  return createChecker({
    schemas: read("schemas").map(([, schema]) => schema),
    catalogs: Object.fromEntries(read("catalogs")),
  });
}

/** Limits wide enough for whatever a test does; tests of limits say their own. */
export const wideLimits: Limits = {
  maxDeletes: 100,
  maxDeletePercent: 100,
  percentFrom: 1,
  allowEmpty: true,
  protectedKinds: [],
};

/** The real providers on simulators in memory, with a store in memory. Everything happens one after another, so that it is the same each time. */
export async function simulatedWorld(facts: Partial<World["judges"]> = {}) {
  const gce = await startGceSimulator({ seed: 1, operationMs: [0, 0] });
  const edge = await startEdgeSimulator({ seed: 1, readyAfterMs: 0 });
  const providers = [
    createEdgeProvider({ name: "edge", endpoint: edge.url, credentials: { kind: "none" }, pollIntervalMs: 5 }),
    createGcpProvider({
      ...shippedNames,
      machineTypes: { ...shippedNames.machineTypes, "datumcloud/d1-standard-4": "n2-standard-4" },
      name: "gcp",
      endpoint: gce.url,
      credentials: { kind: "none" },
      pollIntervalMs: 5,
    }),
  ];
  const judges: World["judges"] = {
    fleet: "golden",
    prefix: "",
    checker: projectChecker(),
    providers,
    limits: wideLimits,
    driftPolicy: "correct",
    rulesDigest: "golden",
    cache: createParseCache(100),
    ...facts,
  };
  const store = createMemoryStore();
  const worldOn = (repository: Repository, over: Partial<World["judges"]> = {}): World => ({
    judges: { ...judges, ...over },
    repository,
    branch: "main",
    store,
    patience: { concurrency: 1, attempts: 3, firstDelayMs: 5, maxDelayMs: 50, progressDeadlineMs: 600_000 },
    clock: systemClock,
    random: () => 0.5,
    onProgress: () => undefined,
  });
  return {
    gce,
    edge,
    store,
    worldOn,
    async close() {
      for (const provider of providers) await provider.close();
      await gce.close();
      await edge.close();
    },
  };
}

import { canonical, type JsonObject } from "../../src/core/json.ts";
import type { Limits } from "../../src/core/limits.ts";
import { createEdgeProvider } from "../../src/providers/edge/index.ts";
import { createGcpProvider } from "../../src/providers/gcp/index.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { createParseCache } from "../../src/read.ts";
import type { World } from "../../src/reconcile.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { startGceSimulator } from "../../src/sim/gce/index.ts";
import type { Store } from "../../src/store/store.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { shippedNames } from "../support/names.ts";
import { projectChecker } from "../support/worlds.ts";
import type { Chance } from "./chance.ts";

/** The name of the fleet that is kept true. */
export const fleet = "faulty";
export const project = "example-project";
const zone = `projects/${project}/zones/us-south1-a`;
const networking = "/apis/networking.datumapis.com/v1alpha";

const limits: Limits = {
  maxDeletes: 1_000,
  maxDeletePercent: 100,
  percentFrom: 1,
  allowEmpty: true,
  protectedKinds: [],
};
const checker = projectChecker();

/** Everything of the two worlds by path, as text. */
export type Snapshot = ReadonlyMap<string, string>;

/** Two simulated worlds with things in them that are nobody's of ours, and a daemon's parts in front of them. */
export type Ground = Awaited<ReturnType<typeof openGround>>;

/** Starts both worlds; the seed decides how fast they are. */
export async function openGround(seed: number, chance: Chance) {
  const gce = await startGceSimulator({ seed, operationMs: [0, chance.pick([0, 3, 10])] });
  const edge = await startEdgeSimulator({ seed, readyAfterMs: chance.pick([0, 2, 20]) });
  const repository = memoryRepository();
  const open = (): readonly Provider[] => [
    createEdgeProvider({
      ...{ name: "edge", endpoint: edge.url, credentials: { kind: "none" }, pollIntervalMs: 5 },
      ...{ timeoutMs: 400, readyTimeoutMs: 1_000, settleTimeoutMs: 20, pageSize: 3 },
      forceConflicts: true,
    }),
    createGcpProvider({
      ...shippedNames,
      ...{ name: "gcp", endpoint: gce.url, credentials: { kind: "none" }, pollIntervalMs: 5 },
      ...{
        requestTimeoutMs: 2_000,
        operationTimeoutMs: 3_000,
        requestsPerMinute: { reads: 1e6, writes: 1e6, aggregated: 1e6, operations: 1e6, region: 1e6 },
      },
    }),
  ];
  let providers = open();

  async function request(base: string, method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(`${base}${path}`, { method, headers, ...init, signal: AbortSignal.timeout(1_000) })
        .then(async (response) => (await response.json()) as JsonObject)
        // A person at a console meets the same faults and tries again.
        .catch((error: unknown) => {
          if (attempt === 40) throw error;
        });
      if (answer !== undefined) return answer;
    }
  }
  const askGce = async (method: string, path: string, body?: JsonObject): Promise<JsonObject> => {
    const answer = await request(gce.url, method, `/compute/v1/${path}`, body);
    gce.control.settle();
    return answer;
  };
  const askEdge = (method: string, path: string, body?: JsonObject) =>
    request(edge.url, method, `${networking}/${path}`, body);

  async function snapshot(): Promise<Snapshot> {
    const things = new Map<string, string>();
    for (const collection of ["networks", "subnetworks", "firewalls", "disks", "instances"])
      for (const { path, body } of gce.control.world.all(project, collection)) things.set(path, canonical(body));
    for (const [plural, kind] of [
      ["networks", "network"],
      ["httpproxies", "httpproxy"],
    ] as const) {
      const { items } = (await askEdge("GET", plural)) as { items: readonly JsonObject[] };
      for (const object of items) {
        const { name, namespace } = object.metadata as { name: string; namespace: string };
        things.set(`${kind}.networking.datumapis.com/${namespace}/${name}`, canonical(object.spec ?? null));
      }
    }
    return things;
  }

  /** What a person makes by hand: nothing of ours, some of it close to ours. */
  async function plant(): Promise<void> {
    await askGce("POST", `projects/${project}/global/networks`, { name: "somebody", autoCreateSubnetworks: true });
    await askGce("POST", `projects/${project}/global/firewalls`, {
      ...{ name: `${fleet}-main-somebody`, network: `projects/${project}/global/networks/somebody` },
      allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
    });
    await plantInstance("somebody", { owner: "somebody" });
    await plantInstance("neighbour", { "plumbline-fleet": "another", "plumbline-uid": "0123456789ab" });
    await askEdge("POST", "namespaces/default/networks", {
      ...{ apiVersion: "networking.datumapis.com/v1alpha", kind: "Network" },
      ...{ metadata: { name: "somebody" }, spec: { ipam: { mode: "Auto" } } },
    });
  }
  const plantInstance = (name: string, labels: JsonObject) =>
    askGce("POST", `${zone}/instances`, {
      ...{ name, labels, machineType: `${zone}/machineTypes/n2-standard-2` },
      disks: [
        { boot: true, initializeParams: { sourceImage: "projects/debian-cloud/global/images/family/debian-12" } },
      ],
      networkInterfaces: [{ network: `projects/${project}/global/networks/default` }],
    });

  return {
    ...{ gce, edge, repository, askGce, askEdge, plant, plantInstance, snapshot },
    /** A daemon's parts on a store; passes of one process share its providers. */
    worldOn: (store: Store, more: Partial<World> = {}): World => ({
      judges: {
        ...{ fleet, prefix: "", checker, providers, limits, driftPolicy: "correct", rulesDigest: "faults" },
        cache: createParseCache(100),
      },
      ...{ repository, branch: "main", store, clock: systemClock, random: chance.next },
      patience: { concurrency: 4, attempts: 2, firstDelayMs: 2, maxDelayMs: 20, progressDeadlineMs: 600_000 },
      onProgress: () => undefined,
      ...more,
    }),
    /** What a new process has instead of the old one's connections and memory. */
    async reopen() {
      for (const provider of providers) await provider.close();
      providers = open();
    },
    writes: () => gce.control.requests().writes + edge.traffic().writes,
    async close() {
      for (const provider of providers) await provider.close();
      await gce.close();
      await edge.close();
    },
  };
}

const gceRates = {
  ...{ refuse: 0.03, lose: 0.04, rateLimit: 0.02, unavailable: 0.03, badGateway: 0.02 },
  ...{ conflict: 0.1, stockOut: 0.15, slow: 0.1, stale: 0.05, truncate: 0.03 },
} as const;
const edgeRates = {
  ...{ refuse: 0.03, lose: 0.05, tooMany: 0.03, unavailable: 0.03 },
  ...{ conflict: 0.1, expired: 0.03, stale: 0.05, partial: 0.05, stall: 0.01 },
} as const;

/** Lets things go wrong: everything a little, or one thing often; everywhere, or only where something is written. */
export function misbehave({ gce, edge }: Ground, chance: Chance, writesOnly = chance.happens(0.5)): string {
  const where = writesOnly ? { methods: ["POST", "PUT", "PATCH", "DELETE"] } : {};
  const place = writesOnly ? "where something is written" : "everywhere";
  if (chance.happens(0.5)) {
    gce.control.setFaults({ rates: gceRates, ...where });
    edge.setFaults({ rates: edgeRates, ...where });
    return `everything goes wrong a little, ${place}`;
  }
  const one = chance.pick(["refuse", "lose", "rateLimit", "conflict", "stockOut", "stale", "truncate"]);
  const other = chance.pick(["refuse", "lose", "tooMany", "conflict", "expired", "stale", "partial"]);
  gce.control.setFaults({ rates: { [one]: 0.4 }, ...where });
  edge.setFaults({ rates: { [other]: 0.4 }, ...where });
  return `often ${one} at Compute Engine and ${other} at the edge, ${place}`;
}

/** Ends all faults. */
export function behave({ gce, edge }: Ground): void {
  gce.control.setFaults({});
  edge.setFaults({});
  gce.control.settle();
}

import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createChances } from "../chances.ts";
import { lockDirectory } from "../lock.ts";
import { type Controllers, startControllers } from "./controllers.ts";
import type { FaultOptions } from "./faults.ts";
import { memoryJournal, openJournal } from "./journal.ts";
import { edgeKinds } from "./kinds.ts";
import { createPager } from "./list.ts";
import { type ServerParts, serve, type Traffic } from "./server.ts";
import { createTokenIssuer, type ServiceAccount } from "./token.ts";
import { createUniverse, type Universe } from "./world.ts";

export type { FaultOptions } from "./faults.ts";

/** How an embedded edge control plane is started. */
export interface EdgeSimulatorOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Absent: nothing survives the process. */
  readonly dataDirectory?: string;
  /** Seed of the faults. */
  readonly seed?: number;
  /** How long the world takes for each step: until a network is ready, until a deleted one is gone. */
  readonly readyAfterMs?: number;
  readonly faults?: FaultOptions;
  /** Where Location lives; both are out there. */
  readonly locationScope?: "namespaced" | "cluster";
  /** False: owners and dependants are left to themselves, as on an API server that runs alone. */
  readonly garbageCollector?: boolean;
  /** How often a watch is told the newest version. */
  readonly bookmarkIntervalMs?: number;
  /** Bearer tokens that are let in. Absent together with `serviceAccounts`: everybody is. */
  readonly tokens?: readonly string[];
  /** What nobody may do, as `delete networks.networking.datumapis.com`. */
  readonly denied?: readonly string[];
  /** Accounts whose keys may be exchanged for tokens. */
  readonly serviceAccounts?: readonly ServiceAccount[];
}

/** A running simulator. */
export interface EdgeSimulator {
  readonly url: string;
  /** Requests answered so far. */
  traffic(): Readonly<Traffic>;
  setFaults(options: FaultOptions): void;
  close(): Promise<void>;
}

/** Starts a Kubernetes-style API server for the edge kinds on loopback; every acknowledged write is on disk. */
export async function startEdgeSimulator(options: EdgeSimulatorOptions = {}): Promise<EdgeSimulator> {
  const { dataDirectory } = options;
  if (dataDirectory !== undefined) mkdirSync(dataDirectory, { recursive: true });
  const unlock = dataDirectory === undefined ? async () => undefined : await lockDirectory(dataDirectory, "edge");
  try {
    return await start(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function start(options: EdgeSimulatorOptions, unlock: () => Promise<void>): Promise<EdgeSimulator> {
  const nowMs = () => Date.now();
  const kinds = edgeKinds(options.locationScope ?? "namespaced");
  const { entries, journal } =
    options.dataDirectory === undefined
      ? { entries: [], journal: memoryJournal() }
      : openJournal(options.dataDirectory);
  let controllers: Controllers | undefined;
  const universe: Universe = createUniverse(entries, journal, nowMs, () => controllers?.poke());
  controllers = startControllers(
    () => universe,
    kinds,
    options.readyAfterMs ?? 150,
    nowMs,
    options.garbageCollector ?? true,
  );
  const issuer = createTokenIssuer(options.tokens, options.serviceAccounts, nowMs);
  const traffic: Traffic = { reads: 0, writes: 0, lists: 0, watches: 0 };
  const faults = createChances(options.seed ?? 1, options.faults ?? {});
  const parts: ServerParts = {
    ...{ universe, kinds, faults, traffic, nowMs },
    pager: createPager(),
    denials: new Set(options.denied),
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 10_000,
    authorize: (request: IncomingMessage) => issuer.allows(request.headers.authorization),
    token: issuer.serve,
  };
  const server = createServer((request, response) => void serve(parts, request, response));
  const port = await listen(server, options.port ?? 0);
  controllers.poke();
  return {
    url: `http://127.0.0.1:${port}`,
    traffic: () => ({ ...traffic }),
    setFaults: (fresh) => faults.set(fresh),
    close: async () => {
      controllers.stop();
      await closed(server);
      journal.close();
      await unlock();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

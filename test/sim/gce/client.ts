import * as assert from "uvu/assert";
import type { GceControl } from "../../../src/sim/gce/control.ts";
import { type GceSimulator, type GceSimulatorOptions, startGceSimulator } from "../../../src/sim/gce/index.ts";

/** What an answer looks like from outside; tests pick from it freely. */
// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of many shapes
export type Body = any;

/** One answer. */
export interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** A plain client of a simulator's project. */
export interface Client {
  readonly url: string;
  readonly control: GceControl;
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  get(path: string): Promise<Body>;
  /** Sends a change, waits for its operation and gives it; fails when it is refused. */
  change(method: string, path: string, body?: unknown): Promise<Body>;
  close(): Promise<void>;
}

/** Starts a simulator whose operations are done by the next request, and a client of the project `demo-project`. */
export async function startClient(options: GceSimulatorOptions = {}): Promise<Client> {
  const simulator = await startGceSimulator({ operationMs: [0, 0], ...options });
  return clientOf(simulator);
}

/** A client of a running simulator. */
export function clientOf(simulator: GceSimulator): Client {
  const base = `${simulator.url}/compute/v1/projects/demo-project`;
  const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${base}${path}`, init);
    return { status: response.status, body: await response.json() };
  };
  return {
    url: simulator.url,
    control: simulator.control,
    send,
    get: async (path) => (await send("GET", path)).body,
    change: async (method, path, body) => {
      const first = await send(method, path, body);
      assert.is(first.status, 200, JSON.stringify(first.body));
      const link: string = first.body.selfLink;
      return (await send("POST", `${link.slice(link.indexOf("demo-project") + 12)}/wait`)).body;
    },
    close: () => simulator.close(),
  };
}

/** The body of a small instance in a zone. */
export function instanceBody(name: string, more: Readonly<Record<string, unknown>> = {}, zone = "us-central1-a"): Body {
  return {
    name,
    machineType: `zones/${zone}/machineTypes/e2-small`,
    disks: [
      {
        boot: true,
        autoDelete: true,
        initializeParams: { sourceImage: "projects/cos-cloud/global/images/family/cos-stable" },
      },
    ],
    networkInterfaces: [{ network: "global/networks/default" }],
    ...more,
  };
}

/** Makes a custom network with one subnetwork in us-central1. */
export async function makeNetwork(client: Client, name: string, range: string): Promise<void> {
  await client.change("POST", "/global/networks", { name, autoCreateSubnetworks: false });
  await client.change("POST", "/regions/us-central1/subnetworks", {
    name: `${name}-subnet`,
    network: `global/networks/${name}`,
    ipCidrRange: range,
  });
}

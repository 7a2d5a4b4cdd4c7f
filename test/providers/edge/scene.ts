import type { Change } from "../../../src/core/change.ts";
import { specHash } from "../../../src/core/identity.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Observed, Resource } from "../../../src/core/resource.ts";
import { type Document, pathText, valueAt } from "../../../src/datum/document.ts";
import type { Fleet } from "../../../src/datum/fleet.ts";
import { createEdgeProvider, type EdgeOptions, type EdgeProvider } from "../../../src/providers/edge/index.ts";
import { type Order, ProviderError } from "../../../src/providers/provider.ts";
import { type EdgeSimulator, type EdgeSimulatorOptions, startEdgeSimulator } from "../../../src/sim/edge/index.ts";

/** A document as the checker would give it; line numbers count the path's steps so that sources can be told apart. */
export function documentOf(content: JsonObject): Document {
  const metadata = content.metadata as JsonObject;
  return {
    file: "edge.yaml",
    index: 0,
    apiVersion: String(content.apiVersion),
    kind: String(content.kind),
    name: String(metadata.name),
    namespace: typeof metadata.namespace === "string" ? metadata.namespace : "default",
    content,
    at: (path) => ({ file: "edge.yaml", line: path.length + 1, column: pathText(path).length + 1 }),
  };
}

/** A Network manifest. */
export function networkOf(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "networking.datumapis.com/v1alpha",
    kind: "Network",
    metadata: { name, ...metadata },
    spec: { ipam: { mode: "Auto" }, ...spec },
  };
}

/** A fleet of nothing but these objects. */
export function fleetOf(...contents: readonly JsonObject[]): Fleet {
  const documents = contents.map(documentOf);
  const networks = documents
    .filter((document) => document.kind === "Network")
    .map((document) => ({
      name: document.name,
      namespace: document.namespace,
      ipv4Range: "10.128.0.0/9",
      ipv6Range: "",
      ipFamilies: ["IPv4"] as const,
      mtu: Number(valueAt(document.content, ["spec", "mtu"]) ?? 1460),
      document,
    }));
  const nothing = { locations: [], presences: [], deployments: [], instances: [], firewalls: [], problems: [] };
  return { name: "test", networks, documents, ...nothing };
}

/** A simulator with a provider in front of it. */
export interface Scene {
  readonly simulator: EdgeSimulator;
  readonly provider: EdgeProvider;
  api(method: string, path: string, body?: JsonObject, contentType?: string): Promise<JsonObject>;
  /** Lists the default namespace; with kinds, as one who remembers them. */
  observe(kinds?: readonly string[]): Promise<readonly Observed[]>;
  apply(resource: Resource, action?: Change["action"], observed?: Observed): Promise<Observed | undefined>;
}

/** Path of the Networks in the default namespace. */
export const networksPath = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks";

/** Starts both, runs the body and stops both. */
export async function withScene(
  body: (scene: Scene) => Promise<void>,
  simulatorOptions: EdgeSimulatorOptions = {},
  options: Partial<EdgeOptions> = {},
): Promise<void> {
  const simulator = await startEdgeSimulator({ readyAfterMs: 10, ...simulatorOptions });
  const provider = createEdgeProvider({
    name: "edge",
    endpoint: simulator.url,
    credentials: { kind: "none" },
    pollIntervalMs: 5,
    readyTimeoutMs: 5_000,
    settleTimeoutMs: 20,
    ...options,
  });
  try {
    await body(sceneOf(simulator, provider));
  } finally {
    await provider.close();
    await simulator.close();
  }
}

function sceneOf(simulator: EdgeSimulator, provider: EdgeProvider): Scene {
  const signal = new AbortController().signal;
  return {
    simulator,
    provider,
    api: async (method, path, body, contentType = "application/json") => {
      const answer = await fetch(simulator.url + path, {
        method,
        headers: { "content-type": contentType },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as JsonObject;
    },
    observe: async (kinds) => {
      const all: Observed[] = [];
      const scope = { fleet: "test", realms: ["default"], ...(kinds !== undefined && { kinds }) };
      for await (const one of provider.observe(scope, signal)) all.push(one);
      return all;
    },
    apply: (resource, action = "create", observed) => provider.apply(orderOf(resource, action, observed), signal),
  };
}

/** An order of the test fleet. */
export function orderOf(
  resource: Resource,
  action: Change["action"] = "create",
  observed?: Observed,
  cause: Change["cause"] = "commit",
): Order {
  const change: Change = {
    address: resource.address,
    provider: resource.provider,
    kind: resource.kind,
    action,
    cause,
    dependsOn: [],
    fields: [],
    resource,
    ...(observed === undefined ? {} : { observed }),
    reason: "",
    held: false,
  };
  return { change, fleet: "test", commit: "0123456789ab", specHash: specHash(resource.spec) };
}

/** The only resource of a fleet. */
export function only(resources: readonly Resource[]): Resource {
  if (resources.length !== 1) throw new Error(`expected one resource, got ${resources.length}`);
  return resources[0] as Resource;
}

/** The ProviderError that the work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

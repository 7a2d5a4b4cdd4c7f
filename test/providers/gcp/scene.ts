import type { Change } from "../../../src/core/change.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Observed, Resource } from "../../../src/core/resource.ts";
import type { Fleet } from "../../../src/datum/fleet.ts";
import { createGcpProvider, type GcpOptions } from "../../../src/providers/gcp/index.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { type GceSimulator, type GceSimulatorOptions, startGceSimulator } from "../../../src/sim/gce/index.ts";
import { orderOf } from "../../contract/provider-world.ts";
import { shippedNames } from "../../support/names.ts";

/** A simulator with a provider in front of it. */
export interface Scene {
  readonly simulator: GceSimulator;
  readonly provider: Provider;
  /** One request that goes around the provider; the operation it starts has ended when this resolves. */
  raw(method: string, path: string, body?: JsonObject): Promise<JsonObject>;
  observe(fleet: Fleet): Promise<readonly Observed[]>;
  apply(action: Change["action"], resource: Resource | undefined, observed?: Observed): Promise<Observed | undefined>;
  /** Makes everything, kind by kind. */
  makeAll(fleet: Fleet): Promise<readonly Resource[]>;
}

/** Where the API's paths begin. */
export const apiPath = "/compute/v1/";

/** Starts both. */
export async function openScene(
  simulatorOptions: GceSimulatorOptions = {},
  options: Partial<GcpOptions> = {},
): Promise<Scene & { close(): Promise<void> }> {
  const simulator = await startGceSimulator({ operationMs: [1, 5], defaultNetwork: false, ...simulatorOptions });
  const provider = createGcpProvider({
    ...shippedNames,
    name: "gcp",
    endpoint: simulator.url,
    credentials: { kind: "none" },
    pollIntervalMs: 20,
    operationTimeoutMs: 10_000,
    ...options,
  });
  const signal = new AbortController().signal;
  const apply: Scene["apply"] = (action, resource, observed) =>
    provider.apply(orderOf("test", action, resource, observed), signal);
  return {
    simulator,
    provider,
    apply,
    raw: async (method, path, body) => {
      const answer = await fetch(`${simulator.url}${apiPath}${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const read = (await answer.json()) as JsonObject;
      if (method !== "GET") simulator.control.settle();
      return read;
    },
    observe: async (fleet) => {
      const all: Observed[] = [];
      const scope = { fleet: fleet.name, realms: provider.realms(fleet) };
      for await (const one of provider.observe(scope, signal)) all.push(one);
      return all;
    },
    makeAll: async (fleet) => {
      const wanted = provider.translate(fleet);
      for (const kind of provider.kinds) {
        await Promise.all(wanted.filter((one) => one.kind === kind).map((one) => apply("create", one)));
      }
      return wanted;
    },
    close: async () => {
      await provider.close();
      await simulator.close();
    },
  };
}

/** Starts both, runs the body and stops both. */
export async function withScene(
  body: (scene: Scene) => Promise<void>,
  simulatorOptions: GceSimulatorOptions = {},
  options: Partial<GcpOptions> = {},
): Promise<void> {
  const scene = await openScene(simulatorOptions, options);
  try {
    await body(scene);
  } finally {
    await scene.close();
  }
}

/** The one thing whose key ends so. */
export function byName<T extends { readonly key: string }>(things: readonly T[], end: string): T {
  const found = things.filter(({ key }) => key.endsWith(`/${end}`));
  if (found.length !== 1) throw new Error(`${found.length} things are called ${end}`);
  return found[0] as T;
}

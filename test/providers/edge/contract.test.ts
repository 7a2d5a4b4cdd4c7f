import type { JsonObject } from "../../../src/core/json.ts";
import type { Resource } from "../../../src/core/resource.ts";
import { createEdgeProvider } from "../../../src/providers/edge/index.ts";
import { startEdgeSimulator } from "../../../src/sim/edge/index.ts";
import { providerSuite } from "../../contract/provider-suite.ts";
import type { Mood, ProviderWorld } from "../../contract/provider-world.ts";
import { fleetOf, networkOf, networksPath } from "./scene.ts";

async function makeWorld(): Promise<ProviderWorld> {
  const simulator = await startEdgeSimulator({ seed: 7, readyAfterMs: 5 });
  const provider = createEdgeProvider({
    ...{ name: "edge", endpoint: simulator.url, credentials: { kind: "none" } },
    ...{ pollIntervalMs: 5, readyTimeoutMs: 5_000, settleTimeoutMs: 20 },
  });
  const fleet = fleetOf(networkOf("first"), networkOf("second"));
  const wanted = provider.translate(fleet);
  const [changed] = provider.translate(fleetOf(networkOf("second", { mtu: 1_500 })));
  async function ask(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const headers = { "content-type": "application/json" };
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    return (await (await fetch(simulator.url + path, init)).json()) as JsonObject;
  }
  const nameOf = ({ key }: Resource): string => key.split("/").at(-1) ?? "";
  return {
    ...{ provider, fleet: fleet.name, realms: provider.realms(fleet), wanted, changed: changed as Resource },
    plant: async (resource) => void (await ask("POST", networksPath, networkOf(nameOf(resource)))),
    async look(resource) {
      const { kind, metadata, spec } = await ask("GET", `${networksPath}/${nameOf(resource)}`);
      return kind === "Network"
        ? JSON.stringify({ metadata: withoutHousekeeping(metadata as JsonObject), spec })
        : undefined;
    },
    writes: async () => simulator.traffic().writes,
    misbehave: async (mood) => simulator.setFaults(faults[mood]),
    async close() {
      await provider.close();
      await simulator.close();
    },
  };
}

/** The controllers of the world write too: their finalizers and versions say nothing of who touched the object. */
function withoutHousekeeping({ name, uid, labels, annotations, generation }: JsonObject): JsonObject {
  return {
    name: name ?? "",
    uid: uid ?? "",
    labels: labels ?? {},
    annotations: annotations ?? {},
    generation: generation ?? 0,
  };
}

const faults: Readonly<Record<Mood, object>> = {
  well: {},
  "loses-answers": { rates: { lose: 1 }, limit: 1 },
  "cuts-lists": { rates: { partial: 1 } },
  unreachable: { rates: { refuse: 1 } },
};

providerSuite("edge", makeWorld);

import type { JsonObject } from "../../../src/core/json.ts";
import type { Resource } from "../../../src/core/resource.ts";
import { providerSuite } from "../../contract/provider-suite.ts";
import type { Mood, ProviderWorld } from "../../contract/provider-world.ts";
import { openScene } from "./scene.ts";
import { lookupIn, shopWith } from "./secret-manifests.ts";

/** The fleet's own account and secrets alone: what machines need is in the other contract test. */
async function makeWorld(): Promise<ProviderWorld> {
  const fleet = shopWith("minReplicas: 2", "minReplicas: 1");
  const scene = await openScene({ seed: 7 }, { secrets: lookupIn(fleet) });
  const { provider, simulator } = scene;
  const all = provider.translate(fleet);
  const made = provider.kinds.filter((kind) => /^(service-account|secret)/.test(kind));
  const ours = made.flatMap((kind) => all.filter((one) => one.kind === kind));
  // The last one is nobody's dependency and can stand there already: a secret, here without its version.
  const lonely = all.find(({ address }) => address === "gcp/secret/default/registry") as Resource;
  const others = ours.filter((one) => one !== lonely && !one.address.startsWith("gcp/secret-version/default/registry"));
  const rest = async (method: string, path: string, body?: JsonObject): Promise<JsonObject> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    return (await (await fetch(`${simulator.url}/v1/${path}`, init)).json()) as JsonObject;
  };
  return {
    provider,
    fleet: fleet.name,
    realms: provider.realms(fleet),
    wanted: [...others, lonely],
    changed: { ...lonely, spec: { ...lonely.spec, accessors: [] } },
    plant: async ({ key }) => {
      const [, project, , id] = key.split("/");
      await rest("POST", `projects/${project}/secrets?secretId=${id}`, { replication: { automatic: {} } });
    },
    look: async ({ key }) => {
      const live = await rest("GET", key);
      return live.error === undefined ? JSON.stringify(live) : undefined;
    },
    writes: async () => simulator.control.requests().writes,
    misbehave: async (mood: Mood) => simulator.control.setFaults(faults[mood]),
    close: scene.close,
  };
}

const faults = {
  well: {},
  "loses-answers": { rates: { lose: 1 }, limit: 1 },
  "cuts-lists": { rates: { truncate: 1 }, pathContains: "/v1/projects/test-project/secrets" },
  unreachable: { rates: { refuse: 1 } },
} as const;

providerSuite("IAM and Secret Manager", makeWorld);

import type { JsonObject } from "../../../src/core/json.ts";
import type { Resource } from "../../../src/core/resource.ts";
import { providerSuite } from "../../contract/provider-suite.ts";
import type { Mood, ProviderWorld } from "../../contract/provider-world.ts";
import { fleetOf, locationsText, machineText, networkText } from "./manifests.ts";
import { apiPath, byName, openScene } from "./scene.ts";

async function makeWorld(): Promise<ProviderWorld> {
  const scene = await openScene({ seed: 7 });
  const { provider, simulator, raw } = scene;
  const fleet = fleetOf(locationsText, networkText, machineText.replace("minReplicas: 2", "minReplicas: 1"));
  const all = provider.translate(fleet);
  const wanted = provider.kinds.flatMap((kind) => all.filter((one) => one.kind === kind));
  const instance = byName(wanted, "web-main-dfw-0");
  const tags = [...(instance.spec.tags as readonly string[]), "wanted-too"].sort();
  return {
    provider,
    fleet: fleet.name,
    realms: provider.realms(fleet),
    wanted,
    changed: { ...instance, spec: { ...instance.spec, tags } },
    plant: async (resource) => {
      await raw("POST", "projects/test-project/zones/us-south1-a/instances", foreignInstance(resource));
    },
    look: async (resource) => {
      const live = await raw("GET", resource.key);
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
  "cuts-lists": { rates: { truncate: 1 }, pathContains: apiPath },
  unreachable: { rates: { refuse: 1 } },
} as const;

function foreignInstance(resource: Resource): JsonObject {
  const zone = "projects/test-project/zones/us-south1-a";
  const sourceImage = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2204-lts";
  return {
    name: resource.spec.name ?? "",
    machineType: `${zone}/machineTypes/n2-standard-2`,
    disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage } }],
    networkInterfaces: [{ subnetwork: "projects/test-project/regions/us-south1/subnetworks/test-main-dallas" }],
    labels: { owner: "somebody" },
  };
}

providerSuite("Compute Engine", makeWorld);

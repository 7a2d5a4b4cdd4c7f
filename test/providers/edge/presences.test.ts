import * as assert from "uvu/assert";
import type { Document } from "../../../src/datum/document.ts";
import type { Deployment, Fleet, Location } from "../../../src/datum/fleet.ts";
import { kindsOf } from "../../../src/providers/edge/kinds.ts";
import { claimedBlock, presenceFacts, presenceResources } from "../../../src/providers/edge/presences.ts";
import { keyOf } from "../../../src/providers/edge/translate.ts";
import { suite } from "../../support/suite.ts";
import { documentOf, fleetOf, networkOf } from "./scene.ts";

const test = suite("edge provider: presences");

const base = fleetOf(networkOf("wide"));
const [network] = base.networks;

function locationOf(name: string, more: { readonly plane?: string; readonly gcp?: boolean } = {}): Location {
  const annotations = more.plane === undefined ? {} : { "plumbline.dev/control-plane": more.plane };
  const document = documentOf({
    apiVersion: "networking.datumapis.com/v1alpha",
    kind: "Location",
    metadata: { name, annotations },
  });
  const gcp = more.gcp === true ? { gcp: { projectId: "p", region: "r", zone: "r-a" } } : {};
  return { name, namespace: "default", cityCode: "LHR", className: "edge", document, ...gcp };
}

function fleetIn(location: Location, ...names: readonly string[]): Fleet {
  const document = documentOf({
    apiVersion: "compute.datumapis.com/v1alpha",
    kind: "Workload",
    metadata: { name: "web" },
  });
  const deployments = names.map((name) => ({
    name,
    namespace: "default",
    location,
    networks: [network],
    document,
    replicas: 1,
  }));
  const key = `default/wide@default/${location.name}`;
  const presences = [{ network: network as NonNullable<typeof network>, location, key, block: "10.134.0.0/20" }];
  return { ...base, presences, deployments: deployments as unknown as readonly Deployment[] };
}

const translator = (provider = "edge", namespaced = true) => ({
  ...{ provider, kinds: kindsOf([]), controlPlanes: ["edge", "lhr"], keyOf },
  served: new Map([["location.networking.datumapis.com", { namespaced }]]),
});
const names = (provider: string, fleet: Fleet, namespaced = true) =>
  presenceResources(translator(provider, namespaced), fleet).map(({ kind, key }) => `${kind} ${key.split("/").at(-1)}`);

test("a location that nobody else serves has its presence on the default plane; Compute Engine's, where it names one", () => {
  const all = ["networkcontext wide-default-london", "subnetclaim wide-default-london-0", "networkbinding web-net-0"];
  assert.equal(names("edge", fleetIn(locationOf("london"), "web")), all);
  assert.equal(names("lhr", fleetIn(locationOf("london"), "web")), []);
  assert.equal(names("lhr", fleetIn(locationOf("london", { gcp: true, plane: "lhr" }), "web")), all);
  assert.equal(names("edge", fleetIn(locationOf("london", { gcp: true }), "web")), []);
});

test("without an interface nothing is made; with several, a binding for each", () => {
  assert.equal(names("edge", fleetIn(locationOf("london"))), []);
  assert.equal(names("edge", fleetIn(locationOf("london"), "api", "web")).slice(2), [
    "networkbinding api-net-0",
    "networkbinding web-net-0",
  ]);
});

test("where Locations live in the cluster, the control plane makes the contexts, and the binding says who asks", () => {
  const fleet = fleetIn(locationOf("london"), "web");
  assert.equal(names("edge", fleet, false), ["networkbinding web-net-0"]);
  const [binding] = presenceResources(translator("edge", false), fleet);
  assert.equal(binding?.spec.spec, {
    network: { name: "wide", namespace: "default" },
    consumer: { apiGroup: "compute.datumapis.com", kind: "WorkloadDeployment", name: "web" },
    location: { name: "london" },
  });
});

test("what somebody wrote under the name is theirs to say", () => {
  const fleet = fleetIn(locationOf("london"), "web");
  const written: Document = documentOf({
    apiVersion: "networking.datumapis.com/v1alpha",
    kind: "NetworkBinding",
    metadata: { name: "web-net-0" },
  });
  assert.equal(names("edge", { ...fleet, documents: [...fleet.documents, written] }).length, 2);
});

test("a claim asks for the planned block and proves it when it stands", () => {
  const claim = presenceResources(translator(), fleetIn(locationOf("london"), "web"))[1];
  assert.equal(claimedBlock(claim?.spec ?? {}), { key: "default/wide@default/london", block: "10.134.0.0/20" });
  assert.is(claimedBlock({}), undefined);
});

test("a binding keeps the block of its presence in mind, whoever made the claim", () => {
  const binding = presenceResources(translator(), fleetIn(locationOf("london"), "web"))[2];
  const known = { key: "default/wide@default/london", block: "10.134.0.0/20", meant: true };
  assert.equal(claimedBlock(binding?.spec ?? {}), known);
});

test("a plane that gave another block is believed", () => {
  const key = "subnetclaim.networking.datumapis.com/default/wide-default-london-0";
  const status = { phase: "ready" as const, detail: "", addresses: { range: "10.9.0.0/20" } };
  const observed = { provider: "edge", kind: "subnetclaim", key, realm: "default", id: "1", state: {}, status };
  assert.equal(presenceFacts(translator(), fleetIn(locationOf("london"), "web"), [observed]), [
    { kind: "given", presence: "default/wide@default/london", block: "10.9.0.0/20", by: "edge" },
  ]);
});

test.run();

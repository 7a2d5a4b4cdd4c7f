import * as assert from "uvu/assert";
import { parse, stringify } from "yaml";
import type { JsonObject } from "../../src/core/json.ts";
import { expandFleet } from "../../src/datum/expand.ts";
import type { Fleet } from "../../src/datum/fleet.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, placed, sandbox, surroundings, virtualMachine } from "./support.ts";

const test = suite("explicit objects");
const template = (parse(virtualMachine()) as { spec: { template: JsonObject } }).spec.template;
const compute = "compute.datumapis.com/v1alpha";
const networking = "networking.datumapis.com/v1alpha";

function deployment(name: string, spec: JsonObject = {}): string {
  const said = {
    cityCode: "LHR",
    placementName: "eu",
    workloadRef: { name: "vm", uid: "u" },
    scaleSettings: { minReplicas: 2 },
    template,
    ...spec,
  };
  return stringify({ apiVersion: compute, kind: "WorkloadDeployment", metadata: { name }, spec: said });
}

function instance(name: string, spec: JsonObject = {}): string {
  const said = { ...(template.spec as JsonObject), location: { name: "dfw", namespace: "default" }, ...spec };
  const metadata = { name, ...(template.metadata as JsonObject) };
  return stringify({ apiVersion: compute, kind: "Instance", metadata, spec: said });
}

function presence(kind: string, name: string, spec: JsonObject): string {
  const said = { location: { name: "lhr", namespace: "default" }, ...spec };
  return stringify({ apiVersion: networking, kind, metadata: { name }, spec: said });
}

function subnet(name: string, startAddress: string, more: JsonObject = {}): string {
  return presence("Subnet", name, {
    subnetClass: "private",
    networkContext: { name: "default-default-lhr" },
    ipFamily: "IPv4",
    startAddress,
    prefixLength: 20,
    ...more,
  });
}

function expand(...texts: readonly string[]): Fleet & { readonly told: readonly string[] } {
  const files = Object.fromEntries(texts.map((text, index) => [`${index}.yaml`, text]));
  const { documents, problems } = checkFiles({ "base.yaml": surroundings, ...files });
  const fleet = expandFleet(documents, { fleet: "example", allocations: new Map() });
  return { ...fleet, told: placed([...problems, ...fleet.problems]) };
}

const blocks = (fleet: Fleet) => fleet.presences.map(({ key, block }) => `${key} ${block}`);

test("a deployment that somebody wrote has its copies where it says", () => {
  const fleet = expand(deployment("hand-made"));
  assert.equal(fleet.told, []);
  assert.equal(
    fleet.instances.map(({ name, deployment: { location } }) => `${name} ${location.name}`),
    ["hand-made-0 lhr", "hand-made-1 lhr"],
  );
  assert.equal(blocks(fleet), ["default/default@default/lhr 10.132.0.0/20"]);
});

test("a deployment of the newer generation names its location", () => {
  const text = deployment("hand-made", { locationRef: { name: "dls" } }).replace(/ {2}cityCode: LHR\n/, "");
  const fleet = expand(text);
  assert.equal(fleet.told, []);
  assert.equal(
    fleet.instances.map(({ deployment: { location } }) => location.name),
    ["dls", "dls"],
  );
});

test("an instance that somebody wrote is one copy of its own name", () => {
  const fleet = expand(instance("lonely"));
  assert.equal(fleet.told, []);
  const [only, ...others] = fleet.instances;
  assert.is(others.length, 0);
  assert.is(only?.name, "lonely");
  assert.is(only?.deployment.location.name, "dfw");
  assert.equal(
    only?.deployment.disks.map(({ volume, boot }) => `${volume} ${boot}`),
    ["boot true", "extra false"],
  );
  assert.is(only?.deployment.document.at(["spec", "template", "spec", "runtime"]).file, "0.yaml");
});

test("rules of an instance are told at the paths that were written", () => {
  const nic = {
    network: { name: "default" },
    networkPolicy: { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.1/8" } }] }] },
  };
  const { told } = expand(instance("lonely", { networkInterfaces: [nic] }));
  assert.equal(told, ["policy/cidr spec.networkInterfaces[0].networkPolicy.ingress[0].from[0].ipBlock.cidr"]);
});

for (const [title, text, ...wanted] of [
  ["a deployment in no city", deployment("d", { cityCode: "AMS" }), "workload/city-missing spec.cityCode"],
  [
    "no copies",
    deployment("d", { scaleSettings: { minReplicas: 0 } }),
    "workload/min-replicas spec.scaleSettings.minReplicas",
  ],
  [
    "an instance nowhere",
    instance("i", { location: { name: "gone", namespace: "default" } }),
    "workload/location-missing spec.location.name",
  ],
  [
    "an instance without a network",
    instance("i", { networkInterfaces: [{ network: { name: "gone" } }] }),
    "workload/network-missing spec.networkInterfaces[0].network.name",
  ],
  ["a subnet outside", subnet("s", "192.168.0.0"), "network/subnet spec.startAddress"],
  ["a subnet that is no block", subnet("s", "10.140.0.1"), "network/subnet spec.startAddress"],
] as const) {
  test(`${title} is told`, () => assert.equal(expand(text).told, wanted));
}

test("an instance under the name of a generated one is told", () => {
  const { told } = expand(sandbox(), instance("web-us-dfw-0"));
  assert.equal(told, ["names/collision metadata.name"]);
});

test("a presence that somebody wrote is there without any copy", () => {
  const context = presence("NetworkContext", "default-default-lhr", { network: { name: "default" } });
  assert.equal(blocks(expand(context)), ["default/default@default/lhr 10.132.0.0/20"]);
  const binding = presence("NetworkBinding", "b", { network: { name: "default", namespace: "default" } });
  assert.equal(blocks(expand(binding)), ["default/default@default/lhr 10.132.0.0/20"]);
});

test("a subnet that somebody wrote decides the block, also of a context with a name of its own", () => {
  assert.equal(blocks(expand(subnet("s", "10.140.0.0"))), ["default/default@default/lhr 10.140.0.0/20"]);
  const context = presence("NetworkContext", "mine", { network: { name: "default" } });
  const named = subnet("s", "10.144.0.0", { networkContext: { name: "mine" } });
  assert.equal(blocks(expand(context, named)), ["default/default@default/lhr 10.144.0.0/20"]);
});

test("two subnets may not share addresses", () => {
  const other = subnet("t", "10.140.0.0", {
    location: { name: "dfw", namespace: "default" },
    networkContext: { name: "default-default-dfw" },
  });
  assert.equal(expand(subnet("s", "10.140.0.0"), other).told, ["network/subnet spec.startAddress"]);
});

test.run();

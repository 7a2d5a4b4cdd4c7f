import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Resource } from "../../../src/core/resource.ts";
import { expandFleet } from "../../../src/datum/expand.ts";
import type { Fleet } from "../../../src/datum/fleet.ts";
import { kindsOf } from "../../../src/providers/edge/kinds.ts";
import { strayProblems, type Translator, translateFleet } from "../../../src/providers/edge/translate.ts";
import { suite } from "../../support/suite.ts";
import { documentOf, networkOf, withScene } from "./scene.ts";

const test = suite("edge provider: control planes");
const networking = "networking.datumapis.com/v1alpha";
const note = "plumbline.dev/control-plane";

function translator(provider: string, controlPlanes = ["dfw", "lhr"]): Translator {
  return { provider, controlPlanes, kinds: kindsOf(["Location.networking.datumapis.com"]), served: undefined };
}

function objectOf(kind: string, name: string, spec: JsonObject, plane?: string): JsonObject {
  const annotations = plane === undefined ? {} : { annotations: { [note]: plane } };
  return { apiVersion: networking, kind, metadata: { name, ...annotations }, spec };
}

function locationOf(name: string, city: string, plane?: string): JsonObject {
  const topology = { "topology.datum.net/city-code": city };
  return objectOf("Location", name, { locationClassName: "edge", topology, provider: {} }, plane);
}

function bindingOf(network: string, location: string): JsonObject {
  return objectOf("NetworkBinding", `${network}-${location}`, {
    network: { name: network },
    location: { name: location, namespace: "default" },
  });
}

function fleetOf(...contents: readonly JsonObject[]): Fleet {
  return expandFleet(contents.map(documentOf), { fleet: "test", allocations: new Map() });
}

/** Where each object stands, by plane. */
function placesOf(fleet: Fleet): Readonly<Record<string, readonly string[]>> {
  const names = (resources: readonly Resource[]) =>
    resources.map(({ kind, address }) => `${kind} ${address.split("/").at(-1)}`);
  return Object.fromEntries(["dfw", "lhr"].map((name) => [name, names(translateFleet(translator(name), fleet))]));
}

test("what names no plane and no location stands on the default one; what names one, there", () => {
  const fleet = fleetOf(
    objectOf("Domain", "plain", { domainName: "a.example" }),
    objectOf("Domain", "away", { domainName: "b.example" }, "lhr"),
    objectOf("Domain", "both", { domainName: "c.example" }, "lhr, dfw"),
  );
  assert.equal(placesOf(fleet), { dfw: ["domain both", "domain plain"], lhr: ["domain away", "domain both"] });
});

test("a location takes its objects along, and its networks too", () => {
  const fleet = fleetOf(
    locationOf("dallas", "DFW"),
    locationOf("london", "LHR", "lhr"),
    networkOf("near"),
    networkOf("wide"),
    bindingOf("near", "dallas"),
    bindingOf("wide", "london"),
  );
  assert.equal(placesOf(fleet), {
    dfw: ["location dallas", "network near", "network wide", "networkbinding near-dallas"],
    lhr: ["location london", "network wide", "networkbinding wide-london"],
  });
});

test("what waits for a network waits for it on its own plane", () => {
  const fleet = fleetOf(locationOf("london", "LHR", "lhr"), networkOf("wide"), bindingOf("wide", "london"));
  const [, network, binding] = translateFleet(translator("lhr"), fleet);
  assert.equal(network?.provides, ["network default/wide on lhr"]);
  assert.equal(binding?.needs, ["network default/wide on lhr"]);
  const [near] = translateFleet(translator("dfw"), fleet).filter(({ kind }) => kind === "network");
  assert.equal(near?.provides, [
    "network default/wide",
    "network default/wide on dfw",
    "link default/wide between  and dfw",
  ]);
});

test("the annotation is for us alone and never reaches the server", () => {
  const [resource] = translateFleet(
    translator("lhr"),
    fleetOf(objectOf("Domain", "d", { domainName: "a.example" }, "lhr")),
  );
  assert.not.match(JSON.stringify(resource?.spec), "control-plane");
});

test("a plane that nobody configured is an error on its line, and the object goes nowhere", () => {
  const fleet = fleetOf(locationOf("tokyo", "TYO", "tyo"), objectOf("Domain", "d", { domainName: "a.example" }, "lhr"));
  assert.equal(
    strayProblems(translator("dfw"), fleet).map(({ rule, severity, message, hint }) => [rule, severity, message, hint]),
    [["edge/unknown-control-plane", "error", "There is no control plane tyo.", "Configured: dfw, lhr."]],
  );
  const alone = translator("edge", ["edge"]);
  assert.is(strayProblems(alone, fleet).length, 2);
  assert.equal(translateFleet(alone, fleet), []);
});

test("two planes that are one server leave each other's objects alone", () =>
  withScene(
    async ({ provider, observe, api }) => {
      const labels = { "plumbline.dev/fleet": "test", "plumbline.dev/uid": "u" };
      const path = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks";
      const marked = (name: string, address: string) =>
        api("POST", path, networkOf(name, {}, { labels, annotations: { "plumbline.dev/address": address } }));
      await marked("theirs", "lhr/network/default/theirs");
      await marked("ours", "edge/network/default/ours");
      provider.translate(fleetOf());
      assert.equal(
        (await observe()).map(({ key }) => key.split("/").at(-1)),
        ["ours"],
      );
    },
    {},
    { controlPlanes: ["edge", "lhr"] },
  ));

test.run();

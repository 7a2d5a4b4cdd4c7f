import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { failureOf, fleetOf, only, withScene } from "./scene.ts";

const test = suite("edge provider: lists that have one owner");

const path = "/apis/dns.networking.miloapis.com/v1alpha1/namespaces/default/dnsrecordsets/www";

function recordsOf(...records: readonly JsonObject[]): JsonObject {
  return {
    apiVersion: "dns.networking.miloapis.com/v1alpha1",
    kind: "DNSRecordSet",
    metadata: { name: "www" },
    spec: { dnsZoneRef: { name: "zone" }, recordType: "A", records },
  };
}

const plain = { name: "www", a: { content: "203.0.113.1" } };

test("a field that an item of such a list no longer says is a difference, and goes", () =>
  withScene(async ({ provider, apply, api }) => {
    const made = await apply(only(provider.translate(fleetOf(recordsOf({ ...plain, ttl: 300 })))));
    const wanted = only(provider.translate(fleetOf(recordsOf(plain))));
    assert.equal(made && provider.compare(wanted, made).map(({ path, before, after }) => [path, before, after]), [
      ["spec.records[0].ttl", 300, undefined],
    ]);
    const after = await apply(wanted, "update", made);
    assert.equal(after && provider.compare(wanted, after), []);
    assert.equal(((await api("GET", path)).spec as JsonObject).records, [plain]);
  }));

test("what others add to an item is drift, and theirs to give up", () =>
  withScene(async ({ provider, apply, api, observe }) => {
    const wanted = only(provider.translate(fleetOf(recordsOf(plain))));
    await apply(wanted);
    const patch = { spec: { records: [{ ...plain, ttl: 60 }] } };
    await api("PATCH", `${path}?fieldManager=somebody`, patch, "application/merge-patch+json");
    const [seen] = await observe(["dnsrecordset"]);
    assert.equal(seen && provider.compare(wanted, seen).map(({ path, before }) => [path, before]), [
      ["spec.records[0].ttl", 60],
    ]);
    const failure = await failureOf(apply(wanted, "update", seen));
    assert.match(failure.message, 'spec.records belongs to "somebody"');
  }));

test("what the server fills in is no difference, whatever else the manifest changes", () =>
  withScene(async ({ provider, apply }) => {
    const proxy = (team: string): JsonObject => ({
      apiVersion: "networking.datumapis.com/v1alpha",
      kind: "HTTPProxy",
      metadata: { name: "site", labels: { team } },
      spec: {
        hostnames: ["www.example.com"],
        rules: [{ matches: [{ path: { value: "/" } }], backends: [{ endpoint: "https://origin.example.com" }] }],
      },
    });
    const wanted = only(provider.translate(fleetOf(proxy("a"))));
    const made = await apply(wanted);
    assert.equal(made && provider.compare(wanted, made), []);
    const next = only(provider.translate(fleetOf(proxy("b"))));
    assert.equal(made && provider.compare(next, made).map(({ path }) => path), ["metadata.labels.team"]);
  }));

test.run();

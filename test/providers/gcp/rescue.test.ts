import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Resource } from "../../../src/core/resource.ts";
import { failureOf } from "../../contract/provider-world.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText } from "./manifests.ts";
import { byName, type Scene, withScene } from "./scene.ts";

const test = suite("gcp rescue");
const fleet = fleetOf(locationsText, networkText, machineText.replace("minReplicas: 2", "minReplicas: 1"));
const zone = "projects/test-project/zones/us-south1-a";
const path = `${zone}/instances/web-main-dfw-0`;

/** Brings one thing back to what is wanted, whatever that takes, and says what it took. */
async function bringBack(scene: Scene, resource: Resource): Promise<string> {
  const live = byName(await scene.observe(fleet), resource.spec.name as string);
  const fields = scene.provider.compare(resource, live);
  const force =
    (["replace", "restart"] as const).find((one) => fields.some(({ forces }) => forces === one)) ?? "update";
  const after = await scene.apply(force, resource, live);
  assert.equal(after && scene.provider.compare(resource, after), [], JSON.stringify(fields));
  assert.is(after?.status.phase, "ready");
  return `${force} ${fields.map((field) => field.path).join(" ")}`;
}

test("whatever state an instance was put in, it runs again", () =>
  withScene(async (scene) => {
    const instance = byName(await scene.makeAll(fleet), "web-main-dfw-0");
    const source = `${zone}/machineTypes/n2-standard-4`;
    const cases: readonly (readonly [readonly (readonly [string, JsonObject])[], string])[] = [
      [[["stop", {}]], "update status"],
      [[["suspend", {}]], "update status"],
      [
        [
          ["stop", {}],
          ["setMachineType", { machineType: source }],
        ],
        "restart machineType status",
      ],
      [
        [
          ["stop", {}],
          ["setMachineType", { machineType: source }],
          ["start", {}],
        ],
        "restart machineType",
      ],
      [[["detachDisk?deviceName=persistent-disk-1", {}]], "update dataDisks"],
      [
        [["deleteAccessConfig?accessConfig=External%20NAT&networkInterface=nic0", {}]],
        "update networkInterfaces[0].externalAddress",
      ],
    ];
    for (const [steps, expected] of cases) {
      for (const [method, body] of steps) {
        const answer = await scene.raw("POST", `${path}/${method}`, body);
        assert.is(answer.error, undefined, `${method} ${JSON.stringify(answer.error)}`);
      }
      assert.is(await bringBack(scene, instance), expected);
    }
  }));

test("an instance that was deleted by hand is made again with its old data disk", () =>
  withScene(async (scene) => {
    const instance = byName(await scene.makeAll(fleet), "web-main-dfw-0");
    const before = await scene.observe(fleet);
    await scene.raw("DELETE", path);
    const seen = await scene.observe(fleet);
    assert.not.ok(seen.some(({ key }) => key === instance.key));
    const after = await scene.apply("create", instance);
    assert.is.not(after?.id, byName(before, "web-main-dfw-0").id);
    assert.equal(after && scene.provider.compare(instance, after), []);
    const disk = "web-main-dfw-0-data";
    assert.is(byName(await scene.observe(fleet), disk).id, byName(before, disk).id);
  }));

test("a firewall that was switched off or opened wide is put right", () =>
  withScene(async (scene) => {
    const rule = byName(await scene.makeAll(fleet), "test-web-main-dfw-net-0-0");
    for (const change of [
      { disabled: true },
      { sourceRanges: ["10.0.0.0/8"] },
      { targetTags: ["all"] },
      { priority: 1 },
    ]) {
      const answer = await scene.raw("PATCH", rule.key, change);
      assert.is(answer.error, undefined, JSON.stringify(answer.error));
      assert.is(await bringBack(scene, rule), `update ${Object.keys(change)[0]}`);
    }
  }));

test("a subnetwork's range is widened in place", () =>
  withScene(async (scene) => {
    const subnetwork = byName(await scene.makeAll(fleet), "test-main-dallas");
    const wider = { ...subnetwork, spec: { ...subnetwork.spec, ipCidrRange: "10.128.0.0/19" } };
    assert.is(await bringBack(scene, wider), "update ipCidrRange");
  }));

test("an instance of somebody else is taken over where it can be, with its labels", () =>
  withScene(async (scene) => {
    const wanted = scene.provider.translate(fleet);
    for (const kind of ["network", "subnetwork", "disk"]) {
      for (const thing of wanted.filter((resource) => resource.kind === kind)) await scene.apply("create", thing);
    }
    const instance = byName(wanted, "web-main-dfw-0");
    const sourceImage = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2204-lts";
    await scene.raw("POST", `${zone}/instances`, {
      name: "web-main-dfw-0",
      machineType: `${zone}/machineTypes/n2-standard-2`,
      canIpForward: true,
      disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage } }],
      networkInterfaces: [{ subnetwork: "projects/test-project/regions/us-south1/subnetworks/test-main-dallas" }],
      labels: { team: "blue" },
    });
    const live = byName(await scene.observe(fleet), "web-main-dfw-0");
    const fields = scene.provider.compare(instance, live);
    assert.not.ok(
      fields.some(({ forces }) => forces === "replace"),
      JSON.stringify(fields),
    );
    const after = await scene.apply("adopt", instance, live);
    assert.is(after?.id, live.id);
    assert.is(after?.marker?.uid, instance.uid);
    assert.equal(after && scene.provider.compare(instance, after), []);
    assert.is(((await scene.raw("GET", path)).labels as JsonObject).team, "blue");
  }));

test("a protected instance is not deleted until the manifest lets go of it", () =>
  withScene(async (scene) => {
    const instance = byName(await scene.makeAll(fleet), "web-main-dfw-0");
    const guarded = { ...instance, spec: { ...instance.spec, deletionProtection: true } };
    assert.is(await bringBack(scene, guarded), "update deletionProtection");
    const live = byName(await scene.observe(fleet), "web-main-dfw-0");
    const failure = await failureOf(scene.apply("delete", undefined, live));
    assert.is(failure.next, "person");
    assert.is(await bringBack(scene, instance), "update deletionProtection");
    await scene.apply("delete", undefined, byName(await scene.observe(fleet), "web-main-dfw-0"));
  }));

test.run();

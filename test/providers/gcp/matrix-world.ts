import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Force, Resource } from "../../../src/core/resource.ts";
import { fleetOf, locationsText, machineText, networkText } from "./manifests.ts";
import { apiPath, byName, type Scene, withScene } from "./scene.ts";

/** One row of the update matrix as it comes about in a world. */
export interface MatrixRow {
  /** The thing's name; its kind decides what stands around it. */
  readonly name: string;
  /** Fields of the spec that are wanted instead. */
  readonly wanted?: JsonObject;
  /** Fields that are wanted no more. */
  readonly without?: readonly string[];
  /** What somebody does to the thing before: method, what follows its path, and the body made from what is there. */
  readonly before?: (live: JsonObject) => readonly [string, string, JsonObject?];
  /** Every difference with its cost. */
  readonly costs: readonly string[];
  /** What the world says of the thing at last. */
  readonly after: (live: JsonObject) => unknown;
  readonly expected: unknown;
}

const fleet = fleetOf(locationsText, networkText, machineText.replace("minReplicas: 2", "minReplicas: 1"));

/** What has to stand for a thing of a kind, and no more, so that a replacement meets nothing that uses it. */
const ground: Readonly<Record<string, readonly string[]>> = {
  network: ["network"],
  subnetwork: ["network", "subnetwork"],
  firewall: ["network", "firewall"],
  disk: ["disk"],
  instance: ["network", "subnetwork", "disk", "instance"],
};

const actions: Readonly<Record<Force, "update" | "restart" | "replace">> = {
  nothing: "update",
  restart: "restart",
  replace: "replace",
};

/** Makes the thing, has the change planned and carried out, and looks at the world. */
export function provesRow(row: MatrixRow): Promise<void> {
  return withScene(async (scene) => {
    const wanted = byName(scene.provider.translate(fleet), row.name);
    await make(scene, ground[wanted.kind] ?? []);
    const read = (): Promise<JsonObject> => scene.raw("GET", wanted.key);
    if (row.before !== undefined) {
      const [method, suffix, body] = row.before(await read());
      const answer = await scene.raw(method, `${wanted.key}${suffix}`, body);
      assert.is(answer.error, undefined, JSON.stringify(answer));
    }
    const spec = Object.entries({ ...wanted.spec, ...row.wanted }).filter(([field]) => !row.without?.includes(field));
    const resource: Resource = { ...wanted, spec: Object.fromEntries(spec) };
    const live = byName(await scene.observe(fleet), row.name);
    const fields = scene.provider.compare(resource, live);
    assert.equal(
      fields.map(({ path, forces }) => `${path} ${forces}`),
      row.costs,
    );
    const worst = (["replace", "restart", "nothing"] as const).find((force) =>
      fields.some((field) => field.forces === force),
    );
    const [older, startedBefore] = [live.id, (await read()).lastStartTimestamp];
    const after = await scene.apply(actions[worst ?? "nothing"], resource, live);
    assert.equal(after && scene.provider.compare(resource, after), [], "nothing is left to do");
    const world = await read();
    assert.is(world.id !== older, worst === "replace", "only a replacement makes another one");
    if (wanted.kind === "instance") {
      assert.is(world.status, "RUNNING");
      const wasStopped = worst !== "nothing" || row.before?.(world)[1] === "/stop";
      if (worst !== "replace") assert.is(world.lastStartTimestamp !== startedBefore, wasStopped, "stopped and started");
      const disk = await scene.raw("GET", `${wanted.key.split("/instances/")[0]}/disks/web-main-dfw-0-data`);
      assert.equal(disk.users, [`https://www.googleapis.com${apiPath}${wanted.key}`], "its data stays with it");
    }
    assert.equal(row.after(world), row.expected);
  });
}

async function make({ provider, apply }: Scene, kinds: readonly string[]): Promise<void> {
  const wanted = provider.translate(fleet);
  for (const kind of kinds)
    for (const resource of wanted.filter((one) => one.kind === kind)) await apply("create", resource);
}

/** The fleet that the rows speak of. */
export const matrixFleet = fleet;

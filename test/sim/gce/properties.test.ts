import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { startGceSimulator } from "../../../src/sim/gce/index.ts";
import { suite } from "../../support/suite.ts";
import { type Body, type Client, clientOf, instanceBody } from "./client.ts";

const test = suite("gce properties");
const zones = ["us-central1-a", "us-central1-b"] as const;

type Step = readonly [verb: string, name: string, zone: (typeof zones)[number]];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom("insert", "delete", "stop", "start", "label", "disk", "attach", "wait"),
  fc.constantFrom("a", "b", "c"),
  fc.constantFrom(...zones),
);

async function take(client: Client, [verb, name, zone]: Step): Promise<void> {
  const path = `/zones/${zone}/instances`;
  if (verb === "insert") await client.send("POST", path, instanceBody(name, {}, zone));
  else if (verb === "delete") await client.send("DELETE", `${path}/${name}`);
  else if (verb === "disk") await client.send("POST", `/zones/${zone}/disks`, { name: `d${name}`, sizeGb: "10" });
  else if (verb === "attach") {
    await client.send("POST", `${path}/${name}/attachDisk`, {
      source: `zones/${zone}/disks/d${name}`,
      deviceName: "x",
    });
  } else if (verb === "label") {
    const { labelFingerprint = "" } = await client.get(`${path}/${name}`);
    await client.send("POST", `${path}/${name}/setLabels`, { labels: { a: name }, labelFingerprint });
  } else if (verb === "wait") client.control.settle();
  else await client.send("POST", `${path}/${name}/${verb}`);
}

/** What can be seen from outside: instances and disks of all zones, and operations. */
async function view(client: Client): Promise<Body> {
  const seen: Body[] = [];
  for (const zone of zones) {
    for (const collection of ["instances", "disks", "operations"]) {
      seen.push(await client.get(`/zones/${zone}/${collection}`));
    }
  }
  return seen;
}

test("whatever is asked, the world holds together, and is the same after a restart", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const dataDirectory = mkdtempSync(join(tmpdir(), "gce-property-"));
      const options = { dataDirectory, operationMs: [60_000, 60_000] as const, clock: () => 1_800_000_000_000 };
      try {
        const first = clientOf(await startGceSimulator(options));
        for (const one of steps) await take(first, one);
        const before = await view(first);
        holdsTogether(before);
        await first.close();
        const second = clientOf(await startGceSimulator(options));
        assert.equal(await view(second), before);
        second.control.settle();
        holdsTogether(await view(second));
        for (const list of await view(second)) {
          for (const item of list.items ?? []) {
            if (item.kind === "compute#operation") assert.is(item.status, "DONE");
            if (item.kind === "compute#instance")
              assert.ok(["RUNNING", "TERMINATED"].includes(item.status), item.status);
          }
        }
        await second.close();
      } finally {
        rmSync(dataDirectory, { recursive: true, force: true });
      }
    }),
    { numRuns: 25 },
  );
});

/** No address twice, no disk in two places, every disk of an instance is there and knows its user. */
function holdsTogether(lists: readonly Body[]): void {
  const all: Body[] = lists.flatMap((list) => list.items ?? []);
  const instances = all.filter((one) => one.kind === "compute#instance");
  const disks = new Map(all.filter((one) => one.kind === "compute#disk").map((disk) => [disk.selfLink, disk]));
  const addresses = instances.map((one) => one.networkInterfaces[0].networkIP);
  assert.is(new Set(addresses).size, addresses.length, "an address was given twice");
  const used = instances.flatMap((one) => one.disks.map((disk: Body) => [disk.source, one.selfLink]));
  assert.is(new Set(used.map(([source]) => source)).size, used.length, "a disk is in two places");
  for (const [source, user] of used) assert.equal(disks.get(source)?.users, [user]);
  assert.is(new Set(all.map((one) => one.id)).size, all.length, "an id was given twice");
}

test.run();

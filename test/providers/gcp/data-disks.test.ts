import * as assert from "uvu/assert";
import type { Outcome } from "../../../src/core/outcome.ts";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText, networkText } from "./manifests.ts";

const test = suite("gcp data disks");
const copies = (count: number): string => machineText.replace("minReplicas: 2", `minReplicas: ${count}`);
const commit = (loop: GcpLoop, workload: string, locations = locationsText): Promise<Outcome> =>
  loop.commit(locations, networkText, workload);
const disks = (loop: GcpLoop): readonly unknown[] =>
  loop
    .live("disks")
    .flatMap(({ name, id }) => (String(name).endsWith("-data") ? [`${String(name)} ${String(id)}`] : []));

const volume = machineText.slice(
  machineText.indexOf("        - name: data\n"),
  machineText.indexOf("        - name: settings"),
);
const without = (text: string): string =>
  text.replace(volume, "").replace("            - { name: data, mountPath: /srv/data }\n", "");

test("fewer copies keep their disks, more copies find them again, and a volume that leaves takes them", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, copies(3));
    const before = disks(loop);
    assert.is(before.length, 3);
    assert.equal(steps(await commit(loop, copies(1))), [
      "delete gcp/instance/default/web-main-dfw-2",
      "delete gcp/instance/default/web-main-dfw-1",
    ]);
    assert.equal(disks(loop), before);
    assert.equal(steps(await loop.look()), [], "they are wanted as long as they stand");
    loop.loseStore();
    assert.equal(steps(await loop.look()), [], "also when nobody remembers them");
    await commit(loop, copies(3));
    assert.equal(disks(loop), before);
    await commit(loop, copies(2));
    const outcome = await commit(loop, without(copies(2)));
    assert.is(outcome.kind, "applied", JSON.stringify([outcome.problems, outcome.refusals]));
    assert.equal(disks(loop), []);
  }));

test("a disk that would have to be another one is refused, with the field and its line", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, copies(1));
    const before = [disks(loop), loop.live("instances")];
    const elsewhere = await commit(loop, copies(1), locationsText.replace("us-south1-a", "us-south1-b"));
    assert.is(elsewhere.kind, "refused");
    const lost = elsewhere.refusals.filter(({ rule }) => rule === "limits/data-loss");
    assert.equal(
      lost.map(({ message }) => message),
      [
        "gcp/disk/default/web-main-dfw-0-data cannot change its zone in place, and what it holds would be lost with it.",
      ],
    );
    const disk = elsewhere.plan?.changes.find(({ kind }) => kind === "disk");
    assert.equal(
      disk?.fields.map(({ path, forces, source }) => [path, forces, source?.line]),
      [["zone", "replace", 7]],
    );
    const smaller = await commit(loop, copies(1).replace("20Gi", "10Gi"));
    assert.is(smaller.kind, "refused");
    assert.match(smaller.refusals[0]?.message ?? "", /cannot change its sizeGib in place/);
    assert.equal([disks(loop), loop.live("instances")], before);
  }));

test.run();

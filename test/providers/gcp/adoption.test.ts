import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText } from "./manifests.ts";

const test = suite("gcp adoption");
const project = "projects/test-project";

const network = (annotations: string, mtu = 1460) => `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: main, annotations: { ${annotations} } }
spec: { ipam: { mode: Auto }, mtu: ${mtu} }
`;
const adopt = 'plumbline.dev/adopt: "true"';
const machine = machineText.replace("minReplicas: 2", "minReplicas: 1");

async function raw(loop: GcpLoop, path: string, body: JsonObject): Promise<void> {
  const answer = await fetch(`${loop.simulator.url}/compute/v1/${project}/${path}`, {
    ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  });
  assert.is(answer.status, 200, await answer.text());
  loop.simulator.control.settle();
}

/** A network and a subnetwork that somebody made before us, under the names that we would give. */
async function theirs(loop: GcpLoop): Promise<void> {
  await raw(loop, "global/networks", { name: "test-main", autoCreateSubnetworks: false, description: "by hand" });
  const subnetwork = { name: "test-main-dallas", network: "global/networks/test-main", ipCidrRange: "10.128.0.0/20" };
  await raw(loop, "regions/us-south1/subnetworks", subnetwork);
}

const commit = (loop: GcpLoop, annotations: string, mtu?: number) =>
  loop.commit(locationsText, network(annotations, mtu), machine);

test("a network that cannot be marked is taken over by its annotation, and stays", () =>
  withGcpLoop(async (loop) => {
    await theirs(loop);
    const ids = [...loop.live("networks"), ...loop.live("subnetworks")].map(({ id }) => id);
    assert.is((await commit(loop, "")).kind, "refused", "without the annotation it is a conflict");
    const outcome = await commit(loop, adopt);
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.results));
    assert.equal(steps(outcome).slice(0, 2), [
      "adopt gcp/network/default/main",
      "adopt gcp/subnetwork/default/main-dallas",
    ]);
    const after = await loop.look();
    assert.equal(steps(after), []);
    assert.is(after.kind, "settled");
    assert.is(after.table.find(({ kind }) => kind === "network")?.note, "adopted");
    assert.equal(
      [...loop.live("networks"), ...loop.live("subnetworks")].map(({ id }) => id),
      ids,
    );
    loop.loseStore();
    assert.equal(steps(await loop.look()), [], "the annotation and what stands in it are enough");
    assert.equal(steps(await commit(loop, adopt, 1500)), ["update gcp/network/default/main mtu"]);
    assert.is(loop.live("networks")[0]?.mtu, 1500);
    assert.equal(steps(await loop.look()), []);
  }));

test("what was taken over goes back when the annotation does, and is only deleted with permission", () =>
  withGcpLoop(async (loop) => {
    await theirs(loop);
    await commit(loop, adopt);
    assert.equal(
      (await commit(loop, "")).refusals.map(({ rule }) => rule),
      ["ownership/conflict", "ownership/conflict"],
    );
    await commit(loop, adopt);
    const gone = await loop.commit(locationsText);
    assert.is(gone.kind, "refused");
    assert.equal([...new Set(gone.refusals.map(({ rule }) => rule))], ["limits/protected"]);
    assert.is(loop.live("networks").length, 1);
    await commit(loop, `${adopt}, plumbline.dev/protect: "false"`);
    assert.is((await loop.commit(locationsText)).kind, "applied");
    assert.equal(loop.live("networks"), []);
  }));

test("an image that nobody has is a matter for a person", () =>
  withGcpLoop(
    async (loop) => {
      const outcome = await loop.commit(locationsText, network(""), machine);
      const failed = outcome.results.find(({ state }) => state === "failed");
      assert.equal([failed?.code, failed?.retryable], ["not-found", false], failed?.message);
      assert.match(failed?.message ?? "", /image/);
    },
    { provider: { images: { "datumcloud/ubuntu-2204-lts": "projects/nobody/global/images/nothing" } } },
  ));

test.run();

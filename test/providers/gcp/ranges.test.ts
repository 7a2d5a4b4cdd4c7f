import * as assert from "uvu/assert";
import type { Observed } from "../../../src/core/resource.ts";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText, networkText } from "./manifests.ts";

const test = suite("gcp ranges");

const machine = machineText.replace("minReplicas: 2", "minReplicas: 1");
const wider = machine.replace("cityCodes: [DFW]", "cityCodes: [DFW, LHR]");
const ranges = (loop: GcpLoop) => loop.live("subnetworks").map(({ name, ipCidrRange }) => `${name} ${ipCidrRange}`);

async function foreignSubnetwork(loop: GcpLoop, ipCidrRange: string): Promise<void> {
  const network = loop.live("networks")[0]?.selfLink;
  const path = `${loop.simulator.url}/compute/v1/projects/test-project/regions/us-west1/subnetworks`;
  const body = JSON.stringify({ name: "theirs", network, ipCidrRange });
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.is(answer.status, 200, await answer.text());
  loop.simulator.control.settle();
}

test("a block avoids what somebody else made in the same network", () =>
  withGcpLoop(async (loop) => {
    await loop.commit(locationsText, networkText, machine);
    await foreignSubnetwork(loop, "10.132.0.0/16");
    const outcome = await loop.commit(locationsText, networkText, wider);
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.problems));
    assert.equal(ranges(loop), [
      "test-main-dallas 10.128.0.0/20",
      "test-main-london 10.134.0.0/20",
      "theirs 10.132.0.0/16",
    ]);
    assert.equal(steps(await loop.look()), []);
  }));

test("a block grows in place when more copies need it, and tells when it cannot", () =>
  withGcpLoop(async (loop) => {
    const small = networkText.replace("mode: Auto", "mode: Auto, ipv4Range: 10.0.0.0/25");
    const copies = (count: number) => machine.replace("minReplicas: 1", `minReplicas: ${count}`);
    await loop.commit(locationsText, small, machine);
    assert.equal(ranges(loop), ["test-main-dallas 10.0.0.0/29"]);
    const grown = await loop.commit(locationsText, small, copies(7));
    assert.ok(steps(grown).includes("update gcp/subnetwork/default/main-dallas ipCidrRange"), steps(grown).join());
    assert.equal(ranges(loop), ["test-main-dallas 10.0.0.0/28"]);
    await foreignSubnetwork(loop, "10.0.0.16/29");
    const full = await loop.commit(locationsText, small, copies(13));
    assert.equal([full.kind, full.problems[0]?.rule], ["invalid", "network/block-full"]);
    assert.equal(steps(await loop.commit(locationsText, small, copies(7))), []);
  }));

test("a changed range and a range of others under what stands stop the commit before anything happens", () =>
  withGcpLoop(async (loop) => {
    await loop.commit(locationsText, networkText, machine);
    const changed = networkText.replace("mode: Auto", "mode: Auto, ipv4Range: 10.0.0.0/16");
    const first = await loop.commit(locationsText, changed, machine);
    assert.equal([first.kind, first.problems[0]?.rule], ["invalid", "network/range-changed"]);
    const peered = networkText.replace(
      "name: main",
      "name: main, annotations: {plumbline.dev/peered-ranges: 10.128.0.0/16}",
    );
    const second = await loop.commit(locationsText, peered, machine);
    assert.equal([second.kind, second.problems[0]?.rule], ["invalid", "network/overlap"]);
    assert.equal(ranges(loop), ["test-main-dallas 10.128.0.0/20"]);
  }));

test("blocks stay where they are without the store", () =>
  withGcpLoop(async (loop) => {
    const cities = (list: string) => machine.replace("cityCodes: [DFW]", `cityCodes: [${list}]`);
    const frankfurt = locationsText.replace("name: london", "name: frankfurt").replace("LHR", "FRA");
    await loop.commit(frankfurt, networkText, cities("FRA"));
    assert.equal(ranges(loop), ["test-main-frankfurt 10.134.0.0/20"]);
    loop.loseStore();
    const amsterdam = frankfurt.replace("name: dallas", "name: amsterdam").replace("DFW", "AMS");
    await loop.commit(amsterdam, networkText, cities("AMS, FRA"));
    assert.equal(ranges(loop), ["test-main-amsterdam 10.136.0.0/20", "test-main-frankfurt 10.134.0.0/20"]);
  }));

test("the ranges of a peer are told", () =>
  withGcpLoop(async (loop) => {
    await loop.commit(locationsText, networkText, machine);
    const fleet = {
      ...{ name: "test", locations: [], networks: [], deployments: [], instances: [], firewalls: [], documents: [] },
      ...{ problems: [], presences: [presence] },
    };
    const vpc = "projects/test-project/global/networks/test-main";
    const peer = "projects/test-project/global/networks/shared";
    const common = {
      provider: "gcp",
      realm: "test-project",
      id: "1",
      status: { phase: "ready", detail: "", addresses: {} },
    } as const;
    const observed: readonly Observed[] = [
      { ...common, kind: "network", key: vpc, state: { name: "test-main", peerings: [peer] } },
      {
        ...{ ...common, kind: "subnetwork", key: "projects/test-project/regions/us-west1/subnetworks/one" },
        state: { name: "one", network: peer, ipCidrRange: "10.9.0.0/20", secondaryRanges: ["10.10.0.0/16"] },
      },
    ];
    const what = `belongs to ${peer}, a peer of the network`;
    assert.equal(loop.provider.ranges?.(fleet as never, observed), [
      { kind: "foreign", network: "default/main", block: "10.9.0.0/20", what },
      { kind: "foreign", network: "default/main", block: "10.10.0.0/16", what },
    ]);
  }));

const presence = {
  network: { namespace: "default", name: "main", document: { content: {} } },
  location: {
    document: { content: {} },
    ...{ name: "dallas", namespace: "default", className: "self-managed" },
    gcp: { projectId: "test-project", region: "us-south1", zone: "us-south1-a" },
  },
  key: "default/main@default/dallas",
};

test.run();

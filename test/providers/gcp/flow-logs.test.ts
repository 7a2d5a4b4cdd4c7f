import * as assert from "uvu/assert";
import { flowLogsWish } from "../../../src/datum/flow-logs.ts";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText } from "./manifests.ts";

const test = suite("gcp flow logs");

const network = (wish?: string) => `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: main${wish === undefined ? "" : `, annotations: { plumbline.dev/flow-logs: "${wish}" }`} }
spec: { ipam: { mode: Auto } }
`;
const machine = machineText.replace("minReplicas: 2", "minReplicas: 1");
const commit = (loop: GcpLoop, wish?: string) => loop.commit(locationsText, network(wish), machine);
const logs = (loop: GcpLoop) => loop.live("subnetworks")[0]?.logConfig;

for (const [text, wish] of [
  ["true", { sampling: 0.5, intervalSeconds: 5, metadata: "all" }],
  ["false", "none"],
  ["sampling=0.125, interval=1m", { sampling: 0.125, intervalSeconds: 60, metadata: "all" }],
  ["sampling=1,metadata=none", { sampling: 1, intervalSeconds: 5, metadata: "none" }],
  ["sampling=0", undefined],
  ["sampling=1.5", undefined],
  ["sampling=0.0001", undefined],
  ["interval=2m", undefined],
  ["metadata=some", undefined],
  ["", undefined],
  ["interval=constructor", undefined],
] as const)
  test(`${JSON.stringify(text)} is read`, () => assert.equal(flowLogsWish(text), wish));

test("flow logs come, change in place and go with the annotation", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, "sampling=0.25,interval=30s");
    const whole = {
      enable: true,
      flowSampling: 0.25,
      aggregationInterval: "INTERVAL_30_SEC",
      metadata: "INCLUDE_ALL_METADATA",
    };
    assert.equal(logs(loop), whole);
    assert.equal(steps(await loop.look()), []);
    const id = loop.live("subnetworks")[0]?.id;
    const changed = await commit(loop, "sampling=0.25,interval=10m,metadata=none");
    assert.equal(steps(changed), ["update gcp/subnetwork/default/main-dallas flowLogs.interval flowLogs.metadata"]);
    assert.equal(logs(loop), { ...whole, aggregationInterval: "INTERVAL_10_MIN", metadata: "EXCLUDE_ALL_METADATA" });
    assert.is((await commit(loop)).kind, "applied");
    assert.is((logs(loop) as { enable: boolean }).enable, false);
    assert.equal(steps(await loop.look()), []);
    assert.is(loop.live("subnetworks")[0]?.id, id);
  }));

test("a change by hand is drift and put right, with the annotation's line", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, "true");
    const [path] = loop.simulator.control.world.all("test-project", "subnetworks").map((one) => one.path);
    loop.simulator.control.world.merge(String(path), { logConfig: { enable: false } });
    const outcome = await loop.look();
    const [change] = outcome.plan?.changes.filter(({ action }) => action === "update") ?? [];
    assert.is(change?.cause, "drift");
    assert.ok((change?.fields[0]?.source?.line ?? 0) > 1);
    assert.is((logs(loop) as { enable: boolean }).enable, true);
  }));

test("flow logs are switched on together with a wider block", () =>
  withGcpLoop(async (loop) => {
    const small = (wish?: string) => network(wish).replace("mode: Auto", "mode: Auto, ipv4Range: 10.0.0.0/25");
    await loop.commit(locationsText, small(), machine);
    await loop.commit(locationsText, small("true"), machine.replace("minReplicas: 1", "minReplicas: 9"));
    const [subnetwork] = loop.live("subnetworks");
    assert.equal([subnetwork?.ipCidrRange, (logs(loop) as { enable: boolean }).enable], ["10.0.0.0/28", true]);
  }));

test.run();

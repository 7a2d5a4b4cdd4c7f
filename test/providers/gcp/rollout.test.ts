import * as assert from "uvu/assert";
import type { Outcome } from "../../../src/core/outcome.ts";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText, networkText } from "./manifests.ts";

const test = suite("gcp rollout");

const copies = (count: number, annotations = "{}", type = "n"): string =>
  machineText
    .replace("minReplicas: 2", `minReplicas: ${count}`)
    .replace("metadata: { name: web }", `metadata: { name: web, annotations: ${annotations} }`)
    .replace("hello 'you'", `hello ${type}`);

const commit = (loop: GcpLoop, ...workloads: readonly string[]): Promise<Outcome> =>
  loop.commit(locationsText, networkText, ...workloads);

const results = ({ results: all }: Outcome): readonly string[] =>
  all
    .filter(({ address }) => address.includes("/instance/"))
    .map(({ action, address, state, code }) => [action, address.split("/").at(-1), state, code].join(" ").trim());

test("a rollout that stands still past its deadline stops, says why and leaves the rest as it was", () =>
  withGcpLoop(
    async (loop) => {
      assert.is((await commit(loop, copies(3))).kind, "applied");
      const before = loop.live("instances");
      loop.simulator.control.setFaults({ rates: { slow: 1 }, pathContains: "web-main-dfw-2", methods: ["POST"] });
      const outcome = await commit(loop, copies(3, '{ plumbline.dev/progress-deadline: "1s" }', "other"));
      assert.is(outcome.kind, "failed");
      assert.equal(results(outcome), [
        "restart web-main-dfw-2 failed progress-deadline",
        "restart web-main-dfw-1 skipped",
        "restart web-main-dfw-0 skipped",
      ]);
      const [first, second] = outcome.results.filter(({ address }) => address.includes("/instance/"));
      assert.match(first?.message ?? "", /^gcp\/instance\/default\/web-main-dfw-2 did not get ready within 1s/);
      assert.match(
        first?.message ?? "",
        /waited for: (stop|start|setMetadata) instance web-main-dfw-2 in us-south1-a: it is still/,
      );
      assert.match(second?.message ?? "", /web-main-dfw-2/);
      assert.not(first?.retryable);
      assert.equal(loop.live("instances").slice(0, 2), before.slice(0, 2), "the others were not touched");
    },
    { simulator: { operationMs: [100, 150] } },
  ));

test("a width lets several go side by side, and a failure stops all of them", () =>
  withGcpLoop(async (loop) => {
    loop.simulator.control.setFaults({ stockOutZones: ["us-south1-a"] });
    const outcome = await commit(loop, copies(5, '{ plumbline.dev/rollout-width: "2" }'));
    assert.equal([...results(outcome)].sort(), [
      "create web-main-dfw-0 failed stock-out",
      "create web-main-dfw-1 failed stock-out",
      "create web-main-dfw-2 skipped",
      "create web-main-dfw-3 skipped",
      "create web-main-dfw-4 skipped",
    ]);
    loop.simulator.control.setFaults({});
    assert.is((await loop.look()).kind, "applied");
    assert.equal(steps(await loop.look()), []);
  }));

test("creates ascend, updates and deletes descend, each runs before the next begins", () =>
  withGcpLoop(async (loop) => {
    assert.equal(
      results(await commit(loop, copies(3))),
      [0, 1, 2].map((at) => `create web-main-dfw-${at} done`),
    );
    const restarted = await commit(loop, copies(3, "{}", "other"));
    assert.equal(
      results(restarted),
      [2, 1, 0].map((at) => `restart web-main-dfw-${at} done`),
    );
    assert.equal(
      results(await commit(loop, copies(1, "{}", "other"))),
      [2, 1].map((at) => `delete web-main-dfw-${at} done`),
    );
  }));

test("an instance that fell over is brought up with the new commit, in its turn", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, copies(2));
    const path = "projects/test-project/zones/us-south1-a/instances/web-main-dfw-1";
    await fetch(`${loop.simulator.url}/compute/v1/${path}/stop`, { method: "POST" });
    loop.simulator.control.settle();
    const outcome = await commit(loop, copies(2, "{}", "other"));
    assert.equal(results(outcome), ["restart web-main-dfw-1 done", "restart web-main-dfw-0 done"]);
    assert.equal(
      loop.live("instances").map(({ status }) => status),
      ["RUNNING", "RUNNING"],
    );
  }));

test("deployments of two workloads go side by side", () =>
  withGcpLoop(async (loop) => {
    const other = copies(1).split("\n---")[0]?.replace("name: web,", "name: api,") ?? "";
    await commit(loop, copies(2), other);
    const seen = loop.events.flatMap((event) => {
      if (event.kind === "change-started")
        return event.address.includes("/instance/") ? [`start ${event.address}`] : [];
      if (event.kind !== "change-finished" || !event.result.address.includes("/instance/")) return [];
      return [`end ${event.result.address}`];
    });
    const instance = "gcp/instance/default";
    assert.equal(seen.slice(0, 2), [`start ${instance}/api-main-dfw-0`, `start ${instance}/web-main-dfw-0`]);
  }));

test.run();

import * as assert from "uvu/assert";
import { createGcpProvider } from "../../../src/providers/gcp/index.ts";
import { failureOf, orderOf } from "../../contract/provider-world.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText } from "./manifests.ts";
import { byName, type Scene, withScene } from "./scene.ts";

const test = suite("gcp answers of earlier processes");
const fleet = fleetOf(locationsText, networkText, machineText.replace("minReplicas: 2", "minReplicas: 1"));
const signal = new AbortController().signal;

/** Another process in front of the same world: it remembers no request of the first. */
async function afterRestart<T>(scene: Scene, body: (provider: Scene["provider"]) => Promise<T>): Promise<T> {
  const provider = createGcpProvider({
    ...{ ...shippedNames, name: "gcp", endpoint: scene.simulator.url, credentials: { kind: "none" } },
    ...{ pollIntervalMs: 20, operationTimeoutMs: 10_000 },
  });
  try {
    return await body(provider);
  } finally {
    await provider.close();
  }
}

test("a new process is not held for the stock-outs of those before it", () =>
  withScene(async (scene) => {
    const wanted = scene.provider.translate(fleet);
    const ordered = scene.provider.kinds.flatMap((kind) => wanted.filter((one) => one.kind === kind));
    for (const one of ordered) if (one.kind !== "instance") await scene.apply("create", one);
    const instance = byName(wanted, "web-main-dfw-0");
    const order = orderOf("test", "create", instance);
    scene.simulator.control.setFaults({ stockOutZones: ["us-south1-a"] });
    assert.is((await failureOf(scene.apply("create", instance))).code, "stock-out");
    for (let process = 0; process < 3; process += 1) {
      const failure = afterRestart(scene, (provider) => provider.apply(order, signal));
      assert.is((await failureOf(failure)).code, "stock-out");
    }
    scene.simulator.control.setFaults({});
    const made = await afterRestart(scene, (provider) => provider.apply(order, signal));
    assert.is(made?.status.phase, "ready");
  }));

test("a new process is not held for a delete that was refused", () =>
  withScene(async (scene) => {
    await scene.makeAll(fleet);
    const network = byName(await scene.observe(fleet), "test-main");
    const order = orderOf("test", "delete", undefined, network);
    const removed = () => afterRestart(scene, (provider) => provider.apply(order, signal));
    assert.is((await failureOf(removed())).code, "in-use");
    for (const kind of [...scene.provider.kinds].reverse()) {
      for (const one of await scene.observe(fleet)) {
        if (one.kind === kind && kind !== "network") await scene.apply("delete", undefined, one);
      }
    }
    assert.is(await removed(), undefined);
    assert.equal(await scene.observe(fleet), []);
  }));

test.run();

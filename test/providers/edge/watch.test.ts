import { setImmediate as nextTurn } from "node:timers/promises";
import * as assert from "uvu/assert";
import { startEdgeSimulator } from "../../../src/sim/edge/index.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, networkOf, networksPath, only, withScene } from "./scene.ts";

const test = suite("edge provider: watch");

test("a change behind our back is a hint", () =>
  withScene(async ({ provider, apply, api, simulator }) => {
    const resource = only(provider.translate(fleetOf(networkOf("prod"))));
    await apply(resource);
    let hints = 0;
    let wake: () => void = () => undefined;
    const stop = provider.watch({ fleet: "test", realms: ["default"] }, () => {
      hints += 1;
      wake();
    });
    const hinted = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      });
    while (simulator.traffic().watches < 1) await nextTurn();
    const first = hinted();
    await api("DELETE", `${networksPath}/prod`);
    await first;
    assert.ok(hints > 0);
    await stop();
    const after = hints;
    await apply(resource);
    assert.is(hints, after);
  }));

test("a watch that the server has forgotten starts over, which is a hint", () =>
  withScene(async ({ provider, apply, simulator }) => {
    await apply(only(provider.translate(fleetOf(networkOf("prod")))));
    let hinted: () => void = () => undefined;
    const hint = new Promise<void>((resolve) => {
      hinted = resolve;
    });
    const stop = provider.watch({ fleet: "test", realms: ["default"] }, hinted);
    while (simulator.traffic().watches < 1) await nextTurn();
    await simulator.close();
    const again = await startEdgeSimulator({ port: Number(new URL(simulator.url).port) });
    await hint;
    await stop();
    await again.close();
  }));

test.run();

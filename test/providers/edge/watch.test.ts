import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import * as assert from "uvu/assert";
import { startEdgeSimulator } from "../../../src/sim/edge/index.ts";
import { suite } from "../../support/suite.ts";
import { answer, withFakeServer } from "./fake-server.ts";
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

for (const [how, isEvent] of [
  ["an event", true],
  ["an answer", false],
] as const) {
  test(`a watch that is told 410 by ${how} lists again, hints, and goes on from there`, async () => {
    const versions: string[] = [];
    let lists = 0;
    let hinted: () => void = () => undefined;
    let resumed: () => void = () => undefined;
    const hint = new Promise<void>((resolve) => {
      hinted = resolve;
    });
    const resume = new Promise<void>((resolve) => {
      resumed = resolve;
    });
    const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
    await withFakeServer(
      (_, response, url) => {
        if (url.searchParams.get("watch") !== "true") {
          lists += 1;
          answer(response, 200, { kind: "NetworkList", metadata: { resourceVersion: String(lists * 10) }, items: [] });
          return;
        }
        versions.push(url.searchParams.get("resourceVersion") ?? "");
        if (versions.length > 1) resumed();
        else if (isEvent) response.end(`${JSON.stringify({ type: "ERROR", object: gone })}\n`);
        else answer(response, 410, gone);
      },
      async (provider) => {
        provider.translate(fleetOf(networkOf("prod")));
        const stop = provider.watch({ fleet: "test", realms: ["default"] }, hinted);
        await hint;
        await resume;
        await stop();
        assert.equal(versions, ["10", "20"]);
      },
    );
  });
}

test("a watch on a server that was away lists again, for it may have come back older", async () => {
  const versions: string[] = [];
  let lists = 0;
  let resumed: () => void = () => undefined;
  const resume = new Promise<void>((resolve) => {
    resumed = resolve;
  });
  let hints = 0;
  await withFakeServer(
    (request, response, url) => {
      if (url.searchParams.get("watch") !== "true") {
        lists += 1;
        const metadata = { resourceVersion: lists === 1 ? "900" : "20" };
        answer(response, 200, { kind: "NetworkList", metadata, items: [] });
        return;
      }
      const version = url.searchParams.get("resourceVersion") ?? "";
      versions.push(version);
      if (version === "20") resumed();
      else request.socket.destroy();
    },
    async (provider) => {
      provider.translate(fleetOf(networkOf("prod")));
      const stop = provider.watch({ fleet: "test", realms: ["default"] }, () => {
        hints += 1;
      });
      await resume;
      await stop();
      assert.equal(versions, ["900", "900", "20"]);
      assert.ok(hints > 0);
    },
  );
});

test("who may not look into all namespaces watches each of those that matter", async () => {
  const watched = new Set<string>();
  let both: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    both = resolve;
  });
  await withFakeServer(
    (_, response, url) => {
      const namespace = /namespaces\/([^/]+)/.exec(url.pathname)?.[1];
      if (namespace === undefined) {
        answer(response, 403, { kind: "Status", code: 403, reason: "Forbidden", message: "networks is forbidden" });
      } else if (url.searchParams.get("watch") !== "true") {
        answer(response, 200, { kind: "NetworkList", metadata: { resourceVersion: "10" }, items: [] });
      } else {
        watched.add(namespace);
        if (watched.size === 2) both();
      }
    },
    async (provider) => {
      provider.translate(fleetOf(networkOf("prod")));
      const stop = provider.watch({ fleet: "test", realms: ["a", "b"] }, () => undefined);
      await all;
      await stop();
      assert.equal([...watched].sort(), ["a", "b"]);
    },
  );
});

for (const [how, code] of [
  ["that is refused as unknown", 404],
  ["that ends at once", 200],
] as const) {
  test(`a watch ${how} is asked for less and less often`, async () => {
    let watches = 0;
    let enough: () => void = () => undefined;
    const several = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const asked: number[] = [];
    await withFakeServer(
      (_, response, url) => {
        if (url.searchParams.get("watch") !== "true") {
          answer(response, 200, { kind: "NetworkList", metadata: { resourceVersion: "10" }, items: [] });
          return;
        }
        watches += 1;
        asked.push(performance.now());
        if (watches === 6) enough();
        if (code === 200) response.end();
        else answer(response, code, { kind: "Status", code, reason: "NotFound", message: "no such path" });
      },
      async (provider) => {
        provider.translate(fleetOf(networkOf("prod")));
        const stop = provider.watch({ fleet: "test", realms: ["default"] }, () => undefined);
        await several;
        await stop();
        const pauses = asked.slice(1).map((atMs, index) => atMs - (asked[index] as number));
        assert.ok((pauses.at(-1) as number) >= 16 * 0.9, pauses.join(" "));
      },
      { pollIntervalMs: 1 },
    );
  });
}

test.run();

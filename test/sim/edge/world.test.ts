import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { startEdgeSimulator } from "../../../src/sim/edge/index.ts";
import { inFolder } from "../../support/folder.ts";
import { suite } from "../../support/suite.ts";
import { at, conditionOf, network, networking, networks, type Send, sender, until, withSimulator } from "./scene.ts";

const test = suite("edge simulator: world");
const apiVersion = "networking.datumapis.com/v1alpha";

function location(name: string, city: string): JsonObject {
  const spec = { locationClassName: "datum-managed", topology: { "topology.datum.net/city-code": city }, provider: {} };
  return { apiVersion, kind: "Location", metadata: { name }, spec };
}

function binding(name: string, place: string): JsonObject {
  const spec = { network: { name: "prod" }, location: { name: place, namespace: "default" } };
  return { apiVersion, kind: "NetworkBinding", metadata: { name }, spec };
}

function ready(send: Send, path: string) {
  return until(
    () => send("GET", `${networking}/${path}`),
    ({ body }) => conditionOf(body, "Ready") === "True",
  );
}

test("a binding brings context, claim and subnet with the city's block", () =>
  withSimulator(async (send) => {
    await send("POST", `${networking}/locations`, location("dfw", "DFW"));
    await send("POST", `${networking}/locations`, location("fra", "FRA"));
    await send("POST", networks, network("prod"));
    await send("POST", `${networking}/networkbindings`, binding("b1", "dfw"));
    await send("POST", `${networking}/networkbindings`, binding("b2", "fra"));
    const bound = await ready(send, "networkbindings/b1");
    assert.equal(at(bound.body, "status", "networkContextRef"), { namespace: "default", name: "prod-default-dfw" });
    await ready(send, "networkcontexts/prod-default-dfw");
    const claim = await ready(send, "subnetclaims/prod-default-dfw-0");
    assert.equal(at(claim.body, "status", "subnetRef"), { name: "prod-default-dfw-0" });
    const subnet = await ready(send, "subnets/prod-default-dfw-0");
    assert.is(at(subnet.body, "status", "startAddress"), "10.128.0.0");
    const other = await ready(send, "subnets/prod-default-fra-0");
    assert.is(at(other.body, "status", "startAddress"), "10.134.0.0");
  }));

test("a deleted network takes its contexts, claims and subnets with it", () =>
  withSimulator(async (send) => {
    await send("POST", `${networking}/locations`, location("dfw", "DFW"));
    await send("POST", networks, network("prod"));
    await send("POST", `${networking}/networkbindings`, binding("b1", "dfw"));
    await ready(send, "subnets/prod-default-dfw-0");
    await send("DELETE", `${networks}/prod`, { propagationPolicy: "Foreground" });
    await until(
      () => send("GET", `${networks}/prod`),
      ({ code }) => code === 404,
    );
    for (const kind of ["networkcontexts", "subnetclaims", "subnets"]) {
      await until(
        () => send("GET", `${networking}/${kind}`),
        ({ body }) => (at(body, "items") as readonly Json[]).length === 0,
      );
    }
    await until(
      () => send("GET", `${networking}/networkbindings/b1`),
      ({ body }) => conditionOf(body, "Ready") === "False",
    );
  }));

test("acknowledged writes survive a torn end of the journal, and waiting goes on after a restart", () =>
  inFolder(async (folder) => {
    const first = await startEdgeSimulator({ dataDirectory: folder, readyAfterMs: 60_000 });
    const made = await sender(first.url)("POST", networks, network("prod"));
    await first.close();
    await appendFile(join(folder, "journal.ndjson"), '{"world":"","kind":"networks.net');
    const second = await startEdgeSimulator({ dataDirectory: folder, readyAfterMs: 10 });
    try {
      const send = sender(second.url);
      const found = await until(
        () => send("GET", `${networks}/prod`),
        ({ body }) => conditionOf(body, "Ready") === "True",
      );
      assert.is(at(found.body, "metadata", "uid"), at(made.body, "metadata", "uid"));
      const version = (body: JsonObject) => Number(at(body, "metadata", "resourceVersion"));
      assert.ok(version(found.body) > version(made.body));
    } finally {
      await second.close();
    }
  }));

test("one data directory serves one simulator", () =>
  inFolder(async (folder) => {
    const first = await startEdgeSimulator({ dataDirectory: folder });
    try {
      await startEdgeSimulator({ dataDirectory: folder });
      assert.unreachable("the second one started");
    } catch (error) {
      assert.match((error as Error).message, "in use by another simulator");
    } finally {
      await first.close();
    }
    await (await startEdgeSimulator({ dataDirectory: folder })).close();
  }));

test("a lost answer has its effect, a refused request has none", () =>
  withSimulator(async (send, simulator) => {
    const fails = async (name: string) => {
      try {
        await send("POST", networks, network(name));
        assert.unreachable("an answer came");
      } catch (error) {
        assert.instance(error, TypeError);
      }
    };
    simulator.setFaults({ rates: { lose: 1 }, limit: 1 });
    await fails("lost");
    assert.is((await send("GET", `${networks}/lost`)).code, 200);
    simulator.setFaults({ rates: { refuse: 1 }, limit: 1 });
    await fails("refused");
    assert.is((await send("GET", `${networks}/refused`)).code, 404);
  }));

const answers: readonly [fault: string, method: string, code: number][] = [
  ["tooMany", "GET", 429],
  ["unavailable", "POST", 503],
  ["conflict", "POST", 409],
  ["expired", "GET", 410],
];

for (const [fault, method, code] of answers) {
  test(`the fault ${fault} is answered with ${code}, once`, () =>
    withSimulator(async (send) => {
      await send("POST", "/_control/faults", { rates: { [fault]: 1 }, limit: 1 });
      const body = method === "POST" ? network("prod") : undefined;
      const failed = await send(method, networks, body);
      assert.is(failed.code, code);
      if (code === 429) assert.is(failed.headers.get("retry-after"), "1");
      assert.ok((await send(method, networks, body)).code < 300);
      assert.equal(at((await send("GET", "/_control/faults")).body, "done"), { [fault]: 1 });
    }));
}

test("a stale list shows what was, a partial one ends half way", () =>
  withSimulator(async (send, simulator) => {
    await send("GET", networks);
    await send("POST", networks, network("prod"));
    simulator.setFaults({ rates: { stale: 1 }, limit: 1 });
    assert.equal((await send("GET", networks)).body.items, []);
    simulator.setFaults({ rates: { partial: 1 }, limit: 1 });
    let failed = false;
    await send("GET", networks).catch(() => {
      failed = true;
    });
    assert.ok(failed);
    assert.is((at((await send("GET", networks)).body, "items") as readonly Json[]).length, 1);
  }));

test("the same seed gives the same faults", async () => {
  const codes = async (): Promise<readonly number[]> => {
    const seen: number[] = [];
    const options = { seed: 7, faults: { rates: { unavailable: 0.5 } } };
    await withSimulator(async (send) => {
      for (let turn = 0; turn < 12; turn += 1) seen.push((await send("GET", networks)).code);
    }, options);
    return seen;
  };
  const first = await codes();
  assert.ok(first.includes(200) && first.includes(503));
  assert.equal(await codes(), first);
});

test.run();

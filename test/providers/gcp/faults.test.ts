import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import type { Observed } from "../../../src/core/resource.ts";
import { createGcpProvider } from "../../../src/providers/gcp/index.ts";
import { ProviderError } from "../../../src/providers/provider.ts";
import type { FaultOptions } from "../../../src/sim/gce/faults.ts";
import { failureOf } from "../../contract/provider-world.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText, wholeFleet } from "./manifests.ts";
import { byName, type Scene, withScene } from "./scene.ts";

const test = suite("gcp faults");
const one = fleetOf(locationsText, networkText, machineText.replace("minReplicas: 2", "minReplicas: 1"));

/** Tries until it is done, as the engine does; counts the tries. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProviderError) || !error.retryable || attempt > 60) throw error;
    }
  }
}

async function makeAll({ provider, apply }: Scene): Promise<void> {
  const wanted = provider.translate(one);
  for (const kind of provider.kinds) {
    for (const resource of wanted.filter((thing) => thing.kind === kind)) await insist(() => apply("create", resource));
  }
}

const storms: readonly FaultOptions[] = [
  { rates: { lose: 0.3 } },
  { rates: { refuse: 0.3 } },
  { rates: { unavailable: 0.3, badGateway: 0.2 } },
  { rates: { rateLimit: 0.3 } },
  { rates: { truncate: 0.3, slow: 0.2 } },
  { rates: { stockOut: 0.5 } },
  {
    rates: { refuse: 0.1, lose: 0.1, rateLimit: 0.1, unavailable: 0.1, badGateway: 0.1, truncate: 0.1, stockOut: 0.1 },
  },
];

test("whatever goes wrong, trying again ends in the fleet that was wanted, each thing once", async () => {
  for (const [seed, faults] of storms.entries()) {
    await withScene(
      async (scene) => {
        await makeAll(scene);
        scene.simulator.control.setFaults({});
        const seen = await scene.observe(one);
        for (const resource of scene.provider.translate(one)) {
          const live = byName(seen, resource.key.split("/").at(-1) ?? "");
          assert.equal(scene.provider.compare(resource, live), [], JSON.stringify(faults));
          assert.is(seen.filter(({ marker }) => marker?.uid === resource.uid).length, 1);
        }
      },
      { seed: seed + 1, faults },
    );
  }
});

test("a zone without machines is said with its zone, and leaves nothing behind", () =>
  withScene(
    async ({ provider, apply, simulator, observe }) => {
      const wanted = provider.translate(one);
      for (const kind of ["network", "subnetwork", "disk"]) {
        for (const thing of wanted.filter((resource) => resource.kind === kind)) await apply("create", thing);
      }
      const instance = byName(wanted, "web-main-dfw-0");
      const failure = await failureOf(apply("create", instance));
      assert.is(failure.code, "stock-out");
      assert.is(failure.next, "retry");
      assert.match(failure.message, /us-south1-a/);
      simulator.control.setFaults({});
      await apply("create", instance);
      assert.equal(provider.compare(instance, byName(await observe(one), "web-main-dfw-0")), []);
    },
    { faults: { stockOutZones: ["us-south1-a"] } },
  ));

test("somebody else's write in between is read again and not overwritten", () =>
  withScene(async ({ makeAll: make, provider, apply, observe, simulator }) => {
    const resource = byName(await make(one), "web-main-dfw-0");
    const live = byName(await observe(one), "web-main-dfw-0");
    const changed = { ...resource, spec: { ...resource.spec, tags: ["other"] } };
    simulator.control.setFaults({ rates: { conflict: 1 }, limit: 2 });
    const after = await apply("update", changed, live);
    assert.equal(after && provider.compare(changed, after), []);
  }));

test("a quota that is used up needs a person", () =>
  withScene(
    async ({ provider, apply }) => {
      const wanted = provider.translate(one);
      for (const kind of ["network", "subnetwork", "disk"]) {
        for (const thing of wanted.filter((resource) => resource.kind === kind)) await apply("create", thing);
      }
      const failure = await failureOf(apply("create", byName(wanted, "web-main-dfw-0")));
      assert.equal([failure.code, failure.next], ["quota", "person"]);
      assert.match(failure.message, /Quota/);
    },
    { quotas: { CPUS: 1, N2_CPUS: 1 } },
  ));

test("what is used is not deleted, and says by whom", () =>
  withScene(async ({ makeAll: make, apply, observe }) => {
    await make(one);
    const network = byName(await observe(one), "test-main");
    const failure = await failureOf(apply("delete", undefined, network));
    assert.equal([failure.code, failure.next], ["in-use", "retry"]);
  }));

test("a whole fleet is seen in seven reads, two of them for its account, and kept with no write", () =>
  withScene(async ({ makeAll: make, provider, simulator }) => {
    const fleet = wholeFleet();
    const wanted = await make(fleet);
    simulator.control.clearRequests();
    const scope = { fleet: fleet.name, realms: provider.realms(fleet), kinds: ["instance"] };
    const seen: Observed[] = [];
    for await (const one of provider.observe(scope, AbortSignal.timeout(10_000))) seen.push(one);
    assert.equal(
      wanted.flatMap((resource) => provider.compare(resource, byName(seen, resource.key.split("/").at(-1) as string))),
      [],
    );
    const { reads, writes } = simulator.control.requests();
    assert.equal([reads, writes], [7, 0]);
  }));

/** What the provider says when the list of instances is answered so. */
async function listFailure(answer: unknown): Promise<ProviderError> {
  const server = createServer((request, response) => {
    const kind = request.url?.includes("/aggregated/") === true ? "compute#xAggregatedList" : "compute#xList";
    const body = request.url?.includes("/aggregated/instances") === true ? answer : { kind };
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = createGcpProvider({ ...shippedNames, name: "gcp", endpoint, credentials: { kind: "none" } });
  try {
    const all = provider.observe({ fleet: "test", realms: ["p"] }, AbortSignal.timeout(5_000));
    return await failureOf(all[Symbol.asyncIterator]().next());
  } finally {
    await provider.close();
    server.close();
  }
}

test("an aggregated list that is not whole, or not a list, is no list", async () => {
  const kind = "compute#instanceAggregatedList";
  const cases: readonly (readonly [unknown, string])[] = [
    [{ kind, items: {}, unreachables: ["projects/p/zones/z"] }, "partial"],
    [{ kind, items: { "zones/z": { warning: { code: "UNREACHABLE", message: "gone" } } } }, "partial"],
    [{ kind, items: {}, nextPageToken: "again" }, "partial"],
    [{ kind, items: "oops" }, "unavailable"],
    [{ kind, items: { "zones/z": { instances: { a: 1 } } } }, "unavailable"],
    [{ kind, items: { "zones/z": { instances: [1] } } }, "unavailable"],
    [{ items: {} }, "unavailable"],
    [{}, "unavailable"],
    [[], "unavailable"],
    ["text", "unavailable"],
  ];
  for (const [answer, code] of cases) {
    const failure = await listFailure(answer);
    assert.equal([failure.code, failure.next], [code, "retry"], JSON.stringify(answer));
  }
});

test("a token goes nowhere in the clear", async () => {
  const credentials = { kind: "token", token: "hunter2" } as const;
  const provider = createGcpProvider({ ...shippedNames, name: "gcp", endpoint: "http://192.0.2.1:80", credentials });
  const all = provider.observe({ fleet: "test", realms: ["p"] }, AbortSignal.timeout(5_000))[Symbol.asyncIterator]();
  const failure = await failureOf(all.next());
  assert.equal([failure.code, failure.next], ["permission", "person"]);
  assert.not.match(failure.message, /hunter2/);
  await provider.close();
});

test.run();

import * as assert from "uvu/assert";
import type { FaultOptions } from "../../../src/sim/gce/faults.ts";
import { suite } from "../../support/suite.ts";
import { type Client, instanceBody, startClient } from "./client.ts";

const test = suite("gce faults");
const disks = "/zones/us-central1-a/disks";
const disk = { name: "data", sizeGb: "10" };

function each(name: string, body: (client: Client) => Promise<void>): void {
  test(name, async () => {
    const client = await startClient();
    try {
      await body(client);
    } finally {
      await client.close();
    }
  });
}

async function broken(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => false,
    () => true,
  );
}

each("refuse closes the connection before anything happens", async (client) => {
  client.control.setFaults({ rates: { refuse: 1 }, limit: 1 });
  assert.ok(await broken(client.send("POST", disks, disk)));
  assert.is((await client.send("GET", `${disks}/data`)).status, 404);
});

each("lose closes it after the effect, and only for writes", async (client) => {
  client.control.setFaults({ rates: { lose: 1 } });
  assert.ok(await broken(client.send("POST", disks, disk)));
  assert.is((await client.send("GET", `${disks}/data`)).status, 200);
});

each("truncate ends an answer to a read in the middle", async (client) => {
  client.control.setFaults({ rates: { truncate: 1 }, limit: 1 });
  assert.ok(await broken(client.send("GET", "/aggregated/subnetworks")));
  assert.is((await client.send("GET", "/aggregated/subnetworks")).status, 200);
});

const answers: readonly (readonly [FaultOptions["rates"], number, string])[] = [
  [{ rateLimit: 1 }, 403, "rateLimitExceeded"],
  [{ unavailable: 1 }, 503, "backendError"],
];

for (const [rates, status, reason] of answers) {
  each(`${Object.keys(rates ?? {})[0]} answers ${status} ${reason} and does nothing`, async (client) => {
    client.control.setFaults({ ...(rates === undefined ? {} : { rates }), limit: 1 });
    const answer = await client.send("POST", disks, disk);
    assert.is(answer.status, status);
    assert.is(answer.body.error.errors[0].reason, reason);
    assert.is((await client.send("GET", `${disks}/data`)).status, 404);
  });
}

each("conflict is 412 on writes that carry a fingerprint", async (client) => {
  await client.change("POST", disks, disk);
  const { labelFingerprint } = await client.get(`${disks}/data`);
  client.control.setFaults({ rates: { conflict: 1 }, limit: 1 });
  const labels = { labels: { a: "b" }, labelFingerprint };
  assert.is((await client.send("POST", `${disks}/data/setLabels`, labels)).status, 412);
  assert.is((await client.send("POST", `${disks}/data/setLabels`, labels)).status, 200);
});

each("a stock-out shows the instance for a moment and takes it away again", async (client) => {
  client.control.setFaults({ stockOutZones: ["us-central1-a"] });
  const path = "/zones/us-central1-a/instances";
  const failed = await client.change("POST", path, instanceBody("one"));
  assert.is(failed.error.errors[0].code, "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS");
  assert.is(failed.httpErrorStatusCode, 503);
  assert.is(failed.error.errors[0].errorDetails[2].errorInfo.reason, "resource_availability");
  assert.is((await client.send("GET", `${path}/one`)).status, 404);
  const elsewhere = await client.change(
    "POST",
    "/zones/us-central1-b/instances",
    instanceBody("one", {}, "us-central1-b"),
  );
  assert.is(elsewhere.error, undefined);
});

each("a stale list shows what it showed before", async (client) => {
  await client.get(disks);
  await client.change("POST", disks, disk);
  client.control.setFaults({ rates: { stale: 1 }, limit: 1 });
  assert.is((await client.get(disks)).items, undefined);
  assert.is((await client.get(disks)).items.length, 1);
});

test("slow operations take longer", async () => {
  let now = 1_800_000_000_000;
  const client = await startClient({ operationMs: [100, 100], clock: () => now, faults: { rates: { slow: 1 } } });
  try {
    const { name } = (await client.send("POST", disks, disk)).body;
    now += 1_000;
    assert.is((await client.get(`/zones/us-central1-a/operations/${name}`)).status, "RUNNING");
    now += 1_001;
    assert.is((await client.get(`/zones/us-central1-a/operations/${name}`)).status, "DONE");
  } finally {
    await client.close();
  }
});

test("the same seed gives the same faults", async () => {
  const run = async (): Promise<readonly number[]> => {
    const client = await startClient({ seed: 7, faults: { rates: { unavailable: 0.5 } } });
    try {
      const seen: number[] = [];
      for (let index = 0; index < 20; index += 1) seen.push((await client.send("GET", disks)).status);
      return seen;
    } finally {
      await client.close();
    }
  };
  const first = await run();
  assert.ok(first.includes(200) && first.includes(503));
  assert.equal(await run(), first);
});

each("faults, limits and the state are reached over HTTP", async (client) => {
  const post = (path: string, body: unknown) =>
    fetch(`${client.url}/_control/${path}`, { method: "POST", body: JSON.stringify(body) });
  assert.is((await post("faults", { rates: { unavailable: 1 }, limit: 1, methods: ["GET"] })).status, 200);
  assert.is((await client.send("GET", disks)).status, 503);
  assert.is((await post("faults", { rates: { nonsense: 1 } })).status, 400);
  await post("rate-limits", { lists: 2 });
  const seen = [await client.send("GET", disks), await client.send("GET", disks), await client.send("GET", disks)];
  assert.equal(
    seen.map((answer) => answer.status),
    [200, 200, 403],
  );
  assert.is(seen[2]?.body.error.errors[0].domain, "usageLimits");
  await post("quotas", { CPUS: 3 });
  await client.change("POST", "/zones/us-central1-a/instances", instanceBody("one"));
  const over = await client.send("POST", "/zones/us-central1-a/instances", instanceBody("two"));
  assert.is(over.body.error.message, "Quota 'CPUS' exceeded.  Limit: 3.0 in region us-central1.");
  const state = (await (await fetch(`${client.url}/_control/state`)).json()) as { requests: { byMethod: object } };
  assert.ok("Disks.List" in state.requests.byMethod);
});

test.run();

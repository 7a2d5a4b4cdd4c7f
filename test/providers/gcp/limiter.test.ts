import * as assert from "uvu/assert";
import {
  createLimiter,
  type QuotaGroup,
  type QuotaPlace,
  quotaGroupOf,
  quotaPlaceOf,
  type RequestLimits,
} from "../../../src/providers/gcp/client/limiter.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gcp limiter");
const unending = new AbortController().signal;
const limits: RequestLimits = { reads: 60, writes: 30, aggregated: 10, operations: 60, region: 20 };
const project: QuotaPlace = { project: "p", region: "" };

/** How many of a group are let through at once, from one place. */
async function letThrough(admit: ReturnType<typeof createLimiter>["admit"], group: QuotaGroup, place: QuotaPlace) {
  for (let count = 0; ; count += 1) {
    const stop = new AbortController();
    const sent = admit(group, place, stop.signal).then(
      () => true,
      () => false,
    );
    // What is held waits for a timer, which this turn of the loop does not reach.
    await new Promise(setImmediate);
    stop.abort();
    if (!(await sent)) return count;
  }
}

test("each group of each project has a quota of its own, and each region one for reads and one for writes", async () => {
  const { admit } = createLimiter(limits, () => 0);
  const rows: readonly (readonly [QuotaGroup, QuotaPlace, number])[] = [
    ["aggregated", project, 10],
    ["write", { project: "p", region: "us-south1" }, 20],
    // The project's thirty, less the twenty and the one that was held.
    ["write", { project: "p", region: "us-east1" }, 9],
    ["write", project, 0],
    ["write", { ...project, project: "other" }, 30],
    ["read", { project: "p", region: "us-south1" }, 20],
    ["operation", { project: "p", region: "us-south1" }, 60],
  ];
  for (const [group, place, expected] of rows)
    assert.is(await letThrough(admit, group, place), expected, `${group} ${place.project} ${place.region}`);
});

test("who is held goes when the quota has refilled", async () => {
  let now = 0;
  const { admit } = createLimiter(limits, () => now);
  assert.is(await letThrough(admit, "read", project), 60);
  now = 60_000;
  await admit("read", project, unending);
});

test("a request tells its group and its place", () => {
  const calls = [
    ["Instances", "aggregatedList"],
    ["ZoneOperations", "list"],
    ["Networks", "get"],
    ["Instances", "insert"],
  ];
  assert.equal(
    calls.map(([service = "", method = ""]) => quotaGroupOf(service, method)),
    ["aggregated", "operation", "read", "write"],
  );
  assert.equal(quotaPlaceOf({ project: "p", zone: "us-south1-a", instance: "i" }), {
    project: "p",
    region: "us-south1",
  });
  assert.equal(quotaPlaceOf({ project: "p", region: "europe-west2" }), { project: "p", region: "europe-west2" });
  assert.equal(quotaPlaceOf({ project: "p" }), project);
});

test.run();

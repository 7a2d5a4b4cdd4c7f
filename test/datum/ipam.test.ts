import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { type Block, overlaps, readBlock } from "../../src/datum/cidr.ts";
import { allocate, defaultRange, type Request } from "../../src/datum/ipam.ts";
import { suite } from "../support/suite.ts";

const test = suite("ipam");
const request = (cityCode: string, hosts = 1): Request => ({
  key: `default/net@default/${cityCode.toLowerCase()}`,
  cityCode,
  hosts,
});
const none = new Map<string, string>();
const texts = (blocks: ReadonlyMap<string, string>) =>
  Object.fromEntries([...blocks].map(([key, block]) => [key.split("/").at(-1), block]));

test("three cities have the blocks they always had", () => {
  const { blocks, failed } = allocate(
    defaultRange,
    ["LHR", "DLS", "DFW"].map((city) => request(city)),
    none,
  );
  assert.equal(failed, []);
  assert.equal(texts(blocks), { dfw: "10.128.0.0/20", dls: "10.130.0.0/20", lhr: "10.132.0.0/20" });
});

test("other cities leave those three free, one step apart", () => {
  const { blocks } = allocate(
    defaultRange,
    ["FRA", "AMS"].map((city) => request(city)),
    none,
  );
  assert.equal(texts(blocks), { ams: "10.134.0.0/20", fra: "10.136.0.0/20" });
});

test("two locations of one city have two blocks", () => {
  const twins = ["a", "b"].map((name) => ({ key: name, cityCode: "DFW", hosts: 1 }));
  assert.equal([...allocate(defaultRange, twins, none).blocks.values()], ["10.128.0.0/20", "10.134.0.0/20"]);
});

test("a block grows with what it must hold", () => {
  const { blocks, failed } = allocate(defaultRange, [request("FRA", 5000)], none);
  assert.equal([[...blocks.values()], failed], [["10.134.0.0/19"], []]);
});

test("a small range is shared", () => {
  const { blocks, failed } = allocate(
    "10.0.0.0/24",
    ["DFW", "FRA", "AMS"].map((city) => request(city)),
    none,
  );
  assert.equal([[...blocks.values()].sort(), failed], [["10.0.0.0/28", "10.0.0.16/28", "10.0.0.32/28"], []]);
});

test("a full range says so, and who has a block keeps it", () => {
  const cities = Array.from({ length: 20 }, (_, index) => request(`C${String(index).padStart(2, "0")}`));
  const { blocks, failed } = allocate("10.0.0.0/24", cities, none);
  assert.is(blocks.size, 16);
  assert.is(failed.length, 4);
  assert.match(failed[0]?.message ?? "", /No free block of 10\.0\.0\.0\/24 is left for C16/);
});

test("a standing block that has become too small is told, not moved", () => {
  const one = request("DFW", 100);
  const { blocks, failed } = allocate(defaultRange, [one], new Map([[one.key, "10.128.0.0/28"]]));
  assert.is(blocks.get(one.key), "10.128.0.0/28");
  assert.match(failed[0]?.message ?? "", /holds 12 instances, 100 are wanted/);
});

test("a broken range is told for everybody", () => {
  assert.is(allocate("10.0.0.1/8", [request("DFW")], none).failed.length, 1);
});

const cities = ["DFW", "DLS", "LHR", "FRA", "AMS", "IAD", "SYD", "GRU"];
const requests = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom(...cities), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9000 })),
    {
      selector: ([city, place]) => `${city}${place}`,
      maxLength: 12,
    },
  )
  .map((list) =>
    list.map(([cityCode, place, hosts]): Request => ({ key: `n/n@n/${cityCode}${place}`, cityCode, hosts })),
  );
const ranges = fc.constantFrom(
  defaultRange,
  "10.0.0.0/8",
  "10.0.0.0/24",
  "192.168.0.0/16",
  "10.128.0.0/20",
  "10.0.0.0/29",
);

test("what stands never moves, whatever is added, removed or put in another order", () => {
  fc.assert(
    fc.property(ranges, requests, requests, fc.func(fc.integer()), (range, before, after, mix) => {
      const first = allocate(range, before, none).blocks;
      const shuffled = [...after, ...before.slice(1)].sort((left, right) => mix(left.key) - mix(right.key));
      const wanted = [...new Map(shuffled.map((one) => [one.key, one])).values()];
      const second = allocate(range, wanted, first).blocks;
      for (const { key } of wanted) if (first.has(key)) assert.is(second.get(key), first.get(key));
    }),
    { numRuns: 300 },
  );
});

test("no two blocks overlap, and all lie in the range", () => {
  fc.assert(
    fc.property(ranges, requests, requests, (range, before, after) => {
      const first = allocate(range, before, none).blocks;
      const all = new Map([...first, ...allocate(range, after, first).blocks]);
      const blocks = [...all.values()].map((text) => readBlock(text) as Block);
      const whole = readBlock(range) as Block;
      for (const [index, block] of blocks.entries()) {
        assert.ok(overlaps(whole, block) && block.prefix >= whole.prefix);
        for (const other of blocks.slice(index + 1)) assert.not(overlaps(block, other));
      }
    }),
    { numRuns: 300 },
  );
});

test("the order of requests changes nothing", () => {
  fc.assert(
    fc.property(ranges, requests, (range, list) => {
      const forth = allocate(range, list, none);
      const back = allocate(range, [...list].reverse(), none);
      assert.equal(new Map([...back.blocks].sort()), new Map([...forth.blocks].sort()));
    }),
    { numRuns: 300 },
  );
});

test.run();

import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { type Block, holds, overlaps, readBlock } from "../../src/datum/cidr.ts";
import { allocate, defaultRange, type Request, roomOf } from "../../src/datum/ipam.ts";
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
  assert.match(failed[0]?.message ?? "", /No free block of 10\.0\.0\.0\/24 is left for 1 instance in C16/);
});

test("a standing block that has become too small grows around itself", () => {
  const one = request("DFW", 100);
  const { blocks, failed } = allocate(defaultRange, [one], new Map([[one.key, "10.128.0.96/28"]]));
  assert.equal([blocks.get(one.key), failed], ["10.128.0.0/25", []]);
});

for (const [what, range, standing, occupied, message] of [
  ["another block", defaultRange, [["n/n@n/x", "10.128.0.64/28"]], [], /holds 12 instances, 100 are wanted/],
  ["the end of the range", "10.128.0.0/28", [], [], /holds 12 instances, 100 are wanted/],
  ["a range of others", defaultRange, [], [{ block: "10.128.0.32/30", what: "is theirs" }], /it cannot grow/],
] as const) {
  test(`a block that ${what} keeps from growing is told, not moved`, () => {
    const one = request("DFW", 100);
    const held = new Map<string, string>([[one.key, "10.128.0.0/28"], ...standing]);
    const { blocks, failed } = allocate(range, [one], held, occupied);
    assert.is(blocks.get(one.key), "10.128.0.0/28");
    assert.is(failed[0]?.rule, "network/block-full");
    assert.match(failed[0]?.message ?? "", message);
  });
}

test("a block that somebody wrote down does not grow", () => {
  const one = { ...request("DFW", 100), fixed: true };
  const { blocks, failed } = allocate(defaultRange, [one], new Map([[one.key, "10.128.0.0/28"]]));
  assert.equal([blocks.get(one.key), failed[0]?.rule], ["10.128.0.0/28", "network/block-full"]);
});

test("fixed cities grow at their place", () => {
  assert.is(allocate(defaultRange, [request("DLS", 5000)], none).blocks.get(request("DLS").key), "10.130.0.0/19");
});

test("a block of more copies than a step holds starts where such blocks start", () => {
  const block = allocate(defaultRange, [request("DLS", 200_000)], none).blocks.get(request("DLS").key) ?? "";
  assert.is(readBlock(block)?.prefix, 14);
});

test("fixed cities have their blocks before anybody else, however full the range", () => {
  const others = Array.from({ length: 16 }, (_, index) => request(`A${String(index).padStart(2, "0")}`));
  const { blocks, failed } = allocate("10.128.0.0/16", [...others, request("DFW")], none);
  assert.equal([blocks.get(request("DFW").key), failed.length], ["10.128.0.0/20", 1]);
});

test("what stands outside a changed range is told and stays", () => {
  const one = request("FRA");
  const { blocks, failed } = allocate("10.0.0.0/16", [one], new Map([[one.key, "10.134.0.0/20"]]));
  assert.equal([blocks.get(one.key), failed[0]?.rule], ["10.134.0.0/20", "network/range-changed"]);
});

test("ranges of others are avoided, and told where something stands in them", () => {
  const theirs = [{ block: "10.128.0.0/13", what: "belongs to them" }];
  const two = [request("DFW"), request("FRA")];
  const fresh = allocate(defaultRange, two, none, theirs);
  assert.equal([texts(fresh.blocks), fresh.failed], [{ dfw: "10.136.0.0/20", fra: "10.138.0.0/20" }, []]);
  const stands = allocate(defaultRange, two, new Map([[request("FRA").key, "10.134.0.0/20"]]), theirs);
  assert.equal([stands.failed[0]?.rule, texts(stands.blocks).fra], ["network/overlap", "10.134.0.0/20"]);
});

test("a range smaller than what is wanted is full", () => {
  assert.is(allocate("10.0.0.0/29", [request("DFW", 9)], none).failed[0]?.rule, "network/exhausted");
});

test("a block has room for all but four of its addresses", () => {
  assert.equal(["10.0.0.0/20", "10.0.0.0/29", "none"].map(roomOf), [4092, 4, 0]);
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
const foreign = fc
  .subarray(["10.128.0.0/20", "10.0.0.0/10", "10.132.0.0/14", "10.0.0.64/28", "192.168.8.0/21"])
  .map((list) => list.map((block) => ({ block, what: "is theirs" })));
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
      for (const { key } of wanted) {
        const [old, now] = [readBlock(first.get(key) ?? ""), readBlock(second.get(key) ?? "")];
        if (old !== undefined) assert.ok(now !== undefined && holds(now, old), `${first.get(key)} ${second.get(key)}`);
      }
      const roomy = wanted.map((one) => ({ ...one, hosts: 1 }));
      const third = allocate(range, roomy, second).blocks;
      for (const { key } of wanted) if (second.has(key)) assert.is(third.get(key), second.get(key));
    }),
    { numRuns: 300 },
  );
});

test("a block that has no finding holds all its copies, and no block lies in a range of others", () => {
  fc.assert(
    fc.property(ranges, requests, requests, foreign, (range, before, after, theirs) => {
      const first = allocate(range, before, none, theirs).blocks;
      const { blocks, failed } = allocate(range, after, first, theirs);
      for (const { key, hosts } of after) {
        if (failed.some((one) => one.key === key)) continue;
        assert.ok(roomOf(blocks.get(key) ?? "") >= hosts);
      }
      for (const text of blocks.values())
        for (const { block } of theirs) assert.not(overlaps(readBlock(text) as Block, readBlock(block) as Block));
    }),
    { numRuns: 300 },
  );
});

test("no two blocks overlap, and all lie in the range", () => {
  fc.assert(
    fc.property(ranges, requests, requests, (range, before, after) => {
      const first = allocate(range, before, none).blocks;
      const now = allocate(range, after, first).blocks;
      const all = new Map([...first, ...now]);
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

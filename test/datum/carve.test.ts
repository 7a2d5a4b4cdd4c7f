import fc from "fast-check";
import * as assert from "uvu/assert";
import { blocksMeet, carve } from "../../src/datum/carve.ts";
import { blockText, holds, overlaps, readBlock } from "../../src/datum/cidr.ts";
import { suite } from "../support/suite.ts";

const test = suite("datum carve");

test("what is cut out is gone, the rest is said in as few blocks as possible", () => {
  assert.equal(carve("10.0.0.0/8", []), ["10.0.0.0/8"]);
  assert.equal(carve("10.0.0.0/14", ["10.1.0.0/16"]), ["10.0.0.0/16", "10.2.0.0/15"]);
  assert.equal(carve("10.1.0.0/16", ["10.0.0.0/8"]), []);
  assert.equal(carve("10.1.0.0/16", ["10.1.0.0/16"]), []);
  assert.equal(carve("10.1.0.0/16", ["fd20::/48"]), ["10.1.0.0/16"]);
  assert.equal(carve("fd20::/48", ["fd20::/50", "fd20:0:0:c000::/50"]), ["fd20:0:0:4000::/50", "fd20:0:0:8000::/50"]);
  assert.is(carve("0.0.0.0/0", ["192.0.2.1/32"]).length, 32);
});

test("blocks meet when one holds the other", () => {
  assert.ok(blocksMeet("10.0.0.0/8", "10.1.0.0/16"));
  assert.ok(blocksMeet("10.1.0.0/16", "0.0.0.0/0"));
  assert.not(blocksMeet("10.0.0.0/9", "10.128.0.0/9"));
  assert.not(blocksMeet("0.0.0.0/0", "::/0"));
});

const block = fc.tuple(fc.nat(255), fc.integer({ min: 8, max: 16 })).map(([second, prefix]) => {
  const start = 10 * 2 ** 24 + second * 2 ** 16;
  return blockText({ start: start - (start % 2 ** (32 - prefix)), prefix });
});

test("each address is in what is left exactly when it is in the block and in no hole", () => {
  fc.assert(
    fc.property(block, fc.array(block, { maxLength: 4 }), fc.nat(255), (whole, holes, second) => {
      const one = { start: 10 * 2 ** 24 + second * 2 ** 16, prefix: 16 };
      const has = (text: string): boolean => holds(readBlock(text) ?? one, one);
      const left = carve(whole, holes);
      assert.is(left.some(has), has(whole) && !holes.some(has));
      const blocks = left.map((text) => readBlock(text) ?? one);
      for (const [at, a] of blocks.entries()) for (const b of blocks.slice(at + 1)) assert.not(overlaps(a, b));
    }),
  );
});

test.run();

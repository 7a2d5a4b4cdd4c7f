import * as assert from "uvu/assert";
import { blockText, cidrHolds, cidrProblem, holds, overlaps, readBlock, sizeOf } from "../../src/datum/cidr.ts";
import { quantityGib, quantityMillis } from "../../src/datum/quantity.ts";
import { suite } from "../support/suite.ts";

const test = suite("arithmetic");

const quantities: readonly (readonly [value: unknown, millis: bigint | undefined])[] = [
  ["1", 1000n],
  [5, 5000n],
  [0.5, 500n],
  ["500m", 500n],
  ["1.5", 1500n],
  [".5", 500n],
  ["5.", 5000n],
  ["-2", -2000n],
  ["+2", 2000n],
  ["1e3", 1_000_000n],
  ["1E-3", 1n],
  ["1E", 1000n * 10n ** 18n],
  ["1Ki", 1_024_000n],
  ["10Gi", 10n * 2n ** 30n * 1000n],
  ["1G", 10n ** 12n],
  ["0.0001", 1n],
  ["", undefined],
  [".", undefined],
  ["-", undefined],
  ["1 Gi", undefined],
  ["1gi", undefined],
  ["1ki", undefined],
  ["0x10", undefined],
  ["1Gi\n", undefined],
  ["1e999", undefined],
  ["9".repeat(31), undefined],
  [true, undefined],
  [null, undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
];

for (const [value, millis] of quantities) {
  test(`the quantity ${JSON.stringify(value)}`, () => assert.is(quantityMillis(value), millis));
}

test("whole Gi only", () => {
  assert.is(quantityGib("10Gi"), 10);
  assert.is(quantityGib("1Ti"), 1024);
  assert.is(quantityGib(2 ** 30), 1);
  assert.is(quantityGib("1500Mi"), undefined);
  assert.is(quantityGib("x"), undefined);
});

const sound = ["10.0.0.0/8", "0.0.0.0/0", "1.2.3.4/32", "::/0", "fd20::/48", "2001:db8::1/128"];
const broken = [
  "",
  "x",
  "10.0.0.0",
  "10.0.0.0/",
  "10.0.0.0/33",
  "10/8",
  "0x0a.0.0.0/8",
  "10.0.0.0/8/9",
  "fd20::/129",
  "10.0.0.256/32",
  "10.0.0.0/-1",
  " 10.0.0.0/8",
  "…",
];

for (const text of sound) test(`${text} is a CIDR`, () => assert.is(cidrProblem(text), undefined));
for (const text of broken)
  test(`${JSON.stringify(text)} is no CIDR`, () => assert.match(cidrProblem(text) ?? "", /is not a CIDR/));

test("a CIDR with host bits says its block", () => {
  assert.match(cidrProblem("10.1.2.3/8") ?? "", /the block is 10\.0\.0\.0\/8/);
  assert.match(cidrProblem("fd20::1/48") ?? "", /the block is fd20::\/48/);
});

test("one CIDR inside another, of the same family only", () => {
  assert.ok(cidrHolds("10.0.0.0/8", "10.1.0.0/16"));
  assert.ok(cidrHolds("10.0.0.0/8", "10.0.0.0/8"));
  assert.not(cidrHolds("10.1.0.0/16", "10.0.0.0/8"));
  assert.not(cidrHolds("10.0.0.0/8", "11.0.0.0/16"));
  assert.ok(cidrHolds("fd20::/20", "fd20:1::/48"));
  assert.not(cidrHolds("::/0", "10.0.0.0/8"));
});

test("blocks are read, written and compared", () => {
  for (const text of ["10.128.0.0/9", "0.0.0.0/0", "255.255.255.255/32"]) {
    const block = readBlock(text);
    assert.ok(block);
    assert.is(blockText(block), text);
  }
  for (const text of ["10.128.0.1/9", "10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.300/32"])
    assert.is(readBlock(text), undefined);
  const wide = { start: 0, prefix: 8 };
  const narrow = { start: 2 ** 24 - 256, prefix: 24 };
  const beside = { start: 2 ** 24, prefix: 24 };
  assert.ok(overlaps(wide, narrow) && overlaps(narrow, wide) && holds(wide, narrow));
  assert.not(holds(narrow, wide));
  assert.not(overlaps(wide, beside) || overlaps(beside, wide));
  assert.is(sizeOf(20), 4096);
});

test.run();

import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { counted, existingNames, existingNetwork, isLeave, leftFields } from "../../src/datum/existing.ts";
import { suite } from "../support/suite.ts";

const test = suite("datum/existing");

const first = (text: string, count: number): readonly (string | undefined)[] | undefined => {
  const names = existingNames(text);
  return names && Array.from({ length: count }, (_, ordinal) => names.copy(ordinal));
};

for (const [text, expected] of [
  ["web-{1}", ["web-1", "web-2", "web-3"]],
  ["web-{009}", ["web-009", "web-010", "web-011"]],
  ["db; cache", ["db", "cache", undefined]],
  ["db\nweb-{7}", ["db", "web-7", "web-8"]],
  ["", [undefined, undefined, undefined]],
  ["Web", undefined],
  ["db; db", undefined],
  ["web-{1}; db", undefined],
  ["{1}", undefined],
  ["net-0-0=allow-web; web-{1}", ["web-1", "web-2", "web-3"]],
  ["web-{1}; net-0-0=Allow", undefined],
  ["web-{1}; net-0=allow", undefined],
] as const) {
  test(`names of copies: ${JSON.stringify(text)}`, () => {
    assert.equal(first(text, 3), expected);
  });
}

test("a name that counts on never gives one name twice", () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 6 }), fc.nat(2_000), (start, width, steps) => {
      const text = String(start).padStart(width, "0");
      assert.is(Number(counted(text, steps)), start + steps);
      assert.ok(counted(text, steps).length >= text.length);
    }),
  );
});

test("networks: a name of its own, and subnetworks by location", () => {
  const found = existingNetwork("network=prod; us-a=prod-a 10.1.0.0/20");
  assert.is(found?.name, "prod");
  assert.equal([...(found?.subnetworks ?? [])], [["us-a", { name: "prod-a", block: "10.1.0.0/20" }]]);
  for (const text of ["prod", "network=Prod", "us-a=prod-a", "us-a=prod-a 10.1.0.1/20", "network=a; network=b"]) {
    assert.is(existingNetwork(text), undefined, text);
  }
});

test("fields that are left, by kind", () => {
  assert.equal(leftFields("instance.tags, network.mtu,instance.metadata", "instance"), ["metadata", "tags"]);
  assert.equal(leftFields(undefined, "instance"), []);
  assert.ok(isLeave("instance.tags, instance.networkInterfaces[0].stackType"));
  assert.not(isLeave("tags"));
  assert.not(isLeave(""));
});

test.run();

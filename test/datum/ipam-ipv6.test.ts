import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { cidrHolds } from "../../src/datum/cidr.ts";
import { type Ipv6Request, planIpv6 } from "../../src/datum/ipam-ipv6.ts";
import { suite } from "../support/suite.ts";

const test = suite("ipam of IPv6");
const nothing = { prefixes: new Map<string, string>(), blocks: new Map<string, string>() };

test("a network without a range gets a /48 of fd20::/20 and a /64 in each location", () => {
  const { prefixes, blocks } = planIpv6("f", [{ network: "n/a", range: "", presences: ["x", "y"] }], nothing);
  const prefix = prefixes.get("n/a") ?? "";
  assert.match(prefix, /^fd2[0-9a-f]:.*\/48$/);
  assert.ok(cidrHolds("fd20::/20", prefix));
  for (const key of ["x", "y"]) {
    assert.match(blocks.get(key) ?? "", /::\/64$/);
    assert.ok(cidrHolds(prefix, blocks.get(key) ?? ""));
  }
  assert.is.not(blocks.get("x"), blocks.get("y"));
});

for (const [range, pattern] of [
  ["fd20:1:2::/48", /^fd20:1:2::\/48$/],
  ["fd20:1::/32", /^fd20:1:[0-9a-f]+::\/48$/],
  ["fd20:1:2:3300::/56", /^fd20:1:2:3300::\/56$/],
] as const) {
  test(`${range} gives its own prefix`, () => {
    const { prefixes, blocks } = planIpv6("f", [{ network: "n/a", range, presences: ["x"] }], nothing);
    assert.match(prefixes.get("n/a") ?? "", pattern);
    assert.ok(cidrHolds(range, blocks.get("x") ?? ""));
  });
}

test("a prefix that is full leaves locations without a block", () => {
  const presences = ["a", "b", "c"];
  const { blocks } = planIpv6("f", [{ network: "n/a", range: "fd20:1:2:4::/63", presences }], nothing);
  assert.equal([...blocks.values()].sort(), ["fd20:1:2:4::/64", "fd20:1:2:5::/64"]);
});

test("what stands is told in the spelling of its world and never given again", () => {
  const first = planIpv6("f", [{ network: "n/a", range: "", presences: ["x"] }], nothing);
  const taken = (first.prefixes.get("n/a") ?? "").replace("::/48", ":0:0:0:0:0/48");
  const standing = { prefixes: new Map([["n/b", taken]]), blocks: nothing.blocks };
  const second = planIpv6("f", [{ network: "n/a", range: "", presences: [] }], standing);
  assert.is.not(second.prefixes.get("n/a"), first.prefixes.get("n/a"));
});

test("a block that stands is not given to another location, although nothing wants it any more", () => {
  for (const key of ["a", "b", "c", "d"]) {
    const request = { network: "n/a", range: "fd20:1:2:4::/63", presences: [key] };
    const blocks = new Map([["gone", "fd20:1:2:5::/64"]]);
    assert.is(planIpv6("f", [request], { ...nothing, blocks }).blocks.get(key), "fd20:1:2:4::/64");
  }
});

test("locations that meet at one place are told apart in order of name, whatever the order they come in", () => {
  const presences = ["a", "b", "c", "d"];
  const plan = (list: readonly string[]) =>
    planIpv6("f", [{ network: "n/a", range: "fd20:1:2:4::/62", presences: list }], nothing).blocks;
  assert.equal([...plan(presences)].sort(), [...plan([...presences].reverse())].sort());
});

const requests = fc.uniqueArray(
  fc.record({
    network: fc.integer({ min: 0, max: 30 }).map((number) => `n/${number}`),
    range: fc.constantFrom("", "fd20::/44", "fd21:1::/40"),
    presences: fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 20 }),
  }),
  { selector: ({ network }) => network, maxLength: 12 },
);
const named = (list: readonly Ipv6Request[]) =>
  list.map((one) => ({ ...one, presences: one.presences.map((place) => `${one.network}@${place}`) }));

test("what stands never moves, nothing is given twice, and the order changes nothing", () => {
  fc.assert(
    fc.property(requests, requests, (before, after) => {
      const first = planIpv6("f", named(before), nothing);
      const second = planIpv6("f", named(after), first);
      for (const { network, presences } of named(after)) {
        if (first.prefixes.has(network)) assert.is(second.prefixes.get(network), first.prefixes.get(network));
        for (const key of presences)
          if (first.blocks.has(key)) assert.is(second.blocks.get(key), first.blocks.get(key));
      }
      const back = planIpv6("f", named(after).reverse(), first);
      assert.equal([...back.blocks].sort(), [...second.blocks].sort());
      const prefixes = [...new Map([...first.prefixes, ...second.prefixes]).values()];
      assert.is(new Set(prefixes).size, prefixes.length);
      const blocks = [...new Map([...first.blocks, ...second.blocks]).values()];
      assert.is(new Set(blocks).size, blocks.length);
    }),
    { numRuns: 200 },
  );
});

test.run();

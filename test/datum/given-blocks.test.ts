import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { expandFleet } from "../../src/datum/expand.ts";
import type { RangeFact } from "../../src/datum/range-facts.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, sandbox, surroundings } from "./support.ts";

const test = suite("given blocks");

/** Edge locations of two control planes, and one workload in each of the cities. */
function expand(facts: readonly RangeFact[], standing: readonly (readonly [string, string])[], cities: string) {
  const places = ["AMS lhr", "FRA dfw", "TYO dfw"].map((line) => {
    const [city = "", plane = ""] = line.split(" ");
    return `---
apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: { name: edge-${city.toLowerCase()}, annotations: { plumbline.dev/control-plane: ${plane} } }
spec: { locationClassName: datum-managed, topology: { topology.datum.net/city-code: ${city} }, provider: {} }
`;
  });
  const workload = sandbox(["spec.placements.0.cityCodes", cities.split(", ")]);
  const { documents } = checkFiles({ "base.yaml": `${surroundings}${places.join("")}`, "w.yaml": workload });
  const { presences, problems } = expandFleet(documents, { fleet: "f", allocations: new Map(standing), facts });
  return {
    blocks: Object.fromEntries(presences.map(({ location, block }) => [location.name, block])),
    said: problems.filter(({ rule }) => rule === "network/block-given").map(({ message }) => message),
  };
}

const at = (city: string): string => `default/default@default/${city}`;
const given = (city: string, block: string, by: string): RangeFact => ({
  kind: "given",
  presence: at(city),
  block,
  by,
});

test("a block that a control plane chose is the one that counts, without a word", () => {
  const facts = [given("edge-fra", "10.140.0.0/20", "dfw")];
  assert.equal(expand(facts, [], "FRA, AMS"), {
    blocks: { "edge-ams": "10.134.0.0/20", "edge-fra": "10.140.0.0/20" },
    said: [],
  });
});

test("a location that comes first by name moves nobody", () => {
  const facts = [given("edge-fra", "10.134.0.0/20", "dfw"), given("edge-tyo", "10.136.0.0/20", "dfw")];
  assert.equal(expand(facts, [], "AMS, FRA, TYO").blocks, {
    "edge-ams": "10.138.0.0/20",
    "edge-fra": "10.134.0.0/20",
    "edge-tyo": "10.136.0.0/20",
  });
});

test("the same block from two control planes is told, and only one of the two is believed", () => {
  const facts = [given("edge-fra", "10.134.0.0/20", "dfw"), given("edge-ams", "10.134.0.0/20", "lhr")];
  const { blocks, said } = expand(facts, [[at("edge-fra"), "10.136.0.0/20"]], "FRA, AMS");
  assert.equal(blocks, { "edge-ams": "10.134.0.0/20", "edge-fra": "10.136.0.0/20" });
  assert.equal(said, [
    "dfw gave edge-fra the block 10.134.0.0/20 of default, which overlaps 10.134.0.0/20 of edge-ams; 10.136.0.0/20 was asked for.",
  ]);
});

test("whoever had the block before keeps it", () => {
  const facts = [given("edge-fra", "10.134.0.0/20", "dfw"), given("edge-ams", "10.134.0.0/20", "lhr")];
  const { blocks, said } = expand(facts, [[at("edge-fra"), "10.134.0.0/20"]], "FRA, AMS");
  assert.equal(blocks, { "edge-ams": "10.136.0.0/20", "edge-fra": "10.134.0.0/20" });
  assert.match(said.join(), /^lhr gave edge-ams the block 10\.134/);
});

test("what nobody holds gives way to what a control plane chose", () => {
  const facts = [
    given("edge-ams", "10.134.0.0/20", "lhr"),
    given("edge-fra", "10.134.0.0/20", "dfw"),
    given("edge-tyo", "10.136.0.0/20", "dfw"),
  ];
  const { blocks } = expand(facts, [[at("edge-fra"), "10.136.0.0/20"]], "FRA, AMS, TYO");
  assert.equal(blocks, { "edge-ams": "10.134.0.0/20", "edge-fra": "10.138.0.0/20", "edge-tyo": "10.136.0.0/20" });
});

test("a block outside the network's range, or of what stands, is told", () => {
  const outside = expand([given("edge-fra", "172.16.0.0/20", "dfw")], [], "FRA");
  assert.match(outside.said[0] ?? "", /172\.16\.0\.0\/20 of default, which is not inside 10\.128\.0\.0\/9; 10\.134/);
  const taken = expand([given("edge-fra", "10.128.0.0/20", "dfw")], [[at("dfw"), "10.128.0.0/20"]], "FRA, DFW");
  assert.match(taken.said[0] ?? "", /which overlaps 10\.128\.0\.0\/20 of dfw; 10\.134/);
});

test("what a control plane gave and is believed never moves, whoever comes, in whatever order the facts are told", () => {
  const cities = ["AMS", "FRA", "TYO"];
  const block = fc.constantFrom("10.134.0.0/20", "10.136.0.0/20", "10.138.0.0/20", "172.16.0.0/20");
  const giving = fc.record({ AMS: block, FRA: block, TYO: block });
  fc.assert(
    fc.property(giving, fc.subarray(cities, { minLength: 1 }), fc.boolean(), (blocks, first, backwards) => {
      const factsOf = (present: readonly string[]): readonly RangeFact[] => {
        const facts = present.map((city) => {
          const place = `edge-${city.toLowerCase()}`;
          return given(place, blocks[city as keyof typeof blocks], city === "AMS" ? "lhr" : "dfw");
        });
        return backwards ? facts.reverse() : facts;
      };
      const before = expand(factsOf(first), [], first.join(", ")).blocks;
      const standing = Object.entries(before).map(([place, own]) => [at(place), own] as const);
      const after = expand(factsOf(cities), standing, cities.join(", ")).blocks;
      for (const city of first) {
        const place = `edge-${city.toLowerCase()}`;
        if (before[place] === blocks[city as keyof typeof blocks]) assert.is(after[place], before[place], place);
      }
      assert.is(new Set(Object.values(after)).size, cities.length, "no block twice");
    }),
    { numRuns: 60 },
  );
});

test.run();

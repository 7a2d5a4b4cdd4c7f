import * as assert from "uvu/assert";
import { expandFleet } from "../../src/datum/expand.ts";
import type { RangeFact } from "../../src/datum/range-facts.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, sandbox, surroundings } from "./support.ts";

const test = suite("placing");
const key = "default/default@default/dfw";

function expand(
  network: string,
  facts: readonly RangeFact[] = [],
  allocations: readonly (readonly [string, string])[] = [],
) {
  const base = surroundings.replace(/kind: Network\nmetadata:[\s\S]*?(?=---|$)/, `kind: Network\n${network}\n`);
  const { documents } = checkFiles({ "base.yaml": base, "w.yaml": sandbox() });
  return expandFleet(documents, { fleet: "f", allocations: new Map(allocations), facts });
}

const plain = "metadata: {name: default}\nspec: {ipam: {mode: Auto, ipv4Range: 10.0.0.0/16}}";

test("what stands outside a changed range is said on the range's line", () => {
  const { problems, presences } = expand(plain, [], [[key, "10.128.0.0/20"]]);
  assert.equal(
    [problems[0]?.rule, problems[0]?.path, problems[0]?.severity],
    ["network/range-changed", "spec.ipam.ipv4Range", "error"],
  );
  assert.match(
    problems[0]?.message ?? "",
    /^default\/dfw: 10\.128\.0\.0\/20 stands already and is not inside 10\.0\.0\.0\/16/,
  );
  assert.is(presences[0]?.block, "10.128.0.0/20");
});

test("new blocks avoid ranges of others, standing ones in them are said", () => {
  const facts: RangeFact[] = [{ kind: "foreign", network: "default/default", block: "10.0.0.0/17", what: "is theirs" }];
  assert.equal(
    expand(plain, facts).presences.map(({ block }) => block),
    ["10.0.128.0/20"],
  );
  const [problem] = expand(plain, facts, [[key, "10.0.16.0/20"]]).problems;
  assert.is(problem?.rule, "network/overlap");
  assert.match(problem?.message ?? "", /overlaps 10\.0\.0\.0\/17, which is theirs/);
});

test("ranges that the manifest says are beside it are avoided", () => {
  const network = plain.replace(
    "name: default",
    'name: default, annotations: {plumbline.dev/peered-ranges: "10.0.0.0/18, fd20::/48"}',
  );
  assert.equal(
    expand(network).presences.map(({ block }) => block),
    ["10.0.64.0/20"],
  );
});

test("facts of other networks count for nothing", () => {
  const facts: RangeFact[] = [{ kind: "foreign", network: "default/other", block: "10.0.0.0/16", what: "is theirs" }];
  assert.equal(expand(plain, facts).problems, []);
});

test("a block that a control plane chose itself is a warning", () => {
  const facts: RangeFact[] = [{ kind: "given", presence: key, block: "10.9.0.0/20", by: "edge" }];
  const [problem] = expand(plain, facts).problems;
  assert.equal([problem?.rule, problem?.severity], ["network/block-given", "warning"]);
});

const both = "metadata: {name: default}\nspec: {ipam: {mode: Auto}, ipFamilies: [IPv4, IPv6]}";

test("a network with IPv6 has a prefix, and what stands of it stays", () => {
  assert.match(expand(both).presences[0]?.ipv6?.prefix ?? "", /^fd2.*::\/48$/);
  const facts: RangeFact[] = [
    { kind: "prefix", network: "default/default", block: "fd20:1:2::/48" },
    { kind: "ipv6", presence: key, block: "fd20:1:2:3::/64" },
  ];
  assert.equal(expand(both, facts).presences[0]?.ipv6, { prefix: "fd20:1:2::/48", block: "fd20:1:2:3::/64" });
});

test("of several prefixes the one that cannot be changed any more counts, and the others are told", () => {
  const facts: RangeFact[] = [
    { kind: "prefix", network: "default/default", block: "fd20:1:2::/48", by: "dfw" },
    { kind: "prefix", network: "default/default", block: "fd20:0003:4::/48", by: "lhr" },
    { kind: "prefix", network: "default/default", block: "fd20:5:6::/48", by: "gcp", firm: true },
  ];
  const { presences, problems } = expand(both, facts);
  assert.is(presences[0]?.ipv6?.prefix, "fd20:5:6::/48");
  assert.equal(
    problems.map(({ rule, severity, message }) => `${severity} ${rule} ${message}`),
    [
      "warning network/block-given dfw gave default the IPv6 prefix fd20:1:2::/48, and gcp fd20:5:6::/48, which counts.",
      "warning network/block-given lhr gave default the IPv6 prefix fd20:0003:4::/48, and gcp fd20:5:6::/48, which counts.",
    ],
  );
  assert.is(expand(both, facts.slice(0, 1)).problems.length, 0);
  assert.is(
    expand(both, [{ ...facts[0], block: "fd20:0005:6:0::/48" } as RangeFact, ...facts.slice(2)]).problems.length,
    0,
  );
});

test("a changed IPv6 range that no longer holds the prefix is said", () => {
  const facts: RangeFact[] = [{ kind: "prefix", network: "default/default", block: "fd20:1:2::/48" }];
  const changed = both.replace("mode: Auto", "mode: Auto, ipv6Range: fd20:9:9::/48");
  const [problem] = expand(changed, facts).problems;
  assert.equal([problem?.rule, problem?.path], ["network/range-changed", "spec.ipam.ipv6Range"]);
});

test("IPv4 alone and public IPv6 have no planned prefix", () => {
  assert.is(expand(plain).presences[0]?.ipv6, undefined);
  const open = both.replace("name: default", "name: default, annotations: {plumbline.dev/ipv6-access: external}");
  assert.is(expand(open).presences[0]?.ipv6, undefined);
});

test.run();

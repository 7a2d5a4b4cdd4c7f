import fc from "fast-check";
import * as assert from "uvu/assert";
import { dependenciesOf, providersOf } from "../../../src/core/dependency.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Resource } from "../../../src/core/resource.ts";
import { blocksMeet } from "../../../src/datum/carve.ts";
import type { FirewallIntent, Fleet } from "../../../src/datum/fleet.ts";
import { createGcpProvider } from "../../../src/providers/gcp/index.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText } from "./manifests.ts";
import { byName, withScene } from "./scene.ts";

const test = suite("gcp exceptions of policies");
const provider = createGcpProvider({ ...shippedNames, name: "gcp", credentials: { kind: "none" } });

interface Block {
  readonly cidr: string;
  readonly except: readonly string[];
}
interface Rule {
  readonly port: number;
  readonly from: readonly Block[];
}

const base = fleetOf(locationsText, networkText, machineText);

/** The fleet with other rules on its interface. */
function fleet(rules: readonly Rule[]): Fleet {
  const [intent] = base.firewalls as readonly [FirewallIntent];
  const firewalls = rules.map(({ port, from }, ruleIndex) => ({
    ...{ ...intent, ruleIndex, sources: from, ports: [{ protocol: "tcp" as const, from: port, to: port }] },
    ...{ sourceRanges: from.map(({ cidr }) => cidr), exceptRanges: from.flatMap(({ except }) => except) },
  }));
  return { ...base, firewalls };
}

function rulesOf(rules: readonly Rule[]): readonly (readonly [string, JsonObject])[] {
  const firewalls = provider.translate(fleet(rules)).filter(({ kind }) => kind === "firewall");
  return firewalls.map(({ key, spec }) => [key.split("/").at(-1)?.replace("test-web-main-dfw-net-", "") ?? "", spec]);
}

/** As Compute Engine decides: the rule with the lowest number wins, a deny before an allow of the same number. */
function letsIn(rules: readonly (readonly [string, JsonObject])[], address: string, port: number): boolean {
  const hits = rules.filter(([, spec]) => {
    const ranges = spec.sourceRanges as readonly string[];
    const [protocol] = (spec.allowed ?? spec.denied) as readonly { ports: readonly string[] }[];
    return ranges.some((range) => blocksMeet(range, `${address}/32`)) && protocol?.ports.includes(String(port));
  });
  const rank = (spec: JsonObject): number => Number(spec.priority) * 2 + (spec.denied === undefined ? 1 : 0);
  const [first] = hits.map(([, spec]) => spec).sort((left, right) => rank(left) - rank(right));
  return first?.allowed !== undefined;
}

const all: Block = { cidr: "0.0.0.0/0", except: ["10.1.0.0/16"] };

test("an exception alone is a deny rule; what another block lets in of it stays open", () => {
  const names = (rules: readonly Rule[]) => rulesOf(rules).map(([name]) => name);
  assert.equal(names([{ port: 80, from: [all] }]), ["0-0", "0-0-deny"]);
  const office: Block = { cidr: "10.1.2.0/24", except: [] };
  assert.equal(
    names([
      { port: 80, from: [all] },
      { port: 81, from: [office] },
    ]),
    ["0-0", "0-0-deny", "0-1"],
  );
  for (const rules of [
    [{ port: 80, from: [all, office] }],
    [
      { port: 80, from: [all] },
      { port: 80, from: [office] },
    ],
  ]) {
    const made = rulesOf(rules);
    assert.not(made.some(([name]) => name.includes("deny")));
    assert.ok(letsIn(made, "10.1.2.3", 80));
    assert.not(letsIn(made, "10.1.3.3", 80));
    assert.ok(letsIn(made, "192.0.2.1", 80));
    const open = made.flatMap(([, spec]) => provider.exposures?.("firewall", spec) ?? []);
    assert.equal(open, ["tcp:80 from 0.0.0.0/0"], "in pieces it is still open to everybody");
  }
});

const range = fc.tuple(fc.nat(7), fc.integer({ min: 13, max: 16 })).map(([second, prefix]) => {
  const first = second - (second % 2 ** (16 - prefix));
  return `10.${first}.0.0/${prefix}`;
});
const block = fc.tuple(range, fc.array(range, { maxLength: 2 })).map(([cidr, inner]) => ({
  cidr,
  except: inner.filter((one) => prefixOf(one) > prefixOf(cidr) && blocksMeet(one, cidr)),
}));
const rule = fc.record({ port: fc.constantFrom(80, 81), from: fc.array(block, { minLength: 1, maxLength: 2 }) });

function prefixOf(cidr: string): number {
  return Number(cidr.split("/")[1]);
}

test("whatever the rules say, exactly that gets in", () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 3 }),
      fc.nat(7),
      fc.constantFrom(80, 81),
      (rules, at, port) => {
        const address = `10.${at}.9.9`;
        const isIn = (cidr: string): boolean => blocksMeet(cidr, `${address}/32`);
        const wanted = rules.some(
          (one) => one.port === port && one.from.some(({ cidr, except }) => isIn(cidr) && !except.some(isIn)),
        );
        assert.is(letsIn(rulesOf(rules), address, port), wanted);
      },
    ),
    { numRuns: 300 },
  );
});

test("what a rule leaves out is shut before the rest is opened", () => {
  const made = provider.translate(fleet([{ port: 80, from: [all] }]));
  const [allow, deny] = ["test-web-main-dfw-net-0-0", "test-web-main-dfw-net-0-0-deny"].map((name) =>
    byName(made, name),
  );
  assert.equal(dependenciesOf(allow as Resource, providersOf(made)).includes(deny?.address ?? ""), true);
});

test("a policy that loses its exception, and one that loses a rule, take the firewalls with them", () =>
  withScene(async (scene) => {
    const before = fleet([
      { port: 80, from: [all] },
      { port: 81, from: [all] },
    ]);
    await scene.makeAll(before);
    const after = provider.translate(fleet([{ port: 80, from: [{ ...all, except: [] }] }]));
    const gone = (await scene.observe(before)).filter(
      (one) => one.kind === "firewall" && !after.some(({ key }) => key === one.key),
    );
    assert.equal(gone.map(({ key }) => key.slice(key.indexOf("-net-"))).sort(), [
      "-net-0-0-deny",
      "-net-0-1",
      "-net-0-1-deny",
    ]);
    for (const one of gone) await scene.apply("delete", undefined, one);
    const left = (await scene.observe(before)).filter(({ kind }) => kind === "firewall");
    assert.is(byName(left, "test-web-main-dfw-net-0-0").key, left[0]?.key);
    assert.is(left.length, 1);
  }));

test.run();

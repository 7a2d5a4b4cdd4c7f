import * as assert from "uvu/assert";
import { newlyAssumed } from "../../src/datum/assumed.ts";
import { earlierOf } from "../../src/datum/earlier.ts";
import { checkUpdates } from "../../src/datum/rules-update.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, placed } from "./support.ts";

const test = suite("update");

const documentsOf = (text: string) => checkFiles({ "a.yaml": text }).documents;
const known = (text: string) => earlierOf(documentsOf(text), []);

function manifest(apiVersion: string, kind: string, spec: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\nspec: ${spec}\n`;
}

const networking = "networking.datumapis.com/v1alpha";
const workload = (nic: string, runtime: string): string =>
  manifest(
    "compute.datumapis.com/v1alpha",
    "Workload",
    `{ placements: [], template: { spec: { runtime: ${runtime}, networkInterfaces: [${nic}] } } }`,
  );

/** Kind, spec before, spec after, paths that are told. */
const rows: readonly (readonly [name: string, before: string, after: string, ...paths: string[]])[] = [
  [
    "a domain's name",
    manifest(networking, "Domain", "{ domainName: a.example }"),
    manifest(networking, "Domain", "{ domainName: b.example }"),
    "spec.domainName",
  ],
  [
    "a zone's name",
    manifest("dns.networking.miloapis.com/v1alpha1", "DNSZone", "{ domainName: a.example, dnsZoneClassName: x }"),
    manifest("dns.networking.miloapis.com/v1alpha1", "DNSZone", "{ domainName: b.example, dnsZoneClassName: y }"),
    "spec.domainName",
  ],
  [
    "a binding's network and location",
    manifest(networking, "NetworkBinding", "{ network: { name: a }, location: { name: a, namespace: a } }"),
    manifest(networking, "NetworkBinding", "{ network: { name: b }, location: { name: b, namespace: a } }"),
    "spec.location",
    "spec.network",
  ],
  [
    "addresses of a claim do not go",
    manifest(networking, "NetworkInterfaceClaim", "{ network: { name: a }, addresses: [{ class: a }] }"),
    manifest(networking, "NetworkInterfaceClaim", "{ network: { name: a } }"),
    "spec.addresses",
  ],
  [
    "addresses of a claim do not come",
    manifest(networking, "NetworkInterfaceClaim", "{ network: { name: a }, interfaceName: eth0 }"),
    manifest(networking, "NetworkInterfaceClaim", "{ network: { name: a }, addresses: [{ class: a }] }"),
    "spec.addresses",
    "spec.interfaceName",
  ],
  [
    "interfaces and the runtime's class of the newer generation",
    workload("{ name: eth0, network: { name: a }, ipFamilies: [IPv4] }", "{ class: unikernel }"),
    workload("{ name: eth1, network: { name: b }, ipFamilies: [IPv6] }", "{ class: general-purpose }"),
    "spec.template.spec.networkInterfaces[0].ipFamilies",
    "spec.template.spec.networkInterfaces[0].name",
    "spec.template.spec.runtime.class",
  ],
  ["a class that is set later", workload("{}", "{}"), workload("{}", "{ class: unikernel }")],
  [
    "an interface that goes as a whole",
    workload("{ name: eth0 }, { name: eth1 }", "{}"),
    workload("{ name: eth0 }", "{}"),
  ],
  [
    "another range of a network",
    manifest(networking, "Network", "{ ipam: { mode: Auto, ipv4Range: 10.0.0.0/9 } }"),
    manifest(networking, "Network", "{ ipam: { mode: Auto, ipv4Range: 10.128.0.0/9 } }"),
  ],
  [
    "the same under another name",
    manifest(networking, "Domain", "{ domainName: a.example }"),
    manifest(networking, "Domain", "{ domainName: b.example }").replace("name: a", "name: b"),
  ],
];

for (const [name, before, after, ...paths] of rows) {
  test(`fixed fields: ${name}`, () => {
    const problems = checkUpdates(documentsOf(after), known(before));
    assert.equal(
      placed(problems),
      paths.map((path) => `update/immutable ${path}`),
    );
    for (const problem of problems) {
      assert.is(problem.severity, "warning");
      assert.not.equal(problem.hint, "");
    }
    assert.equal(checkUpdates(documentsOf(after), known(after)), []);
  });
}

test("a default is told when it is new: first seen, or its field no longer written", () => {
  const plain = manifest(networking, "Network", "{ ipam: { mode: Auto } }");
  const wide = manifest(networking, "Network", "{ ipam: { mode: Auto }, mtu: 8856 }");
  const told = (after: string, before: string) =>
    newlyAssumed(documentsOf(after), known(before)).map(({ owner, fields }) => [owner, fields.map(({ path }) => path)]);
  assert.equal(told(plain, ""), [["Network default/a", ["spec.ipFamilies", "spec.mtu"]]]);
  assert.equal(told(plain, wide), [["Network default/a", ["spec.mtu"]]]);
  assert.equal(told(wide, plain), []);
  assert.equal(told(plain, plain), []);
});

test("the instance type that the newer generation leaves out is a default", () => {
  const text = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: a }
spec:
  placements: [{ name: a, locations: [{ name: dfw }], scaleSettings: { minReplicas: 1 } }]
  template: { spec: { runtime: { sandbox: { containers: [{ name: a, image: a }] } }, networkInterfaces: [] } }
`;
  const [found] = newlyAssumed(documentsOf(text), known(""));
  assert.equal(found?.fields[0], {
    path: "spec.template.spec.runtime.resources.instanceType",
    value: "datumcloud/d1-standard-2",
  });
});

for (const [title, was, wish, ...rules] of [
  ["later by five minutes", "2026-01-31T12:00:00Z", "2026-01-31T12:05:00Z"],
  ["later by less", "2026-01-31T12:00:00Z", "2026-01-31T12:04:59Z", "update/refresh"],
  ["earlier", "2026-01-31T12:00:00Z", "2026-01-30T12:00:00Z", "update/refresh"],
  ["the same in another zone", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "update/refresh"],
  ["as it was", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"],
] as const) {
  test(`a domain is looked at anew: ${title}`, () => {
    const domain = (time: string): string =>
      manifest(networking, "Domain", `{ domainName: a.example, desiredVerificationRefreshAttempt: "${time}" }`);
    const problems = checkUpdates(documentsOf(domain(wish)), known(domain(was)));
    assert.equal(
      problems.map(({ rule }) => rule),
      rules,
    );
  });
}

test.run();

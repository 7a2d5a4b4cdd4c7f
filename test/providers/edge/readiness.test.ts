import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { kindId, kindsOf } from "../../../src/providers/edge/kinds.ts";
import { readinessOf } from "../../../src/providers/edge/readiness.ts";
import { suite } from "../../support/suite.ts";
import { failureOf, fleetOf, networkOf, networksPath, only, withScene } from "./scene.ts";

const test = suite("edge provider: readiness");
const kinds = kindsOf(["Location.networking.datumapis.com", "Certificate.cert-manager.io"]);

function look(id: string, status: JsonObject, metadata: JsonObject = {}) {
  const kind = kinds.find((known) => kindId(known) === id);
  if (kind === undefined) throw new Error(`no kind ${id}`);
  return readinessOf(kind, { kind: kind.kind, metadata: { name: "one", ...metadata }, status });
}

const is = (type: string, status: string, reason = "", message = ""): JsonObject => ({ type, status, reason, message });
const conditions = (...list: readonly JsonObject[]): JsonObject => ({ conditions: list });
const parents = (...list: readonly JsonObject[]): JsonObject => ({ parents: list });

const network = "network.networking.datumapis.com";
const proxy = "httpproxy.networking.datumapis.com";
const route = "httproute.gateway.networking.k8s.io";

/** Kind, status, the phase it comes to, whether an apply goes on, and what is missing. */
const rows: readonly (readonly [string, JsonObject, string, boolean, string])[] = [
  [network, {}, "ready", true, ""],
  [network, conditions(is("Ready", "True")), "ready", true, ""],
  [
    network,
    conditions(is("Ready", "False", "RangeOccupied", "fd20::/48 is taken")),
    "pending",
    false,
    "condition Ready is False (RangeOccupied: fd20::/48 is taken)",
  ],
  [network, conditions(is("IPAMAllocated", "True")), "pending", false, "condition Ready is missing"],
  [
    proxy,
    conditions(is("Accepted", "False", "Invalid"), is("Other", "True")),
    "pending",
    false,
    "condition Accepted is False (Invalid); condition Programmed is missing",
  ],
  [
    "domain.networking.datumapis.com",
    conditions(is("Verified", "False", "PendingVerification")),
    "pending",
    true,
    "condition Verified is False (PendingVerification)",
  ],
  ["vpc.cloud.datumapis.com", { ready: false }, "pending", false, "status.ready is not true"],
  ["vpc.cloud.datumapis.com", { ready: true }, "ready", true, ""],
  [route, {}, "ready", true, ""],
  [route, parents(conditions(is("Accepted", "True"))), "ready", true, ""],
  [
    route,
    parents(conditions(is("Accepted", "True")), conditions(is("Accepted", "False", "NoMatchingParent"))),
    "pending",
    false,
    "condition Accepted is False (NoMatchingParent)",
  ],
  [
    "location.networking.datumapis.com",
    conditions(is("Ready", "Unknown")),
    "pending",
    false,
    "condition Ready is Unknown",
  ],
  ["certificate.cert-manager.io", conditions(is("Ready", "False")), "ready", true, ""],
];

for (const [id, status, phase, settled, missing] of rows) {
  test(`${id} with ${JSON.stringify(status)} is ${phase}`, () => {
    const found = look(id, status);
    assert.equal([found.status.phase, found.settled, found.missing], [phase, settled, missing]);
  });
}

test("a condition about an older generation does not count", () => {
  const seen = { ...is("Ready", "True"), observedGeneration: 1 };
  assert.is(look(network, conditions(seen), { generation: 2 }).missing, "condition Ready is about generation 1, not 2");
});

test("conditions, hostnames, addresses and certificates come back", () => {
  const { status } = look(proxy, {
    canonicalHostname: "u.datumproxy.net",
    hostnames: ["www.example.com", "u.datumproxy.net"],
    addresses: [{ type: "Hostname", value: "u.datumproxy.net" }, { value: "192.0.2.1" }],
    hostnameStatuses: [{ hostname: "www.example.com", conditions: [is("CertificateReady", "False")] }],
    conditions: [
      { ...is("Accepted", "True"), lastTransitionTime: "2026-01-01T00:00:00Z" },
      is("Programmed", "True"),
      is("CertificatesReady", "False", "Issuing", "waiting for the challenge"),
    ],
  });
  assert.equal(status.addresses, {
    hostname: "u.datumproxy.net",
    hostnames: "www.example.com",
    address: "u.datumproxy.net, 192.0.2.1",
    certificates: "Issuing (www.example.com)",
  });
  assert.equal(status.conditions?.[2], is("CertificatesReady", "False", "Issuing", "waiting for the challenge"));
  assert.equal(status.conditions?.[0], is("Accepted", "True"));
});

test("what somebody has to publish is told", () => {
  const dnsRecord = { type: "TXT", name: "_verify.example.com", content: "abc" };
  const { status } = look("domain.networking.datumapis.com", { verification: { dnsRecord } });
  assert.equal(status.addresses, { publish: "TXT _verify.example.com abc" });
  const verified = look("domain.networking.datumapis.com", {
    verification: { dnsRecord },
    conditions: [is("Verified", "True")],
  });
  assert.equal(verified.status.addresses, {});
  const zone = look("dnszone.dns.networking.miloapis.com", { nameservers: ["ns1.example.net", "ns2.example.net"] });
  assert.equal(zone.status.addresses, { nameservers: "ns1.example.net, ns2.example.net" });
});

test("a timeout names every missing condition with its message", () =>
  withScene(
    async ({ provider, apply, api }) => {
      const resource = only(provider.translate(fleetOf(networkOf("prod"))));
      const report = { status: conditions(is("Ready", "False", "RangeOccupied", "fd20::/48 is taken")) };
      const work = failureOf(apply(resource));
      for (;;) {
        const told = await api("PATCH", `${networksPath}/prod/status`, report, "application/merge-patch+json");
        if (told.kind === "Network") break;
      }
      const failure = await work;
      assert.is(failure.code, "overdue");
      assert.match(failure.message, "condition Ready is False (RangeOccupied: fd20::/48 is taken)");
    },
    { readyAfterMs: 60_000 },
    { readyTimeoutMs: 300 },
  ));

test.run();

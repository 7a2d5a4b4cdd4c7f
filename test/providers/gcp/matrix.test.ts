import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import type { Observed, Resource } from "../../../src/core/resource.ts";
import { compareThings } from "../../../src/providers/gcp/compare.ts";
import type { Kind } from "../../../src/providers/gcp/kinds.ts";
import { forceOf, matrix } from "../../../src/providers/gcp/matrix.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gcp update matrix");

/** kind, path, before, after → what it costs. Every row of the matrix stands here at least once. */
const rows: readonly (readonly [Kind, string, Json | undefined, Json | undefined, string])[] = [
  ["network", "autoCreateSubnetworks", true, false, "replace"],
  ["network", "mtu", 1460, 1500, "nothing"],
  ["network", "routingMode", "GLOBAL", "REGIONAL", "nothing"],
  ["subnetwork", "region", "a", "b", "replace"],
  ["subnetwork", "network", "a", "b", "replace"],
  ["subnetwork", "ipCidrRange", "10.128.0.0/20", "10.128.0.0/19", "nothing"],
  ["subnetwork", "ipCidrRange", "10.128.16.0/20", "10.128.0.0/19", "nothing"],
  ["subnetwork", "ipCidrRange", "10.128.0.0/19", "10.128.0.0/20", "replace"],
  ["subnetwork", "ipCidrRange", "10.128.0.0/20", "10.130.0.0/20", "replace"],
  ["subnetwork", "ipCidrRange", "10.130.0.0/20", "10.128.0.0/19", "replace"],
  ["subnetwork", "stackType", "IPV4_ONLY", "IPV4_IPV6", "nothing"],
  ["subnetwork", "stackType", "IPV4_IPV6", "IPV4_ONLY", "nothing"],
  ["subnetwork", "stackType", "IPV4_ONLY", "IPV6_ONLY", "replace"],
  ["subnetwork", "ipv6AccessType", undefined, "INTERNAL", "nothing"],
  ["subnetwork", "ipv6AccessType", "INTERNAL", "EXTERNAL", "replace"],
  ["subnetwork", "flowLogs.interval", "INTERVAL_5_SEC", "INTERVAL_1_MIN", "nothing"],
  ["network", "enableUlaInternalIpv6", undefined, true, "nothing"],
  ["network", "internalIpv6Range", undefined, "fd20::/48", "nothing"],
  ["network", "internalIpv6Range", "fd20::/48", "fd20:1::/48", "replace"],
  ["router", "region", "a", "b", "replace"],
  ["router", "network", "a", "b", "replace"],
  ["router", "nats", [], [{}], "nothing"],
  ["route", "network", "a", "b", "replace"],
  ["route", "destRange", "a", "b", "replace"],
  ["route", "priority", 1, 2, "replace"],
  ["route", "tags", ["a"], undefined, "replace"],
  ["route", "nextHopGateway", "a", undefined, "replace"],
  ["route", "nextHopInstance", "a", "b", "replace"],
  ["route", "nextHopIp", undefined, "b", "replace"],
  ["firewall", "network", "a", "b", "replace"],
  ["firewall", "direction", "EGRESS", "INGRESS", "replace"],
  ["firewall", "priority", 1, 2, "nothing"],
  ["firewall", "sourceRanges", [], [], "nothing"],
  ["firewall", "targetTags", [], [], "nothing"],
  ["firewall", "allowed", [], [], "nothing"],
  ["firewall", "allowed", undefined, [], "replace"],
  ["firewall", "denied", [], undefined, "replace"],
  ["firewall", "disabled", true, false, "nothing"],
  ["firewall", "sourceTags", ["a"], undefined, "replace"],
  ["firewall", "sourceServiceAccounts", ["a"], undefined, "replace"],
  ["firewall", "targetServiceAccounts", ["a"], undefined, "replace"],
  ["firewall", "destinationRanges", ["a"], undefined, "replace"],
  ["disk", "zone", "a", "b", "replace"],
  ["disk", "type", "pd-standard", "pd-ssd", "replace"],
  ["disk", "image", "a", "b", "replace"],
  ["disk", "sizeGib", 10, 20, "nothing"],
  ["disk", "sizeGib", 20, 10, "replace"],
  ["disk", "labels.plumbline-volume", "a", "b", "nothing"],
  ["instance", "zone", "a", "b", "replace"],
  ["instance", "hostname", "a", "b", "replace"],
  ["instance", "canIpForward", false, true, "replace"],
  ["instance", "bootDisk.image", "a", "b", "replace"],
  ["instance", "bootDisk.type", "a", "b", "replace"],
  ["instance", "bootDisk.deviceName", "a", "b", "replace"],
  ["instance", "bootDisk.sizeGib", 10, 20, "nothing"],
  ["instance", "bootDisk.sizeGib", 20, 10, "replace"],
  ["instance", "networkInterfaces[0].network", "a", "b", "replace"],
  ["instance", "networkInterfaces[1].subnetwork", "a", undefined, "replace"],
  ["instance", "networkInterfaces[0].externalAddress", true, false, "nothing"],
  ["instance", "networkInterfaces[0].externalIpv6Address", undefined, true, "nothing"],
  ["instance", "networkInterfaces[0].stackType", undefined, "IPV4_IPV6", "nothing"],
  ["instance", "networkInterfaces[0].stackType", undefined, "IPV6_ONLY", "replace"],
  ["instance", "machineType", "a", "b", "restart"],
  ["instance", "minCpuPlatform", "a", "b", "restart"],
  ["instance", "serviceAccount", "a", "b", "restart"],
  ["instance", "metadata.user-data", "a", "b", "restart"],
  ["instance", "metadata.plumbline-secrets", "db=1", "db=2", "restart"],
  ["instance", "metadata.ssh-keys", "a", "b", "nothing"],
  ["instance", "status", "TERMINATED", "RUNNING", "nothing"],
  ["instance", "labels.plumbline-workload", "a", "b", "nothing"],
  ["instance", "tags", [], ["a"], "nothing"],
  ["instance", "deletionProtection", true, false, "nothing"],
  ["instance", "dataDisks", [], [{}], "nothing"],
  ["instance", "somethingNew", 1, 2, "replace"],
];

test("each field costs what the matrix says", () => {
  for (const [kind, path, before, after, cost] of rows) {
    assert.is(forceOf(kind, path, before, after), cost, `${kind} ${path}`);
  }
});

test("every row of the matrix is tested", () => {
  const tested = new Set(rows.map(([kind, path]) => `${kind} ${path.replace(/\[\d+\]/g, "[]")}`));
  for (const [kind, fields] of Object.entries(matrix)) {
    for (const path of Object.keys(fields)) {
      const reached = [...tested].some(
        (one) => one === `${kind} ${path}` || one.startsWith(`${kind} ${path}.`) || one.startsWith(`${kind} ${path}[]`),
      );
      assert.ok(reached, `${kind} ${path}`);
    }
  }
});

const at = (line: number) => ({ file: "a.yaml", line, column: 1 });

function resource(spec: JsonObject): Resource {
  return {
    ...{ address: "gcp/instance/default/a", provider: "gcp", kind: "instance", uid: "u", key: "k", realm: "p" },
    ...{ spec, provides: [], needs: [], source: at(1), owner: "", location: "", protected: false, adopt: false },
    fieldSources: { bootDisk: at(2), "networkInterfaces[1]": at(3), "metadata.user-data": at(4) },
  };
}

function observed(state: JsonObject): Observed {
  const status = { phase: "ready", detail: "", addresses: {} } as const;
  return { ...{ provider: "gcp", kind: "instance", key: "k", realm: "p", id: "1" }, state, status };
}

test("a difference names its field, its cost and its line", () => {
  const nic = (subnetwork: Json) => ({ network: "n", subnetwork, externalAddress: true });
  const wanted = resource({
    machineType: "b",
    bootDisk: { image: "new", type: "pd-ssd", sizeGib: 20 },
    networkInterfaces: [nic("s"), nic({ $ref: "x", value: "t" })],
    metadata: { "user-data": "new" },
  });
  const live = observed({
    machineType: "a",
    bootDisk: { image: "old", type: "pd-ssd", sizeGib: 10 },
    networkInterfaces: [nic("s"), nic("u")],
    metadata: { "user-data": "old", "startup-script": "rm -rf /" },
  });
  assert.equal(
    compareThings(wanted, live).map(({ path, forces, source }) => [path, forces, source?.line]),
    [
      ["bootDisk.image", "replace", 2],
      ["bootDisk.sizeGib", "nothing", 2],
      ["machineType", "restart", 1],
      ["metadata.startup-script", "nothing", 1],
      ["metadata.user-data", "restart", 4],
      ["networkInterfaces[1].subnetwork", "replace", 3],
    ],
  );
});

test("what a living thing does not tell is no difference", () => {
  const wanted = resource({ hostname: "h", bootDisk: { image: "i", type: "t", deviceName: "d" } });
  assert.equal(compareThings(wanted, observed({ bootDisk: { sizeGib: 10 } })), []);
});

test("keys and long texts are never shown", () => {
  const keys = "ops:ssh-ed25519 AAAASECRET ops";
  const wanted = resource({ metadata: { "ssh-keys": keys, "user-data": `${"x".repeat(200)}SECRET` } });
  const text = JSON.stringify(compareThings(wanted, observed({ metadata: {} })));
  assert.not.match(text, /SECRET/);
  assert.match(text, /sha256 /);
});

test.run();

import type { JsonObject } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { type MatrixRow, provesRow } from "./matrix-world.ts";

const test = suite("gcp update matrix of networks and disks, in the world");
const network = "test-main";
const subnetwork = "test-main-dallas";
const firewall = "test-web-main-dfw-net-0-0";
const disk = "web-main-dfw-0-data";
const lastOf = (value: unknown): string => String(value).split("/").at(-1) ?? "";
const object = (value: unknown): JsonObject => (value ?? {}) as JsonObject;

const rows: Readonly<Record<string, MatrixRow>> = {
  "an MTU changes in place": {
    ...{ name: network, wanted: { mtu: 1500 }, costs: ["mtu nothing"], after: (live) => live.mtu, expected: 1500 },
  },
  "a routing mode is put back in place": {
    name: network,
    before: () => ["PATCH", "", { routingConfig: { routingMode: "GLOBAL" } }],
    costs: ["routingMode nothing"],
    ...{ after: (live) => object(live.routingConfig).routingMode, expected: "REGIONAL" },
  },
  "a network gets internal IPv6 in place": {
    name: network,
    wanted: { enableUlaInternalIpv6: true },
    costs: ["enableUlaInternalIpv6 nothing"],
    ...{ after: (live) => live.enableUlaInternalIpv6, expected: true },
  },
  "a network's internal range is given with the first IPv6": {
    name: network,
    wanted: { enableUlaInternalIpv6: true, internalIpv6Range: "fd20:1:2::/48" },
    costs: ["enableUlaInternalIpv6 nothing", "internalIpv6Range nothing"],
    ...{ after: (live) => live.internalIpv6Range, expected: "fd20:1:2::/48" },
  },
  "another internal range makes another network": {
    name: network,
    before: () => ["PATCH", "", { enableUlaInternalIpv6: true, internalIpv6Range: "fd20:1:2::/48" }],
    wanted: { enableUlaInternalIpv6: true, internalIpv6Range: "fd20:1:3::/48" },
    costs: ["internalIpv6Range replace"],
    ...{ after: (live) => live.internalIpv6Range, expected: "fd20:1:3::/48" },
  },
  "subnetworks by themselves make another network": {
    name: network,
    wanted: { autoCreateSubnetworks: true },
    costs: ["autoCreateSubnetworks replace"],
    ...{ after: (live) => live.autoCreateSubnetworks, expected: true },
  },
  "a wider range changes in place": {
    name: subnetwork,
    wanted: { ipCidrRange: "10.128.0.0/19" },
    ...{ costs: ["ipCidrRange nothing"], after: (live) => live.ipCidrRange, expected: "10.128.0.0/19" },
  },
  "a narrower range makes another subnetwork": {
    name: subnetwork,
    wanted: { ipCidrRange: "10.128.0.0/24" },
    ...{ costs: ["ipCidrRange replace"], after: (live) => live.ipCidrRange, expected: "10.128.0.0/24" },
  },
  "IPv6 comes in place": {
    name: subnetwork,
    wanted: { stackType: "IPV4_IPV6", ipv6AccessType: "EXTERNAL" },
    costs: ["ipv6AccessType nothing", "stackType nothing"],
    ...{ after: ({ stackType, ipv6AccessType }) => [stackType, ipv6AccessType], expected: ["IPV4_IPV6", "EXTERNAL"] },
  },
  "ports and sources of a firewall rule change in place": {
    name: firewall,
    wanted: { allowed: [{ IPProtocol: "udp", ports: ["53"] }], sourceRanges: ["10.0.0.0/8"] },
    costs: ["allowed nothing", "sourceRanges nothing"],
    after: ({ allowed, sourceRanges }) => [allowed, sourceRanges],
    expected: [[{ IPProtocol: "udp", ports: ["53"] }], ["10.0.0.0/8"]],
  },
  "priority and targets of a firewall rule change in place": {
    name: firewall,
    wanted: { priority: 1000, targetTags: ["other"] },
    costs: ["priority nothing", "targetTags nothing"],
    ...{ after: ({ priority, targetTags }) => [priority, targetTags], expected: [1000, ["other"]] },
  },
  "a firewall rule that was switched off is switched on": {
    name: firewall,
    before: () => ["PATCH", "", { disabled: true }],
    ...{ costs: ["disabled nothing"], after: (live) => live.disabled, expected: false },
  },
  "a firewall rule that denies instead is another rule": {
    name: firewall,
    ...{ wanted: { denied: [{ IPProtocol: "tcp" }] }, without: ["allowed"] },
    costs: ["allowed replace", "denied replace"],
    ...{ after: ({ allowed, denied }) => [allowed, denied], expected: [undefined, [{ IPProtocol: "tcp" }]] },
  },
  "a firewall rule for tags of sources is made anew without them": {
    name: firewall,
    before: () => ["PATCH", "", { sourceTags: ["evil"] }],
    ...{ costs: ["sourceTags replace"], after: (live) => live.sourceTags, expected: undefined },
  },
  "a disk grows in place": {
    ...{ name: disk, wanted: { sizeGib: 40 }, costs: ["sizeGib nothing"] },
    ...{ after: (live) => live.sizeGb, expected: "40" },
  },
  "a disk's labels change in place": {
    ...{ name: disk, wanted: { labels: { "plumbline-volume": "other" } }, costs: ["labels.plumbline-volume nothing"] },
    ...{ after: (live) => object(live.labels)["plumbline-volume"], expected: "other" },
  },
  "a smaller disk is another disk": {
    ...{ name: disk, wanted: { sizeGib: 10 }, costs: ["sizeGib replace"] },
    ...{ after: (live) => live.sizeGb, expected: "10" },
  },
  "another type of disk is another disk": {
    ...{ name: disk, wanted: { type: "pd-ssd" }, costs: ["type replace"] },
    ...{ after: (live) => lastOf(live.type), expected: "pd-ssd" },
  },
};

for (const [title, row] of Object.entries(rows)) test(title, () => provesRow(row));

test.run();

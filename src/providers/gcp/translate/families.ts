import type { JsonObject } from "../../../core/json.ts";
import type { Deployment, Network } from "../../../datum/fleet.ts";
import { objectsAt, textsAt } from "../boot/template.ts";
import { hasExternalAddress } from "./external.ts";
import { annotationOf } from "./served.ts";

/** Annotation of a Network that says where its IPv6 addresses are reached from: `internal` (as without it) or `external`. */
export const ipv6Note = "plumbline.dev/ipv6-access";

type Families = Network["ipFamilies"];

/** The word of Compute Engine for families of addresses. */
export function stackTypeOf(families: Families): "IPV4_ONLY" | "IPV4_IPV6" | "IPV6_ONLY" {
  if (!families.includes("IPv6")) return "IPV4_ONLY";
  return families.includes("IPv4") ? "IPV4_IPV6" : "IPV6_ONLY";
}

/** Whether the network's IPv6 addresses are public. */
export function hasPublicIpv6({ ipFamilies, document }: Network): boolean {
  return ipFamilies.includes("IPv6") && annotationOf(document, ipv6Note) === "external";
}

/** What a network's specification says of IPv6; nothing when it has none. Without a prefix the server chooses one. */
export function networkFamilies(network: Network, prefix: string): JsonObject {
  if (!network.ipFamilies.includes("IPv6") || hasPublicIpv6(network)) return {};
  return { enableUlaInternalIpv6: true, ...(prefix === "" ? {} : { internalIpv6Range: prefix }) };
}

/** What a subnetwork's specification says of families. */
export function subnetworkFamilies(network: Network, block: string): JsonObject {
  const stackType = stackTypeOf(network.ipFamilies);
  return {
    ...(stackType === "IPV6_ONLY" ? {} : { ipCidrRange: block }),
    stackType,
    ...(stackType === "IPV4_ONLY" ? {} : { ipv6AccessType: hasPublicIpv6(network) ? "EXTERNAL" : "INTERNAL" }),
  };
}

/** The families of one interface: its own words, else its network's. */
export function familiesOf(deployment: Deployment, index: number, network: Network): Families {
  const written = textsAt(objectsAt(deployment.template, "networkInterfaces")[index] ?? {}, "ipFamilies");
  return written.length === 0 ? network.ipFamilies : (written as Families);
}

/** What an interface's specification says of families and external addresses. Plain IPv4 says nothing of its stack. */
export function interfaceFamilies(deployment: Deployment, index: number, network: Network): JsonObject {
  const stackType = stackTypeOf(familiesOf(deployment, index, network));
  const isOpen = stackType !== "IPV4_ONLY" && hasPublicIpv6(network);
  return {
    externalAddress: stackType !== "IPV6_ONLY" && hasExternalAddress(deployment, index),
    ...(stackType === "IPV4_ONLY" ? {} : { stackType }),
    ...(isOpen ? { externalIpv6Address: true } : {}),
  };
}

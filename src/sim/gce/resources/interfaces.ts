import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalid, invalidValue } from "../failure.ts";
import { regionOf } from "../geography.ts";
import { fingerprintOf } from "../identity.ts";
import { addressKey, externalKey } from "../links.ts";
import { lastSegment, linkOf, pathIn } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectsOf, textOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { externalAddress, freeAddress, isUsable } from "./address-choice.ts";
import { referenced } from "./references.ts";

/** Interfaces as they are served, and why the instance cannot come up with them, if it cannot. */
export interface Interfaces {
  readonly bodies: readonly JsonObject[];
  readonly failure?: { readonly code: string; readonly message: string };
}

/** Fills the interfaces of a new instance: network and subnetwork from each other, addresses from the subnetwork. */
export function makeInterfaces(call: Call, zone: string): Interfaces {
  const sent = objectsOf(call.body, "networkInterfaces");
  if (sent.length === 0) {
    throw invalidValue("resource.networkInterfaces", "", "At least one network interface is required.");
  }
  if (sent.length > 8)
    throw invalidValue("resource.networkInterfaces", "", "At most 8 network interfaces are allowed.");
  const bodies: JsonObject[] = [];
  let failure: Interfaces["failure"];
  const taken = new Set<string>();
  for (const [index, nic] of sent.entries()) {
    const field = `resource.networkInterfaces[${index}]`;
    const { network, subnetwork } = placeOf(call, nic, field, zone);
    if (bodies.some((one) => one.network === linkOf(network.path))) {
      throw invalid("Networks must be distinct for NICs attached to a VM.");
    }
    const chosen = nic.stackType === "IPV6_ONLY" ? undefined : chooseAddress(call, nic, field, subnetwork, taken);
    if (chosen !== undefined && "code" in chosen) failure ??= chosen;
    bodies.push(filled(call, nic, index, { network, subnetwork, chosen }));
  }
  return failure === undefined ? { bodies } : { bodies, failure };
}

function placeOf(call: Call, nic: JsonObject, field: string, zone: string): { network: Stored; subnetwork: Stored } {
  const region = regionOf(zone);
  if (nic.subnetwork !== undefined) {
    const subnetwork = referenced(call, `${field}.subnetwork`, nic.subnetwork, "subnetworks", "subnetwork");
    if (lastSegment(subnetwork.scope) !== region) {
      throw invalidValue(`${field}.subnetwork`, nic.subnetwork, `It is not in the region '${region}' of the instance.`);
    }
    const network = call.world.get(pathIn(textOf(subnetwork.body, "network") ?? ""));
    if (network === undefined) throw new Error(`${subnetwork.path} has no network.`);
    const named =
      nic.network === undefined ? network : referenced(call, `${field}.network`, nic.network, "networks", "network");
    if (named.path !== network.path) {
      throw invalidValue(`${field}.subnetwork`, nic.subnetwork, "It is not in the network of the interface.");
    }
    return { network, subnetwork };
  }
  const network = referenced(call, `${field}.network`, nic.network ?? "global/networks/default", "networks", "network");
  const own = call.world.get(`projects/${network.project}/regions/${region}/subnetworks/${network.name}`);
  const fits = own !== undefined && own.body.network === linkOf(network.path);
  if (!fits || network.body.autoCreateSubnetworks !== true) {
    throw invalidValue(`${field}.subnetwork`, "", "Subnetwork should be specified for custom subnetmode network");
  }
  return { network, subnetwork: own };
}

type Chosen = { readonly address: string } | { readonly code: string; readonly message: string };

function chooseAddress(call: Call, nic: JsonObject, field: string, subnetwork: Stored, taken: Set<string>): Chosen {
  const asked = textOf(nic, "networkIP");
  if (asked === undefined) {
    const address = freeAddress(call.world, subnetwork);
    if (address !== undefined && !taken.has(address)) {
      taken.add(address);
      return { address };
    }
    return { code: "IP_SPACE_EXHAUSTED", message: `IP space of '${subnetwork.path}' is exhausted.` };
  }
  const named = /\/addresses\//.test(asked) ? call.world.get(pathIn(asked)) : undefined;
  const address = textOf(named?.body, "address") ?? asked;
  if (!isUsable(subnetwork, address)) {
    throw invalidValue(
      `${field}.networkIP`,
      asked,
      "Requested IP address is not in the subnetwork's range or is reserved.",
    );
  }
  const users = [...call.world.usersOf(addressKey(subnetwork.path, address))];
  if (users.some((path) => !path.includes("/addresses/"))) {
    const message = `IP '${address}' is already being used by another resource.`;
    return { code: "IP_IN_USE_BY_ANOTHER_RESOURCE", message };
  }
  return { address };
}

interface Parts {
  readonly network: Stored;
  readonly subnetwork: Stored;
  /** Undefined where the interface has no IPv4. */
  readonly chosen: Chosen | undefined;
}

function filled(call: Call, nic: JsonObject, index: number, parts: Parts): JsonObject {
  const { network, subnetwork, chosen } = parts;
  const { accessConfigs: _, networkIP: __, ...rest } = nic;
  const configs = objectsOf(nic, "accessConfigs").map((config, at) =>
    accessConfig(call, config, `resource.networkInterfaces[${index}].accessConfigs[${at}]`),
  );
  const stackType = textOf(nic, "stackType") ?? "IPV4_ONLY";
  const body: JsonObject = {
    kind: "compute#networkInterface",
    ...rest,
    network: linkOf(network.path),
    subnetwork: linkOf(subnetwork.path),
    ...(chosen !== undefined && "address" in chosen ? { networkIP: chosen.address } : {}),
    name: `nic${index}`,
    ...(configs.length === 0 ? {} : { accessConfigs: configs }),
    stackType,
    ...ipv6Fields(call, subnetwork, stackType, nic),
  };
  return { ...body, fingerprint: fingerprintOf(body) };
}

/** What an interface has of IPv6: a private address, or a public range when it asks for one. */
export function ipv6Fields(call: Call, subnetwork: Stored, stackType: string, nic: JsonObject): JsonObject {
  if (stackType === "IPV4_ONLY") return {};
  const range = textOf(subnetwork.body, "ipv6CidrRange");
  if (range === undefined) {
    throw invalid(
      `The subnetwork '${subnetwork.path}' has no IPv6 range for an interface with stack type ${stackType}.`,
    );
  }
  const hex = Buffer.from(fingerprintOf(call.world.newId()), "base64url").toString("hex");
  const address = range.replace(/0:0:0:0\/64$/, `0:${hex.slice(0, 4)}:0:0`);
  if (subnetwork.body.ipv6AccessType === "INTERNAL") {
    return { ipv6AccessType: "INTERNAL", ipv6Address: address, internalIpv6PrefixLength: 96 };
  }
  const asked = objectsOf(nic, "ipv6AccessConfigs")[0] ?? {};
  const config = {
    kind: "compute#accessConfig",
    name: textOf(asked, "name") ?? "external-ipv6",
    type: "DIRECT_IPV6",
    externalIpv6: address,
    externalIpv6PrefixLength: 96,
    networkTier: "PREMIUM",
  };
  return {
    ipv6AccessType: "EXTERNAL",
    ...(nic.ipv6AccessConfigs === undefined ? {} : { ipv6AccessConfigs: [config] }),
  };
}

/** An external access with an address: a reserved one of the project, or an ephemeral one. */
export function accessConfig(call: Call, sent: JsonObject, field: string): JsonObject {
  const asked = textOf(sent, "natIP");
  const natIP = asked ?? externalAddress(call);
  if (asked !== undefined) {
    const users = [...call.world.usersOf(externalKey(asked))];
    if (users.some((path) => path.includes("/instances/"))) {
      throw invalid(`Specified IP address is in-use and would result in a conflict: '${asked}'.`);
    }
    if (!users.some((path) => path.includes("/addresses/"))) {
      throw invalidValue(
        `${field}.natIP`,
        asked,
        "The specified external IP address was not found in the region of the instance.",
      );
    }
  }
  // Clients read the name only where this flag is shown with it.
  const given = sent.setPublicPtr === true ? sent : mergedFields(sent, { setPublicPtr: undefined });
  return {
    kind: "compute#accessConfig",
    ...given,
    type: textOf(sent, "type") ?? "ONE_TO_ONE_NAT",
    name: textOf(sent, "name") ?? "External NAT",
    natIP,
    networkTier: textOf(sent, "networkTier") ?? "PREMIUM",
  };
}

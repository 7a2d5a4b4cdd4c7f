import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { readAddress } from "../cidr.ts";
import { invalid, invalidValue, required } from "../failure.ts";
import { labelFields } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { addressKey, externalKey } from "../links.ts";
import { linkOf, type Place } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, textOf } from "../values.ts";
import type { World } from "../world.ts";
import { externalAddress, freeAddress } from "./address-choice.ts";
import { referenced } from "./references.ts";

const common = {
  collection: "addresses",
  kind: "compute#address",
  label: "address",
  parameter: "address",
  refusal: "request",
  labelled: true,
  immediate: ["setLabels"],
  make: (call: Call, place: Place): JsonObject => filled(call, place),
  userOf: (world: World, stored: Stored): string | undefined => holderOf(world, stored),
  shown: (world: World, stored: Stored): JsonObject => {
    const user = holderOf(world, stored);
    return user === undefined
      ? { ...stored.body, status: "RESERVED" }
      : { ...stored.body, status: "IN_USE", users: [linkOf(user)] };
  },
} as const;

/** Reserved addresses of a region. */
export const addresses: ResourceKind = { service: "Addresses", ...common };

/** Reserved addresses of the whole project. */
export const globalAddresses: ResourceKind = { service: "GlobalAddresses", ...common };

function filled(call: Call, place: Place): JsonObject {
  const { body } = call;
  const { subnetwork: _, network: __, labels: ___, ...rest } = body;
  const type = textOf(body, "addressType") ?? (body.subnetwork === undefined ? "EXTERNAL" : "INTERNAL");
  const shared = {
    ...rest,
    description: body.description ?? "",
    addressType: type,
    ...labelFields(objectOf(body, "labels")),
    status: "RESERVED",
  };
  const { labels, ...plain } = shared;
  const kept = labels === undefined ? plain : { ...plain, labels };
  if (type === "EXTERNAL") {
    const address = textOf(body, "address") ?? externalAddress(call);
    if (call.world.usersOf(externalKey(address)).size > 0 && body.address === undefined) {
      throw invalid(`Specified IP address is in use: ${address}.`);
    }
    return { ...kept, address, networkTier: textOf(body, "networkTier") ?? "PREMIUM" };
  }
  if (place.scope === "global") return { ...kept, ...globalRange(call) };
  if (body.subnetwork === undefined) throw required("resource.subnetwork");
  const subnetwork = referenced(call, "resource.subnetwork", body.subnetwork, "subnetworks", "subnetwork");
  if (subnetwork.scope !== place.scope) {
    throw invalidValue("resource.subnetwork", body.subnetwork, "It is in another region than the address.");
  }
  const address = textOf(body, "address") ?? freeAddress(call.world, subnetwork);
  if (address === undefined) throw invalid(`IP space of '${subnetwork.path}' is exhausted.`);
  if (readAddress(address) === undefined) throw invalidValue("resource.address", address, "Must be an IPv4 address.");
  const users = [...call.world.usersOf(addressKey(subnetwork.path, address))];
  if (users.some((path) => path.includes("/addresses/"))) {
    throw invalid(`IP '${address}' is already being used by another resource.`);
  }
  return {
    ...kept,
    address,
    purpose: textOf(body, "purpose") ?? "GCE_ENDPOINT",
    networkTier: "PREMIUM",
    subnetwork: linkOf(subnetwork.path),
  };
}

function globalRange(call: Call): JsonObject {
  const { network, address, prefixLength } = call.body;
  const stored = referenced(call, "resource.network", network ?? "", "networks", "network");
  const length = prefixLength === undefined ? {} : { prefixLength };
  return { address: address ?? "10.0.0.0", ...length, network: linkOf(stored.path) };
}

/** The instance that uses a reserved address. */
function holderOf(world: World, stored: Stored): string | undefined {
  const address = textOf(stored.body, "address") ?? "";
  const subnetwork = textOf(stored.body, "subnetwork");
  const key = subnetwork === undefined ? externalKey(address) : addressKey(subnetworkPath(subnetwork), address);
  return [...world.usersOf(key)].find((path) => path.includes("/instances/"));
}

function subnetworkPath(link: string): string {
  return link.slice(link.indexOf("projects/"));
}

import { createHash } from "node:crypto";
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalidValue } from "../failure.ts";
import { withCommon } from "../generic.ts";
import { regions } from "../geography.ts";
import type { ResourceKind } from "../kind.ts";
import { linkOf, type Place } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { textOf } from "../values.ts";
import type { World } from "../world.ts";
import { firewalls } from "./firewalls.ts";
import { addSystemRoute, isSystemRoute } from "./routes.ts";
import { addSubnetwork, isAutomatic } from "./subnetworks.ts";

/** VPC networks. Subnetworks, firewall rules, routes and whatever else stands in one keep it from being deleted. */
export const networks: ResourceKind = {
  service: "Networks",
  collection: "networks",
  kind: "compute#network",
  label: "network",
  parameter: "network",
  exclusive: true,
  refusal: "operation",
  // Both types were recorded; the older one for what is set beside the routing.
  types: {
    patch: (call) => (call.body.enableUlaInternalIpv6 === undefined ? "compute.networks.patch" : "updateNetwork"),
  },
  make: (call, place) => checked(call, place, call.body),
  created: (call, stored) => {
    addNetworkParts(call, stored);
    return {};
  },
  userOf: (world, stored) => {
    const users = [...world.usersOf(stored.path)].sort();
    return users.find((path) => !goesWithNetwork(world, path));
  },
  removed: (world, stored) => {
    for (const path of [...world.usersOf(stored.path)]) if (goesWithNetwork(world, path)) world.remove(path);
    for (const route of world.all(stored.project, "routes").filter((one) => isSystemRoute(one.name))) {
      if (route.body.network === stored.body.selfLink) world.remove(route.path);
    }
  },
  patched: (call, stored, merged) => {
    for (const field of ["autoCreateSubnetworks", "IPv4Range", "description"]) {
      const given = call.body[field];
      if (given !== undefined && given !== stored.body[field]) {
        throw invalidValue(`resource.${field}`, given, "It cannot be changed.");
      }
    }
    return { ...merged, ...ulaRange(merged, stored.path) };
  },
  shown: (world, stored) => {
    const subnetworks = [...world.usersOf(stored.path)].filter((path) => path.includes("/subnetworks/")).sort();
    return subnetworks.length === 0 ? stored.body : { ...stored.body, subnetworks: subnetworks.map(linkOf) };
  },
};

function checked(call: Call, place: Place, sent: JsonObject): JsonObject {
  const { project, name } = place;
  const { enableUlaInternalIpv6, internalIpv6Range, networkProfile, routingConfig, ...rest } = sent;
  const mtu = sent.mtu;
  if (typeof mtu === "number" && (mtu < 1300 || mtu > 8896)) {
    throw invalidValue("resource.mtu", mtu, "Must be between 1300 and 8896.");
  }
  const profile = typeof networkProfile === "string" ? networkProfile.replace(/^.*?(?=projects\/)/, "") : undefined;
  const routing = isObject(routingConfig) ? routingConfig : {};
  const ula = enableUlaInternalIpv6 === true ? { enableUlaInternalIpv6 } : {};
  const range = internalIpv6Range === undefined ? {} : { internalIpv6Range };
  return {
    ...rest,
    autoCreateSubnetworks: sent.autoCreateSubnetworks ?? true,
    networkFirewallPolicyEnforcementOrder:
      textOf(sent, "networkFirewallPolicyEnforcementOrder") ?? "AFTER_CLASSIC_FIREWALL",
    ...(profile === undefined ? {} : { networkProfile: linkOf(profile) }),
    routingConfig: { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY", ...routing },
    ...ulaRange({ ...ula, ...range }, `projects/${project}/${name}`),
    // The second link carries the numeric id; it is filled when the id is known.
    selfLinkWithId: "",
    ...(call.body.description === undefined ? {} : { description: call.body.description }),
  };
}

function ulaRange(body: JsonObject, from: string): JsonObject {
  if (body.enableUlaInternalIpv6 !== true) return {};
  const hex = createHash("sha256").update(from).digest("hex");
  const own = `fd20:${hex.slice(0, 3)}:${hex.slice(3, 6)}:0:0:0:0:0/48`;
  return { enableUlaInternalIpv6: true, internalIpv6Range: textOf(body, "internalIpv6Range") ?? own };
}

function addNetworkParts(call: Call, stored: Stored): void {
  const { project } = stored;
  const id = textOf(stored.body, "id") ?? "";
  call.world.merge(stored.path, { selfLinkWithId: linkOf(`projects/${project}/global/networks/${id}`) });
  addSystemRoute(call, stored, {
    description: "Default route to the Internet.",
    destRange: "0.0.0.0/0",
    nextHopGateway: linkOf(`projects/${project}/global/gateways/default-internet-gateway`),
    priority: 1000,
  });
  if (stored.body.autoCreateSubnetworks !== true) return;
  for (const region of regions.filter((one) => one.octet > 0))
    addSubnetwork(call, stored, region.name, `10.${region.octet}.0.0/20`);
}

/** The automatic subnetworks of an automatic network go with it. */
function goesWithNetwork(world: World, path: string): boolean {
  const user = world.get(path);
  return user !== undefined && user.collection === "subnetworks" && isAutomatic(world, user);
}

/** A project starts with an automatic network and rules that let in what a newcomer needs. */
export function addDefaultNetwork(call: Call): void {
  const place = { project: call.project, scope: "global", collection: "networks", name: "default" };
  const description = "Default network for the project";
  const body = { autoCreateSubnetworks: true, description };
  const stored = call.world.put(place, withCommon(call, networks, place, checked(call, place, body)));
  addNetworkParts(call, stored);
  for (const [name, allowed, sourceRange] of defaultRules) {
    const at = { ...place, collection: "firewalls", name };
    const rule: JsonObject = {
      description: `Allow ${name.slice("default-allow-".length)} on the default network`,
      network: linkOf(stored.path),
      priority: 65_534,
      sourceRanges: [sourceRange],
      allowed,
      direction: "INGRESS",
      logConfig: { enable: false },
      disabled: false,
    };
    call.world.put(at, withCommon(call, firewalls, at, rule));
  }
}

const defaultRules: readonly (readonly [name: string, allowed: readonly JsonObject[], sourceRange: string])[] = [
  ["default-allow-icmp", [{ IPProtocol: "icmp" }], "0.0.0.0/0"],
  [
    "default-allow-internal",
    [{ IPProtocol: "tcp", ports: ["0-65535"] }, { IPProtocol: "udp", ports: ["0-65535"] }, { IPProtocol: "icmp" }],
    "10.128.0.0/9",
  ],
  ["default-allow-rdp", [{ IPProtocol: "tcp", ports: ["3389"] }], "0.0.0.0/0"],
  ["default-allow-ssh", [{ IPProtocol: "tcp", ports: ["22"] }], "0.0.0.0/0"],
];

/** Says whether a network lets the server choose its subnetworks. */
export function isAutoMode(network: Stored): boolean {
  return network.body.autoCreateSubnetworks === true;
}

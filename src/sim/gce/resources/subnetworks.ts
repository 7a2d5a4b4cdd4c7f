import type { Json, JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { addressText, contains, overlap, type Range, readRange } from "../cidr.ts";
import { inUse, invalid, invalidValue, required } from "../failure.ts";
import { checkName, refuseBusy, resourceOf, withCommon } from "../generic.ts";
import { fingerprintOf } from "../identity.ts";
import type { ResourceKind } from "../kind.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { lastSegment, linkOf, type Place, pathIn } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectsOf, textOf } from "../values.ts";
import type { World } from "../world.ts";
import { referenced } from "./references.ts";
import { addSystemRoute } from "./routes.ts";

/** Subnetworks: ranges of a network in a region that do not overlap. */
export const subnetworks: ResourceKind = {
  service: "Subnetworks",
  collection: "subnetworks",
  kind: "compute#subnetwork",
  label: "subnetwork",
  parameter: "subnetwork",
  exclusive: true,
  refusal: "request",
  needsFingerprint: true,
  immediate: ["patch"],
  types: { patch: "compute.subnetworks.patch" },
  make: (call, place) => {
    const network = referenced(call, "resource.network", call.body.network ?? "", "networks", "network");
    return filled(call, place, network, call.body);
  },
  created: (call, stored) => {
    addLocalRoute(call, stored);
    return {};
  },
  userOf: (world, stored) => [...world.usersOf(stored.path)].sort()[0],
  removed: (world, stored) => removeLocalRoute(world, stored),
  patched: (call, stored, merged) => {
    for (const field of ["ipCidrRange", "network", "region", "purpose", "description"]) {
      const given = call.body[field];
      if (given === undefined || given === stored.body[field]) continue;
      if (typeof given === "string" && linkOf(pathIn(given)) === stored.body[field]) continue;
      throw invalidValue(`resource.${field}`, given, "It cannot be changed by a patch.");
    }
    const network = networkOf(call.world, stored);
    checkSecondary(call, network, merged, stored);
    refuseLosingIpv6(call, stored, merged);
    return withFingerprint({ ...withoutIpv6(merged), ...ipv6Fields(call, stored, network, merged) });
  },
};

function filled(call: Call, place: Place, network: Stored, sent: JsonObject): JsonObject {
  const text = textOf(sent, "ipCidrRange");
  const ipv6Only = sent.stackType === "IPV6_ONLY";
  if (text === undefined && !ipv6Only) throw required("resource.ipCidrRange");
  const range = text === undefined ? undefined : checkedRange("resource.ipCidrRange", text);
  if (range !== undefined) refuseOverlap(call, network, range, "resource.ipCidrRange", undefined);
  const body = {
    ...sent,
    network: linkOf(network.path),
    ...(range === undefined ? {} : { gatewayAddress: addressText(range.base + 1) }),
    privateIpGoogleAccess: sent.privateIpGoogleAccess ?? false,
    privateIpv6GoogleAccess: textOf(sent, "privateIpv6GoogleAccess") ?? "DISABLE_GOOGLE_ACCESS",
    purpose: textOf(sent, "purpose") ?? "PRIVATE",
    // Ranges for translation have no machines and so no stack.
    ...(sent.purpose === "PRIVATE_NAT" ? {} : { stackType: textOf(sent, "stackType") ?? "IPV4_ONLY" }),
    enableFlowLogs: sent.enableFlowLogs ?? false,
    ...(sent.logConfig === undefined
      ? {}
      : { allowSubnetCidrRoutesOverlap: sent.allowSubnetCidrRoutesOverlap ?? false }),
  };
  checkSecondary(call, network, body, undefined);
  const stored = { ...place, path: `projects/${place.project}/${place.scope}/subnetworks/${place.name}`, body };
  return withFingerprint({ ...body, ...ipv6Fields(call, stored, network, body) });
}

function withFingerprint(body: JsonObject): JsonObject {
  const { fingerprint: _, ...rest } = body;
  return { ...rest, fingerprint: fingerprintOf(rest) };
}

function checkedRange(field: string, text: string): Range {
  const range = readRange(text);
  if (range === undefined) {
    throw invalidValue(field, text, "Must be a CIDR address range, such as 10.0.0.0/24, without host bits.");
  }
  if (range.bits < 4 || range.bits > 29) throw invalidValue(field, text, "The prefix length must be between 4 and 29.");
  return range;
}

function checkSecondary(call: Call, network: Stored, body: JsonObject, self: Stored | undefined): void {
  const seen: Range[] = [];
  const primary = readRange(textOf(body, "ipCidrRange") ?? "");
  for (const [index, secondary] of objectsOf(body, "secondaryIpRanges").entries()) {
    const field = `resource.secondaryIpRanges[${index}]`;
    checkName(`${field}.rangeName`, textOf(secondary, "rangeName") ?? "");
    const text = textOf(secondary, "ipCidrRange") ?? "";
    const range = checkedRange(`${field}.ipCidrRange`, text);
    const clash = [...seen, ...(primary === undefined ? [] : [primary])].some((other) => overlap(range, other));
    if (clash) throw invalidValue(`${field}.ipCidrRange`, text, "It overlaps another range of this subnetwork.");
    seen.push(range);
    refuseOverlap(call, network, range, `${field}.ipCidrRange`, self);
  }
}

function refuseOverlap(call: Call, network: Stored, range: Range, field: string, self: Stored | undefined): void {
  const text = `${addressText(range.base)}/${range.bits}`;
  for (const path of call.world.usersOf(network.path)) {
    const other = call.world.get(path);
    if (other === undefined || other.collection !== "subnetworks" || other.path === self?.path) continue;
    const ranges = [other.body, ...objectsOf(other.body, "secondaryIpRanges")].map((one) => textOf(one, "ipCidrRange"));
    if (!ranges.some((one) => overlap(range, readRange(one ?? "") ?? { base: 0, bits: 32 }))) continue;
    const region = lastSegment(other.scope);
    throw invalid(
      `Invalid IPCidrRange: ${text} conflicts with existing subnetwork '${other.name}' in region '${region}'.`,
    );
  }
  if (network.body.autoCreateSubnetworks === true && range.base >= 0x0a800000 && range.base <= 0x0affffff) {
    throw invalidValue(
      field,
      text,
      "The range 10.128.0.0/9 is reserved for the automatic subnetworks of this network.",
    );
  }
}

function ipv6Fields(call: Call, place: { path: string }, network: Stored, body: JsonObject): JsonObject {
  if (body.stackType === "IPV4_ONLY" || body.stackType === undefined) return {};
  const access = textOf(body, "ipv6AccessType") ?? "EXTERNAL";
  const known = textOf(body, "ipv6CidrRange");
  const hex = fingerprintHex(`${place.path} ${known ?? call.nowMs}`);
  if (access === "INTERNAL") {
    const ula = textOf(network.body, "internalIpv6Range");
    if (ula === undefined) {
      throw invalidValue("resource.ipv6AccessType", access, "The network has no internal IPv6 range.");
    }
    const prefix = known ?? `${ula.split(":").slice(0, 3).join(":")}:${hex.slice(0, 4)}:0:0:0:0/64`;
    return { ipv6AccessType: access, ipv6CidrRange: prefix, internalIpv6Prefix: prefix };
  }
  const prefix = known ?? `2600:1900:4${hex.slice(0, 3)}:${hex.slice(3, 7)}:0:0:0:0/64`;
  return { ipv6AccessType: access, ipv6CidrRange: prefix, externalIpv6Prefix: prefix };
}

const ipv6Names = ["ipv6AccessType", "ipv6CidrRange", "internalIpv6Prefix", "externalIpv6Prefix"];

function withoutIpv6(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !ipv6Names.includes(name)));
}

/** IPv6 stays as long as an interface in the subnetwork has it. */
function refuseLosingIpv6(call: Call, stored: Stored, merged: JsonObject): void {
  if (merged.stackType !== "IPV4_ONLY" || stored.body.stackType === "IPV4_ONLY") return;
  for (const path of call.world.usersOf(stored.path)) {
    const nics = objectsOf(call.world.get(path)?.body ?? {}, "networkInterfaces");
    const holds = nics.some((nic) => nic.subnetwork === linkOf(stored.path) && nic.stackType !== "IPV4_ONLY");
    if (holds) throw inUse("subnetwork", stored.path, path);
  }
}

function fingerprintHex(from: string): string {
  return Buffer.from(fingerprintOf(from), "base64url").toString("hex");
}

function networkOf(world: World, subnetwork: Stored): Stored {
  const network = world.get(pathIn(textOf(subnetwork.body, "network") ?? ""));
  if (network === undefined) throw new Error(`${subnetwork.path} has no network.`);
  return network;
}

/** Says whether the server made a subnetwork for an automatic network. */
export function isAutomatic(world: World, subnetwork: Stored): boolean {
  const network = world.get(pathIn(textOf(subnetwork.body, "network") ?? ""));
  return network !== undefined && network.body.autoCreateSubnetworks === true && network.name === subnetwork.name;
}

/** Adds the subnetwork of an automatic network in a region. */
export function addSubnetwork(call: Call, network: Stored, region: string, ipCidrRange: string): void {
  const { project, name } = network;
  const place = { project, scope: `regions/${region}`, collection: "subnetworks", name };
  const range = readRange(ipCidrRange) ?? { base: 0, bits: 0 };
  const body = withFingerprint({
    network: linkOf(network.path),
    ipCidrRange,
    gatewayAddress: addressText(range.base + 1),
    privateIpGoogleAccess: false,
    privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
    purpose: "PRIVATE",
    stackType: "IPV4_ONLY",
  });
  addLocalRoute(call, call.world.put(place, withCommon(call, subnetworks, place, body)));
}

function addLocalRoute(call: Call, subnetwork: Stored): void {
  const range = textOf(subnetwork.body, "ipCidrRange");
  const network = networkOf(call.world, subnetwork);
  if (range === undefined) return;
  addSystemRoute(call, network, {
    description: `Default local route to the subnetwork ${range}.`,
    destRange: range,
    nextHopNetwork: linkOf(network.path),
    priority: 0,
  });
}

function removeLocalRoute(world: World, subnetwork: Stored): void {
  const { network, ipCidrRange } = subnetwork.body;
  const route = world
    .all(subnetwork.project, "routes")
    .find((one) => one.body.network === network && one.body.destRange === ipCidrRange && one.body.priority === 0);
  if (route !== undefined) world.remove(route.path);
}

/** expandIpCidrRange: a range only grows, and not into another one. */
export function expandIpCidrRange(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, subnetworks);
  refuseBusy(call, subnetworks, stored);
  const text = textOf(call.body, "ipCidrRange") ?? "";
  const range = checkedRange("ipCidrRange", text);
  const before = readRange(textOf(stored.body, "ipCidrRange") ?? "");
  if (before === undefined || !contains(range, before) || range.bits >= before.bits) {
    throw invalidValue("ipCidrRange", text, "The new range must contain the current one.");
  }
  refuseOverlap(call, networkOf(call.world, stored), range, "ipCidrRange", stored);
  removeLocalRoute(call.world, stored);
  const next = { ...stored.body, ipCidrRange: text, gatewayAddress: addressText(range.base + 1) };
  addLocalRoute(call, call.world.put(stored, withFingerprint(next)));
  return startOperation(call, { type: "expandIpCidrRange", target: stored });
}

/** setPrivateIpGoogleAccess. */
export function setPrivateIpGoogleAccess(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, subnetworks);
  refuseBusy(call, subnetworks, stored);
  const value: Json = call.body.privateIpGoogleAccess === true;
  call.world.put(stored, withFingerprint({ ...stored.body, privateIpGoogleAccess: value }));
  return startOperation(call, { type: "setPrivateIpGoogleAccess", target: stored, first: "PENDING" });
}

import { isObject, type JsonObject } from "../../core/json.ts";
import { type Condition, type Desk, ownerReference } from "./desk.ts";
import {
  type ApiObject,
  conditionOf,
  fieldOf,
  finalizersOf,
  isDeleting,
  metadataText,
  ownersOf,
  textOf,
} from "./object.ts";
import type { Stored } from "./world.ts";

const networkFinalizer = "networking.datumapis.com/network-controller";
const apiVersion = "networking.datumapis.com/v1alpha";

/** Network → NetworkBinding → NetworkContext → SubnetClaim → Subnet: each step waits for the one before and for the delay. */
export function runNetworks(desk: Desk): void {
  for (const stored of desk.all("Network")) runNetwork(desk, stored);
  for (const stored of desk.all("NetworkBinding")) runBinding(desk, stored);
  for (const stored of desk.all("NetworkContext")) runContext(desk, stored);
  for (const stored of desk.all("SubnetClaim")) runClaim(desk, stored);
  for (const stored of desk.all("Subnet")) runSubnet(desk, stored);
}

function runNetwork(desk: Desk, stored: Stored): void {
  const { object } = stored;
  const finalizers = finalizersOf(object);
  const held = finalizers.includes(networkFinalizer);
  if (isDeleting(object)) {
    const contexts = desk.all("NetworkContext").filter((context) => isOwnedBy(context.object, object));
    for (const context of contexts) desk.remove("NetworkContext", context.object);
    const settled = contexts.length === 0 && desk.due(stored.changedAtMs);
    if (held && settled)
      desk.setFinalizers(
        "Network",
        object,
        finalizers.filter((item) => item !== networkFinalizer),
      );
    return;
  }
  if (!held) {
    desk.setFinalizers("Network", object, [...finalizers, networkFinalizer]);
    return;
  }
  if (!desk.due(stored.createdAtMs)) return;
  const families = fieldOf(object, "spec").ipFamilies;
  const ipv6 = Array.isArray(families) && families.includes("IPv6");
  const prefix = ipv6 ? { ipam: { ipv6Prefix: ipv6Prefix(metadataText(object, "uid")) } } : {};
  desk.report("Network", stored, prefix, [yes("Ready", "Ready", "Network is ready")]);
}

function runBinding(desk: Desk, stored: Stored): void {
  const { object } = stored;
  if (isDeleting(object)) return;
  const spec = fieldOf(object, "spec");
  const wanted = fieldOf(spec, "network");
  const namespace = textOf(wanted, "namespace") || metadataText(object, "namespace");
  const network = desk.find("Network", namespace, textOf(wanted, "name"));
  if (network === undefined || isDeleting(network.object)) {
    desk.report("NetworkBinding", stored, {}, [no("Ready", "NetworkNotFound", "The network was not found.")]);
    return;
  }
  const location = fieldOf(spec, "location");
  const name = contextName(textOf(wanted, "name"), location);
  const context = desk.find("NetworkContext", namespace, name);
  if (context === undefined) {
    if (!isTrue(network.object, "Ready")) return;
    desk.create("NetworkContext", namespace, {
      apiVersion,
      kind: "NetworkContext",
      metadata: { name, namespace, ownerReferences: [ownerReference(network.object, true)] },
      spec: { network: { name: textOf(wanted, "name") }, location },
    });
    return;
  }
  if (!isTrue(context.object, "Ready")) {
    const waiting = no("Ready", "NetworkContextNotReady", "The network context is not ready.");
    desk.report("NetworkBinding", stored, {}, [waiting]);
    return;
  }
  desk.report("NetworkBinding", stored, { networkContextRef: { namespace, name } }, [
    yes("Ready", "NetworkContextReady", "The network context is ready."),
  ]);
}

function contextName(network: string, location: JsonObject): string {
  const namespace = textOf(location, "namespace");
  return [network, namespace, textOf(location, "name")].filter((part) => part !== "").join("-");
}

function runContext(desk: Desk, stored: Stored): void {
  const { object } = stored;
  if (isDeleting(object)) return;
  const namespace = metadataText(object, "namespace");
  const name = metadataText(object, "name");
  if (!isBound(desk, namespace, name) && ownersOf(object).length > 0 && isTrue(object, "Ready")) {
    if (desk.due(stored.changedAtMs)) desk.remove("NetworkContext", object);
    return;
  }
  if (!desk.due(stored.createdAtMs)) return;
  desk.report("NetworkContext", stored, {}, [
    yes("Programmed", "Programmed", "The network context is programmed."),
    yes("Ready", "Ready", "The network context is ready."),
  ]);
  if (desk.find("SubnetClaim", namespace, `${name}-0`) !== undefined) return;
  desk.create("SubnetClaim", namespace, {
    apiVersion,
    kind: "SubnetClaim",
    metadata: { name: `${name}-0`, namespace, ownerReferences: [ownerReference(object, false)] },
    spec: {
      subnetClass: "private",
      networkContext: { name },
      location: fieldOf(fieldOf(object, "spec"), "location"),
      ipFamily: "IPv4",
    },
  });
}

function isBound(desk: Desk, namespace: string, context: string): boolean {
  return desk.all("NetworkBinding").some(({ object }) => {
    const spec = fieldOf(object, "spec");
    const network = fieldOf(spec, "network");
    const where = textOf(network, "namespace") || metadataText(object, "namespace");
    return where === namespace && contextName(textOf(network, "name"), fieldOf(spec, "location")) === context;
  });
}

function runClaim(desk: Desk, stored: Stored): void {
  const { object } = stored;
  if (isDeleting(object)) return;
  const namespace = metadataText(object, "namespace");
  const name = metadataText(object, "name");
  const subnet = desk.find("Subnet", namespace, name);
  if (subnet === undefined) {
    const spec = fieldOf(object, "spec");
    const block = chooseBlock(desk, namespace, spec);
    desk.create("Subnet", namespace, {
      apiVersion,
      kind: "Subnet",
      metadata: { name, namespace, ownerReferences: [ownerReference(object, true)] },
      spec: { ...spec, ...block },
    });
    return;
  }
  const allocated = fieldOf(subnet.object, "status");
  if (!isTrue(subnet.object, "Ready")) {
    desk.report("SubnetClaim", stored, {}, [no("Ready", "SubnetNotReady", "The subnet is not ready.")]);
    return;
  }
  const { startAddress = "", prefixLength = 20 } = allocated;
  desk.report("SubnetClaim", stored, { subnetRef: { name }, startAddress, prefixLength }, [
    yes("Ready", "SubnetReady", "The subnet is ready."),
  ]);
}

function runSubnet(desk: Desk, stored: Stored): void {
  if (isDeleting(stored.object) || !desk.due(stored.createdAtMs)) return;
  const { startAddress = "", prefixLength = 20 } = fieldOf(stored.object, "spec");
  desk.report("Subnet", stored, { startAddress, prefixLength }, [
    yes("Allocated", "PrefixAllocated", "The prefix is allocated."),
    yes("Programmed", "Programmed", "The subnet is programmed."),
    yes("Ready", "Ready", "The subnet is ready."),
  ]);
}

const cityBlocks: Readonly<Record<string, string>> = { DFW: "10.128.0.0", DLS: "10.130.0.0", LHR: "10.132.0.0" };

/** The three fixed blocks of the platform; for other cities the next free /15 step of the network. */
function chooseBlock(desk: Desk, namespace: string, spec: JsonObject): JsonObject {
  const place = fieldOf(spec, "location");
  const location = desk.find("Location", textOf(place, "namespace") || namespace, textOf(place, "name"));
  const topology = location === undefined ? {} : fieldOf(fieldOf(location.object, "spec"), "topology");
  const fixed = cityBlocks[textOf(topology, "topology.datum.net/city-code")];
  if (fixed !== undefined) return { startAddress: fixed, prefixLength: 20 };
  const context = desk.find("NetworkContext", namespace, textOf(fieldOf(spec, "networkContext"), "name"));
  const network = context === undefined ? "" : textOf(fieldOf(fieldOf(context.object, "spec"), "network"), "name");
  const taken = new Set(desk.all("Subnet").flatMap(({ object }) => takenBy(desk, object, namespace, network)));
  for (let second = 134; second < 256; second += 2) {
    const startAddress = `10.${second}.0.0`;
    if (!taken.has(startAddress)) return { startAddress, prefixLength: 20 };
  }
  return { startAddress: "", prefixLength: 20 };
}

function takenBy(desk: Desk, subnet: ApiObject, namespace: string, network: string): readonly string[] {
  const spec = fieldOf(subnet, "spec");
  const context = desk.find("NetworkContext", namespace, textOf(fieldOf(spec, "networkContext"), "name"));
  const same = context !== undefined && textOf(fieldOf(fieldOf(context.object, "spec"), "network"), "name") === network;
  return same ? [textOf(spec, "startAddress")] : [];
}

function ipv6Prefix(uid: string): string {
  const hex = uid.replaceAll("-", "");
  return `fd20:${hex.slice(0, 4)}:${hex.slice(4, 8)}::/48`;
}

function isOwnedBy(object: ApiObject, owner: ApiObject): boolean {
  const uid = metadataText(owner, "uid");
  return ownersOf(object).some((reference) => reference.uid === uid);
}

function isTrue(object: ApiObject, type: string): boolean {
  const condition = conditionOf(object, type);
  return isObject(condition) && condition.status === "True";
}

function yes(type: string, reason: string, message: string): Condition {
  return { type, status: "True", reason, message };
}

function no(type: string, reason: string, message: string): Condition {
  return { type, status: "False", reason, message };
}

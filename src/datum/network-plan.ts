import ipaddr from "ipaddr.js";
import type { Change } from "../core/change.ts";
import type { NetworkPlace, NetworkPlan, NetworkUser, PresencePart } from "../core/network.ts";
import { compareText } from "../core/problem.ts";
import type { Address, Observed, Resource } from "../core/resource.ts";
import { readBlock, sizeOf } from "./cidr.ts";
import { type Fleet, type Network, type Presence, presenceToken } from "./fleet.ts";
import { roomOf } from "./ipam.ts";
import { type Ground, occupiedOf } from "./place-presences.ts";

/** What is known of the world when networks are told. */
export interface Standing {
  readonly ground: Ground;
  readonly wanted: readonly Resource[];
  readonly changes: readonly Change[];
  /** Providers that cannot be seen now, and why. */
  readonly unavailable: ReadonlyMap<string, string>;
  /** What was made or changed since the plan. */
  readonly live: ReadonlyMap<Address, Observed | undefined>;
}

/** The address plan of every network of a fleet: ranges, blocks, who uses what. Sorted by name. */
export function networkPlansOf(fleet: Fleet, standing: Standing): readonly NetworkPlan[] {
  const plans = fleet.networks.map((network) => planOf(network, fleet, standing));
  return plans.sort((left, right) => compareText(left.network, right.network));
}

function planOf(network: Network, fleet: Fleet, standing: Standing): NetworkPlan {
  const name = `${network.namespace}/${network.name}`;
  const presences = fleet.presences.filter((presence) => presence.network === network);
  const places = presences.map((presence) => placeOf(presence, fleet, standing));
  const whole = readBlock(network.ipv4Range);
  const carriesIpv4 = network.ipFamilies.includes("IPv4");
  const total = whole === undefined || !carriesIpv4 ? 0 : sizeOf(whole.prefix);
  const wanted = new Set(presences.map(({ key }) => key));
  const leaving = [...standing.ground.allocations]
    .filter(([key]) => key.startsWith(`${name}@`) && !wanted.has(key))
    .map(([key, block]) => ({ key, block }));
  const allotted = [...places, ...leaving].reduce((sum, { block }) => sum + addressesIn(block), 0);
  const { file, line } = network.document.at([]);
  return {
    ...{ network: name, file, line, families: network.ipFamilies, mtu: network.mtu },
    range: carriesIpv4 ? network.ipv4Range : "",
    ipv6Prefix: shortest(presences.find(({ ipv6 }) => ipv6 !== undefined)?.ipv6?.prefix ?? ""),
    ...{ total, allotted, unallotted: Math.max(0, total - allotted) },
    ...{ places, leaving, others: occupiedOf(network, standing.ground) },
    policyRules: fleet.firewalls.filter((firewall) => firewall.network === network).length,
  };
}

/** An IPv6 block as people write it, whatever its world makes of it. */
function shortest(block: string): string {
  if (!ipaddr.IPv6.isValidCIDR(block)) return block;
  const [address, prefix] = ipaddr.IPv6.parseCIDR(block);
  return `${address.toString()}/${prefix}`;
}

function addressesIn(block: string): number {
  const found = readBlock(block);
  return found === undefined ? 0 : sizeOf(found.prefix);
}

function placeOf(presence: Presence, fleet: Fleet, standing: Standing): NetworkPlace {
  const { network, location, key } = presence;
  const users = usersOf(presence, fleet, standing);
  const used = users.reduce((sum, { copies }) => sum + copies, 0);
  const carriesIpv4 = network.ipFamilies.includes("IPv4");
  const block = carriesIpv4 ? presence.block : "";
  const room = roomOf(block);
  const given = standing.ground.facts.find((fact) => fact.kind === "given" && fact.presence === key);
  const parts = partsOf(presence, standing);
  return {
    ...{ location: location.name, cityCode: location.cityCode, key, block },
    given: given?.kind === "given" && given.block !== block ? `${given.block} at ${given.by}` : "",
    ipv6: shortest(presence.ipv6?.block ?? ""),
    ...{ room, used, free: Math.max(0, room - used) },
    ready: parts.length > 0 && parts.every(({ phase }) => phase === "ready"),
    ...{ parts, users },
  };
}

/** What makes a presence: everything that says it provides it. */
function partsOf(presence: Presence, { wanted, changes, live, unavailable }: Standing): readonly PresencePart[] {
  const token = presenceToken(presence);
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  return wanted.flatMap(({ address, provider, provides }): readonly PresencePart[] => {
    if (!provides.includes(token)) return [];
    const failure = unavailable.get(provider);
    if (failure !== undefined) return [{ address, provider, phase: "unseen", detail: failure, missing: [] }];
    const status = (live.get(address) ?? byAddress.get(address)?.observed)?.status;
    const missing = (status?.conditions ?? []).filter((condition) => condition.status !== "True");
    return [{ address, provider, phase: status?.phase ?? "planned", detail: status?.detail ?? "", missing }];
  });
}

/** Every interface in the presence, by deployment. One of the second interface and later says so in its address's name. */
function usersOf({ network, location }: Presence, fleet: Fleet, { changes, live }: Standing): readonly NetworkUser[] {
  return fleet.deployments.flatMap((deployment): readonly NetworkUser[] => {
    if (deployment.location !== location) return [];
    const interfaces = deployment.networks.flatMap((one, index) => (one === network ? [index] : []));
    if (interfaces.length === 0) return [];
    const name = `${deployment.namespace}/${deployment.name}`;
    const members = changes.filter(({ resource }) => resource?.group?.name === name);
    const sorted = [...members].sort((left, right) => (left.group?.ordinal ?? 0) - (right.group?.ordinal ?? 0));
    const addresses = sorted.flatMap((change) => {
      const shown = (live.get(change.address) ?? change.observed)?.status.addresses ?? {};
      return interfaces.flatMap((index) => shown[index === 0 ? "internal" : `nic${index} internal`] ?? []);
    });
    return [{ deployment: name, copies: deployment.replicas * interfaces.length, addresses }];
  });
}

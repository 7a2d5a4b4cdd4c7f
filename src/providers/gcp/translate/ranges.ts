import type { JsonObject } from "../../../core/json.ts";
import type { Observed } from "../../../core/resource.ts";
import type { Fleet } from "../../../datum/fleet.ts";
import type { RangeFact } from "../../../datum/range-facts.ts";
import { textAt, textsAt } from "../boot/template.ts";
import { partialOf } from "../names.ts";
import type { Settings } from "../options.ts";
import { isServed, namingOf } from "./served.ts";

/** The block that the spec of a subnetwork holds; undefined for any other spec. */
export function rememberedBlock(spec: JsonObject): { readonly key: string; readonly block: string } | undefined {
  const [key, block] = [textAt(spec, "allocation"), textAt(spec, "ipCidrRange")];
  return key === "" || block === "" ? undefined : { key, block };
}

/** What Compute Engine says of addresses: ranges of others in our networks and of their peers, and the IPv6 that stands. */
export function rangeFactsOf(fleet: Fleet, observed: readonly Observed[], settings: Settings): readonly RangeFact[] {
  const naming = namingOf(fleet, settings);
  const facts: RangeFact[] = [];
  const subnetworks = observed.filter(({ kind }) => kind === "subnetwork");
  const byKey = new Map(observed.map((thing) => [thing.key, thing]));
  const own = new Set<string>();
  /** Each of our networks, by the name that others refer to it. */
  const standing = new Map<string, { readonly network: string; readonly peers: readonly string[] }>();
  for (const presence of fleet.presences) {
    const { network, location } = presence;
    if (!isServed(location, settings)) continue;
    const name = `${network.namespace}/${network.name}`;
    const vpc = naming.network(network, location.gcp.projectId);
    const subnetwork = naming.subnetwork(presence, location);
    own.add(subnetwork.key);
    const live = byKey.get(vpc.key);
    if (!standing.has(partialOf(vpc.key)) && live !== undefined) {
      standing.set(partialOf(vpc.key), { network: name, peers: textsAt(live.state, "peerings") });
      const prefix = textAt(live.state, "internalIpv6Range");
      if (prefix !== "") facts.push({ kind: "prefix", network: name, block: prefix, by: "gcp", firm: true });
    }
    const block = byKey.get(subnetwork.key)?.status.addresses.ipv6Range;
    if (block !== undefined) facts.push({ kind: "ipv6", presence: presence.key, block });
  }
  for (const { state, key, marker } of subnetworks) {
    const inside = textAt(state, "network");
    const blocks = [textAt(state, "ipCidrRange"), ...textsAt(state, "secondaryRanges")].filter((text) => text !== "");
    const add = (network: string, what: string): void => {
      for (const block of blocks) facts.push({ kind: "foreign", network, block, what });
    };
    const here = standing.get(inside);
    const isOurs = own.has(key) || marker?.fleet === fleet.name;
    if (here !== undefined && !isOurs)
      add(here.network, `belongs to subnetwork ${textAt(state, "name")} in the same network`);
    for (const { network, peers } of standing.values()) {
      if (peers.includes(inside)) add(network, `belongs to ${inside}, a peer of the network`);
    }
  }
  return facts;
}

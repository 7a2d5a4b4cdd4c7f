import { canonical, type Json, type JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { PolicyPort } from "../../../datum/fleet.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../boot/template.ts";
import { stateOf } from "../live/state.ts";
import { markerOfDescription } from "../marker.ts";
import { lastOf, partialOf } from "../names.ts";
import { protocolsOf } from "../translate/firewall.ts";
import type { Ground } from "./ground.ts";
import type { Group } from "./groups.ts";

/** A firewall that lets in what an interface of one group is open for, and nothing else of anybody. */
export interface Rule {
  readonly firewall: string;
  readonly interfaceIndex: number;
  /** The ingress rule of a networkPolicy that says the same. */
  readonly ingress: JsonObject;
}

/** The firewalls of a project that aim at the machines of this group alone and that an ingress rule can say, by name. */
export function rulesOf(group: Group, ground: Ground): readonly Rule[] {
  return ground.firewall
    .filter((live) => markerOfDescription(textAt(live, "description")) === undefined)
    .sort((left, right) => compareText(textAt(left, "name"), textAt(right, "name")))
    .flatMap((live): readonly Rule[] => {
      const network = partialOf(textAt(live, "network"));
      const interfaceIndex = group.traits.nics.findIndex((nic) => nic.network === network);
      if (interfaceIndex < 0 || !aimsAt(live, network, group, ground)) return [];
      const ingress = ingressOf(live);
      return ingress === undefined ? [] : [{ firewall: textAt(live, "name"), interfaceIndex, ingress }];
    });
}

/** Whether its target tags are on every machine of the group and on none beside. */
function aimsAt(live: JsonObject, network: string, group: Group, ground: Ground): boolean {
  const aims = new Set(textsAt(live, "targetTags"));
  if (aims.size === 0) return false;
  const hit = ground.instance
    .filter((one) => objectsAt(one, "networkInterfaces").some((nic) => partialOf(textAt(nic, "network")) === network))
    .filter((one) => textsAt(objectAt(one, "tags"), "items").some((tag) => aims.has(tag)))
    .map((one) => `${lastOf(textAt(one, "zone"))}/${textAt(one, "name")}`);
  const own = group.machines.map(({ name, traits }) => `${traits.zone}/${name}`);
  return canonical(hit.sort()) === canonical(own.sort());
}

function ingressOf(live: JsonObject): JsonObject | undefined {
  const strays = ["sourceTags", "sourceServiceAccounts", "targetServiceAccounts", "destinationRanges"];
  if (textAt(live, "direction") !== "INGRESS" || live.disabled === true) return undefined;
  if (objectsAt(live, "denied").length > 0 || strays.some((field) => textsAt(live, field).length > 0)) return undefined;
  const ranges = [...textsAt(live, "sourceRanges")].sort(compareText);
  if (ranges.length === 0 || ranges.some((range) => range.includes(":"))) return undefined;
  const ports = objectsAt(live, "allowed").flatMap(portsOf);
  if (ports.includes(undefined)) return undefined;
  const said = ports.filter((port) => port !== undefined);
  if (canonical(protocolsOf(said)) !== canonical(stateOf("firewall", live).allowed ?? null)) return undefined;
  return {
    ...(said.length === 0 ? {} : { ports: said.map(portJson) }),
    from: ranges.map((cidr): Json => ({ ipBlock: { cidr } })),
  };
}

/** The ports of one entry; undefined in the list for what a policy has no word for. */
function portsOf(entry: JsonObject): readonly (PolicyPort | undefined)[] {
  const protocol = textAt(entry, "IPProtocol");
  const ports = textsAt(entry, "ports");
  if (protocol === "all" && ports.length === 0) return [];
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "sctp") return [undefined];
  if (ports.length === 0) return [{ protocol }];
  return ports.map((text) => {
    const [, from = "", to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    return from === "" ? undefined : { protocol, from: Number(from), to: Number(to) };
  });
}

function portJson({ protocol, from, to }: PolicyPort): JsonObject {
  return {
    protocol: protocol.toUpperCase(),
    ...(from === undefined ? {} : { port: from }),
    ...(to === undefined || to === from ? {} : { endPort: to }),
  };
}

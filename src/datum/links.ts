import ipaddr from "ipaddr.js";
import { compareText, type Problem } from "../core/problem.ts";
import type { Resource } from "../core/resource.ts";
import { cidrHolds, readBlock } from "./cidr.ts";
import { controlPlaneOf } from "./control-planes.ts";
import { type Document, valueAt } from "./document.ts";
import type { Fleet, Location, Network, Presence } from "./fleet.ts";
import { textAt } from "./report.ts";
import { routeWishes } from "./routing.ts";

/** Names the address, inside the network on Compute Engine, of the machine that is also in the edge's fabric. */
export const gatewayNote = "plumbline.dev/fabric-gateway";

/** Where packets of one network go without anybody doing anything: one VPC of Compute Engine, or one control plane's fabric. */
export interface Site {
  /** `gcp PROJECT`, or the control plane's name; empty: the default one. */
  readonly name: string;
  readonly presences: readonly Presence[];
}

/** Reads a gateway's address; undefined for anything else. */
export function gatewayAddress(text: string): string | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? text : undefined;
}

/** The gateway that a Network's manifest names; empty for none. */
export function gatewayOf({ content }: Pick<Document, "content">): string {
  return gatewayAddress(textAt(content, ["metadata", "annotations", gatewayNote])) ?? "";
}

/** The site of a location. */
export function siteOf(location: Location): string {
  return location.gcp === undefined ? controlPlaneOf(location) : `gcp ${location.gcp.projectId}`;
}

/** The sites of a network, sorted by name. */
export function sitesOf({ presences }: Fleet, network: Network): readonly Site[] {
  const found = new Map<string, Presence[]>();
  for (const presence of presences) {
    if (presence.network !== network) continue;
    const name = siteOf(presence.location);
    found.set(name, [...(found.get(name) ?? []), presence]);
  }
  return [...found]
    .map(([name, own]) => ({ name, presences: own }))
    .sort((left, right) => compareText(left.name, right.name));
}

/** The site of Compute Engine that a gateway's address belongs to. */
export function gatewaySite(gateway: string, sites: readonly Site[]): Site | undefined {
  const address = readBlock(`${gateway}/32`);
  if (address === undefined) return undefined;
  return sites.find(
    ({ name, presences }) =>
      name.startsWith("gcp ") &&
      presences.some(({ block }) => {
        const held = readBlock(block);
        return held !== undefined && address.start - (address.start % 2 ** (32 - held.prefix)) === held.start;
      }),
  );
}

/** The word under which a resource says that it connects two sites of a network. */
export function linkToken(
  { namespace, name }: Pick<Network, "namespace" | "name">,
  one: string,
  other: string,
): string {
  const [left = "", right = ""] = [one, other].sort(compareText);
  return `link ${namespace}/${name} between ${left} and ${right}`;
}

/** Sites of one network that nothing connects: their instances would never reach each other, and nobody would be told. */
export function linkProblems(fleet: Fleet, wanted: readonly Resource[]): readonly Problem[] {
  const links = new Set(wanted.flatMap(({ provides }) => provides.filter((token) => token.startsWith("link "))));
  return fleet.networks.flatMap((network) => {
    const sites = sitesOf(fleet, network);
    return sites.flatMap((one, index) =>
      sites.slice(index + 1).flatMap((other): readonly Problem[] => {
        if (links.has(linkToken(network, one.name, other.name)) || isRouted(network, one, other)) return [];
        const message = `Nothing connects ${siteText(one)} with ${siteText(other)} in network ${network.name}: they do not reach each other.`;
        const hint = `Name a gateway with ${gatewayNote} where the control plane offers VPCs, or say where packets go with plumbline.dev/routes.`;
        return [
          { severity: "warning", rule: "network/unconnected", ...network.document.at([]), path: "", message, hint },
        ];
      }),
    );
  });
}

function siteText({ name, presences }: Site): string {
  const places = presences.map(({ location }) => location.name).join(", ");
  if (name.startsWith("gcp ")) return `${places} (Compute Engine, project ${name.slice(4)})`;
  return `${places} (${name === "" ? "the default control plane" : `control plane ${name}`})`;
}

/** Whether the manifest itself says routes to every block of one of the two. */
function isRouted({ document }: Network, one: Site, other: Site): boolean {
  const text = valueAt(document.content, ["metadata", "annotations", "plumbline.dev/routes"]);
  const ranges = (routeWishes(typeof text === "string" ? text : "") ?? [])
    .filter(({ hop }) => hop.kind !== "internet")
    .map(({ range }) => range);
  const covers = ({ presences }: Site): boolean =>
    presences.every(({ block }) => block !== "" && ranges.some((range) => cidrHolds(range, block)));
  const leads = (from: Site, to: Site): boolean => from.name.startsWith("gcp ") && covers(to);
  return leads(one, other) || leads(other, one);
}

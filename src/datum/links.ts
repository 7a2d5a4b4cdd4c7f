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

/** What is known of control planes when connections are judged. */
export interface Planes {
  /** The one that serves whatever names no other; empty where it has no name. */
  readonly byDefault: string;
  /** Those that cannot be seen now: nobody knows what they offer. */
  readonly unseen: ReadonlySet<string>;
}

/** Sites of one network that nothing connects: their instances would never reach each other, and nobody would be told. */
export function linkProblems(
  fleet: Fleet,
  wanted: readonly Resource[],
  planes: Planes = { byDefault: "", unseen: new Set() },
): readonly Problem[] {
  const links = new Set(wanted.flatMap(({ provides }) => provides.filter((token) => token.startsWith("link "))));
  return fleet.networks.flatMap((network) => {
    const sites = mergedSites(fleet, network, planes.byDefault).filter(({ name }) => !planes.unseen.has(name));
    const isLinked = (one: MergedSite, other: MergedSite): boolean =>
      one.names.every((left) => other.names.every((right) => links.has(linkToken(network, left, right))));
    return sites.flatMap((one, index) =>
      sites.slice(index + 1).flatMap((other): readonly Problem[] => {
        if (isLinked(one, other) || isRouted(network, one, other)) return [];
        const message = `Nothing connects ${siteText(one)} with ${siteText(other)} in network ${network.name}: they do not reach each other.`;
        const hint = hintFor(network, one, other);
        return [
          { severity: "warning", rule: "network/unconnected", ...network.document.at([]), path: "", message, hint },
        ];
      }),
    );
  });
}

/** A site under every name it goes by: the default control plane may be named, or not. */
interface MergedSite extends Site {
  readonly names: readonly string[];
}

function mergedSites(fleet: Fleet, network: Network, byDefault: string): readonly MergedSite[] {
  const merged = new Map<string, MergedSite>();
  for (const { name: raw, presences } of sitesOf(fleet, network)) {
    const name = raw === "" ? byDefault : raw;
    const before = merged.get(name) ?? { name, names: [], presences: [] };
    const all = [...before.presences, ...presences].sort((left, right) => compareText(left.key, right.key));
    merged.set(name, { name, names: [...before.names, raw], presences: all });
  }
  return [...merged.values()].sort((left, right) => compareText(left.name, right.name));
}

function hintFor({ document }: Network, one: Site, other: Site): string {
  const cloud = [one, other].filter(({ name }) => name.startsWith("gcp "));
  const routes = "say where packets go with plumbline.dev/routes";
  if (cloud.length === 0) return "Let one control plane serve both, or give each a network of its own.";
  if (cloud.length === 2) return `Use one project for both, or ${routes}.`;
  const gateway = gatewayOf(document);
  if (gateway === "") return `Name a gateway with ${gatewayNote} where the control plane offers VPCs, or ${routes}.`;
  return gatewaySite(gateway, cloud) === undefined
    ? `The gateway ${gateway} is in no block of ${cloud[0]?.presences.map(({ location }) => location.name).join(", ")}: name a machine there, or ${routes}.`
    : `The control plane offers no VPCs that the gateway ${gateway} could be in: ${routes}.`;
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

import { uidOf } from "../../core/identity.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Resource } from "../../core/resource.ts";
import { blockText, readBlock } from "../../datum/cidr.ts";
import { type Fleet, type Network, networkToken, type Presence } from "../../datum/fleet.ts";
import { gatewayOf, gatewaySite, linkToken, type Site, sitesOf } from "../../datum/links.ts";
import { kindId } from "./kinds.ts";
import type { PresenceTranslator } from "./presences.ts";

/** The groups that have a fabric, the newer one first. */
const groups = [
  { group: "cloud.datumapis.com", version: "v1alpha1" },
  { group: "galactic.datumapis.com", version: "v1alpha" },
] as const;

/**
 * A VPC and its attachments for each network that reaches beyond this control plane, where the plane offers them: one attachment for each
 * of its locations, and one for the gateway that the network's manifest names, which brings Compute Engine's blocks.
 */
export function fabricResources(translator: PresenceTranslator, fleet: Fleet): readonly Resource[] {
  const { provider, controlPlanes, served } = translator;
  const offered = groups.find(({ group }) => ["vpc", "vpcattachment"].every((kind) => served?.has(`${kind}.${group}`)));
  if (offered === undefined) return [];
  const mine = controlPlanes[0] === provider ? ["", provider] : [provider];
  return fleet.networks.flatMap((network) => {
    const sites = sitesOf(fleet, network);
    const own = sites.filter(({ name }) => mine.includes(name));
    const others = sites.filter(({ name }) => !mine.includes(name));
    if (own.length === 0 || others.length === 0) return [];
    const make = maker(translator, fleet, network, offered);
    const here = own.flatMap(({ presences }) => presences);
    const beyond = others.flatMap(({ presences }) => presences);
    return [
      ...make("VPC", network.name, { networks: rangesOf(network, here) }, []),
      ...here.flatMap((presence) => make("VPCAttachment", nameOf(network, presence), placeSpec(presence, beyond), [])),
      ...gatewayAttachment(network, own, others, make),
    ];
  });
}

type Make = (
  kind: "VPC" | "VPCAttachment",
  name: string,
  spec: JsonObject,
  links: readonly string[],
) => readonly Resource[];

function rangesOf({ ipv4Range, ipFamilies }: Network, presences: readonly Presence[]): readonly string[] {
  const prefix = presences.find(({ ipv6 }) => ipv6 !== undefined)?.ipv6?.prefix;
  return [...(ipFamilies.includes("IPv4") ? [ipv4Range] : []), ...(prefix === undefined ? [] : [prefix])];
}

function nameOf({ name }: Network, { location }: Presence): string {
  return [name, location.namespace, location.name].filter((part) => part !== "").join("-");
}

/** A location of the plane: the first address of its block, and the way to every other site. */
function placeSpec({ block, ipv6 }: Presence, beyond: readonly Presence[]): JsonObject {
  const four = readBlock(block);
  const addresses = [
    ...(four === undefined ? [] : [`${blockText({ start: four.start + 1, prefix: four.prefix })}`]),
    ...(ipv6 === undefined || ipv6.block === "" ? [] : [ipv6.block.replace("::/", "::1/")]),
  ];
  return {
    interface: { name: "galactic0", addresses },
    routes: blocksOf(beyond).map((destination) => ({ destination })),
  };
}

function blocksOf(presences: readonly Presence[]): readonly string[] {
  return presences.map(({ block }) => block).filter((block) => block !== "");
}

/** The machine in Compute Engine that is in the fabric too: it brings the blocks of the project whose block holds its address. */
function gatewayAttachment(
  network: Network,
  own: readonly Site[],
  others: readonly Site[],
  make: Make,
): readonly Resource[] {
  const gateway = gatewayOf(network.document);
  const site = gatewaySite(gateway, others);
  if (gateway === "" || site === undefined) return [];
  const routes = blocksOf(site.presences).map((destination) => ({ destination, via: gateway }));
  const spec = { interface: { name: "galactic0", addresses: [`${gateway}/32`] }, routes };
  return make(
    "VPCAttachment",
    `${network.name}-gateway`,
    spec,
    own.map(({ name }) => linkToken(network, name, site.name)),
  );
}

function maker(
  { provider, kinds, keyOf }: PresenceTranslator,
  fleet: Fleet,
  network: Network,
  { group, version }: (typeof groups)[number],
): Make {
  const { namespace, document } = network;
  const apiVersion = `${group}/${version}`;
  const token = `fabric of ${networkToken(network, provider)}`;
  return (kind, name, spec, links) => {
    const known = kinds.find((one) => one.group === group && one.kind === kind);
    const isWritten = fleet.documents.some(
      (one) => one.kind === kind && one.apiVersion === apiVersion && one.name === name && one.namespace === namespace,
    );
    if (known === undefined || isWritten) return [];
    const isVpc = kind === "VPC";
    const whole = isVpc ? spec : { vpc: { apiVersion, kind: "VPC", name: network.name, namespace }, ...spec };
    return [
      {
        ...{ address: `${provider}/${known.word}/${namespace}/${name}`, provider, kind: known.word, realm: namespace },
        uid: uidOf(fleet.name, kindId(known), namespace, name),
        key: keyOf(known, namespace, name),
        spec: { apiVersion, kind, metadata: { name, namespace }, spec: whole },
        provides: isVpc ? [token] : links,
        needs: [networkToken(network, provider), ...(isVpc ? [] : [token])],
        ...{ source: document.at([]), fieldSources: {}, owner: `Network ${namespace}/${network.name}` },
        ...{ location: "", protected: false, adopt: false },
      },
    ];
  };
}

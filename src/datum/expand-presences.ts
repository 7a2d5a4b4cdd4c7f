import { compareText, type Problem } from "../core/problem.ts";
import { holds, overlaps, readBlock } from "./cidr.ts";
import { type Document, isOf, valueAt } from "./document.ts";
import type { Deployment, Location, Network, Presence } from "./fleet.ts";
import { allocate } from "./ipam.ts";
import { textAt } from "./report.ts";

/** Networks present in locations, and what could not be given a block. */
export interface Presences {
  readonly presences: readonly Presence[];
  readonly problems: readonly Problem[];
}

interface Draft {
  readonly network: Network;
  readonly location: Location;
  /** Copies that will stand in it. */
  hosts: number;
}

/**
 * A network is present in a location as soon as one interface needs it there, or somebody wrote the presence itself; its
 * block holds every copy that will stand in it. A Subnet that somebody wrote decides the block.
 */
export function presencesOf(
  documents: readonly Document[],
  deployments: readonly Deployment[],
  surroundings: { readonly networks: readonly Network[]; readonly locations: readonly Location[] },
  standing: ReadonlyMap<string, string>,
): Presences {
  const drafts = new Map<string, Draft>();
  const add = (network: Network, location: Location, hosts: number): void => {
    const key = keyOf(network, location);
    const draft = drafts.get(key) ?? { network, location, hosts: 0 };
    draft.hosts += hosts;
    drafts.set(key, draft);
  };
  for (const { networks, location, replicas } of deployments) {
    for (const network of networks) add(network, location, replicas);
  }
  const written = writtenPresences(documents, surroundings);
  for (const { network, location } of written) add(network, location, 0);
  const subnets = written.flatMap(({ network, location, document }) => subnetOf(document, keyOf(network, location)));
  return place(drafts, subnets, standing);
}

function keyOf(network: Network, location: Location): string {
  return `${network.namespace}/${network.name}@${location.namespace}/${location.name}`;
}

interface Written {
  readonly network: Network;
  readonly location: Location;
  readonly document: Document;
}

const kinds = ["NetworkBinding", "NetworkContext", "SubnetClaim", "Subnet"];

/** Controller-made objects that somebody wrote, with the network and the location that they speak of. */
function writtenPresences(
  documents: readonly Document[],
  { networks, locations }: { readonly networks: readonly Network[]; readonly locations: readonly Location[] },
): readonly Written[] {
  return documents.flatMap((document): readonly Written[] => {
    if (!kinds.includes(document.kind) || !isOf(document, document.kind)) return [];
    const { content } = document;
    const named = textAt(content, ["spec", "location", "name"]);
    const within = textAt(content, ["spec", "location", "namespace"]);
    const location = locations.find(({ name, namespace }) => name === named && (within === "" || namespace === within));
    if (location === undefined) return [];
    const namespace = textAt(content, ["spec", "network", "namespace"]) || document.namespace;
    const name = textAt(content, ["spec", "network", "name"]) || networkOfContext(document, documents, location);
    const network = networks.find((candidate) => candidate.name === name && candidate.namespace === namespace);
    return network === undefined ? [] : [{ network, location, document }];
  });
}

/** The network of the context that a subnet names: as the context says, or as contexts are named. */
function networkOfContext(subnet: Document, documents: readonly Document[], location: Location): string {
  const name = textAt(subnet.content, ["spec", "networkContext", "name"]);
  const context = documents.find(
    (document) =>
      document.kind === "NetworkContext" && document.name === name && document.namespace === subnet.namespace,
  );
  if (context !== undefined) return textAt(context.content, ["spec", "network", "name"]);
  const endings = [`-${location.namespace}-${location.name}`, `-${location.name}`];
  const ending = endings.find((candidate) => name.endsWith(candidate));
  return ending === undefined ? "" : name.slice(0, -ending.length);
}

interface Subnet {
  readonly key: string;
  readonly block: string;
  readonly document: Document;
}

function subnetOf(document: Document, key: string): readonly Subnet[] {
  const start = textAt(document.content, ["spec", "startAddress"]);
  const prefix = valueAt(document.content, ["spec", "prefixLength"]);
  const isFour = textAt(document.content, ["spec", "ipFamily"]) === "IPv4";
  return isFour && start !== "" && typeof prefix === "number" ? [{ key, block: `${start}/${prefix}`, document }] : [];
}

function place(
  drafts: ReadonlyMap<string, Draft>,
  subnets: readonly Subnet[],
  standing: ReadonlyMap<string, string>,
): Presences {
  const problems: Problem[] = [];
  const presences: Presence[] = [];
  for (const network of new Set([...drafts.values()].map((draft) => draft.network))) {
    const own = [...drafts].filter(([, draft]) => draft.network === network);
    const prefix = `${network.namespace}/${network.name}@`;
    const held = new Map([...standing].filter(([key]) => key.startsWith(prefix)));
    const said = subnets.filter(({ key }) => key.startsWith(prefix));
    problems.push(...subnetProblems(network, said));
    for (const { key, block } of said) held.set(key, block);
    const requests = own.map(([key, { location, hosts }]) => ({ key, cityCode: location.cityCode, hosts }));
    const { blocks, failed } = allocate(network.ipv4Range, requests, held);
    for (const [key, { location }] of own) presences.push({ network, location, key, block: blocks.get(key) ?? "" });
    for (const { message } of failed) {
      const at = { source: network.document, path: ["spec", "ipam", "ipv4Range"] };
      problems.push(problem("network/exhausted", at, message, "Widen the network's range."));
    }
  }
  return { presences: presences.sort((left, right) => compareText(left.key, right.key)), problems };
}

/** Blocks that somebody chose must be blocks, lie inside the network's range and leave each other alone. */
function subnetProblems(network: Network, subnets: readonly Subnet[]): readonly Problem[] {
  const whole = readBlock(network.ipv4Range);
  return subnets.flatMap(({ key, block, document }, index) => {
    const at = { source: document, path: ["spec", "startAddress"] };
    const own = readBlock(block);
    const say = (message: string, hint: string) => [problem("network/subnet", at, message, hint)];
    if (own === undefined) return say(`${block} is no block.`, "Write the first address of the block.");
    if (whole !== undefined && !holds(whole, own)) {
      return say(
        `${block} is not inside ${network.ipv4Range}, the range of ${network.name}.`,
        "Choose a block inside.",
      );
    }
    const other = subnets.slice(0, index).find((earlier) => {
      const theirs = readBlock(earlier.block);
      return theirs !== undefined && (earlier.key === key ? earlier.block !== block : overlaps(theirs, own));
    });
    if (other === undefined) return [];
    return say(`${block} is in the way of ${other.block}, which ${other.document.name} says.`, "Choose another block.");
  });
}

function problem(
  rule: string,
  at: { readonly source: Document; readonly path: readonly string[] },
  message: string,
  hint: string,
): Problem {
  return { severity: "error", rule, ...at.source.at(at.path), path: at.path.join("."), message, hint };
}

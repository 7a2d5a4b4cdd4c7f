import { type Document, isOf, valueAt } from "./document.ts";
import type { Deployment, Location, Network } from "./fleet.ts";
import { type Ground, type Presences, placeAll, type WrittenSubnet } from "./place-presences.ts";
import { textAt } from "./report.ts";

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
  fleet: string,
  ground: Ground,
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
  return placeAll(
    fleet,
    [...drafts].map(([key, draft]) => ({ ...draft, key })),
    subnets,
    ground,
  );
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

function subnetOf(document: Document, key: string): readonly WrittenSubnet[] {
  const start = textAt(document.content, ["spec", "startAddress"]);
  const prefix = valueAt(document.content, ["spec", "prefixLength"]);
  const isFour = textAt(document.content, ["spec", "ipFamily"]) === "IPv4";
  return isFour && start !== "" && typeof prefix === "number" ? [{ key, block: `${start}/${prefix}`, document }] : [];
}

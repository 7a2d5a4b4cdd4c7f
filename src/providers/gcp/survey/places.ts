import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import { textAt } from "../boot/template.ts";
import { keyOf } from "../kinds.ts";
import { markerOfDescription } from "../marker.ts";
import { lastOf, partialOf } from "../names.ts";
import type { Ground } from "./ground.ts";
import type { Nic } from "./machine.ts";

/** A zone with the subnetwork that each network has there: what a Location and the networks' annotations say together. */
export interface Spot {
  readonly name: string;
  readonly project: string;
  readonly zone: string;
  /** Keys of networks → keys of their subnetworks. */
  readonly subnetworks: Map<string, string>;
}

/** A network that is taken over. */
export interface Vpc {
  /** Name of the Network manifest. */
  readonly name: string;
  readonly key: string;
  readonly live: JsonObject;
}

/** Gives each demand a spot; one zone has several where machines of it use several subnetworks of one network. */
export function createSpots(isAlone: boolean): {
  find(project: string, zone: string, nics: readonly Pick<Nic, "network" | "subnetwork">[]): Spot;
  readonly all: readonly Spot[];
} {
  const all: Spot[] = [];
  return {
    all,
    find(project, zone, nics) {
      const own = all.filter((spot) => spot.project === project && spot.zone === zone);
      const fits = (spot: Spot): boolean =>
        nics.every(({ network, subnetwork }) => (spot.subnetworks.get(network) ?? subnetwork) === subnetwork);
      let spot = own.find(fits);
      if (spot === undefined) {
        const plain = isAlone ? zone : `${project.replace(/[^-a-z0-9]/g, "-")}-${zone}`;
        spot = {
          ...{ name: own.length === 0 ? plain : `${plain}-${own.length + 1}`, project, zone },
          subnetworks: new Map(),
        };
        all.push(spot);
      }
      for (const { network, subnetwork } of nics) spot.subnetworks.set(network, subnetwork);
      return spot;
    },
  };
}

/** Networks by key that may be taken over, and those that may not, with the reason. */
export function judgeNetworks(
  grounds: readonly Ground[],
  known: ReadonlySet<string>,
): { readonly vpcs: ReadonlyMap<string, Vpc>; readonly refused: ReadonlyMap<string, string> } {
  const vpcs = new Map<string, Vpc>();
  const refused = new Map<string, string>();
  const names = new Set<string>();
  for (const { project, network } of grounds) {
    for (const live of [...network].sort((left, right) => compareText(textAt(left, "name"), textAt(right, "name")))) {
      const plain = textAt(live, "name");
      const key = keyOf({ kind: "network", project, area: "", name: plain });
      const marker = markerOfDescription(textAt(live, "description"))?.marker;
      if (known.has(key)) continue;
      if (marker !== undefined) {
        refused.set(key, `it belongs to the fleet ${marker.fleet}`);
        continue;
      }
      const name = names.has(plain) ? `${project.replace(/[^-a-z0-9]/g, "-")}-${plain}` : plain;
      names.add(name);
      vpcs.set(key, { name, key, live });
    }
  }
  return { vpcs, refused };
}

/** A subnetwork that a manifest may speak of. */
export interface Subnetwork {
  readonly key: string;
  readonly network: string;
  readonly region: string;
  readonly live: JsonObject;
}

/** The subnetworks of a project in which machines can stand, by key; of others the reason. */
export function subnetworksOf({ project, subnetwork }: Ground): readonly (Subnetwork & { readonly reason: string })[] {
  return subnetwork
    .map((live) => {
      const region = lastOf(textAt(live, "region"));
      const purpose = textAt(live, "purpose");
      return {
        key: keyOf({ kind: "subnetwork", project, area: region, name: textAt(live, "name") }),
        network: partialOf(textAt(live, "network")),
        ...{ region, live },
        reason: purpose === "" || purpose === "PRIVATE" ? "" : `its purpose is ${purpose}: no machine stands in it`,
      };
    })
    .sort((left, right) => compareText(left.key, right.key));
}

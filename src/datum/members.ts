import type { Change } from "../core/change.ts";
import type { InventoryEntry } from "../core/inventory.ts";
import type { MemberPlace, MemberStatus } from "../core/members.ts";
import type { ChangeResult, Pending } from "../core/outcome.ts";
import { compareText } from "../core/problem.ts";
import type { Address, Observed, Resource } from "../core/resource.ts";
import type { Document } from "./document.ts";
import { type Fleet, presenceToken } from "./fleet.ts";

/** Everything one pass knows of what is wanted. */
export interface Seen {
  readonly wanted: readonly Resource[];
  readonly changes: readonly Change[];
  readonly live: ReadonlyMap<Address, Observed | undefined>;
  readonly results: readonly ChangeResult[];
  readonly pending: readonly Pending[];
  readonly inventory: readonly InventoryEntry[];
  /** Providers that cannot be seen now, and why. */
  readonly unavailable: ReadonlyMap<string, string>;
}

const shownAddresses = 20;

interface Member {
  readonly provider: string;
  readonly stands: boolean;
  readonly ready: boolean;
  readonly drifted: boolean;
  readonly addresses: readonly string[];
  readonly waits: string;
  readonly unseen: boolean;
}

/** What came of every workload, network and location, over all its members wherever they stand. Sorted by kind and name. */
export function memberStatusesOf(fleet: Fleet, seen: Seen): readonly MemberStatus[] {
  const members = membersOf(seen);
  const all = [
    ...workloadStatuses(fleet, seen, members),
    ...networkStatuses(fleet, seen, members),
    ...locationStatuses(fleet, seen, members),
  ];
  return all.sort(
    (left, right) =>
      compareText(right.kind, left.kind) ||
      compareText(left.namespace, right.namespace) ||
      compareText(left.name, right.name),
  );
}

type Members = ReadonlyMap<Address, Member>;

function membersOf({ wanted, changes, live, results, pending, inventory, unavailable }: Seen): Members {
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const remembered = new Map(inventory.map((entry) => [entry.address, entry]));
  const failures = new Map(results.filter(({ state }) => state !== "done").map((one) => [one.address, one.message]));
  const waiting = new Map(pending.map((one) => [one.address, one.message]));
  return new Map(
    wanted.map(({ address, provider }): readonly [Address, Member] => {
      const failure = unavailable.get(provider);
      const change = byAddress.get(address);
      const done = live.has(address);
      const status =
        (done ? live.get(address) : change?.observed)?.status ??
        (failure === undefined ? undefined : remembered.get(address)?.status);
      const ready = status?.phase === "ready";
      const drifted = change !== undefined && change.action !== "keep" && change.cause !== "commit" && !done;
      const said =
        failures.get(address) ??
        waiting.get(address) ??
        (status === undefined ? "not made yet" : status.detail || status.phase);
      const waits = failure === undefined ? (ready ? "" : said) : `${provider} cannot be seen now (${failure})`;
      const reason = waits === "" && drifted ? `${address} drifted` : waits;
      return [
        address,
        {
          provider,
          stands: status !== undefined,
          ready,
          drifted,
          addresses: addressesOf(status?.addresses ?? {}),
          waits: reason,
          unseen: failure !== undefined,
        },
      ];
    }),
  );
}

function addressesOf(addresses: Readonly<Record<string, string>>): readonly string[] {
  const { internal, external, range } = addresses;
  return [internal, external, range].filter((one): one is string => one !== undefined);
}

function placeOf(location: string, members: readonly Member[], wanted = members.length, otherwise = ""): MemberPlace {
  const count = (is: (member: Member) => boolean): number => members.filter(is).length;
  return {
    location,
    at: [...new Set(members.map(({ provider }) => provider))].sort(compareText),
    wanted,
    standing: count(({ stands }) => stands),
    ready: count(({ ready }) => ready),
    drifted: count(({ drifted }) => drifted),
    addresses: members.flatMap(({ addresses }) => addresses).slice(0, shownAddresses),
    waits: members.find(({ waits }) => waits !== "")?.waits ?? otherwise,
    unseen: members.some(({ unseen }) => unseen),
  };
}

function statusOf({ apiVersion, kind, namespace, name }: Document, places: readonly MemberPlace[]): MemberStatus {
  const sum = (field: "wanted" | "standing" | "ready" | "drifted"): number =>
    places.reduce((total, place) => total + place[field], 0);
  const counts = { wanted: sum("wanted"), standing: sum("standing"), ready: sum("ready"), drifted: sum("drifted") };
  return { ...{ apiVersion, kind, namespace, name }, ...counts, unseen: places.some(({ unseen }) => unseen), places };
}

function workloadStatuses(fleet: Fleet, { wanted }: Seen, members: Members): readonly MemberStatus[] {
  const documents = [...new Set(fleet.deployments.map(({ document }) => document))];
  return documents.map((document) => {
    const places = fleet.deployments
      .filter((deployment) => deployment.document === document)
      .map(({ namespace, name, replicas, location }) => {
        const own = wanted.filter(({ group }) => group?.name === `${namespace}/${name}`);
        const nobody = own.length === 0 && replicas > 0 ? "nobody makes instances here" : "";
        return placeOf(
          location.name,
          own.flatMap(({ address }) => members.get(address) ?? []),
          replicas,
          nobody,
        );
      });
    return statusOf(document, places);
  });
}

/** A network: what it is made of itself, and its presence in each location. */
function networkStatuses(fleet: Fleet, { wanted }: Seen, members: Members): readonly MemberStatus[] {
  return fleet.networks.map(({ namespace, name, document }) => {
    const presences = fleet.presences.filter((presence) => presence.network.document === document);
    const tokens = new Set(presences.map(presenceToken));
    const isPart = ({ provides }: Resource): boolean => provides.some((token) => tokens.has(token));
    const itself = wanted.filter((one) => one.owner === `Network ${namespace}/${name}` && !isPart(one));
    const places = presences.map((presence) => {
      const parts = wanted.filter(({ provides }) => provides.includes(presenceToken(presence)));
      const place = placeOf(
        presence.location.name,
        parts.flatMap(({ address }) => members.get(address) ?? []),
      );
      const blocks = [presence.block, presence.ipv6?.block ?? ""].filter((block) => block !== "");
      return {
        ...place,
        addresses: blocks,
        ...(parts.length === 0 && { wanted: 1, waits: "nobody makes it present here" }),
      };
    });
    return statusOf(document, [
      placeOf(
        "",
        itself.flatMap(({ address }) => members.get(address) ?? []),
      ),
      ...places,
    ]);
  });
}

/** Everything that stands in a location, whoever asked for it. */
function locationStatuses(fleet: Fleet, { wanted }: Seen, members: Members): readonly MemberStatus[] {
  return fleet.locations.map(({ name, document }) => {
    const own = wanted.filter(({ location }) => location === name).flatMap(({ address }) => members.get(address) ?? []);
    return statusOf(document, [{ ...placeOf(name, own), addresses: [] }]);
  });
}

import { compareText, type Problem, type Severity } from "../core/problem.ts";
import { cidrHolds, holds, overlaps, readBlock } from "./cidr.ts";
import type { Document } from "./document.ts";
import { existingNamesNote, existingNetwork } from "./existing.ts";
import type { Location, Network, Presence } from "./fleet.ts";
import { judgeGiven } from "./given-blocks.ts";
import { allocate, type Failed, type Occupied } from "./ipam.ts";
import { type Ipv6Plan, planIpv6 } from "./ipam-ipv6.ts";
import { peeredNote, peeredRangesOf, type RangeFact } from "./range-facts.ts";
import { textAt } from "./report.ts";

/** Networks present in locations, and what could not be given a block. */
export interface Presences {
  readonly presences: readonly Presence[];
  readonly problems: readonly Problem[];
}

/** What stands in the world already. */
export interface Ground {
  /** IPv4 blocks by presence key: they never move. */
  readonly allocations: ReadonlyMap<string, string>;
  readonly facts: readonly RangeFact[];
}

/** A network that has to be present in a location, before it has a block. */
export interface Wanted {
  readonly key: string;
  readonly network: Network;
  readonly location: Location;
  /** Copies that will stand in it. */
  readonly hosts: number;
}

/** A block that somebody wrote down as a Subnet. */
export interface WrittenSubnet {
  readonly key: string;
  readonly block: string;
  readonly document: Document;
}

/** Gives every presence its blocks: what stands stays, what somebody wrote is taken, everything else is chosen. */
export function placeAll(
  fleet: string,
  wanted: readonly Wanted[],
  subnets: readonly WrittenSubnet[],
  ground: Ground,
): Presences {
  const problems: Problem[] = [];
  const presences: Presence[] = [];
  const ipv6 = ipv6Of(fleet, wanted, ground);
  for (const network of new Set(wanted.map((one) => one.network))) {
    const own = wanted.filter((one) => one.network === network);
    const name = nameOf(network);
    const held = new Map([...ground.allocations].filter(([key]) => key.startsWith(`${name}@`)));
    const said = subnets.filter(({ key }) => key.startsWith(`${name}@`));
    const existing = existingBlocks(network, own);
    const taken = [...existing.values()].map((block) => ({ block, what: `is of ${name} already` }));
    const occupied = [...occupiedOf(network, ground), ...taken];
    const wrong = subnetProblems(network, said, occupied);
    problems.push(...wrong);
    for (const { key, block } of said) held.set(key, block);
    const written = new Set(said.map(({ key }) => key));
    const fresh = own.filter(({ key }) => !existing.has(key));
    const chosen = fresh.filter(({ key }) => !written.has(key));
    const { believed, doubted } = judgeGiven(network.ipv4Range, chosen, held, ground.facts, occupied);
    for (const key of doubted.keys()) {
      // Nothing stands in a block that only we ever meant.
      if (isInTheWayOf(held.get(key), believed.values())) held.delete(key);
    }
    for (const [key, block] of believed) held.set(key, block);
    const requests = fresh.map(({ key, location: { cityCode }, hosts }) => ({
      key,
      cityCode,
      hosts,
      fixed: written.has(key) || believed.has(key),
    }));
    const { blocks, failed } = allocate(network.ipv4Range, requests, held, occupied);
    // What is wrong with a block that somebody wrote is said on that line.
    problems.push(
      ...failed.filter(({ key }) => !written.has(key) || wrong.length === 0).map((one) => told(network, one)),
    );
    problems.push(...prefixProblems(network, ipv6), ...prefixesGiven(network, ipv6, ground.facts));
    for (const { key, location } of own) {
      const given = ground.facts.find((fact) => fact.kind === "given" && fact.presence === key);
      const block = existing.get(key) ?? blocks.get(key) ?? "";
      problems.push(...givenProblems(network, location, block, given, doubted.get(key)));
      presences.push({ network, location, key, block, ...ipv6At(ipv6, name, key) });
    }
  }
  return { presences: presences.sort((left, right) => compareText(left.key, right.key)), problems };
}

/** Blocks of what is taken over, by presence key. Locations that share one have the same. */
function existingBlocks({ document }: Network, own: readonly Wanted[]): ReadonlyMap<string, string> {
  const text = textAt(document.content, ["metadata", "annotations", existingNamesNote]);
  const subnetworks = existingNetwork(text)?.subnetworks;
  return new Map(
    own.flatMap(({ key, location }): [string, string][] => {
      const found = subnetworks?.get(location.name);
      return found === undefined ? [] : [[key, found.block]];
    }),
  );
}

function nameOf({ namespace, name }: Network): string {
  return `${namespace}/${name}`;
}

/** Ranges of others in or beside a network: as its manifest says, and as its worlds do. */
export function occupiedOf(network: Network, { facts }: Ground): readonly Occupied[] {
  const name = nameOf(network);
  const seen = facts.flatMap((fact) => (fact.kind === "foreign" && fact.network === name ? [fact] : []));
  const said = peeredRangesOf(network.document).map((block) => ({
    block,
    what: `is beside it, as ${peeredNote} says`,
  }));
  return [...said, ...seen.map(({ block, what }) => ({ block, what }))].filter(({ block }) => !block.includes(":"));
}

const rangePath = ["spec", "ipam", "ipv4Range"];

const hints: Readonly<Record<Failed["rule"], string>> = {
  "network/exhausted": "Widen the network's range, or use a second network.",
  "network/block-full": "Fewer copies in this location, a second location, or a second network.",
  "network/range-changed":
    "Widen the range so that it holds what stands, or make a network of another name and move there.",
  "network/overlap": "Give one of the two another range; a block of ours moves only when its location is empty.",
};

function told(network: Network, { key, rule, message }: Failed): Problem {
  const path = rule === "network/overlap" ? ["spec", "ipam"] : rangePath;
  return problem(rule, { source: network.document, path }, `${key.split("@")[1] ?? key}: ${message}`, hints[rule]);
}

function ipv6Of(fleet: string, wanted: readonly Wanted[], { facts }: Ground): Ipv6Plan {
  // Public addresses are chosen by whoever routes them.
  const carrying = wanted.filter(
    ({ network: { ipFamilies, document } }) =>
      ipFamilies.includes("IPv6") &&
      textAt(document.content, ["metadata", "annotations", "plumbline.dev/ipv6-access"]) !== "external",
  );
  const networks = [...new Set(carrying.map(({ network }) => network))];
  const requests = networks.map((network) => ({
    network: nameOf(network),
    range: network.ipv6Range,
    presences: carrying.filter((one) => one.network === network).map(({ key }) => key),
  }));
  const told = facts.flatMap((fact) => (fact.kind === "prefix" ? [fact] : []));
  // The first one counts, but for those that could only be changed by making the network anew.
  const ranked = [...told.filter(({ firm }) => firm === true), ...told.filter(({ firm }) => firm !== true)];
  const prefixes = ranked.map(({ network, block }) => [network, block] as const);
  const blocks = facts.flatMap((fact) => (fact.kind === "ipv6" ? [[fact.presence, fact.block] as const] : []));
  return planIpv6(fleet, requests, { prefixes: new Map(prefixes.reverse()), blocks: new Map(blocks) });
}

function ipv6At({ prefixes, blocks }: Ipv6Plan, network: string, key: string): Pick<Presence, "ipv6"> {
  const prefix = prefixes.get(network);
  return prefix === undefined ? {} : { ipv6: { prefix, block: blocks.get(key) ?? "" } };
}

/** A prefix that stands cannot be exchanged either. */
function prefixProblems(network: Network, { prefixes }: Ipv6Plan): readonly Problem[] {
  const prefix = prefixes.get(nameOf(network));
  const { ipv6Range } = network;
  if (prefix === undefined || ipv6Range === "" || cidrHolds(ipv6Range, prefix)) return [];
  const message = `${prefix} stands already and is not inside ${ipv6Range}; what stands never moves.`;
  const at = { source: network.document, path: ["spec", "ipam", "ipv6Range"] };
  return [problem("network/range-changed", at, message, hints["network/range-changed"])];
}

/** Worlds that gave the network other prefixes than the one that counts: IPv6 does not lead from one to the other. */
function prefixesGiven(network: Network, { prefixes }: Ipv6Plan, facts: Ground["facts"]): readonly Problem[] {
  const name = nameOf(network);
  const prefix = prefixes.get(name);
  const told = facts.flatMap((fact) => (fact.kind === "prefix" && fact.network === name ? [fact] : []));
  if (prefix === undefined) return [];
  const by = told.find(({ block }) => block === prefix)?.by ?? "its manifest";
  return told
    .filter(({ block }) => !cidrHolds(prefix, block))
    .map((fact) => {
      const message = `${fact.by ?? "Its world"} gave ${network.name} the IPv6 prefix ${fact.block}, and ${by} ${prefix}, which counts.`;
      const at = { source: network.document, path: ["spec", "ipFamilies"] };
      const hint = "IPv6 leads nowhere between the two: give each a network of its own.";
      return problem("network/block-given", at, message, hint, "warning");
    });
}

function isInTheWayOf(text: string | undefined, blocks: Iterable<string>): boolean {
  const own = readBlock(text ?? "");
  if (own === undefined) return false;
  return [...blocks].some((block) => {
    const other = readBlock(block);
    return other !== undefined && overlaps(other, own);
  });
}

/** A control plane that chose a block which cannot be lived with: routes and rules speak of another one. */
function givenProblems(
  network: Network,
  location: Location,
  block: string,
  given: Ground["facts"][number] | undefined,
  doubt: string | undefined,
): readonly Problem[] {
  if (given?.kind !== "given" || given.block === block || block === "") return [];
  const why = doubt === undefined ? "" : `, ${doubt}`;
  const message = `${given.by} gave ${location.name} the block ${given.block} of ${network.name}${why}; ${block} was asked for.`;
  const at = { source: network.document, path: ["spec", "ipam"] };
  const hint = doubt?.startsWith("which is not inside")
    ? "The control plane chooses blocks by itself: use a network whose spec.ipam.ipv4Range holds what it chooses."
    : "The control plane chooses blocks by itself: give the location a network of its own.";
  return [problem("network/block-given", at, message, hint, "warning")];
}

/** Blocks that somebody chose must be blocks, lie inside the network's range and leave each other, and others, alone. */
function subnetProblems(
  network: Network,
  subnets: readonly WrittenSubnet[],
  occupied: readonly Occupied[],
): readonly Problem[] {
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
    const foreign = occupied.find((one) => {
      const theirs = readBlock(one.block);
      return theirs !== undefined && overlaps(theirs, own);
    });
    if (foreign !== undefined) {
      const message = `${block} overlaps ${foreign.block}, which ${foreign.what}.`;
      return [problem("network/overlap", at, message, "Choose another block.")];
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
  severity: Severity = "error",
): Problem {
  return { severity, rule, ...at.source.at(at.path), path: at.path.join("."), message, hint };
}

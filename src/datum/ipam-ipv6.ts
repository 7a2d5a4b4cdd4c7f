import ipaddr from "ipaddr.js";
import { digest } from "../core/identity.ts";

/** One network that carries IPv6, and the locations it is present in. */
export interface Ipv6Request {
  /** `namespace/name`. */
  readonly network: string;
  /** The range its manifest names; empty for none. */
  readonly range: string;
  /** Allocation keys of its presences. */
  readonly presences: readonly string[];
}

/** What stands in the world already and never moves. */
export interface Ipv6Standing {
  /** Network → its prefix. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Presence → its block. */
  readonly blocks: ReadonlyMap<string, string>;
}

/** The prefix of each network and the block of each presence. A presence without one found its network's prefix full. */
export interface Ipv6Plan {
  readonly prefixes: ReadonlyMap<string, string>;
  readonly blocks: ReadonlyMap<string, string>;
}

/** Where prefixes of networks that name none are taken from: what Compute Engine keeps for private networks. */
const commonRange = "fd20::/20";
const networkBits = 48;
const locationBits = 64;
/** Places tried before a range counts as full. */
const maxTries = 4_096;

interface Range {
  /** The first 64 bits. */
  readonly start: bigint;
  readonly prefix: number;
}

/**
 * A /48 for each network and a /64 of it for each location. What stands stays; everything else is chosen by a digest of its name,
 * so that neither the order of manifests nor what else is added decides. Pure.
 */
export function planIpv6(fleet: string, requests: readonly Ipv6Request[], standing: Ipv6Standing): Ipv6Plan {
  const prefixes = new Map<string, string>();
  const blocks = new Map<string, string>();
  const sorted = [...requests].sort((left, right) => (left.network < right.network ? -1 : 1));
  const taken = new Set([...standing.prefixes.values()].map(normal));
  for (const { network, range } of sorted) {
    const stands = standing.prefixes.get(network);
    const prefix = stands ?? chosen(range === "" ? commonRange : range, networkBits, `${fleet} ${network}`, taken);
    if (prefix === undefined) continue;
    taken.add(normal(prefix));
    prefixes.set(network, prefix);
  }
  for (const { network, presences } of sorted) {
    const prefix = prefixes.get(network);
    const used = new Set([...standing.blocks.values()].map(normal));
    for (const key of [...presences].sort()) {
      const stands = standing.blocks.get(key);
      const block = stands ?? (prefix === undefined ? undefined : chosen(prefix, locationBits, key, used));
      if (block === undefined) continue;
      used.add(normal(block));
      blocks.set(key, block);
    }
  }
  return { prefixes, blocks };
}

/** A block of this size inside a range, by the digest of a name; the next free one where it is taken. */
function chosen(range: string, bits: number, name: string, taken: ReadonlySet<string>): string | undefined {
  const whole = readRange(range);
  if (whole === undefined) return undefined;
  const prefix = Math.max(whole.prefix, bits);
  const count = 1n << BigInt(prefix - whole.prefix);
  const first = BigInt(`0x${digest(name).slice(0, 14)}`) % count;
  const size = 1n << BigInt(locationBits - prefix);
  for (let step = 0n; step < count && step < maxTries; step += 1n) {
    const text = rangeText({ start: whole.start + ((first + step) % count) * size, prefix });
    if (!taken.has(text)) return text;
  }
  return undefined;
}

/** Reads an IPv6 range of at most 64 bits; undefined for anything else. */
function readRange(text: string): Range | undefined {
  if (!ipaddr.IPv6.isValidCIDR(text)) return undefined;
  const [address, prefix] = ipaddr.IPv6.parseCIDR(text);
  if (prefix > locationBits) return undefined;
  const start = address.parts.slice(0, 4).reduce((sum, part) => (sum << 16n) + BigInt(part), 0n);
  const size = 1n << BigInt(locationBits - prefix);
  return { start: start - (start % size), prefix };
}

function rangeText({ start, prefix }: Range): string {
  const parts = [48n, 32n, 16n, 0n].map((shift) => Number((start >> shift) & 0xffffn));
  return `${new ipaddr.IPv6([...parts, 0, 0, 0, 0]).toString()}/${prefix}`;
}

/** One spelling for each range, so that equal means equal. */
function normal(text: string): string {
  const range = readRange(text);
  return range === undefined ? text : rangeText(range);
}

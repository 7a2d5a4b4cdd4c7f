import { type Block, blockText, holds, overlaps, readBlock, sizeOf } from "./cidr.ts";

/** One presence that needs a block of its network. */
export interface Request {
  /** The allocation key of the presence. */
  readonly key: string;
  readonly cityCode: string;
  /** Addresses it must hold for instances. */
  readonly hosts: number;
  /** Its block was written down by somebody and does not grow. */
  readonly fixed?: boolean;
}

/** A range that others hold in a network or beside it: no block of ours may lie there. */
export interface Occupied {
  readonly block: string;
  /** Whose it is, in words that follow `which`, such as `is behind the peering to acme/shared`. */
  readonly what: string;
}

/** Why a presence has no block, or not the one it needs. */
export interface Failed {
  readonly key: string;
  readonly rule: "network/exhausted" | "network/block-full" | "network/range-changed" | "network/overlap";
  readonly message: string;
}

/** The blocks of one network, and what could not be placed. */
export interface Allocated {
  readonly blocks: ReadonlyMap<string, string>;
  /** Requests without a block, or whose standing block cannot stay as it is, with the reason. */
  readonly failed: readonly Failed[];
}

/** The range of a Network that names none: what the provider's own automatic networks use. */
export const defaultRange = "10.128.0.0/9";
/** Blocks that upstream has always given these cities, so that its networks and ours agree. */
const fixedBlocks: Readonly<Record<string, string>> = {
  DFW: "10.128.0.0/20",
  DLS: "10.130.0.0/20",
  LHR: "10.132.0.0/20",
};
const usualPrefix = 20;
/** No provider makes a smaller block. */
const smallestPrefix = 29;
/** Addresses of a block that no instance can have. */
const reservedHosts = 4;
/** The usual block is /20, one /15 step apart, so that each may grow in place. */
const stepPrefix = 15;

/**
 * Gives each presence of one network a block of its range. What stands already (`standing`) never moves: it may only grow around
 * itself when more copies need it. Fixed cities get their fixed block where the range holds it; the others the first free place, in
 * order of key. Ranges that others hold are avoided. Pure and independent of the order given.
 */
export function allocate(
  range: string,
  requests: readonly Request[],
  standing: ReadonlyMap<string, string>,
  occupied: readonly Occupied[] = [],
): Allocated {
  const whole = readBlock(range);
  const blocks = new Map<string, string>();
  if (whole === undefined) {
    const message = `${range} is not an IPv4 range.`;
    return { blocks, failed: requests.map(({ key }) => ({ key, rule: "network/exhausted", message })) };
  }
  const failed: Failed[] = [];
  const foreign = occupied.flatMap(({ block }) => readBlock(block) ?? []);
  const held = new Map(
    [...standing].flatMap(([key, text]) => {
      const block = readBlock(text);
      return block === undefined ? [] : [[key, block] as const];
    }),
  );
  const sorted = [...requests].sort((left, right) => (left.key < right.key ? -1 : 1));
  for (const request of sorted) {
    const block = held.get(request.key);
    if (block === undefined) continue;
    const others = [...held].flatMap(([key, other]) => (key === request.key ? [] : [other]));
    const grown = growTo(whole, request, block, [...others, ...foreign]);
    failed.push(...findingsOn(request, range, whole, block, grown, occupied));
    held.set(request.key, grown ?? block);
    blocks.set(request.key, blockText(grown ?? block));
  }
  const taken = [...held.values(), ...foreign];
  const waiting = sorted
    .filter(({ key }) => !blocks.has(key))
    .sort((left, right) => fixedFirst(left) - fixedFirst(right));
  for (const request of waiting) {
    const block = place(whole, request, taken);
    if (block === undefined) {
      const { key, cityCode } = request;
      failed.push({ key, rule: "network/exhausted", message: exhaustedText(range, cityCode, request.hosts) });
      continue;
    }
    taken.push(block);
    blocks.set(request.key, blockText(block));
  }
  return { blocks, failed };
}

/** How many instances a block holds. */
export function roomOf(block: string): number {
  const found = readBlock(block);
  return found === undefined ? 0 : Math.max(0, sizeOf(found.prefix) - reservedHosts);
}

function exhaustedText(range: string, cityCode: string, hosts: number): string {
  return `No free block of ${range} is left for ${hosts} ${hosts === 1 ? "instance" : "instances"} in ${cityCode || "a location"}.`;
}

/** What is wrong with a block that stands: it is never moved, so that somebody has to decide. */
function findingsOn(
  { key, hosts }: Request,
  range: string,
  whole: Block,
  block: Block,
  grown: Block | undefined,
  occupied: readonly Occupied[],
): readonly Failed[] {
  const text = blockText(block);
  if (!holds(whole, block)) {
    const message = `${text} stands already and is not inside ${range}; what stands never moves.`;
    return [{ key, rule: "network/range-changed", message }];
  }
  const other = occupied.find((one) => {
    const theirs = readBlock(one.block);
    return theirs !== undefined && overlaps(theirs, block);
  });
  if (other !== undefined) {
    const message = `${text} stands already and overlaps ${other.block}, which ${other.what}.`;
    return [{ key, rule: "network/overlap", message }];
  }
  if (grown !== undefined) return [];
  const message = `The block ${text} holds ${roomOf(text)} instances, ${hosts} are wanted, and it cannot grow.`;
  return [{ key, rule: "network/block-full", message }];
}

function prefixFor(hosts: number): number {
  return Math.min(smallestPrefix, 32 - Math.ceil(Math.log2(hosts + reservedHosts)));
}

/** The block itself where it is large enough, else the smallest one around it that is free; undefined when there is none. */
function growTo(whole: Block, { hosts, fixed }: Request, block: Block, taken: readonly Block[]): Block | undefined {
  const prefix = Math.min(block.prefix, prefixFor(hosts));
  if (prefix === block.prefix) return block;
  if (fixed === true) return undefined;
  const around = { start: block.start - (block.start % sizeOf(prefix)), prefix };
  return holds(whole, around) && !taken.some((other) => overlaps(other, around)) ? around : undefined;
}

function fixedFirst(request: Request): number {
  return fixedBlocks[request.cityCode] === undefined ? 1 : 0;
}

function place(whole: Block, request: Request, taken: readonly Block[]): Block | undefined {
  // A small range is cut into sixteen, so that one location does not take all of it.
  const usual = Math.min(smallestPrefix, Math.max(usualPrefix, whole.prefix + 4));
  const prefix = Math.min(usual, prefixFor(request.hosts));
  const isFree = (block: Block): boolean => holds(whole, block) && !taken.some((other) => overlaps(other, block));
  const fixed = readBlock(fixedBlocks[request.cityCode] ?? "");
  const meant = fixed === undefined ? undefined : { start: fixed.start, prefix };
  if (meant !== undefined && prefix <= usualPrefix && meant.start % sizeOf(prefix) === 0 && isFree(meant)) return meant;
  const reserved = Object.values(fixedBlocks).flatMap((text) => readBlock(text) ?? []);
  const avoidsFixed = (block: Block): boolean => !reserved.some((other) => overlaps(other, block));
  const wide = Math.min(prefix, stepPrefix);
  for (const step of [wide, prefix]) {
    if (step < whole.prefix) continue;
    for (const careful of [true, false]) {
      const count = 2 ** (step - whole.prefix);
      for (let index = 0; index < count && index < maxTries; index += 1) {
        const block = { start: whole.start + index * sizeOf(step), prefix };
        if (isFree(block) && (!careful || avoidsFixed(block))) return block;
      }
    }
  }
  return undefined;
}

/** Places looked at in one range: more than any network has locations. */
const maxTries = 65_536;

import { type Block, blockText, holds, overlaps, readBlock, sizeOf } from "./cidr.ts";

/** One presence that needs a block of its network. */
export interface Request {
  /** The allocation key of the presence. */
  readonly key: string;
  readonly cityCode: string;
  /** Addresses it must hold for instances. */
  readonly hosts: number;
}

/** The blocks of one network, and what could not be placed. */
export interface Allocated {
  readonly blocks: ReadonlyMap<string, string>;
  /** Requests without a block, with the reason. */
  readonly failed: readonly { readonly key: string; readonly message: string }[];
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
 * Gives each presence of one network a block of its range. What stands already (`standing`) never moves; fixed cities get their
 * fixed block where the range holds it; the others the first free place, in order of key. Pure and independent of the order given.
 */
export function allocate(
  range: string,
  requests: readonly Request[],
  standing: ReadonlyMap<string, string>,
): Allocated {
  const whole = readBlock(range);
  const failed: { key: string; message: string }[] = [];
  const blocks = new Map<string, string>();
  if (whole === undefined)
    return { blocks, failed: requests.map(({ key }) => ({ key, message: `${range} is not an IPv4 range.` })) };
  const taken: Block[] = [];
  for (const [key, text] of standing) {
    const block = readBlock(text);
    if (block === undefined) continue;
    taken.push(block);
    if (requests.some((request) => request.key === key)) blocks.set(key, text);
  }
  const waiting = requests
    .filter(({ key }) => !blocks.has(key))
    .sort((left, right) => fixedFirst(left) - fixedFirst(right) || (left.key < right.key ? -1 : 1));
  for (const request of waiting) {
    const block = place(whole, request, taken);
    if (block === undefined) {
      failed.push({ key: request.key, message: `No free block of ${range} is left for ${request.cityCode}.` });
      continue;
    }
    taken.push(block);
    blocks.set(request.key, blockText(block));
  }
  for (const { key, hosts } of requests) {
    const block = readBlock(blocks.get(key) ?? "");
    if (block !== undefined && sizeOf(block.prefix) - reservedHosts < hosts) {
      failed.push({
        key,
        message: `The block ${blockText(block)} holds ${sizeOf(block.prefix) - reservedHosts} instances, ${hosts} are wanted.`,
      });
    }
  }
  return { blocks, failed };
}

function fixedFirst(request: Request): number {
  return fixedBlocks[request.cityCode] === undefined ? 1 : 0;
}

function place(whole: Block, request: Request, taken: readonly Block[]): Block | undefined {
  // A small range is cut into sixteen, so that one location does not take all of it.
  const usual = Math.min(smallestPrefix, Math.max(usualPrefix, whole.prefix + 4));
  const prefix = Math.max(whole.prefix, Math.min(usual, 32 - Math.ceil(Math.log2(request.hosts + reservedHosts))));
  const isFree = (block: Block): boolean => holds(whole, block) && !taken.some((other) => overlaps(other, block));
  const fixed = readBlock(fixedBlocks[request.cityCode] ?? "");
  if (fixed !== undefined && prefix === usualPrefix && isFree(fixed)) return fixed;
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

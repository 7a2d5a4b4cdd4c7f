import ipaddr from "ipaddr.js";

/** An IPv4 block as numbers: first address and prefix length. */
export interface Block {
  readonly start: number;
  readonly prefix: number;
}

/** Reads `10.128.0.0/20`; undefined unless it is an IPv4 block whose address is its first. */
export function readBlock(text: string): Block | undefined {
  const parts = /^(\d{1,3}(?:\.\d{1,3}){3})\/(0|[1-9]\d?)$/.exec(text);
  if (parts === null || !ipaddr.IPv4.isValidFourPartDecimal(parts[1] ?? "")) return undefined;
  const prefix = Number(parts[2]);
  if (prefix > 32) return undefined;
  const start = ipaddr.IPv4.parse(parts[1] ?? "")
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);
  return start % sizeOf(prefix) === 0 ? { start, prefix } : undefined;
}

/** Writes a block as `10.128.0.0/20`. */
export function blockText(block: Block): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(block.start / 2 ** shift) % 256);
  return `${bytes.join(".")}/${block.prefix}`;
}

/** Addresses in a block of this prefix length. */
export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** Says whether two blocks share an address. */
export function overlaps(left: Block, right: Block): boolean {
  return left.start < right.start + sizeOf(right.prefix) && right.start < left.start + sizeOf(left.prefix);
}

/** Says whether the first block holds the whole second one. */
export function holds(outer: Block, inner: Block): boolean {
  return outer.prefix <= inner.prefix && overlaps(outer, inner);
}

/** What is wrong with a CIDR of either family, in one sentence; undefined when nothing is. */
export function cidrProblem(text: string): string | undefined {
  // Most are of IPv4, and a number test is ten times as fast as the general parser, which tries IPv6 first and throws.
  if (readBlock(text) !== undefined) return undefined;
  const [address = ""] = text.split("/");
  const family = address.includes(":") ? ipaddr.IPv6 : ipaddr.IPv4;
  const isStrict = family === ipaddr.IPv6 || ipaddr.IPv4.isValidFourPartDecimal(address);
  if (!isStrict || !/\/(0|[1-9]\d{0,2})$/.test(text) || !family.isValidCIDR(text))
    return `${JSON.stringify(text)} is not a CIDR block such as 10.0.0.0/8 or fd20::/48.`;
  const [, prefix] = ipaddr.parseCIDR(text);
  const first = family.networkAddressFromCIDR(text);
  if (first.toNormalizedString() === ipaddr.parse(address).toNormalizedString()) return undefined;
  return `${text} does not start at its first address; the block is ${first.toString()}/${prefix}.`;
}

/** Says whether the first CIDR holds the second; false for different families. Both must be valid. */
export function cidrHolds(outer: string, inner: string): boolean {
  const [outerAddress, outerPrefix] = ipaddr.parseCIDR(outer);
  const [innerAddress, innerPrefix] = ipaddr.parseCIDR(inner);
  if (outerAddress.kind() !== innerAddress.kind() || innerPrefix < outerPrefix) return false;
  return innerAddress.match(outerAddress as never, outerPrefix);
}

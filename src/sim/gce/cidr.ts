/** An IPv4 range as numbers. */
export interface Range {
  readonly base: number;
  readonly bits: number;
}

/** Reads `10.0.0.0/24`; undefined when it is no range or has host bits. */
export function readRange(text: string): Range | undefined {
  const found = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const base = readAddress(found?.[1] ?? "");
  const bits = Number(found?.[2]);
  if (base === undefined || bits > 32 || base % 2 ** (32 - bits) !== 0) return undefined;
  return { base, bits };
}

/** Reads `10.0.0.1`. */
export function readAddress(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Writes `10.0.0.1`. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** How many addresses a range has. */
export function sizeOf(range: Range): number {
  return 2 ** (32 - range.bits);
}

/** Says whether two ranges share an address. */
export function overlap(left: Range, right: Range): boolean {
  return left.base < right.base + sizeOf(right) && right.base < left.base + sizeOf(left);
}

/** Says whether one range holds all of another. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.base <= inner.base && inner.base + sizeOf(inner) <= outer.base + sizeOf(outer);
}

import ipaddr from "ipaddr.js";

/** A block of either family: its bits as text, which makes "holds" a question of beginnings. */
type Bits = { readonly isIpv6: boolean; readonly bits: string };

/** What is left of a CIDR block when others are cut out of it, as few blocks as possible. All must be valid. */
export function carve(cidr: string, except: readonly string[]): readonly string[] {
  const block = read(cidr);
  const holes = except.map(read).filter((hole) => hole.isIpv6 === block.isIpv6);
  return leftOf(block, holes).map(write);
}

function leftOf(block: Bits, holes: readonly Bits[]): readonly Bits[] {
  if (holes.some((hole) => block.bits.startsWith(hole.bits))) return [];
  const inside = holes.filter((hole) => hole.bits.startsWith(block.bits));
  if (inside.length === 0) return [block];
  return ["0", "1"].flatMap((bit) => leftOf({ ...block, bits: `${block.bits}${bit}` }, inside));
}

/** Whether two CIDR blocks share an address. */
export function blocksMeet(left: string, right: string): boolean {
  const [one, other] = [read(left), read(right)];
  return one.isIpv6 === other.isIpv6 && (one.bits.startsWith(other.bits) || other.bits.startsWith(one.bits));
}

function read(cidr: string): Bits {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const bits = address.toByteArray().map((byte) => byte.toString(2).padStart(8, "0"));
  return { isIpv6: address.kind() === "ipv6", bits: bits.join("").slice(0, prefix) };
}

function write({ isIpv6, bits }: Bits): string {
  const length = isIpv6 ? 128 : 32;
  const whole = bits.padEnd(length, "0");
  const bytes = Array.from({ length: length / 8 }, (_, index) =>
    Number.parseInt(whole.slice(index * 8, index * 8 + 8), 2),
  );
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits.length}`;
}

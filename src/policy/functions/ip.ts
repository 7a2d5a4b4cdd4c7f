import type { CelMap, CelValue } from "@bufbuild/cel";
import { makeOpaque, payloadOf } from "./opaque.ts";
import { method, type Overload, plain } from "./overload.ts";

/** An address as one number. */
export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** Bits of an address of each family. */
export const bitsOf: Readonly<Record<4 | 6, number>> = { 4: 32, 6: 128 };

/** Reads an address strictly: no zones, no leading zeros, no IPv4 inside IPv6. Undefined when it is none. */
export function parseIp(text: string): Ip | undefined {
  if (text.length > 64) return undefined;
  return text.includes(":") ? parseSix(text) : parseFour(text);
}

function parseFour(text: string): Ip | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return { family: 4, value: parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n) };
}

function parseSix(text: string): Ip | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const groups = [...head, ...Array<string>(8 - given).fill("0"), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const value = groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
  // ::ffff:a.b.c.d in hexadecimal is an IPv4 address in disguise.
  return value >> 32n === 0xffffn ? undefined : { family: 6, value };
}

/** The one way to write an address. */
export function ipText({ family, value }: Ip): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const zeros = [...groups.join(":").matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)];
  const longest = zeros.reduce<RegExpMatchArray | undefined>(
    (best, run) => (best === undefined || run[0].length > best[0].length ? run : best),
    undefined,
  );
  if (longest === undefined) return groups.join(":");
  const whole = groups.join(":");
  const before = whole.slice(0, longest.index).replace(/:$/, "");
  const after = whole.slice((longest.index ?? 0) + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}

/** An address as a value of the language. */
export function makeIp(ip: Ip): CelMap {
  return makeOpaque("ip", ipText(ip), ip);
}

/** The address of a text or of a value; an error when it is none. */
export function ipOf(value: CelValue): Ip {
  if (typeof value !== "string") return payloadOf<Ip>(value);
  const ip = parseIp(value);
  if (ip === undefined) throw new Error(`${JSON.stringify(value.slice(0, 64))} is no IP address`);
  return ip;
}

/** Says whether an address is in the block of this many leading bits. */
export function isWithin(ip: Ip, block: Ip, prefix: number): boolean {
  const shift = BigInt(bitsOf[block.family] - prefix);
  return ip.family === block.family && ip.value >> shift === block.value >> shift;
}

const inAny = (...blocks: readonly (readonly [text: string, prefix: number])[]) => {
  const parsed = blocks.map(([text, prefix]) => [ipOf(text), prefix] as const);
  return (value: CelValue): boolean => parsed.some(([block, prefix]) => isWithin(ipOf(value), block, prefix));
};
const isUnspecified = inAny(["0.0.0.0", 32], ["::", 128]);
const isLoopback = inAny(["127.0.0.0", 8], ["::1", 128]);
const isMulticast = inAny(["224.0.0.0", 4], ["ff00::", 8]);
const isLinkLocalMulticast = inAny(["224.0.0.0", 24], ["ff02::", 16]);
const isLinkLocalUnicast = inAny(["169.254.0.0", 16], ["fe80::", 10]);
const isBroadcast = inAny(["255.255.255.255", 32]);

function isGlobalUnicast(value: CelValue): boolean {
  return ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast].some((test) => test(value));
}

/** Kubernetes' library of IP addresses. */
export const ipFunctions: readonly Overload[] = [
  plain("ip", ["text"], (text: string) => makeIp(ipOf(text))),
  plain("isIP", ["text"], (text: string) => parseIp(text) !== undefined),
  plain("ip.isCanonical", ["text"], (text: string) => ipText(ipOf(text)) === text),
  method("family", ["ip"], (value: CelValue) => BigInt(ipOf(value).family)),
  method("isUnspecified", ["ip"], isUnspecified),
  method("isLoopback", ["ip"], isLoopback),
  method("isLinkLocalMulticast", ["ip"], isLinkLocalMulticast),
  method("isLinkLocalUnicast", ["ip"], isLinkLocalUnicast),
  method("isGlobalUnicast", ["ip"], isGlobalUnicast),
  plain("string", ["ip"], (value: CelValue) => ipText(ipOf(value))),
];

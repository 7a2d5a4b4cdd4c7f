import type { CelMap, CelValue } from "@bufbuild/cel";
import { bitsOf, type Ip, ipOf, ipText, isWithin, makeIp, parseIp } from "./ip.ts";
import { makeOpaque, payloadOf } from "./opaque.ts";
import { method, type Overload, plain } from "./overload.ts";

interface Cidr {
  readonly ip: Ip;
  readonly prefix: number;
}

function parseCidr(text: string): Cidr | undefined {
  const parts = /^([^/]{1,64})\/(0|[1-9]\d{0,2})$/.exec(text);
  const ip = parseIp(parts?.[1] ?? "");
  const prefix = Number(parts?.[2] ?? -1);
  return ip === undefined || prefix < 0 || prefix > bitsOf[ip.family] ? undefined : { ip, prefix };
}

const cidrText = ({ ip, prefix }: Cidr): string => `${ipText(ip)}/${prefix}`;

function makeCidr(cidr: Cidr): CelMap {
  return makeOpaque("cidr", cidrText(cidr), cidr);
}

function cidrOf(value: CelValue): Cidr {
  if (typeof value !== "string") return payloadOf<Cidr>(value);
  const cidr = parseCidr(value);
  if (cidr === undefined) throw new Error(`${JSON.stringify(value.slice(0, 64))} is no CIDR block`);
  return cidr;
}

function containsIp(outer: CelValue, inner: CelValue): boolean {
  const { ip, prefix } = cidrOf(outer);
  return isWithin(ipOf(inner), ip, prefix);
}

function containsCidr(outer: CelValue, inner: CelValue): boolean {
  const [large, small] = [cidrOf(outer), cidrOf(inner)];
  return small.prefix >= large.prefix && isWithin(small.ip, large.ip, large.prefix);
}

function masked(value: CelValue): CelMap {
  const { ip, prefix } = cidrOf(value);
  const shift = BigInt(bitsOf[ip.family] - prefix);
  return makeCidr({ ip: { family: ip.family, value: (ip.value >> shift) << shift }, prefix });
}

/** Kubernetes' library of CIDR blocks. */
export const cidrFunctions: readonly Overload[] = [
  plain("cidr", ["text"], (text: string) => makeCidr(cidrOf(text))),
  plain("isCIDR", ["text"], (text: string) => parseCidr(text) !== undefined),
  method("containsIP", ["cidr", "text"], containsIp),
  method("containsIP", ["cidr", "ip"], containsIp),
  method("containsCIDR", ["cidr", "text"], containsCidr),
  method("containsCIDR", ["cidr", "cidr"], containsCidr),
  method("ip", ["cidr"], (value: CelValue) => makeIp(cidrOf(value).ip)),
  method("masked", ["cidr"], masked),
  method("prefixLength", ["cidr"], (value: CelValue) => BigInt(cidrOf(value).prefix)),
  plain("string", ["cidr"], (value: CelValue) => cidrText(cidrOf(value))),
];

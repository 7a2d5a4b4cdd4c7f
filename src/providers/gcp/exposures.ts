import type { JsonObject } from "../../core/json.ts";
import { objectsAt, textAt, textsAt } from "./boot/template.ts";

/** From this share of all addresses a rule is for everybody, in however many pieces it says so. */
const nearlyAll = 0.5;

/** What a firewall rule or an instance opens to everybody, from its spec or its live state. */
export function exposuresOf(kind: string, spec: JsonObject): readonly string[] {
  if (kind === "firewall") return firewallExposures(spec);
  if (kind !== "instance") return [];
  const interfaces = objectsAt(spec, "networkInterfaces");
  return [
    ...(interfaces.some((nic) => nic.externalAddress === true) ? ["external address"] : []),
    ...(interfaces.some((nic) => nic.externalIpv6Address === true) ? ["external IPv6 address"] : []),
  ];
}

function firewallExposures(rule: JsonObject): readonly string[] {
  if (rule.disabled === true || rule.direction === "EGRESS") return [];
  const ranges = textsAt(rule, "sourceRanges");
  const sources = [
    ...(shareOf(ranges.filter((range) => !range.includes(":"))) >= nearlyAll ? ["0.0.0.0/0"] : []),
    ...(shareOf(ranges.filter((range) => range.includes(":"))) >= nearlyAll ? ["::/0"] : []),
  ];
  return sources.flatMap((source) =>
    objectsAt(rule, "allowed").flatMap((allowed) => {
      const protocol = textAt(allowed, "IPProtocol");
      const ports = textsAt(allowed, "ports");
      const words =
        ports.length === 0
          ? [protocol === "all" ? "everything" : protocol]
          : ports.map((port) => `${protocol}:${port}`);
      return words.map((word) => `${word} from ${source}`);
    }),
  );
}

function shareOf(ranges: readonly string[]): number {
  return ranges.reduce((sum, range) => sum + 2 ** -Number(range.split("/")[1] ?? Number.POSITIVE_INFINITY), 0);
}

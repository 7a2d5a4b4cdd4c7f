import type { JsonObject } from "../../core/json.ts";
import { objectsAt, textAt, textsAt } from "./boot/template.ts";

const everybody: readonly string[] = ["0.0.0.0/0", "::/0"];

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
  const sources = textsAt(rule, "sourceRanges").filter((range) => everybody.includes(range));
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

import type { JsonObject } from "../../../core/json.ts";
import { objectsAt, textAt, textsAt } from "../boot/template.ts";

/** What a firewall lets in or keeps out, in words: `allows tcp:80,443 icmp`. */
export function protocolText(live: JsonObject): string {
  const denied = objectsAt(live, "denied");
  const rules = denied.length > 0 ? denied : objectsAt(live, "allowed");
  const words = rules.map((rule) => {
    const ports = textsAt(rule, "ports");
    const protocol = textAt(rule, "IPProtocol");
    return ports.length === 0 ? protocol : `${protocol}:${ports.join(",")}`;
  });
  return `${denied.length > 0 ? "denies" : "allows"} ${words.join(" ")}`;
}

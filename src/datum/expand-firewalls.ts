import type { JsonObject } from "../core/json.ts";
import { valueAt } from "./document.ts";
import type { Deployment, FirewallIntent, Network, PolicyPort } from "./fleet.ts";
import { objectsAt, textAt } from "./report.ts";
import { namedPorts } from "./rules-policies.ts";

/** Every ingress rule of a deployment's interfaces, with named ports resolved. Several sources of one rule stay together. */
export function firewallsOf(deployment: Deployment): readonly FirewallIntent[] {
  const { document } = deployment;
  const names = namedPorts(document.content);
  const path = ["spec", "template", "spec", "networkInterfaces"];
  return objectsAt(document.content, path).flatMap((nic, interfaceIndex) => {
    const name = textAt(nic.value, ["network", "name"]);
    const network = deployment.networks.find((candidate) => candidate.name === name);
    if (network === undefined) return [];
    return objectsAt(document.content, [...nic.path, "networkPolicy", "ingress"]).map(
      (rule, ruleIndex): FirewallIntent => {
        const from = objectsAt(rule.value, ["from"]).map(({ value }) => value);
        const blocks = from
          .map((source) => ({ cidr: textAt(source, ["ipBlock", "cidr"]), except: exceptOf(source) }))
          .filter(({ cidr }) => cidr !== "");
        const all = everybody(network).map((cidr) => ({ cidr, except: [] }));
        const sources = blocks.length === 0 ? all : blocks;
        return {
          deployment,
          network,
          interfaceIndex,
          ruleIndex,
          ports: objectsAt(rule.value, ["ports"]).map(({ value }) => portOf(value, names)),
          sourceRanges: [...new Set(sources.map(({ cidr }) => cidr))].sort(),
          exceptRanges: [...new Set(sources.flatMap(({ except }) => except))].sort(),
          sources,
          source: document.at(rule.path),
        };
      },
    );
  });
}

/** Every address of the families that the network carries. */
function everybody({ ipFamilies }: Network): readonly string[] {
  const all = { IPv4: "0.0.0.0/0", IPv6: "::/0" } as const;
  return (["IPv4", "IPv6"] as const).filter((family) => ipFamilies.includes(family)).map((family) => all[family]);
}

function exceptOf(source: JsonObject): readonly string[] {
  const except = valueAt(source, ["ipBlock", "except"]);
  return Array.isArray(except) ? except.map(String) : [];
}

function portOf(
  entry: JsonObject,
  names: ReadonlyMap<string, { readonly port: number; readonly protocol: string }>,
): PolicyPort {
  const named = typeof entry.port === "string" ? names.get(entry.port) : undefined;
  const protocol = (textAt(entry, ["protocol"]) || named?.protocol || "TCP").toLowerCase() as PolicyPort["protocol"];
  const from = named?.port ?? (typeof entry.port === "number" ? entry.port : undefined);
  if (from === undefined) return { protocol };
  return { protocol, from, to: typeof entry.endPort === "number" ? entry.endPort : from };
}

import { isObject, type Json } from "../../core/json.ts";
import type { FieldChange, Resource } from "../../core/resource.ts";
import type { Written } from "../provider.ts";
import type { Settings } from "./options.ts";

/** How a live value would be written in a manifest: the way of translate, backwards. What has no word of its own cannot be. */
export function writtenOf(resource: Resource, field: FieldChange, settings: Settings): Written | undefined {
  const { before: live, path } = field;
  if (resource.kind === "instance" && path === "machineType") return machineType(live, settings);
  if (resource.kind === "instance" && path === "deletionProtection")
    return { path: ["metadata", "annotations", "plumbline.dev/protect"], value: live === true ? "true" : undefined };
  if (path === "sizeGib" || path === "bootDisk.sizeGib")
    return typeof live === "number" ? { value: `${live}Gi` } : undefined;
  if (resource.kind !== "firewall") return undefined;
  if (path === "sourceRanges") return sources(live);
  return path === "allowed" ? ports(live) : undefined;
}

function machineType(live: Json | undefined, { machineTypes }: Settings): Written | undefined {
  const words = Object.keys(machineTypes).filter((word) => machineTypes[word] === live);
  return words[0] === undefined ? undefined : { value: words[0] };
}

/** Whole ranges only: what `except` carves out stands in another rule. */
function sources(live: Json | undefined): Written | undefined {
  if (!Array.isArray(live) || live.length === 0) return undefined;
  return { value: live.map((cidr) => ({ ipBlock: { cidr } })) };
}

function ports(live: Json | undefined): Written | undefined {
  if (!Array.isArray(live)) return undefined;
  const value = live.filter(isObject).flatMap(({ IPProtocol, ports: numbers }) => {
    const protocol = String(IPProtocol).toUpperCase();
    if (!Array.isArray(numbers)) return [{ protocol }];
    return numbers.map((text) => {
      const [port = 0, endPort] = String(text).split("-").map(Number);
      return { protocol, port, ...(endPort !== undefined && { endPort }) };
    });
  });
  const isSayable = value.length > 0 && value.every(({ protocol }) => ["TCP", "UDP", "SCTP"].includes(protocol));
  return isSayable ? { value } : undefined;
}

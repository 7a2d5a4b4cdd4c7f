import { uidOf } from "../../core/identity.ts";

const longest = 63;

/**
 * A name that Compute Engine accepts, the same for the same words: parts joined by `-`. What would be illegal or too
 * long is changed and gets the first eight digits of the uid, so that two names never become one by the change.
 */
export function legalName(parts: readonly string[], uid: string): string {
  const joined = parts.filter((part) => part !== "").join("-");
  const legal = joined
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, (start) => `n${start}`);
  if (legal === joined && legal.length <= longest && !legal.endsWith("-")) return legal;
  return `${legal.slice(0, longest - 9).replace(/-+$/, "")}-${uid.slice(0, 8)}`;
}

/** The namespace as a part of a name; the default one is left out. */
export function namespacePart(namespace: string): string {
  return namespace === "default" ? "" : namespace;
}

/** `<provider>/<kind>/<namespace>/<name>`. */
export function addressOf(provider: string, kind: string, namespace: string, name: string): string {
  return `${provider}/${kind}/${namespace}/${name}`;
}

/** The network tag that stands on every instance of one deployment; its firewalls aim at it. */
export function deploymentTag(fleet: string, namespace: string, deployment: string): string {
  return `deployment-${uidOf(fleet, "deployment", namespace, deployment)}`;
}

/** The network tag that stands on every instance of one workload. */
export function workloadTag(fleet: string, namespace: string, workload: string): string {
  return `workload-${uidOf(fleet, "workload", namespace, workload)}`;
}

/** `projects/p/zones/z/instances/i` out of a full URL or a partial one; text without a project as it is. */
export function partialOf(link: string): string {
  const start = link.indexOf("projects/");
  return start < 0 ? link : link.slice(start);
}

/** What follows the last slash of a link. */
export function lastOf(link: string): string {
  return link.slice(link.lastIndexOf("/") + 1);
}

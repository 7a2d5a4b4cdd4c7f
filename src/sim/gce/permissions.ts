import type { AccessRules } from "./access-rules.ts";
import { GceFailure, notFound } from "./failure.ts";
import { numberOfProject } from "./identity.ts";

const computeService = "compute.googleapis.com";

/** Methods whose permission has another word. */
const verbs: Readonly<Record<string, string>> = {
  AggregatedList: "list",
  BulkInsert: "create",
  Insert: "create",
  Patch: "update",
  Wait: "get",
};

/** What a method needs besides its own permission. */
const more: Readonly<Record<string, readonly string[]>> = {
  "Firewalls.Insert": ["compute.networks.updatePolicy"],
  "Firewalls.Patch": ["compute.networks.updatePolicy"],
  "Firewalls.Delete": ["compute.networks.updatePolicy"],
  "Instances.Insert": ["compute.disks.create", "compute.subnetworks.use", "compute.subnetworks.useExternalIp"],
};

/** Permissions that a call of the Compute Engine API needs, the most telling first. */
export function permissionsOfCall(rpc: string): readonly string[] {
  const [service = "", method = ""] = rpc.split(".");
  if (method === "TestIamPermissions") return [];
  const word = verbs[method] ?? lowered(method);
  return [`compute.${lowered(service)}.${word}`, ...(more[rpc] ?? [])];
}

/** Throws what Google would answer where the project does not exist, the API is off or a permission is missing. */
export function checkAccess(rules: AccessRules, rpc: string, project: string, path: string): void {
  if (rules.isMissing(project)) throw notFound(`projects/${project}`);
  if (rules.isOff(computeService)) throw apiOff(project);
  const denied = permissionsOfCall(rpc).find(rules.isDenied);
  if (denied === undefined) return;
  const resource = path.replace(/^\/?compute\/v1\//, "");
  throw new GceFailure(403, "forbidden", `Required '${denied}' permission for '${resource}'`);
}

function apiOff(project: string): GceFailure {
  const details = [serviceDisabled(computeService, project)];
  const message = apiOffText("Compute Engine API", computeService, project);
  return new GceFailure(403, "accessNotConfigured", message, {
    ...{ domain: "usageLimits", status: "PERMISSION_DENIED", details },
  });
}

/** Google's own words for an API that is off. */
export function apiOffText(title: string, service: string, project: string): string {
  const number = numberOfProject(project);
  const place = `https://console.developers.google.com/apis/api/${service}/overview?project=${number}`;
  const wait =
    "If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.";
  return `${title} has not been used in project ${number} before or it is disabled. Enable it by visiting ${place} then retry. ${wait}`;
}

/** The detail that programs read. */
export function serviceDisabled(service: string, project: string) {
  return {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    ...{ reason: "SERVICE_DISABLED", domain: "googleapis.com" },
    metadata: { service, consumer: `projects/${numberOfProject(project)}` },
  };
}

function lowered(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

import type { AccessRules } from "../access-rules.ts";
import { apiOffText, serviceDisabled } from "../permissions.ts";
import { type NeighbourCall, NeighbourFailure } from "./answer.ts";

interface Service {
  readonly host: string;
  readonly title: string;
}

const services: Readonly<Record<string, Service>> = {
  serviceAccounts: { host: "iam.googleapis.com", title: "Identity and Access Management (IAM) API" },
  secrets: { host: "secretmanager.googleapis.com", title: "Secret Manager API" },
  services: { host: "serviceusage.googleapis.com", title: "Service Usage API" },
};
const projects: Service = { host: "cloudresourcemanager.googleapis.com", title: "Cloud Resource Manager API" };

const words: Readonly<Record<string, string>> = { POST: "create", PATCH: "update", DELETE: "delete" };

/** Throws what Google would answer where the API is off or a permission is missing. */
export function checkNeighbour(rules: AccessRules, call: NeighbourCall): void {
  const { host, title } = services[call.segments[0] ?? ""] ?? projects;
  if (rules.isOff(host)) {
    const details = [serviceDisabled(host, call.project)];
    throw new NeighbourFailure(403, "PERMISSION_DENIED", apiOffText(title, host, call.project), details);
  }
  const permission = permissionOf(call);
  const isHidden = rules.isMissing(call.project);
  if (permission === undefined || !(rules.isDenied(permission) || isHidden)) return;
  const resource = `//${host}/projects/${call.project}${call.segments.map((segment) => `/${segment}`).join("")}`;
  const message = `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`;
  throw new NeighbourFailure(403, "PERMISSION_DENIED", message);
}

/** What a call needs; asking what one may do needs nothing. */
function permissionOf({ method, verb, segments }: NeighbourCall): string | undefined {
  const [word, name, , version] = segments;
  if (verb === "testIamPermissions") return word === undefined ? "resourcemanager.projects.get" : undefined;
  if (word === undefined) return `resourcemanager.projects.${verb || "get"}`;
  if (word === "services") return `serviceusage.services.${serviceVerb(verb, name)}`;
  const owner = word === "secrets" ? "secretmanager" : "iam";
  if (word === "secrets" && (verb === "addVersion" || segments.length > 2)) {
    const own = version === undefined ? "list" : "get";
    return `secretmanager.versions.${verb === "addVersion" ? "add" : verb || own}`;
  }
  const read = name === undefined ? "list" : "get";
  return `${owner}.${word}.${verb || words[method] || read}`;
}

function serviceVerb(verb: string, name: string | undefined): string {
  if (verb === "batchEnable") return "enable";
  return verb === "enable" || verb === "disable" ? verb : name === undefined && verb === "" ? "list" : "get";
}

import { compareText } from "../../../core/problem.ts";

/** Permissions of what the provider does with each service; a method that is added needs its row here. */
const compute: Readonly<Record<string, readonly string[]>> = {
  projects: ["get"],
  regions: ["get"],
  machineTypes: ["get"],
  networks: ["create", "delete", "get", "list", "update", "updatePolicy", "use"],
  subnetworks: ["create", "delete", "expandIpCidrRange", "get", "list", "update", "use", "useExternalIp"],
  firewalls: ["create", "delete", "get", "list", "update"],
  disks: ["create", "delete", "get", "list", "resize", "setLabels", "use"],
  instances: [
    ...["addAccessConfig", "attachDisk", "create", "delete", "deleteAccessConfig", "detachDisk", "get", "list"],
    ...["resume", "setDeletionProtection", "setLabels", "setMachineType", "setMetadata", "setMinCpuPlatform"],
    ...["setServiceAccount", "setTags", "start", "stop"],
    ...["updateNetworkInterface", "use"],
  ],
  globalOperations: ["get", "list"],
  regionOperations: ["get", "list"],
  zoneOperations: ["get", "list"],
};

const routing: readonly string[] = [
  ...["create", "delete", "get", "list", "update"].map((verb) => `compute.routers.${verb}`),
  ...["create", "delete", "get", "list"].map((verb) => `compute.routes.${verb}`),
];

const secrets: readonly string[] = [
  ...["create", "delete", "enable", "get", "list", "update"].map((verb) => `iam.serviceAccounts.${verb}`),
  "iam.serviceAccounts.actAs",
  ...["create", "delete", "get", "getIamPolicy", "list", "setIamPolicy", "update"].map(
    (verb) => `secretmanager.secrets.${verb}`,
  ),
  ...["add", "destroy", "disable", "enable", "get", "list"].map((verb) => `secretmanager.versions.${verb}`),
];

/** Every permission that is used in a project, sorted; those of routing, of accounts and secrets only where a fleet has some. */
export function permissionsUsed(has: { readonly secrets: boolean; readonly routing: boolean }): readonly string[] {
  const own = Object.entries(compute).flatMap(([resource, verbs]) =>
    verbs.map((verb) => `compute.${resource}.${verb}`),
  );
  return [...own, ...(has.routing ? routing : []), ...(has.secrets ? secrets : [])].sort(compareText);
}

/** Google's own roles that hold a permission and little else. */
const roles: readonly (readonly [RegExp, string])[] = [
  [/^compute\./, "roles/compute.admin"],
  [/^iam\.serviceAccounts\.actAs$/, "roles/iam.serviceAccountUser"],
  [/^iam\./, "roles/iam.serviceAccountAdmin"],
  [/^secretmanager\./, "roles/secretmanager.admin"],
];

/** How a person grants what is missing: by Google's roles, or by a role that holds exactly this. */
export function grantsOf(project: string, member: string, missing: readonly string[]): string {
  const wide = new Set(
    missing.map((permission) => roles.find(([pattern]) => pattern.test(permission))?.[1] ?? "roles/editor"),
  );
  const bind = (role: string): string =>
    `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=${role}`;
  const own = `gcloud iam roles create plumbline --project=${project} --permissions=${missing.join(",")}`;
  return [
    ...[...wide].map(bind),
    "Or exactly these, in a role of your own:",
    own,
    bind(`projects/${project}/roles/plumbline`),
  ].join("\n");
}

import type { JsonObject } from "../../core/json.ts";

/** One permission, as it is called in requests and on GitHub's pages, and what is lost without it. */
export interface PermissionNeed {
  /** In manifests and answers: `pull_requests`. */
  readonly name: string;
  /** On GitHub's pages. */
  readonly label: string;
  readonly level: "read" | "write";
  readonly why: string;
  /** Whether Plumbline works without, only with less. */
  readonly optional: boolean;
  /** Whether only a GitHub App can have it. */
  readonly appOnly: boolean;
}

const always = { optional: false, appOnly: false };

/** Everything that is asked for. Nothing else is ever needed: no administration, no secrets, no workflows. */
export const permissionNeeds: readonly PermissionNeed[] = [
  {
    name: "metadata",
    label: "Metadata",
    level: "read",
    why: "what the repository is, and who may give commands",
    ...always,
  },
  {
    name: "contents",
    label: "Contents",
    level: "write",
    why: "reading commits; writing the branch of a pull request that takes drift over",
    ...always,
  },
  {
    name: "pull_requests",
    label: "Pull requests",
    level: "write",
    why: "the plan as a comment, and pull requests that take drift over",
    ...always,
  },
  {
    name: "issues",
    label: "Issues",
    level: "write",
    why: "the drift issue, commands in comments and the reactions to them",
    ...always,
  },
  {
    name: "statuses",
    label: "Commit statuses",
    level: "write",
    why: "plumbline/check, plumbline/plan and plumbline/apply on commits",
    ...always,
  },
  {
    name: "checks",
    label: "Checks",
    level: "write",
    why: "remarks on the lines of a manifest",
    optional: true,
    appOnly: true,
  },
  {
    name: "deployments",
    label: "Deployments",
    level: "write",
    why: "applied commits as deployments, where github.deployments is true",
    optional: true,
    appOnly: false,
  },
];

/** The events that save waiting for the next poll. An App is told of its installations without asking. */
export const webhookEvents = [
  "push",
  "pull_request",
  "issue_comment",
  "check_run",
  "check_suite",
  "repository",
] as const;

/** Scopes of a classic token that give all of it. */
export const classicScopes = { private: "repo", public: "public_repo, repo:status, repo_deployment" } as const;

/** Where deliveries go, behind the address under which the daemon is reached. */
export const webhookPath = "/webhooks/github";

/** Who asks for an App. */
export interface ManifestOptions {
  /** Where the daemon is reached from GitHub; undefined leaves webhooks out. */
  readonly publicUrl: string | undefined;
  readonly name: string;
}

/** The manifest that GitHub makes an App from. */
export function appManifest({ publicUrl, name }: ManifestOptions): JsonObject {
  const permissions = Object.fromEntries(permissionNeeds.map((need) => [need.name, need.level]));
  return {
    name,
    url: publicUrl ?? "https://plumbline.dev",
    description: "Plans changes of a fleet in pull requests and keeps it true to Git.",
    public: false,
    default_permissions: permissions,
    default_events: [...webhookEvents],
    ...(publicUrl !== undefined && { hook_attributes: { url: webhookUrl(publicUrl), active: true } }),
  };
}

/** The page on which GitHub shows the same App filled in, ready to be created. */
export function appFormUrl(webUrl: string, organization: string | undefined, options: ManifestOptions): string {
  const { publicUrl, name } = options;
  const query = new URLSearchParams({ name, url: publicUrl ?? "https://plumbline.dev", public: "false" });
  query.set("webhook_active", String(publicUrl !== undefined));
  if (publicUrl !== undefined) query.set("webhook_url", webhookUrl(publicUrl));
  for (const need of permissionNeeds) if (need.name !== "metadata") query.set(need.name, need.level);
  for (const event of webhookEvents) query.append("events[]", event);
  const owner = organization === undefined ? "" : `/organizations/${encodeURIComponent(organization)}`;
  return `${webUrl}${owner}/settings/apps/new?${query}`;
}

/** Where GitHub sends deliveries. */
export function webhookUrl(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, "")}${webhookPath}`;
}

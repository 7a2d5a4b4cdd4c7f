import type { Json } from "../../core/json.ts";
import { ForgeError } from "../forge.ts";
import { type Client, createClient } from "./client.ts";
import { classicScopes, type PermissionNeed, permissionNeeds, webhookEvents } from "./manifest.ts";
import type { GithubOptions } from "./options.ts";
import { textAt, valueAt } from "./wire.ts";

/** One permission as the credentials have it. */
export interface PermissionFinding {
  readonly need: PermissionNeed;
  readonly state: "granted" | "missing" | "unavailable";
  /** What to do about it; empty when there is nothing to do. */
  readonly remedy: string;
}

/** What the configured credentials are and may do. */
export interface AccessReport {
  /** Whose they are: `plumbline[bot]` or a login. */
  readonly login: string;
  readonly kind: "app" | "fine-grained token" | "classic token";
  readonly permissions: readonly PermissionFinding[];
  /** Events an App is not told of. */
  readonly missingEvents: readonly string[];
}

/** Looks at what the credentials really have. Nothing is written: probes are requests that GitHub refuses for their content, after it has looked at the permission. */
export async function inspectAccess(options: GithubOptions, signal: AbortSignal): Promise<AccessReport> {
  const client = createClient(options);
  try {
    return options.credentials.kind === "app"
      ? await inspectApp(client, options, signal)
      : await inspectToken(client, signal);
  } finally {
    await client.close();
  }
}

async function inspectApp(client: Client, options: GithubOptions, signal: AbortSignal): Promise<AccessReport> {
  const app = (await client.asApp((access) => access.app(), signal)) ?? null;
  await client.asApp((access) => access.token(), signal);
  const granted = client.access.permissions() ?? {};
  const slug = textAt(app, "slug");
  const events = valueAt(app, "events");
  const told = new Set(Array.isArray(events) ? events : []);
  const settings = `${options.webUrl}/settings/apps/${slug}/permissions`;
  return {
    login: `${slug}[bot]`,
    kind: "app",
    permissions: permissionNeeds.map((need) => {
      const isGranted = granted[need.name] === "write" || granted[need.name] === need.level;
      const remedy = `Set "${need.label}" to ${need.level === "write" ? "Read and write" : "Read-only"} on ${settings}, then accept it on the installation's page.`;
      return { need, state: isGranted ? "granted" : "missing", remedy: isGranted ? "" : remedy };
    }),
    missingEvents: webhookEvents.filter((event) => !told.has(event)),
  };
}

async function inspectToken(client: Client, signal: AbortSignal): Promise<AccessReport> {
  const about = { doing: "Look at the repository", needs: "metadata: read" };
  const repository = await client.call({ route: "GET /repos/{owner}/{repo}", ...about }, signal);
  const user = await client.call({ route: "GET /user", ...about, doing: "Ask whose the token is" }, signal);
  const login = textAt(user.data, "login");
  const scopes = repository.headers["x-oauth-scopes"];
  const canPush = valueAt(repository.data, "permissions", "push") === true;
  const role = canPush ? "" : `Give ${login} the role Write in the repository.`;
  const permissions: PermissionFinding[] = [];
  for (const need of permissionNeeds) {
    if (need.appOnly) {
      permissions.push({ need, state: "unavailable", remedy: "Only a GitHub App can have it." });
      continue;
    }
    const isGranted =
      scopes === undefined ? await probe(client, need, signal) : canPush && hasScope(scopes, need, repository.data);
    permissions.push({
      need,
      state: isGranted ? "granted" : "missing",
      remedy: isGranted ? "" : role || remedyOf(need, scopes, repository.data),
    });
  }
  return { login, kind: scopes === undefined ? "fine-grained token" : "classic token", permissions, missingEvents: [] };
}

function remedyOf(need: PermissionNeed, scopes: string | undefined, repository: Json): string {
  if (scopes === undefined)
    return `Edit the token and set the repository permission "${need.label}" to ${need.level === "write" ? "Read and write" : "Read-only"}.`;
  const wanted = valueAt(repository, "private") === true ? classicScopes.private : classicScopes.public;
  return `Give the token the scope ${wanted}.`;
}

/** Classic tokens know no finer words than these. */
function hasScope(scopes: string, need: PermissionNeed, repository: Json): boolean {
  const has = new Set(scopes.split(",").map((scope) => scope.trim()));
  if (has.has("repo")) return true;
  if (valueAt(repository, "private") === true) return false;
  if (need.name === "metadata") return true;
  if (need.name === "statuses") return has.has("public_repo") || has.has("repo:status");
  if (need.name === "deployments") return has.has("public_repo") || has.has("repo_deployment");
  return has.has("public_repo");
}

const nothing = "0".repeat(40);

/** Requests without what they need: 422 says that only the content is wrong, 403 and 404 that the permission is missing. */
const probes: Readonly<Record<string, { readonly route: string; readonly with?: Readonly<Record<string, unknown>> }>> =
  {
    metadata: { route: "GET /repos/{owner}/{repo}" },
    contents: {
      route: "POST /repos/{owner}/{repo}/git/refs",
      with: { ref: "refs/heads/plumbline-probe", sha: nothing },
    },
    // Without a title.
    pull_requests: {
      route: "POST /repos/{owner}/{repo}/pulls",
      with: { head: "plumbline-probe", base: "plumbline-probe" },
    },
    issues: { route: "POST /repos/{owner}/{repo}/issues", with: { body: "" } },
    statuses: {
      route: "POST /repos/{owner}/{repo}/statuses/{sha}",
      with: { sha: nothing, state: "success", context: "plumbline/probe" },
    },
    deployments: { route: "POST /repos/{owner}/{repo}/deployments", with: { description: "" } },
  };

async function probe(client: Client, need: PermissionNeed, signal: AbortSignal): Promise<boolean> {
  const request = probes[need.name];
  if (request === undefined) return false;
  try {
    await client.call(
      { ...request, doing: `Try the permission ${need.label}`, needs: `${need.name}: ${need.level}`, once: true },
      signal,
    );
    return true;
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    if (error.code === "invalid" || error.code === "conflict") return true;
    if (error.code === "permission" || error.code === "not-found") return false;
    throw error;
  }
}

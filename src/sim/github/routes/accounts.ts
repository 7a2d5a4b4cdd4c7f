import { randomBytes } from "node:crypto";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { notFound, Refusal } from "../answer.ts";
import { askerOf, type Call, pageOf, projectOf, type Routes, textOf } from "../call.ts";
import { pingDelivery } from "../payloads.ts";
import type { AppRecord, Hook, Installation, Token } from "../state.ts";
import { appView, nodeId, projectView, userView } from "../views.ts";
import { projectKey } from "../world.ts";

const tokenLifeMs = 60 * 60 * 1000;

/** Who asks, apps and their installations, hooks. */
export const accountRoutes: Routes = {
  "GET /user": (call) => {
    const login = askerOf(call);
    if (call.token?.installation !== undefined) throw new Refusal(403, "Resource not accessible by integration");
    return { code: 200, body: publicUser(call, login) };
  },
  "GET /users/{username}": (call) => {
    const user = call.world.state.get("users", (call.params.username ?? "").toLowerCase());
    if (user === undefined) throw notFound();
    return { code: 200, body: publicUser(call, user.login) };
  },
  "GET /app": (call) => ({ code: 200, body: fullApp(call, signedBy(call)) }),
  "GET /app/installations": (call) => {
    const app = signedBy(call);
    const own = call.world.state.all("installations").filter((one) => one.app === app.id);
    return pageOf(
      call,
      own.map((one) => installationView(call, app, one)),
      "/app/installations",
    );
  },
  "GET /app/installations/{installation_id}": (call) => {
    const app = signedBy(call);
    return { code: 200, body: installationView(call, app, installationOf(call, app)) };
  },
  "POST /app/installations/{installation_id}/access_tokens": (call) => {
    const app = signedBy(call);
    const installation = installationOf(call, app);
    const asked = isObject(call.body.permissions)
      ? (call.body.permissions as AppRecord["permissions"])
      : app.permissions;
    const expiresAt = new Date(Date.parse(call.world.nowIso()) + tokenLifeMs).toISOString().replace(/\.\d+Z$/, "Z");
    const token: Token = {
      ...{ token: `ghs_${randomBytes(18).toString("hex")}`, login: `${app.slug}[bot]`, expiresAt },
      ...{ installation: installation.id, permissions: asked },
    };
    call.world.state.put("tokens", token.token, token);
    const body = { token: token.token, expires_at: expiresAt, permissions: { ...asked }, repository_selection: "all" };
    return { code: 201, body };
  },
  "GET /installation/repositories": (call) => {
    askerOf(call);
    const installation = call.world.state.get("installations", call.token?.installation ?? 0);
    if (installation === undefined) throw new Refusal(403, "You must authenticate with an installation access token");
    const own = call.world.state
      .all("projects")
      .filter(({ owner }) => owner.toLowerCase() === installation.account.toLowerCase());
    const views = own.map((project) => projectView(call.world, project));
    return pageOf(call, views, "/installation/repositories", (repositories) => ({
      ...{ total_count: views.length, repositories },
    }));
  },
  "GET /repos/{owner}/{repo}/installation": (call) => {
    const app = signedBy(call);
    const owner = (call.params.owner ?? "").toLowerCase();
    const project = call.world.state.get("projects", projectKey({ owner, name: call.params.repo ?? "" }));
    const found = call.world.state
      .all("installations")
      .find((one) => one.app === app.id && one.account.toLowerCase() === owner);
    if (found === undefined || project === undefined) throw notFound();
    return { code: 200, body: installationView(call, app, found) };
  },
  "GET /repos/{owner}/{repo}/hooks": (call) => {
    const project = projectOf(call, "admin", "administration");
    const own = call.world.state.all("hooks").filter((hook) => hook.project === projectKey(project));
    return pageOf(
      call,
      own.map((hook) => hookView(call, hook)),
      `/repos/${projectKey(project)}/hooks`,
    );
  },
  "GET /repos/{owner}/{repo}/hooks/{hook_id}": (call) => ({ code: 200, body: hookView(call, hookOf(call)) }),
  "DELETE /repos/{owner}/{repo}/hooks/{hook_id}": (call) => {
    call.world.state.drop("hooks", hookOf(call).id);
    return { code: 204 };
  },
  "POST /repos/{owner}/{repo}/hooks": (call) => {
    const project = projectOf(call, "admin", "administration");
    const config = isObject(call.body.config) ? call.body.config : {};
    const events = Array.isArray(call.body.events) ? call.body.events.map(String) : ["push"];
    const hook: Hook = {
      ...{ id: call.world.state.nextId(), project: projectKey(project), url: textOf(config, "url") ?? "" },
      ...{ secret: textOf(config, "secret") ?? "", events, createdAt: call.world.nowIso() },
    };
    call.world.state.put("hooks", hook.id, hook);
    call.world.deliver(project, "ping", "ping", async () => pingDelivery(call.world, project, hook.id));
    return { code: 201, body: hookView(call, hook) };
  },
};

function publicUser({ world }: Call, login: string): JsonObject {
  const nothing = { name: null, company: null, blog: null, location: null, email: null, hireable: null, bio: null };
  const counts = { public_repos: 0, public_gists: 0, followers: 0, following: 0 };
  const times = { created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" };
  return { ...userView(world, login), ...nothing, ...counts, ...times };
}

/** The app whose key signed the request. */
function signedBy({ app }: Call): AppRecord {
  if (app === undefined) throw new Refusal(401, "A JSON web token could not be decoded");
  return app;
}

function installationOf(call: Call, app: AppRecord): Installation {
  const found = call.world.state.get("installations", call.params.installation_id ?? "");
  if (found === undefined || found.app !== app.id) throw notFound();
  return found;
}

function fullApp(call: Call, app: AppRecord): JsonObject {
  return { ...appView(call.world, app.slug), installations_count: 1 };
}

function installationView({ world }: Call, app: AppRecord, installation: Installation): JsonObject {
  const api = `${world.url()}/api/v3/app/installations/${installation.id}`;
  const account = userView(world, installation.account);
  return {
    ...{ id: installation.id, account, access_tokens_url: `${api}/access_tokens`, app_id: app.id, app_slug: app.slug },
    ...{ repositories_url: `${world.url()}/api/v3/installation/repositories`, target_id: account.id ?? 0 },
    ...{
      html_url: `${world.url()}/settings/installations/${installation.id}`,
      target_type: "User",
      suspended_at: null,
    },
    ...{ permissions: { ...app.permissions }, events: ["push", "pull_request"], repository_selection: "all" },
    ...{
      created_at: "2026-01-01T00:00:00Z",
      updated_at: "2026-01-01T00:00:00Z",
      single_file_name: null,
      suspended_by: null,
    },
  };
}

function hookOf(call: Call): Hook {
  const project = projectOf(call, "admin", "administration");
  const found = call.world.state.get("hooks", call.params.hook_id ?? "");
  if (found === undefined || found.project !== projectKey(project)) throw notFound();
  return found;
}

function hookView({ world }: Call, hook: Hook): JsonObject {
  const api = `${world.url()}/api/v3/repos/${hook.project}/hooks/${hook.id}`;
  return {
    ...{ type: "Repository", id: hook.id, node_id: nodeId("Hook", hook.id), name: "web", active: true },
    ...{ events: [...hook.events], url: api, test_url: `${api}/test`, ping_url: `${api}/pings` },
    ...{ deliveries_url: `${api}/deliveries`, created_at: hook.createdAt, updated_at: hook.createdAt },
    config: {
      url: hook.url,
      content_type: "json",
      insecure_ssl: "0",
      ...(hook.secret !== "" && { secret: "********" }),
    },
    last_response: { code: null, status: "unused", message: null },
  };
}

import type { JsonObject } from "../../../core/json.ts";
import { notFound, Refusal } from "../answer.ts";
import { askerOf, pageOf, pathOf, projectOf, type Routes } from "../call.ts";
import type { GitCommit } from "../git.ts";
import type { Project, Role } from "../state.ts";
import { apiUrl, nodeId, projectView, userView } from "../views.ts";
import { roleOf, type World } from "../world.ts";

/** What GitHub's older word for each role is. */
const permissionOf: Readonly<Record<Role, string>> = {
  ...{ admin: "admin", maintain: "write", write: "write", triage: "read", read: "read" },
};

/** Repositories, branches, commits, who may do what. */
export const repositoryRoutes: Routes = {
  "GET /repos/{owner}/{repo}": (call) => {
    const project = projectOf(call);
    const role = call.token === undefined ? "read" : (roleOf(project, call.token.login) ?? "write");
    const has = (roles: readonly Role[]): boolean => roles.includes(role);
    const permissions = {
      ...{ admin: role === "admin", maintain: has(["admin", "maintain"]), push: has(["admin", "maintain", "write"]) },
      ...{ triage: role !== "read", pull: true },
    };
    return { code: 200, body: { ...projectView(call.world, project), permissions } };
  },
  "GET /repos/{owner}/{repo}/branches": async (call) => {
    const project = projectOf(call);
    const refs = [...(await (await call.world.git(project)).refs())].filter(([ref]) => ref.startsWith("refs/heads/"));
    const branches = refs.map(([ref, sha]) => ({
      ...{ name: ref.slice("refs/heads/".length), protected: false },
      commit: { sha, url: `${apiUrl(call.world, project)}/commits/${sha}` },
    }));
    return pageOf(call, branches, pathOf(call, "/branches"));
  },
  "GET /repos/{owner}/{repo}/branches/{branch}": async (call) => {
    const project = projectOf(call);
    const name = call.params.branch ?? "";
    const commit = await (await call.world.git(project)).commit(`refs/heads/${name}`);
    if (commit === undefined) throw new Refusal(404, "Branch not found");
    const api = `${apiUrl(call.world, project)}/branches/${name}`;
    const links = { self: api, html: `${call.world.url()}/${project.owner}/${project.name}/tree/${name}` };
    return {
      code: 200,
      body: {
        ...{ name, commit: commitView(call.world, project, commit), _links: links, protected: false },
        ...{ protection: { enabled: false }, protection_url: `${api}/protection` },
      },
    };
  },
  "GET /repos/{owner}/{repo}/commits/{ref}": async (call) => {
    const project = projectOf(call);
    const git = await call.world.git(project);
    const name = call.params.ref ?? "";
    const commit = (await git.commit(`refs/heads/${name}`)) ?? (await git.commit(name));
    if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${name}`);
    return { code: 200, body: commitView(call.world, project, commit) };
  },
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission": (call) => {
    const project = projectOf(call);
    askerOf(call);
    const username = call.params.username ?? "";
    if (call.world.state.get("users", username.toLowerCase()) === undefined) throw notFound();
    const role = roleOf(project, username);
    const permission = role === undefined ? "none" : permissionOf[role];
    const user = { ...userView(call.world, username), permissions: rights(role), role_name: role ?? "none" };
    return { code: 200, body: { permission, role_name: role ?? "none", user } };
  },
};

function rights(role: Role | undefined): JsonObject {
  const rank = ["read", "triage", "write", "maintain", "admin"].indexOf(role ?? "");
  return { pull: rank >= 0, triage: rank >= 1, push: rank >= 2, maintain: rank >= 3, admin: rank >= 4 };
}

/** A commit with who made it. */
export function commitView(world: World, project: Project, commit: GitCommit): JsonObject {
  const api = apiUrl(world, project);
  const html = `${world.url()}/${project.owner}/${project.name}/commit`;
  return {
    ...{ sha: commit.id, node_id: nodeId("Commit", project.id), url: `${api}/commits/${commit.id}` },
    ...{ html_url: `${html}/${commit.id}`, comments_url: `${api}/commits/${commit.id}/comments` },
    commit: {
      ...{ url: `${api}/git/commits/${commit.id}`, message: commit.message, comment_count: 0 },
      ...{ author: { ...commit.author }, committer: { ...commit.committer } },
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
    ...{ author: null, committer: null },
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${html}/${sha}` })),
    ...{ stats: { additions: 0, deletions: 0, total: 0 }, files: [] },
  };
}

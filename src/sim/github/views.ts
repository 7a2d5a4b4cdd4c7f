import type { Json, JsonObject } from "../../core/json.ts";
import type { Comment, Project, Reaction, Status, Thread, User } from "./state.ts";
import { projectKey, threadKey, userOf, type World } from "./world.ts";

/** Opaque ids as the GraphQL API knows them. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

/** An account the short way. */
export function userView(world: World, login: string): JsonObject {
  const user: User = userOf(world.state, login);
  const api = `${world.url()}/api/v3/users/${encodeURIComponent(user.login)}`;
  const html = `${world.url()}/${encodeURIComponent(user.login)}`;
  return {
    ...{ login: user.login, id: user.id, node_id: nodeId("User", user.id), avatar_url: `${html}.png`, gravatar_id: "" },
    ...{ url: api, html_url: html, followers_url: `${api}/followers`, following_url: `${api}/following{/other_user}` },
    ...{ gists_url: `${api}/gists{/gist_id}`, starred_url: `${api}/starred{/owner}{/repo}` },
    ...{ subscriptions_url: `${api}/subscriptions`, organizations_url: `${api}/orgs`, repos_url: `${api}/repos` },
    ...{ events_url: `${api}/events{/privacy}`, received_events_url: `${api}/received_events` },
    ...{ type: user.type, user_view_type: "public", site_admin: false },
  };
}

/** Where a project's own parts are found through the API. */
export function apiUrl(world: World, project: Project | string): string {
  return `${world.url()}/api/v3/repos/${typeof project === "string" ? project : projectKey(project)}`;
}

/** Where a file of a commit is read: as a page (`blob`), as it is (`raw`), or through the API (`contents`). */
export function fileUrl(
  world: World,
  project: Project,
  file: { readonly place: string; readonly commit: string; readonly path: string },
): string {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  if (file.place === "contents") return `${apiUrl(world, project)}/contents/${path}?ref=${file.commit}`;
  return `${world.url()}/${project.owner}/${project.name}/${file.place}/${file.commit}/${path}`;
}

const links: readonly (readonly [string, string])[] = [
  ...([
    ["archive_url", "/{archive_format}{/ref}"],
    ["assignees_url", "/assignees{/user}"],
  ] as const),
  ...([
    ["blobs_url", "/git/blobs{/sha}"],
    ["branches_url", "/branches{/branch}"],
  ] as const),
  ...([
    ["collaborators_url", "/collaborators{/collaborator}"],
    ["comments_url", "/comments{/number}"],
  ] as const),
  ...([
    ["commits_url", "/commits{/sha}"],
    ["compare_url", "/compare/{base}...{head}"],
  ] as const),
  ...([
    ["contents_url", "/contents/{+path}"],
    ["contributors_url", "/contributors"],
  ] as const),
  ...([
    ["deployments_url", "/deployments"],
    ["downloads_url", "/downloads"],
    ["events_url", "/events"],
  ] as const),
  ...([
    ["forks_url", "/forks"],
    ["git_commits_url", "/git/commits{/sha}"],
    ["git_refs_url", "/git/refs{/sha}"],
  ] as const),
  ...([
    ["git_tags_url", "/git/tags{/sha}"],
    ["hooks_url", "/hooks"],
    ["issue_comment_url", "/issues/comments{/number}"],
  ] as const),
  ...([
    ["issue_events_url", "/issues/events{/number}"],
    ["issues_url", "/issues{/number}"],
  ] as const),
  ...([
    ["keys_url", "/keys{/key_id}"],
    ["labels_url", "/labels{/name}"],
    ["languages_url", "/languages"],
  ] as const),
  ...([
    ["merges_url", "/merges"],
    ["milestones_url", "/milestones{/number}"],
    ["pulls_url", "/pulls{/number}"],
  ] as const),
  ...([
    ["notifications_url", "/notifications{?since,all,participating}"],
    ["releases_url", "/releases{/id}"],
  ] as const),
  ...([
    ["stargazers_url", "/stargazers"],
    ["statuses_url", "/statuses/{sha}"],
    ["tags_url", "/tags"],
  ] as const),
  ...([
    ["subscribers_url", "/subscribers"],
    ["subscription_url", "/subscription"],
    ["teams_url", "/teams"],
  ] as const),
  ["trees_url", "/git/trees{/sha}"],
];

/** A project the way GitHub writes it inside other things and by itself. */
export function projectView(world: World, project: Project): JsonObject {
  const api = apiUrl(world, project);
  const html = `${world.url()}/${project.owner}/${project.name}`;
  const none: Readonly<Record<string, Json>> = { homepage: null, language: null, mirror_url: null, license: null };
  return {
    ...{ id: project.id, node_id: nodeId("Repository", project.id), name: project.name },
    ...{
      full_name: `${project.owner}/${project.name}`,
      private: project.isPrivate,
      owner: userView(world, project.owner),
    },
    ...{ html_url: html, description: null, fork: false, url: api, ...none },
    ...Object.fromEntries(links.map(([name, path]) => [name, api + path])),
    ...{
      git_url: `git:${html.slice(html.indexOf("//"))}.git`,
      ssh_url: `git@localhost:${project.owner}/${project.name}.git`,
    },
    ...{ clone_url: `${html}.git`, svn_url: html, forks_count: 0, stargazers_count: 0, watchers_count: 0, size: 1 },
    ...{
      default_branch: project.defaultBranch,
      open_issues_count: 0,
      topics: [],
      has_issues: true,
      has_projects: false,
    },
    ...{
      has_wiki: false,
      has_pages: false,
      has_downloads: false,
      has_discussions: false,
      archived: false,
      disabled: false,
    },
    ...{
      visibility: project.isPrivate ? "private" : "public",
      pushed_at: project.pushedAt,
      created_at: project.createdAt,
    },
    ...{ updated_at: project.pushedAt, is_template: false, web_commit_signoff_required: false, allow_forking: true },
    ...{ forks: 0, open_issues: 0, watchers: 0, network_count: 0, subscribers_count: 0, has_pull_requests: true },
  };
}

/** An issue; a pull request is one too. */
export function issueView(world: World, project: Project, thread: Thread): JsonObject {
  const api = `${apiUrl(world, project)}/issues/${thread.number}`;
  const html = `${world.url()}/${project.owner}/${project.name}/${thread.pull === undefined ? "issues" : "pull"}/${thread.number}`;
  const comments = world.state
    .all("comments")
    .filter((one) => one.project === thread.project && one.number === thread.number);
  return {
    ...{ id: thread.id, node_id: nodeId("Issue", thread.id), url: api, repository_url: apiUrl(world, project) },
    ...{
      labels_url: `${api}/labels{/name}`,
      comments_url: `${api}/comments`,
      events_url: `${api}/events`,
      html_url: html,
    },
    ...{ number: thread.number, state: thread.state, title: thread.title, body: thread.body, locked: false },
    ...{ user: userView(world, thread.user), labels: [], assignee: null, assignees: [], milestone: null },
    ...{
      comments: comments.length,
      created_at: thread.createdAt,
      updated_at: thread.updatedAt,
      closed_at: thread.closedAt ?? null,
    },
    ...{
      author_association: "CONTRIBUTOR",
      active_lock_reason: null,
      state_reason: thread.state === "closed" ? "completed" : null,
    },
    ...{
      closed_by: null,
      timeline_url: `${api}/timeline`,
      performed_via_github_app: null,
      reactions: noReactions(api),
    },
    ...(thread.pull !== undefined && {
      draft: thread.pull.isDraft,
      pull_request: {
        ...{ url: `${apiUrl(world, project)}/pulls/${thread.number}`, html_url: html, diff_url: `${html}.diff` },
        ...{ patch_url: `${html}.patch`, merged_at: thread.pull.mergedAt ?? null },
      },
    }),
  };
}

/** How often each reaction was given. */
export function noReactions(api: string, given: readonly Reaction[] = []): JsonObject {
  const count = (content: string): number => given.filter((reaction) => reaction.content === content).length;
  const names = ["+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket"];
  return {
    ...{ url: `${api}/reactions`, total_count: given.length },
    ...Object.fromEntries(names.map((name) => [name, count(name)])),
  };
}

/** A comment of an issue or pull request. */
export function commentView(world: World, project: Project, comment: Comment): JsonObject {
  const api = `${apiUrl(world, project)}/issues/comments/${comment.id}`;
  const given = world.state.all("reactions").filter((reaction) => reaction.comment === comment.id);
  const thread = world.state.get("threads", threadKey(comment.project, comment.number));
  // Both kinds of conversations are commented as issues; people read them at different addresses.
  const place = `${thread?.pull === undefined ? "issues" : "pull"}/${comment.number}`;
  const app = comment.user.endsWith("[bot]") ? appView(world, comment.user.slice(0, -"[bot]".length)) : null;
  return {
    ...{ id: comment.id, node_id: nodeId("IssueComment", comment.id), url: api, body: comment.body },
    html_url: `${world.url()}/${project.owner}/${project.name}/${place}#issuecomment-${comment.id}`,
    ...{ user: userView(world, comment.user), created_at: comment.createdAt, updated_at: comment.updatedAt },
    ...{ issue_url: `${apiUrl(world, project)}/issues/${comment.number}`, author_association: "CONTRIBUTOR" },
    ...{ performed_via_github_app: app, reactions: noReactions(api, given) },
    ...(comment.minimized !== undefined && { minimized: { reason: comment.minimized } }),
  };
}

/** The app with this slug, as it stands in what it made. */
export function appView(world: World, slug: string): JsonObject | null {
  const app = world.state.all("apps").find((one) => one.slug === slug);
  if (app === undefined) return null;
  return {
    ...{ id: app.id, slug, node_id: nodeId("App", app.id), name: slug, description: null, client_id: `Iv1.${app.id}` },
    ...{ owner: userView(world, app.owner), external_url: world.url(), html_url: `${world.url()}/apps/${slug}` },
    ...{ created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z", permissions: { ...app.permissions } },
    events: ["push", "pull_request", "issue_comment", "check_run", "check_suite", "repository"],
  };
}

/** A status of a commit. */
export function statusView(world: World, project: Project, status: Status): JsonObject {
  return {
    ...{ id: status.id, node_id: nodeId("Status", status.id), state: status.state, context: status.context },
    ...{ url: `${apiUrl(world, project)}/statuses/${status.sha}`, avatar_url: `${world.url()}/a.png` },
    ...{ description: status.description, target_url: status.targetUrl, created_at: status.createdAt },
    ...{ updated_at: status.createdAt, creator: userView(world, status.user) },
  };
}

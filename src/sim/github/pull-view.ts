import type { Json, JsonObject } from "../../core/json.ts";
import { commitList, forkPoint } from "./pages/source.ts";
import type { Comment, Project, Pull, Thread } from "./state.ts";
import { apiUrl, nodeId, projectView, userView } from "./views.ts";
import type { World } from "./world.ts";

/** GitHub counts no further. */
const mostCommits = 250;

/** A pull request by itself; in a list GitHub leaves the counts and the merge's state out. */
export async function pullView(world: World, project: Project, thread: Thread): Promise<JsonObject> {
  const pull = thread.pull as Pull;
  const git = await world.git(project);
  const from = (await forkPoint(git, pull.baseCommit, pull.headCommit)) ?? pull.baseCommit;
  const changes = await git.changes(from, pull.headCommit).catch(() => []);
  const commits = await commitList(git, pull.headCommit, { most: mostCommits, without: pull.baseCommit });
  const isSaidHere = (one: Comment): boolean => one.project === thread.project && one.number === thread.number;
  const comments = world.state.all("comments").filter(isSaidHere).length;
  const isMerged = pull.mergedAt !== undefined;
  const sum = (field: "additions" | "deletions"): number => changes.reduce((total, change) => total + change[field], 0);
  return {
    ...pullSummary(world, project, thread),
    ...{ merged: isMerged, mergeable: isMerged ? null : pull.isMergeable, rebaseable: pull.isMergeable },
    ...{ mergeable_state: pull.isMergeable ? "clean" : "dirty" },
    merged_by: isMerged ? userView(world, pull.mergedBy ?? thread.user) : null,
    ...{ comments, review_comments: 0, maintainer_can_modify: false, commits: commits.length },
    changed_files: changes.length,
    ...{ additions: sum("additions"), deletions: sum("deletions") },
  };
}

/** A pull request as lists show it. */
export function pullSummary(world: World, project: Project, thread: Thread): JsonObject {
  const pull = thread.pull as Pull;
  const api = `${apiUrl(world, project)}/pulls/${thread.number}`;
  const issue = `${apiUrl(world, project)}/issues/${thread.number}`;
  const html = `${world.url()}/${project.owner}/${project.name}/pull/${thread.number}`;
  const source = world.state.get("projects", pull.headProject);
  const link = (href: string): JsonObject => ({ href });
  return {
    ...{ id: thread.id, node_id: nodeId("PullRequest", thread.id), number: thread.number, url: api, html_url: html },
    ...{ diff_url: `${html}.diff`, patch_url: `${html}.patch`, issue_url: issue, commits_url: `${api}/commits` },
    ...{
      review_comments_url: `${api}/comments`,
      review_comment_url: `${apiUrl(world, project)}/pulls/comments{/number}`,
    },
    ...{ comments_url: `${issue}/comments`, statuses_url: `${apiUrl(world, project)}/statuses/${pull.headCommit}` },
    ...{
      state: thread.state,
      locked: false,
      title: thread.title,
      user: userView(world, thread.user),
      body: thread.body,
    },
    ...{
      labels: [],
      milestone: null,
      active_lock_reason: null,
      created_at: thread.createdAt,
      updated_at: thread.updatedAt,
    },
    ...{
      closed_at: thread.closedAt ?? null,
      merged_at: pull.mergedAt ?? null,
      merge_commit_sha: pull.mergeCommit ?? null,
    },
    ...{ assignee: null, assignees: [], requested_reviewers: [], requested_teams: [], draft: pull.isDraft },
    head: side(world, source, pull.headBranch, pull.headCommit),
    base: side(world, project, pull.baseBranch, pull.baseCommit),
    _links: {
      ...{ self: link(api), html: link(html), issue: link(issue), comments: link(`${issue}/comments`) },
      ...{ review_comments: link(`${api}/comments`), commits: link(`${api}/commits`) },
      review_comment: link(`${apiUrl(world, project)}/pulls/comments{/number}`),
      statuses: link(`${apiUrl(world, project)}/statuses/${pull.headCommit}`),
    },
    ...{ author_association: "CONTRIBUTOR", auto_merge: null },
  };
}

/** One end of a pull request; a fork that was deleted is null. */
function side(world: World, project: Project | undefined, ref: string, sha: string): Json {
  return {
    ...{ label: `${project?.owner ?? "unknown"}:${ref}`, ref, sha },
    user: project === undefined ? null : userView(world, project.owner),
    repo: project === undefined ? null : projectView(world, project),
  };
}

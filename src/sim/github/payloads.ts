import type { JsonObject } from "../../core/json.ts";
import type { GitCommit } from "./git.ts";
import { pullView } from "./pull-view.ts";
import type { Comment, Project, Thread } from "./state.ts";
import { commentView, issueView, projectView, userView } from "./views.ts";
import type { World } from "./world.ts";

const nothing = "0".repeat(40);

/** `issue_comment`, created. */
export function commentDelivery(world: World, project: Project, thread: Thread, comment: Comment): JsonObject {
  return {
    action: "created",
    issue: issueView(world, project, thread),
    comment: commentView(world, project, comment),
    ...context(world, project, comment.user),
  };
}

/** `pull_request` with one of its actions. */
export async function pullDelivery(
  world: World,
  project: Project,
  thread: Thread,
  action: string,
): Promise<JsonObject> {
  return {
    ...{ action, number: thread.number, pull_request: await pullView(world, project, thread) },
    ...context(world, project, thread.user),
  };
}

/** `push` of one ref. */
export async function pushDelivery(
  world: World,
  project: Project,
  {
    ref,
    old,
    fresh,
    user,
  }: {
    readonly ref: string;
    readonly old: string | undefined;
    readonly fresh: string | undefined;
    readonly user: string;
  },
): Promise<JsonObject> {
  const git = await world.git(project);
  const head = fresh === undefined ? undefined : await git.commit(fresh);
  const commit = head === undefined ? null : commitPart(world, project, head);
  const html = `${world.url()}/${project.owner}/${project.name}`;
  return {
    ...{ ref, before: old ?? nothing, after: fresh ?? nothing, base_ref: null, head_commit: commit },
    ...{ created: old === undefined, deleted: fresh === undefined, forced: false },
    ...{ compare: `${html}/compare/${(old ?? nothing).slice(0, 12)}...${(fresh ?? nothing).slice(0, 12)}` },
    commits: commit === null ? [] : [commit],
    pusher: { name: user, email: `${user}@users.noreply.github.example` },
    ...context(world, project, user),
  };
}

/** `ping`, which GitHub sends to a new hook. */
export function pingDelivery(world: World, project: Project, hookId: number): JsonObject {
  return { zen: "Keep it logically awesome.", hook_id: hookId, ...context(world, project, project.owner) };
}

function context(world: World, project: Project, sender: string): JsonObject {
  return { repository: projectView(world, project), sender: userView(world, sender) };
}

function commitPart(world: World, project: Project, commit: GitCommit): JsonObject {
  const person = ({ name, email, date }: GitCommit["author"]): JsonObject => ({ name, email, date, username: name });
  return {
    ...{
      id: commit.id,
      tree_id: commit.tree,
      distinct: true,
      message: commit.message,
      timestamp: commit.committer.date,
    },
    ...{ url: `${world.url()}/${project.owner}/${project.name}/commit/${commit.id}`, author: person(commit.author) },
    ...{ committer: person(commit.committer), added: [], removed: [], modified: [] },
  };
}

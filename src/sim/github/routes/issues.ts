import { invalid, notFound, Refusal } from "../answer.ts";
import { askerOf, type Call, pageOf, pathOf, projectOf, type Routes, textOf } from "../call.ts";
import { commentDelivery } from "../payloads.ts";
import type { Comment, Project, Thread } from "../state.ts";
import { commentView, issueView, nodeId, userView } from "../views.ts";
import { addThread, projectKey, threadKey, threadsOf, type World } from "../world.ts";

const longestBody = 65_536;
const longestTitle = 256;
const contents = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

/** Issues, comments of issues and pull requests, reactions. */
export const issueRoutes: Routes = {
  "GET /repos/{owner}/{repo}/issues": (call) => {
    const project = projectOf(call);
    const state = call.query.get("state") ?? "open";
    const creator = call.query.get("creator")?.toLowerCase();
    const since = call.query.get("since") ?? "";
    const found = threadsOf(call.world.state, projectKey(project)).filter(
      (thread) =>
        (state === "all" || thread.state === state) &&
        (creator === undefined || thread.user.toLowerCase() === creator) &&
        thread.updatedAt >= since,
    );
    const sorted = call.query.get("direction") === "asc" ? [...found].reverse() : found;
    return pageOf(
      call,
      sorted.map((thread) => issueView(call.world, project, thread)),
      pathOf(call, "/issues"),
    );
  },
  "POST /repos/{owner}/{repo}/issues": (call) => {
    const project = projectOf(call, "read", "issues");
    const user = askerOf(call);
    const title = textOf(call.body, "title") ?? "";
    checkTitle("Issue", title);
    const thread = addThread(call.world, project, { title, body: bodyOf(call, "Issue"), user });
    return { code: 201, body: issueView(call.world, project, thread) };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}": (call) => {
    const project = projectOf(call);
    return { code: 200, body: issueView(call.world, project, threadOf(call, project, call.params.issue_number)) };
  },
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": (call) => {
    const project = projectOf(call, "read", "issues");
    const before = threadOf(call, project, call.params.issue_number);
    if (before.user !== askerOf(call)) projectOf(call, "triage", "issues");
    const state = textOf(call.body, "state");
    const now = call.world.nowIso();
    const { closedAt: _closed, ...rest } = before;
    const thread: Thread = {
      ...rest,
      title: textOf(call.body, "title") ?? before.title,
      body: call.body.body === undefined ? before.body : bodyOf(call, "Issue"),
      state: state === "closed" || state === "open" ? state : before.state,
      updatedAt: now,
      ...((state ?? before.state) === "closed" && { closedAt: before.closedAt ?? now }),
    };
    checkTitle("Issue", thread.title);
    call.world.state.put("threads", threadKey(thread.project, thread.number), thread);
    return { code: 200, body: issueView(call.world, project, thread) };
  },

  "GET /repos/{owner}/{repo}/issues/comments": (call) => {
    const project = projectOf(call);
    const since = call.query.get("since") ?? "";
    const found = commentsOf(call.world, project).filter((comment) => comment.updatedAt >= since);
    const byUpdate = call.query.get("sort") === "updated";
    const key = (comment: Comment): string => (byUpdate ? comment.updatedAt : comment.createdAt);
    const sorted = [...found].sort((left, right) =>
      key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : left.id - right.id,
    );
    const shown = call.query.get("direction") === "desc" ? sorted.reverse() : sorted;
    return pageOf(
      call,
      shown.map((comment) => commentView(call.world, project, comment)),
      pathOf(call, "/issues/comments"),
    );
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": (call) => {
    const project = projectOf(call);
    const { number } = threadOf(call, project, call.params.issue_number);
    const since = call.query.get("since") ?? "";
    const found = commentsOf(call.world, project).filter((one) => one.number === number && one.updatedAt >= since);
    return pageOf(
      call,
      found.map((comment) => commentView(call.world, project, comment)),
      pathOf(call, `/issues/${number}/comments`),
    );
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": (call) => {
    const project = projectOf(call, "read", "issues");
    const thread = threadOf(call, project, call.params.issue_number);
    const comment = addComment(call.world, project, thread, askerOf(call), bodyOf(call, "IssueComment"));
    return { code: 201, body: commentView(call.world, project, comment) };
  },
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": (call) => {
    const project = projectOf(call);
    return { code: 200, body: commentView(call.world, project, commentOf(call, project)) };
  },
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": (call) => {
    const project = projectOf(call, "read", "issues");
    const before = commentOf(call, project);
    if (before.user !== askerOf(call)) projectOf(call, "write", "issues");
    const comment = { ...before, body: bodyOf(call, "IssueComment"), updatedAt: call.world.nowIso() };
    call.world.state.put("comments", comment.id, comment);
    return { code: 200, body: commentView(call.world, project, comment) };
  },
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}": (call) => {
    const project = projectOf(call, "read", "issues");
    const comment = commentOf(call, project);
    if (comment.user !== askerOf(call)) projectOf(call, "write", "issues");
    call.world.state.drop("comments", comment.id);
    return { code: 204 };
  },

  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": (call) => {
    const project = projectOf(call);
    const { id } = commentOf(call, project);
    const content = call.query.get("content");
    const given = call.world.state
      .all("reactions")
      .filter((reaction) => reaction.comment === id && (content === null || reaction.content === content));
    return pageOf(
      call,
      given.map((reaction) => reactionView(call.world, reaction)),
      pathOf(call, `/issues/comments/${id}/reactions`),
    );
  },
  "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": (call) => {
    const project = projectOf(call, "read", "issues");
    const { id: comment } = commentOf(call, project);
    const content = textOf(call.body, "content") ?? "";
    const user = askerOf(call);
    if (!contents.includes(content)) throw invalid("Reaction", "content", "invalid");
    const same = call.world.state
      .all("reactions")
      .find((one) => one.comment === comment && one.user === user && one.content === content);
    if (same !== undefined) return { code: 200, body: reactionView(call.world, same) };
    const reaction = { id: call.world.state.nextId(), comment, user, content, createdAt: call.world.nowIso() };
    call.world.state.put("reactions", reaction.id, reaction);
    return { code: 201, body: reactionView(call.world, reaction) };
  },
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}": (call) => {
    projectOf(call, "read", "issues");
    const reaction = call.world.state.get("reactions", call.params.reaction_id ?? "");
    if (reaction === undefined) throw notFound();
    if (reaction.user !== askerOf(call)) throw new Refusal(403, "Must have admin rights to Repository.");
    call.world.state.drop("reactions", reaction.id);
    return { code: 204 };
  },
};

/** Writes a comment and tells the hooks. */
export function addComment(world: World, project: Project, thread: Thread, user: string, body: string): Comment {
  const now = world.nowIso();
  const comment: Comment = {
    ...{ id: world.state.nextId(), project: thread.project, number: thread.number, user, body },
    ...{ createdAt: now, updatedAt: now },
  };
  world.state.put("comments", comment.id, comment);
  world.state.put("threads", threadKey(thread.project, thread.number), { ...thread, updatedAt: now });
  world.deliver(project, "issue_comment", "issue-comment-created", async () =>
    commentDelivery(world, project, thread, comment),
  );
  return comment;
}

/** The issue or pull request of a number. */
export function threadOf(call: Call, project: Project, number: string | undefined): Thread {
  const thread = call.world.state.get("threads", threadKey(projectKey(project), Number(number)));
  if (thread === undefined) throw notFound();
  return thread;
}

function commentsOf(world: World, project: Project): readonly Comment[] {
  const key = projectKey(project);
  return world.state
    .all("comments")
    .filter((comment) => comment.project === key)
    .sort((left, right) => left.id - right.id);
}

function commentOf(call: Call, project: Project): Comment {
  const comment = call.world.state.get("comments", call.params.comment_id ?? "");
  if (comment === undefined || comment.project !== projectKey(project)) throw notFound();
  return comment;
}

function bodyOf(call: Call, resource: string): string {
  const body = textOf(call.body, "body") ?? "";
  if ([...body].length > longestBody)
    throw new Refusal(422, "Validation Failed", [
      {
        ...{ resource, code: "unprocessable", field: "data" },
        message: `Body is too long (maximum is ${longestBody} characters)`,
      },
    ]);
  if (resource === "IssueComment" && body.trim() === "")
    throw new Refusal(422, "Validation Failed", [
      { resource, code: "unprocessable", field: "data", message: "Body cannot be blank" },
    ]);
  return body;
}

function checkTitle(resource: string, title: string): void {
  if (title.trim() === "") throw invalid(resource, "title", "missing_field");
  if (title.length > longestTitle)
    throw invalid(resource, "title", "custom", `title is too long (maximum is ${longestTitle} characters)`);
}

function reactionView(
  world: World,
  reaction: { readonly id: number; readonly user: string; readonly content: string; readonly createdAt: string },
) {
  const { id, user, content, createdAt } = reaction;
  return { id, node_id: nodeId("Reaction", id), user: userView(world, user), content, created_at: createdAt };
}

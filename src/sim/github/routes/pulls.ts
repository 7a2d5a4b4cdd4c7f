import { invalid, notFound, Refusal } from "../answer.ts";
import { askerOf, type Call, pageOf, pathOf, projectOf, type Routes, textOf } from "../call.ts";
import { type MergeMethod, mergePull } from "../merging.ts";
import { forkPoint } from "../pages/source.ts";
import { pullSummary, pullView } from "../pull-view.ts";
import { closePull, openPull, remerge, reopenPull } from "../pulls.ts";
import type { Project, Pull, Thread } from "../state.ts";
import { projectKey, threadKey, threadsOf } from "../world.ts";
import { fileViews } from "./history.ts";
import { threadOf } from "./issues.ts";

/** Pull requests. */
export const pullRoutes: Routes = {
  "GET /repos/{owner}/{repo}/pulls": (call) => {
    const project = projectOf(call);
    const state = call.query.get("state") ?? "open";
    const [head, base] = [call.query.get("head"), call.query.get("base")];
    const found = threadsOf(call.world.state, projectKey(project)).filter(
      (thread) =>
        thread.pull !== undefined &&
        (state === "all" || thread.state === state) &&
        (head === null || `${project.owner}:${thread.pull.headBranch}` === head) &&
        (base === null || thread.pull.baseBranch === base),
    );
    return pageOf(
      call,
      found.map((thread) => pullSummary(call.world, project, thread)),
      pathOf(call, "/pulls"),
    );
  },
  "POST /repos/{owner}/{repo}/pulls": async (call) => {
    const project = projectOf(call, "read", "pull_requests");
    const user = askerOf(call);
    const [title = "", head = "", baseBranch = ""] = ["title", "head", "base"].map((field) => textOf(call.body, field));
    const { source, headBranch } = headOf(call, project, head);
    const git = await call.world.git(project);
    const sourceGit = source === undefined ? undefined : await call.world.git(source);
    const headCommit = (await sourceGit?.commit(`refs/heads/${headBranch}`))?.id;
    const base = await git.commit(`refs/heads/${baseBranch}`);
    if (title.trim() === "") throw invalid("PullRequest", "title", "missing_field");
    if (headCommit === undefined) throw invalid("PullRequest", "head", "invalid");
    if (base === undefined) throw invalid("PullRequest", "base", "invalid");
    const headProject = projectKey(source ?? project);
    if (sourceGit !== undefined && source !== project) await git.fetchFrom(sourceGit, `refs/heads/${headBranch}`);
    const same = threadsOf(call.world.state, projectKey(project)).find(
      ({ state, pull }) =>
        state === "open" &&
        pull?.headBranch === headBranch &&
        pull.headProject === headProject &&
        pull.baseBranch === baseBranch,
    );
    if (same !== undefined) {
      const message = `A pull request already exists for ${project.owner}:${headBranch}.`;
      throw new Refusal(422, "Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
    }
    if (await git.isAncestor(headCommit, base.id)) {
      const message = `No commits between ${baseBranch} and ${headBranch}`;
      throw new Refusal(422, "Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
    }
    const isDraft = call.body.draft === true;
    const body = textOf(call.body, "body") ?? "";
    const thread = await openPull(call.world, project, {
      title,
      body,
      user,
      headBranch,
      headProject,
      headCommit,
      baseBranch,
      isDraft,
    });
    return { code: 201, body: await pullView(call.world, project, thread) };
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": async (call) => {
    const project = projectOf(call);
    const thread = pullOf(call, project);
    const fresh = thread.state === "open" ? await remergeIfStale(call, project, thread) : thread;
    return { code: 200, body: await pullView(call.world, project, fresh) };
  },
  "PATCH /repos/{owner}/{repo}/pulls/{pull_number}": async (call) => {
    const project = projectOf(call, "read", "pull_requests");
    const before = pullOf(call, project);
    if (before.user !== askerOf(call)) projectOf(call, "write", "pull_requests");
    const baseBranch = textOf(call.body, "base") ?? before.pull?.baseBranch ?? "";
    const edited: Thread = {
      ...before,
      ...{ title: textOf(call.body, "title") ?? before.title, body: textOf(call.body, "body") ?? before.body },
      ...{ updatedAt: call.world.nowIso(), pull: { ...(before.pull as Pull), baseBranch } },
    };
    call.world.state.put("threads", threadKey(edited.project, edited.number), edited);
    const state = textOf(call.body, "state");
    const after =
      state === "closed" && before.state === "open"
        ? await closePull(call.world, project, edited)
        : state === "open" && before.state === "closed"
          ? await reopenPull(call.world, project, edited)
          : await remerge(call.world, project, edited);
    return { code: 200, body: await pullView(call.world, project, after) };
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files": async (call) => {
    const project = projectOf(call);
    const thread = pullOf(call, project);
    const git = await call.world.git(project);
    const { baseCommit, headCommit } = thread.pull as Pull;
    const from = (await forkPoint(git, baseCommit, headCommit)) ?? baseCommit;
    const files = await fileViews(call, project, { git, from, to: headCommit });
    return pageOf(call, files, pathOf(call, `/pulls/${thread.number}/files`));
  },
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge": async (call) => {
    const project = projectOf(call, "write", "contents");
    const thread = pullOf(call, project);
    if (thread.state === "closed") throw new Refusal(405, "Pull Request is not mergeable");
    const sha = textOf(call.body, "sha");
    if (sha !== undefined && sha !== thread.pull?.headCommit)
      throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
    const message = [textOf(call.body, "commit_title"), textOf(call.body, "commit_message")]
      .filter(Boolean)
      .join("\n\n");
    const method = (textOf(call.body, "merge_method") ?? "merge") as MergeMethod;
    const merged = await mergePull(call.world, project, thread, { user: askerOf(call), message, method });
    if (merged === undefined) throw new Refusal(405, "Pull Request is not mergeable");
    return { code: 200, body: { sha: merged, merged: true, message: "Pull Request successfully merged" } };
  },
};

/** What `branch` or `owner:branch` means: a branch here, or one of the project of the same name that somebody else has. */
function headOf(
  call: Call,
  project: Project,
  head: string,
): { readonly source: Project | undefined; readonly headBranch: string } {
  const [owner, branch] = head.includes(":")
    ? [head.split(":")[0] ?? "", head.slice(head.indexOf(":") + 1)]
    : ["", head];
  const isOwn = owner === "" || owner.toLowerCase() === project.owner.toLowerCase();
  const source = isOwn ? project : call.world.state.get("projects", projectKey({ owner, name: project.name }));
  return { source, headBranch: branch };
}

/** The pull request of a number. */
function pullOf(call: Call, project: Project): Thread {
  const thread = threadOf(call, project, call.params.pull_number);
  if (thread.pull === undefined) throw notFound();
  return thread;
}

/** Asking for one pull request makes GitHub look whether it merges. */
async function remergeIfStale(call: Call, project: Project, thread: Thread): Promise<Thread> {
  const git = await call.world.git(project);
  const base = await git.commit(`refs/heads/${thread.pull?.baseBranch}`);
  return base?.id === thread.pull?.baseCommit && thread.pull?.mergeCommit !== undefined
    ? thread
    : await remerge(call.world, project, thread);
}

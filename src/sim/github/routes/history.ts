import type { Json } from "../../../core/json.ts";
import { type Answer, notFound } from "../answer.ts";
import { type Call, pageOf, pathOf, projectOf, type Routes } from "../call.ts";
import type { GitCommit, GitRepository } from "../git.ts";
import { commitList, forkPoint, patches } from "../pages/source.ts";
import type { Project } from "../state.ts";
import { apiUrl, fileUrl } from "../views.ts";
import { threadOf } from "./issues.ts";
import { commitView } from "./repositories.ts";

/** As many commits as a list of them goes back. */
const mostCommits = 1_000;
/** As many as a comparison or a pull request tells of. */
const mostCompared = 250;

/** Lists of commits, and what lies between two. */
export const historyRoutes: Routes = {
  "GET /repos/{owner}/{repo}/commits": async (call) => {
    const project = projectOf(call);
    const git = await call.world.git(project);
    const from = await commitNamed(git, call.query.get("sha") ?? project.defaultBranch);
    const path = call.query.get("path");
    const ids = await commitList(git, from.id, { most: mostCommits, ...(path !== null && { path }) });
    return await commitsPage(call, project, git, { ids: ids.map(({ id }) => id), path: "/commits" });
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits": async (call) => {
    const project = projectOf(call);
    const thread = threadOf(call, project, call.params.pull_number);
    if (thread.pull === undefined) throw notFound();
    const git = await call.world.git(project);
    const { baseCommit, headCommit } = thread.pull;
    const found = await commitList(git, headCommit, { most: mostCompared, without: baseCommit });
    const ids = found.map(({ id }) => id).reverse();
    return await commitsPage(call, project, git, { ids, path: `/pulls/${thread.number}/commits` });
  },
  "GET /repos/{owner}/{repo}/compare/{basehead}": async (call) => {
    const project = projectOf(call);
    const git = await call.world.git(project);
    const [, left = "", right = ""] = /^(.+?)\.{2,3}(.+)$/.exec(call.params.basehead ?? "") ?? [];
    const base = await commitNamed(git, left);
    const head = await commitNamed(git, right);
    const shared = await forkPoint(git, base.id, head.id);
    const middle = shared === undefined ? undefined : await git.commit(shared);
    if (middle === undefined) throw notFound();
    const ahead = await commitList(git, head.id, { most: mostCommits, without: base.id });
    const behind = await commitList(git, base.id, { most: mostCommits, without: head.id });
    const oldestFirst = ahead.map(({ id }) => id).reverse();
    const html = `${call.world.url()}/${project.owner}/${project.name}/compare/${base.id}...${head.id}`;
    const side = [ahead.length > 0 ? "ahead" : "", behind.length > 0 ? "behind" : ""].filter(Boolean);
    return {
      code: 200,
      body: {
        ...{ url: `${apiUrl(call.world, project)}/compare/${base.id}...${head.id}`, html_url: html },
        ...{ permalink_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch` },
        base_commit: commitView(call.world, project, base),
        merge_base_commit: commitView(call.world, project, middle),
        status: side.length === 2 ? "diverged" : (side[0] ?? "identical"),
        ...{ ahead_by: ahead.length, behind_by: behind.length, total_commits: ahead.length },
        commits: await viewsOf(call, project, git, oldestFirst.slice(-mostCompared)),
        files: await fileViews(call, project, { git, from: middle.id, to: head.id }),
      },
    };
  },
};

/** A branch, a tag or an id. */
async function commitNamed(git: GitRepository, name: string): Promise<GitCommit> {
  const commit = (await git.commit(`refs/heads/${name}`)) ?? (await git.commit(name));
  if (commit === undefined) throw notFound();
  return commit;
}

async function commitsPage(
  call: Call,
  project: Project,
  git: GitRepository,
  { ids, path }: { readonly ids: readonly string[]; readonly path: string },
): Promise<Answer> {
  const page = pageOf(call, ids, pathOf(call, path));
  return { ...page, body: await viewsOf(call, project, git, page.body as readonly string[]) };
}

async function viewsOf(call: Call, project: Project, git: GitRepository, ids: readonly string[]): Promise<Json[]> {
  const views: Json[] = [];
  for (const id of ids) {
    const commit = await git.commit(id);
    if (commit !== undefined) views.push(commitView(call.world, project, commit));
  }
  return views;
}

/** The files that differ between two commits, as pull requests and comparisons list them. */
export async function fileViews(
  call: Call,
  project: Project,
  { git, from, to }: { readonly git: GitRepository; readonly from: string; readonly to: string },
): Promise<readonly Json[]> {
  const texts = await patches(git, from, to);
  return (await git.changes(from, to)).map((change) => {
    const url = (place: string): string => fileUrl(call.world, project, { place, commit: to, path: change.path });
    const patch = texts.get(change.path);
    return {
      ...{ sha: change.blob, filename: change.path, status: change.status, additions: change.additions },
      ...{ deletions: change.deletions, changes: change.additions + change.deletions },
      ...{ blob_url: url("blob"), raw_url: url("raw"), contents_url: url("contents") },
      ...(patch !== undefined && { patch }),
    };
  });
}

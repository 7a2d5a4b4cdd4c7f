import { isObject, type JsonObject } from "../../../core/json.ts";
import { notFound, Refusal } from "../answer.ts";
import { askerOf, type Call, objectOf, projectOf, type Routes, textOf } from "../call.ts";
import type { GitCommit, GitRepository, TreeEntry } from "../git.ts";
import { afterPush } from "../pulls.ts";
import type { Project } from "../state.ts";
import { apiUrl, nodeId } from "../views.ts";

/** Git's own objects through the API: blobs, trees, commits, refs. A ref that moves is a push. */
export const gitDataRoutes: Routes = {
  "GET /repos/{owner}/{repo}/git/ref/{ref}": async (call) => {
    const project = projectOf(call);
    const ref = `refs/${call.params.ref}`;
    const id = (await (await call.world.git(project)).refs()).get(ref);
    if (id === undefined) throw notFound();
    return { code: 200, body: refView(call, project, ref, id) };
  },
  "POST /repos/{owner}/{repo}/git/refs": (call) =>
    moving(call, async (project, git) => {
      const ref = textOf(call.body, "ref") ?? "";
      const id = await existing(git, textOf(call.body, "sha") ?? "");
      if (!/^refs\/\w+\/./.test(ref)) throw new Refusal(422, "Reference name is not valid");
      if ((await git.refs()).has(ref)) throw new Refusal(422, "Reference already exists");
      await move(git, ref, id);
      return { code: 201, body: refView(call, project, ref, id) };
    }),
  "PATCH /repos/{owner}/{repo}/git/refs/{ref}": (call) =>
    moving(call, async (project, git) => {
      const ref = `refs/${call.params.ref}`;
      const old = (await git.refs()).get(ref);
      const id = await existing(git, textOf(call.body, "sha") ?? "");
      if (old === undefined) throw new Refusal(422, "Reference does not exist");
      if (call.body.force !== true && !(await git.isAncestor(old, id)))
        throw new Refusal(422, "Update is not a fast forward");
      await move(git, ref, id);
      return { code: 200, body: refView(call, project, ref, id) };
    }),
  "DELETE /repos/{owner}/{repo}/git/refs/{ref}": (call) =>
    moving(call, async (_project, git) => {
      const ref = `refs/${call.params.ref}`;
      if (!(await git.refs()).has(ref)) throw new Refusal(422, "Reference does not exist");
      await git.dropRef(ref);
      return { code: 204 };
    }),
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}": async (call) => {
    const project = projectOf(call);
    const commit = await (await call.world.git(project)).commit(call.params.commit_sha ?? "");
    if (commit === undefined) throw notFound();
    return { code: 200, body: gitCommitView(call, project, commit) };
  },
  "POST /repos/{owner}/{repo}/git/commits": async (call) => {
    const project = projectOf(call, "write", "contents");
    const git = await call.world.git(project);
    const parents = Array.isArray(call.body.parents) ? call.body.parents.map(String) : [];
    for (const parent of parents) await existing(git, parent);
    const login = askerOf(call);
    const author = objectOf(call.body, "author");
    const by = {
      name: textOf(author, "name") ?? login,
      email: textOf(author, "email") ?? `${login}@users.noreply.github.example`,
      date: textOf(author, "date") ?? call.world.nowIso(),
    };
    const id = await git.commitTree(textOf(call.body, "tree") ?? "", parents, textOf(call.body, "message") ?? "", by);
    return { code: 201, body: gitCommitView(call, project, (await git.commit(id)) as GitCommit) };
  },
  "POST /repos/{owner}/{repo}/git/trees": async (call) => {
    const project = projectOf(call, "write", "contents");
    const git = await call.world.git(project);
    const given = Array.isArray(call.body.tree) ? call.body.tree.filter(isObject) : [];
    const entries: TreeEntry[] = [];
    for (const entry of given) {
      const content = textOf(entry, "content");
      const id = content === undefined ? textOf(entry, "sha") : await git.writeBlob(Buffer.from(content));
      entries.push({ path: textOf(entry, "path") ?? "", mode: textOf(entry, "mode") ?? "100644", id });
    }
    const sha = await git.writeTree(textOf(call.body, "base_tree"), entries);
    const url = `${apiUrl(call.world, project)}/git/trees/${sha}`;
    const tree = entries.map(({ path, mode, id }) => ({ path, mode, type: "blob", sha: id ?? null, size: 0, url }));
    return { code: 201, body: { sha, url, truncated: false, tree } };
  },
  "POST /repos/{owner}/{repo}/git/blobs": async (call) => {
    const project = projectOf(call, "write", "contents");
    const encoding = textOf(call.body, "encoding") === "base64" ? "base64" : "utf8";
    const sha = await (await call.world.git(project)).writeBlob(
      Buffer.from(textOf(call.body, "content") ?? "", encoding),
    );
    return { code: 201, body: { sha, url: `${apiUrl(call.world, project)}/git/blobs/${sha}` } };
  },
};

/** What moves refs has the consequences of a push. */
async function moving<T>(call: Call, work: (project: Project, git: GitRepository) => Promise<T>): Promise<T> {
  const project = projectOf(call, "write", "contents");
  const git = await call.world.git(project);
  const answer = await work(project, git);
  await afterPush(call.world, project, askerOf(call), false);
  return answer;
}

async function move(git: GitRepository, ref: string, id: string): Promise<void> {
  if (ref.startsWith("refs/heads/")) await git.moveBranch(ref.slice("refs/heads/".length), id);
  else await git.setRef(ref, id);
}

async function existing(git: GitRepository, sha: string): Promise<string> {
  const commit = /^[0-9a-f]{40}$/.test(sha) ? await git.commit(sha) : undefined;
  if (commit === undefined) throw new Refusal(422, "Object does not exist");
  return commit.id;
}

/** A ref and what it stands at. */
export function refView(call: Call, project: Project, ref: string, sha: string): JsonObject {
  const api = apiUrl(call.world, project);
  const object = { type: "commit", sha, url: `${api}/git/commits/${sha}` };
  return { ref, node_id: nodeId("Ref", project.id), url: `${api}/git/${ref}`, object };
}

/** A commit as Git's own objects are told of. */
export function gitCommitView(call: Call, project: Project, commit: GitCommit): JsonObject {
  const api = apiUrl(call.world, project);
  const html = `${call.world.url()}/${project.owner}/${project.name}/commit`;
  return {
    ...{ sha: commit.id, node_id: nodeId("Commit", project.id), url: `${api}/git/commits/${commit.id}` },
    ...{ html_url: `${html}/${commit.id}`, author: { ...commit.author }, committer: { ...commit.committer } },
    ...{ message: commit.message, tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` } },
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/git/commits/${sha}`, html_url: `${html}/${sha}` })),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  };
}

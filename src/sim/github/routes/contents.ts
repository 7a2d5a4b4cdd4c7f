import type { Json, JsonObject } from "../../../core/json.ts";
import { type Answer, notFound, Refusal } from "../answer.ts";
import { askerOf, type Call, objectOf, pageOf, pathOf, projectOf, type Routes, textOf } from "../call.ts";
import type { GitCommit, GitPerson, GitRepository } from "../git.ts";
import { fileAt, type TreeLine, treeAt } from "../pages/source.ts";
import { afterPush } from "../pulls.ts";
import type { Project } from "../state.ts";
import { apiUrl, fileUrl, nodeId } from "../views.ts";
import { gitCommitView, refView } from "./git-data.ts";

/** GitHub gives no content beyond a megabyte. */
const maxContentBytes = 1024 * 1024;

const words: Readonly<Record<string, string>> = { tree: "dir", blob: "file", commit: "submodule" };

/** Files and folders of a commit; writing one is a commit and a push. */
export const contentRoutes: Routes = {
  "GET /repos/{owner}/{repo}/contents/{path}": async (call) => {
    const project = projectOf(call);
    const git = await call.world.git(project);
    const commit = await commitOf(git, call.query.get("ref") ?? project.defaultBranch);
    if (commit === undefined) throw notFound();
    const path = trimmed(call);
    const [own] = path === "" ? [] : ((await treeAt(git, commit.id, { path })) ?? []);
    if (own !== undefined && own.type !== "tree") {
      return { code: 200, body: await fileView(call, project, { git, commit: commit.id, entry: own }) };
    }
    const inside = await treeAt(git, path === "" ? commit.id : `${commit.id}:${path}`, {});
    if (inside === undefined) throw notFound();
    const at = (entry: TreeLine): TreeLine => ({ ...entry, path: path === "" ? entry.path : `${path}/${entry.path}` });
    return { code: 200, body: inside.map((entry) => entryView(call, project, commit.id, at(entry))) };
  },
  "PUT /repos/{owner}/{repo}/contents/{path}": (call) =>
    writing(call, async (git, standing) => {
      const content = textOf(call.body, "content") ?? "";
      if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) throw new Refusal(422, "content is not valid Base64");
      mustMatch(call, standing);
      return await git.writeBlob(Buffer.from(content, "base64"));
    }),
  "DELETE /repos/{owner}/{repo}/contents/{path}": (call) =>
    writing(call, async (_git, standing) => {
      if (standing === undefined) throw notFound();
      mustMatch(call, standing);
      return undefined;
    }),
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}": async (call) => {
    const project = projectOf(call);
    const git = await call.world.git(project);
    const name = call.params.tree_sha ?? "";
    const sha = (await commitOf(git, name))?.tree ?? name;
    const isRecursive = call.query.get("recursive") !== null;
    const lines = /^[0-9a-f]{40}$/.test(sha) ? await treeAt(git, sha, { isRecursive }) : undefined;
    if (lines === undefined) throw notFound();
    const gitUrl = `${apiUrl(call.world, project)}/git`;
    const tree = lines.map(({ path, mode, type, id, size }) => ({
      ...{ path, mode, type, sha: id, url: `${gitUrl}/${type}s/${id}` },
      ...(type === "blob" && { size }),
    }));
    return { code: 200, body: { sha, url: `${gitUrl}/trees/${sha}`, tree, truncated: false } };
  },
  "GET /repos/{owner}/{repo}/git/blobs/{file_sha}": async (call) => {
    const project = projectOf(call);
    const sha = call.params.file_sha ?? "";
    const isId = /^[0-9a-f]{40}$/.test(sha);
    const content = isId
      ? await (await call.world.git(project)).read(["cat-file", "blob", sha], maxContentBytes * 10)
      : undefined;
    if (content === undefined) throw notFound();
    const url = `${apiUrl(call.world, project)}/git/blobs/${sha}`;
    const body = { sha, node_id: nodeId("Blob", project.id), size: content.length, url, encoding: "base64" };
    return { code: 200, body: { ...body, content: inLines(content) } };
  },
  "GET /repos/{owner}/{repo}/git/matching-refs/{ref}": async (call) => {
    const project = projectOf(call);
    const prefix = `refs/${call.params.ref}`;
    const refs = [...(await (await call.world.git(project)).refs())].filter(([ref]) => ref.startsWith(prefix));
    const views = refs.map(([ref, id]) => refView(call, project, ref, id));
    return pageOf(call, views, pathOf(call, `/git/matching-refs/${call.params.ref}`));
  },
};

function trimmed(call: Call): string {
  return (call.params.path ?? "").replace(/^\/+|\/+$/g, "");
}

async function commitOf(git: GitRepository, name: string): Promise<GitCommit | undefined> {
  return (await git.commit(`refs/heads/${name}`)) ?? (await git.commit(name));
}

/** Who changes a file that stands names what stands, so that nobody's change is lost. */
function mustMatch(call: Call, standing: TreeLine | undefined): void {
  const sha = textOf(call.body, "sha");
  if (standing !== undefined && sha === undefined) {
    throw new Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
  }
  if (sha !== undefined && sha !== standing?.id) throw new Refusal(409, `${trimmed(call)} does not match ${sha}`);
}

/** A commit on a branch that changes one file; `work` gives the new blob, or none for a file that goes. */
async function writing(
  call: Call,
  work: (git: GitRepository, standing: TreeLine | undefined) => Promise<string | undefined>,
): Promise<Answer> {
  const project = projectOf(call, "write", "contents");
  const [git, path] = [await call.world.git(project), trimmed(call)];
  const branch = textOf(call.body, "branch") ?? project.defaultBranch;
  const parent = await git.commit(`refs/heads/${branch}`);
  if (parent === undefined) throw new Refusal(404, `Branch ${branch} not found`);
  const standing = (await treeAt(git, parent.id, { path }))?.find((entry) => entry.type === "blob");
  const id = await work(git, standing);
  const tree = await git.writeTree(parent.tree, [{ path, mode: standing?.mode ?? "100644", id }]);
  const message = textOf(call.body, "message") ?? "";
  const commit = await git.commitTree(tree, [parent.id], message, personOf(call));
  await git.moveBranch(branch, commit);
  await afterPush(call.world, project, askerOf(call), false);
  const made = gitCommitView(call, project, (await git.commit(commit)) as GitCommit);
  if (id === undefined) return { code: 200, body: { content: null, commit: made } };
  const [entry] = (await treeAt(git, commit, { path })) ?? [];
  const content = entry === undefined ? null : entryView(call, project, commit, entry);
  return { code: standing === undefined ? 201 : 200, body: { content, commit: made } };
}

function personOf(call: Call): GitPerson {
  const login = askerOf(call);
  const given = { ...objectOf(call.body, "committer"), ...objectOf(call.body, "author") };
  return {
    name: textOf(given, "name") ?? login,
    email: textOf(given, "email") ?? `${login}@users.noreply.github.example`,
    date: textOf(given, "date") ?? call.world.nowIso(),
  };
}

function entryView(call: Call, project: Project, commit: string, entry: TreeLine): JsonObject {
  const { path, id, size, type, mode } = entry;
  const url = (place: string): string => fileUrl(call.world, project, { place, commit, path });
  const kind = type === "tree" ? "tree" : "blob";
  const gitUrl = `${apiUrl(call.world, project)}/git/${kind}s/${id}`;
  const html = url(kind);
  return {
    ...{ name: path.split("/").at(-1) ?? "", path, sha: id, size, url: url("contents"), html_url: html },
    ...{ git_url: gitUrl, download_url: type === "blob" ? url("raw") : null },
    type: mode === "120000" ? "symlink" : (words[type] ?? "file"),
    _links: { self: url("contents"), git: gitUrl, html },
  };
}

async function fileView(
  call: Call,
  project: Project,
  { git, commit, entry }: { readonly git: GitRepository; readonly commit: string; readonly entry: TreeLine },
): Promise<Json> {
  const view = entryView(call, project, commit, entry);
  if (entry.size > maxContentBytes) return { ...view, encoding: "none", content: "" };
  const content = (await fileAt(git, commit, entry.path, maxContentBytes)) ?? Buffer.alloc(0);
  const target = view.type === "symlink" ? { target: content.toString() } : {};
  return { ...view, ...target, encoding: "base64", content: inLines(content) };
}

/** Base64 in lines of sixty, as GitHub writes it. */
function inLines(content: Buffer): string {
  return content.toString("base64").replace(/.{1,60}/g, "$&\n");
}

import { createHash } from "node:crypto";
import { ForgeError, type Proposal, type PullRequest } from "../forge.ts";
import type { Desk } from "./desk.ts";
import { refuseLongBody, titleText } from "./limits.ts";
import { pullOf } from "./pulls.ts";
import { textAt } from "./wire.ts";

const needs = "contents: write, pull requests: write";
const trailer = "Plumbline-Proposal:";

/** A branch that stands there already. */
interface Branch {
  readonly commit: string;
  /** What its newest commit says it proposes; empty when somebody else wrote it. */
  readonly proposes: string;
}

/** Puts the files on a branch and asks for them in a pull request. What was asked before with the same content is given back as it stands. */
export async function propose(desk: Desk, proposal: Proposal, signal: AbortSignal): Promise<PullRequest> {
  refuseLongBody(proposal.body, "Open a pull request");
  const content = contentHash(proposal);
  const branch = await readBranch(desk, proposal.branch, signal);
  const last = branch === undefined ? undefined : await newestPull(desk, proposal, signal);
  if (branch !== undefined && branch.proposes === content) {
    // Whoever closed it without merging declined exactly this.
    if (last !== undefined && last.state !== "merged") return last;
    if (last === undefined) return await openPull(desk, proposal, signal);
  }
  if (branch !== undefined && branch.proposes === "") {
    if (last?.state === "open") return last;
    const message = `The branch ${proposal.branch} holds somebody's commits; delete it and the proposal is made again.`;
    throw new ForgeError(message, { code: "conflict", next: "person" });
  }
  const follows = last?.state === "open" ? undefined : last?.number;
  const commit = await writeCommit(desk, proposal, { content, follows }, signal);
  await moveBranch(desk, proposal.branch, commit, branch, signal);
  if (last?.state === "open") return { ...last, headCommit: commit };
  return await openPull(desk, proposal, signal);
}

/** Equal files, equal hash, wherever the base is now. */
function contentHash({ baseBranch, files }: Proposal): string {
  const sorted = files
    .map(({ path, content }) => [path, content])
    .sort(([left = ""], [right = ""]) => (left < right ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([baseBranch, sorted]))
    .digest("hex")
    .slice(0, 32);
}

async function readBranch(desk: Desk, name: string, signal: AbortSignal): Promise<Branch | undefined> {
  const about = { doing: `Read the branch ${name}`, needs: "contents: read" };
  const ref = await desk.client.find(
    { route: "GET /repos/{owner}/{repo}/git/ref/{+ref}", with: { ref: refPath(name) }, ...about },
    signal,
  );
  if (ref === undefined) return undefined;
  const commit = textAt(ref.data, "object", "sha");
  const route = "GET /repos/{owner}/{repo}/git/commits/{commit_sha}";
  const found = await desk.client.find({ route, with: { commit_sha: commit }, ...about }, signal);
  const lines = textAt(found?.data, "message").split("\n");
  const proposes =
    lines
      .findLast((line) => line.startsWith(trailer))
      ?.slice(trailer.length)
      .trim() ?? "";
  return { commit, proposes };
}

/** `heads/…` with every part of the name encoded, for a route that takes slashes. */
function refPath(branch: string): string {
  return `heads/${branch.split("/").map(encodeURIComponent).join("/")}`;
}

async function newestPull(desk: Desk, proposal: Proposal, signal: AbortSignal): Promise<PullRequest | undefined> {
  const call = {
    route: "GET /repos/{owner}/{repo}/pulls",
    with: {
      ...{ head: `${desk.owner}:${proposal.branch}`, base: proposal.baseBranch, state: "all" },
      ...{ sort: "created", direction: "desc", per_page: 1 },
    },
    ...{ doing: `Look for the pull request of ${proposal.branch}`, needs: "pull requests: read" },
  };
  const found = await desk.client.find(call, signal);
  const [newest] = Array.isArray(found?.data) ? found.data : [];
  return newest === undefined ? undefined : pullOf(newest);
}

async function openPull(desk: Desk, proposal: Proposal, signal: AbortSignal): Promise<PullRequest> {
  const call = {
    route: "POST /repos/{owner}/{repo}/pulls",
    with: {
      title: titleText(proposal.title),
      ...{ body: proposal.body, head: proposal.branch, base: proposal.baseBranch, maintainer_can_modify: true },
    },
    ...{ doing: `Open a pull request for ${proposal.branch}`, needs, kind: "content" as const, once: true },
  };
  try {
    const { data } = await desk.client.call(call, signal);
    return pullOf(data);
  } catch (error) {
    // A lost answer, or one that says that there is one already.
    const isOpen = error instanceof ForgeError && (error.next === "retry" || error.code === "invalid");
    const standing = isOpen ? await newestPull(desk, proposal, signal) : undefined;
    if (standing?.state !== "open") throw error;
    return standing;
  }
}

/** What a proposal's commit says below its message. */
interface Trailers {
  /** The hash of what is proposed. */
  readonly content: string;
  /** The pull request that asked before on this branch. */
  readonly follows: number | undefined;
}

/**
 * Blobs, a tree over the base's, and a commit. Git's objects are named by their content: writing one twice makes one.
 * So the commit tells what it follows: in the same second it would otherwise be the one that was merged already.
 */
async function writeCommit(
  desk: Desk,
  proposal: Proposal,
  { content, follows }: Trailers,
  signal: AbortSignal,
): Promise<string> {
  const about = { doing: `Write the files of ${proposal.branch}`, needs, kind: "write" as const };
  const post = async (place: string, body: Readonly<Record<string, unknown>>): Promise<string> => {
    const { data } = await desk.client.call(
      { route: `POST /repos/{owner}/{repo}/git/${place}`, with: body, ...about },
      signal,
    );
    return textAt(data, "sha");
  };
  const route = "GET /repos/{owner}/{repo}/git/commits/{commit_sha}";
  const base = await desk.client.call(
    { ...about, route, with: { commit_sha: proposal.baseCommit }, kind: "read" },
    signal,
  );
  const tree = [];
  for (const file of proposal.files) {
    const sha = await post("blobs", { content: Buffer.from(file.content).toString("base64"), encoding: "base64" });
    tree.push({ path: file.path, mode: "100644", type: "blob", sha });
  }
  const treeId = await post("trees", { base_tree: textAt(base.data, "tree", "sha"), tree });
  const earlier = follows === undefined ? "" : `Plumbline-Follows: ${follows}\n`;
  const message = `${proposal.message.trimEnd()}\n\n${earlier}${trailer} ${content}\n`;
  return await post("commits", { message, tree: treeId, parents: [proposal.baseCommit] });
}

async function moveBranch(
  desk: Desk,
  name: string,
  commit: string,
  standing: Branch | undefined,
  signal: AbortSignal,
): Promise<void> {
  const about = { doing: `Move the branch ${name}`, needs, kind: "write" as const };
  const update = {
    route: "PATCH /repos/{owner}/{repo}/git/refs/{+ref}",
    with: { ref: refPath(name), sha: commit, force: true },
  };
  if (standing !== undefined) {
    await desk.client.call({ ...update, ...about }, signal);
    return;
  }
  const create = { route: "POST /repos/{owner}/{repo}/git/refs", with: { ref: `refs/heads/${name}`, sha: commit } };
  try {
    await desk.client.call({ ...create, ...about, once: true }, signal);
  } catch (error) {
    const isThere = error instanceof ForgeError && (error.next === "retry" || error.code === "invalid");
    const found = isThere ? await readBranch(desk, name, signal) : undefined;
    if (found?.commit !== commit) throw error;
  }
}

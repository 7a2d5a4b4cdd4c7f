import type { GitPerson, GitRepository } from "./git.ts";
import { pullDelivery } from "./payloads.ts";
import { followBranches, markMerged, remerge } from "./pulls.ts";
import type { Project, Pull, Thread } from "./state.ts";
import { threadKey, type World } from "./world.ts";

/** How a pull request becomes part of its base. */
export type MergeMethod = "merge" | "squash" | "rebase";

/** Merges a pull request into its base as `user`; undefined when it cannot be, or not in this way. */
export async function mergePull(
  world: World,
  project: Project,
  thread: Thread,
  { user, message, method }: { readonly user: string; readonly message: string; readonly method: MergeMethod },
): Promise<string | undefined> {
  return await world.inTurn(project, async () => {
    const current = await remerge(world, project, thread);
    const git = await world.git(project);
    const { pull } = current;
    const trial = pull?.mergeCommit === undefined ? undefined : await git.commit(pull.mergeCommit);
    if (pull === undefined || trial === undefined || current.state === "closed") return undefined;
    const by = { name: user, email: `${user}@users.noreply.github.example`, date: world.nowIso() };
    const id =
      method === "rebase"
        ? await rebased(git, pull, by)
        : method === "squash"
          ? await git.commitTree(trial.tree, [pull.baseCommit], message || `${thread.title} (#${thread.number})`, by)
          : await git.commitTree(
              trial.tree,
              [pull.baseCommit, pull.headCommit],
              message || mergeText(thread, pull),
              by,
            );
    if (id === undefined) return undefined;
    await git.moveBranch(pull.baseBranch, id);
    await markMerged(world, project, current, id, user);
    await followBranches(world, project, user, world.autoPull);
    return id;
  });
}

function mergeText(thread: Thread, pull: Pull): string {
  return `Merge pull request #${thread.number} from ${pull.headBranch}\n\n${thread.title}`;
}

/** How many commits are rebased at once. */
const longestRebase = 250;

/** The head's commits made anew on the base, each with its own tree: only where they stand on the base already. */
async function rebased(git: GitRepository, pull: Pull, by: GitPerson): Promise<string | undefined> {
  const commits: { readonly tree: string; readonly message: string }[] = [];
  for (let id = pull.headCommit; id !== pull.baseCommit; ) {
    const commit = await git.commit(id);
    const [parent, second] = commit?.parents ?? [];
    if (commit === undefined || parent === undefined || second !== undefined) return undefined;
    if (commits.length >= longestRebase) return undefined;
    commits.unshift(commit);
    id = parent;
  }
  let tip = pull.baseCommit;
  for (const { tree, message } of commits) tip = await git.commitTree(tree, [tip], message, by);
  return tip;
}

/** Makes a draft ready for review, or a pull request a draft again, and tells the hooks. */
export async function setDraft(world: World, project: Project, thread: Thread, isDraft: boolean): Promise<Thread> {
  const next: Thread = { ...thread, updatedAt: world.nowIso(), pull: { ...(thread.pull as Pull), isDraft } };
  world.state.put("threads", threadKey(thread.project, thread.number), next);
  const [kind, action] = isDraft
    ? (["pull-request-converted-to-draft", "converted_to_draft"] as const)
    : (["pull-request-ready-for-review", "ready_for_review"] as const);
  world.deliver(project, "pull_request", kind, async () => await pullDelivery(world, project, next, action));
  return next;
}

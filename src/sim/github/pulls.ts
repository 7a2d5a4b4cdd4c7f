import { pullDelivery, pushDelivery } from "./payloads.ts";
import type { Project, Pull, Thread } from "./state.ts";
import { addThread, projectKey, threadKey, threadsOf, type World } from "./world.ts";

/** Makes the trial merge of an open pull request anew and keeps its refs true; gives the thread as it is now. */
export async function remerge(world: World, project: Project, thread: Thread): Promise<Thread> {
  const { pull } = thread;
  if (pull === undefined || thread.state === "closed") return thread;
  const git = await world.git(project);
  const base = await git.commit(`refs/heads/${pull.baseBranch}`);
  const head = await git.commit(pull.headCommit);
  if (base === undefined || head === undefined) return thread;
  await git.setRef(`refs/pull/${thread.number}/head`, head.id);
  const tree = await git.mergeTree(base.id, head.id);
  const { mergeCommit: _old, ...rest } = pull;
  let next: Pull = { ...rest, baseCommit: base.id, isMergeable: tree !== undefined };
  if (tree === undefined) await git.dropRef(`refs/pull/${thread.number}/merge`).catch(() => undefined);
  else {
    const by = { name: "GitHub", email: "noreply@github.example", date: head.committer.date };
    const message = `Merge ${head.id} into ${base.id}`;
    const mergeCommit = await git.commitTree(tree, [base.id, head.id], message, by);
    await git.setRef(`refs/pull/${thread.number}/merge`, mergeCommit);
    next = { ...next, mergeCommit };
  }
  const merged = { ...thread, pull: next };
  world.state.put("threads", threadKey(thread.project, thread.number), merged);
  return merged;
}

/** Opens a pull request between two branches and tells the hooks. */
export async function openPull(
  world: World,
  project: Project,
  facts: {
    readonly title: string;
    readonly body: string;
    readonly user: string;
    readonly headBranch: string;
    readonly headProject?: string;
    readonly headCommit: string;
    readonly baseBranch: string;
    readonly isDraft?: boolean;
  },
): Promise<Thread> {
  const { title, body, user, headBranch, headCommit, baseBranch } = facts;
  const pull: Pull = {
    ...{
      isDraft: facts.isDraft ?? false,
      headProject: facts.headProject ?? projectKey(project),
      headBranch,
      headCommit,
    },
    ...{ baseBranch, baseCommit: headCommit, isMergeable: false },
  };
  const thread = await remerge(world, project, addThread(world, project, { title, body, user, pull }));
  world.deliver(
    project,
    "pull_request",
    "pull-request-opened",
    async () => await pullDelivery(world, project, thread, "opened"),
  );
  return thread;
}

/** What follows when branches have moved, whoever moved them: pull requests follow, merges are made anew, hooks are told. A program that makes a branch opens its pull request itself: `opens` is for pushes. */
export async function afterPush(
  world: World,
  project: Project,
  user: string,
  opens: boolean = world.autoPull,
): Promise<void> {
  await world.inTurn(project, () => followBranches(world, project, user, opens));
}

/** What `afterPush` does, for who holds the project's turn already. */
export async function followBranches(world: World, project: Project, user: string, opens: boolean): Promise<void> {
  const git = await world.git(project);
  const key = projectKey(project);
  const isBranch = ([ref]: readonly [string, string]): boolean => ref.startsWith("refs/heads/");
  const after = new Map([...(await git.refs())].filter(isBranch));
  const before = new Map(Object.entries(world.state.get("branches", key)?.commits ?? {}));
  const touched = [...new Set([...before.keys(), ...after.keys()])].filter((ref) => before.get(ref) !== after.get(ref));
  if (touched.length === 0) return;
  world.state.put("branches", key, { project: key, commits: Object.fromEntries(after) });
  world.state.put("projects", key, { ...(world.state.get("projects", key) ?? project), pushedAt: world.nowIso() });
  for (const ref of touched) {
    const [old, fresh] = [before.get(ref), after.get(ref)];
    world.deliver(project, "push", "push", async () => await pushDelivery(world, project, { ref, old, fresh, user }));
    const branch = ref.slice("refs/heads/".length);
    await follow(world, project, branch, fresh);
    await followFork(world, project, branch, fresh);
    if (opens && fresh !== undefined) await proposeBranch(world, project, { branch, commit: fresh, user });
  }
}

/** A branch with something of its own, that nobody has asked to be merged yet, is asked for. */
async function proposeBranch(
  world: World,
  project: Project,
  { branch, commit: id, user }: { readonly branch: string; readonly commit: string; readonly user: string },
): Promise<void> {
  const { defaultBranch } = project;
  const git = await world.git(project);
  if (branch === defaultBranch || hasPull(world, projectKey(project), branch, id)) return;
  if (await git.isAncestor(id, `refs/heads/${defaultBranch}`)) return;
  const commit = await git.commit(id);
  const [title = branch, ...rest] = (commit?.message ?? branch).split("\n");
  await openPull(world, project, {
    ...{ title: title.slice(0, 250), body: rest.join("\n").trim(), user, headBranch: branch, headCommit: id },
    baseBranch: defaultBranch,
  });
}

/** Whether a branch is under review, or this very commit of it was once. */
function hasPull(world: World, key: string, branch: string, commit: string): boolean {
  return threadsOf(world.state, key).some(
    ({ state, pull }) => pull?.headBranch === branch && (state === "open" || pull.headCommit === commit),
  );
}

async function follow(world: World, project: Project, branch: string, fresh: string | undefined): Promise<void> {
  const key = projectKey(project);
  const git = await world.git(project);
  for (const thread of threadsOf(world.state, key)) {
    const { pull } = thread;
    if (thread.state === "closed" || pull === undefined) continue;
    if (pull.headBranch === branch && pull.headProject === key) {
      if (fresh === undefined) await closePull(world, project, thread);
      else if (await git.isAncestor(fresh, `refs/heads/${pull.baseBranch}`))
        await markMerged(world, project, thread, fresh);
      else await moved(world, project, thread, fresh);
    } else if (pull.baseBranch === branch && fresh !== undefined) {
      if (await git.isAncestor(pull.headCommit, fresh)) await markMerged(world, project, thread, fresh);
      else await remerge(world, project, thread);
    }
  }
}

/** Pull requests of other projects that this one's branch is the head of. */
async function followFork(world: World, fork: Project, branch: string, fresh: string | undefined): Promise<void> {
  const key = projectKey(fork);
  const led = world.state
    .all("threads")
    .filter(({ project, pull }) => project !== key && pull?.headProject === key && pull.headBranch === branch);
  for (const thread of led) {
    const project = world.state.get("projects", thread.project);
    if (project === undefined || thread.state === "closed") continue;
    await world.inTurn(project, async () => {
      if (fresh === undefined) return void (await closePull(world, project, thread));
      await (await world.git(project)).fetchFrom(await world.git(fork), `refs/heads/${branch}`);
      await moved(world, project, thread, fresh);
    });
  }
}

async function moved(world: World, project: Project, thread: Thread, fresh: string): Promise<void> {
  const before = thread.pull?.headCommit ?? "";
  const next: Thread = { ...thread, updatedAt: world.nowIso(), pull: { ...(thread.pull as Pull), headCommit: fresh } };
  world.state.put("threads", threadKey(thread.project, thread.number), next);
  const merged = await remerge(world, project, next);
  world.deliver(project, "pull_request", "pull-request-synchronize", async () => ({
    ...(await pullDelivery(world, project, merged, "synchronize")),
    ...{ before, after: fresh },
  }));
}

/** Closes a pull request without a merge. */
export async function closePull(world: World, project: Project, thread: Thread): Promise<Thread> {
  const now = world.nowIso();
  const closed: Thread = { ...thread, state: "closed", closedAt: now, updatedAt: now };
  world.state.put("threads", threadKey(thread.project, thread.number), closed);
  world.deliver(
    project,
    "pull_request",
    "pull-request-closed",
    async () => await pullDelivery(world, project, closed, "closed"),
  );
  return closed;
}

/** Opens a closed pull request again. */
export async function reopenPull(world: World, project: Project, thread: Thread): Promise<Thread> {
  const { closedAt: _closed, ...rest } = thread;
  const open = await remerge(world, project, { ...rest, state: "open", updatedAt: world.nowIso() });
  world.state.put("threads", threadKey(open.project, open.number), open);
  world.deliver(
    project,
    "pull_request",
    "pull-request-reopened",
    async () => await pullDelivery(world, project, open, "reopened"),
  );
  return open;
}

/** A pull request whose head has reached its base. */
export async function markMerged(
  world: World,
  project: Project,
  thread: Thread,
  mergeCommit: string,
  by?: string,
): Promise<Thread> {
  const now = world.nowIso();
  const merged: Thread = {
    ...{ ...thread, state: "closed", closedAt: now, updatedAt: now },
    pull: { ...(thread.pull as Pull), mergeCommit, mergedAt: now, mergedBy: by ?? thread.user },
  };
  const git = await world.git(project);
  await git.dropRef(`refs/pull/${thread.number}/merge`).catch(() => undefined);
  world.state.put("threads", threadKey(thread.project, thread.number), merged);
  world.deliver(
    project,
    "pull_request",
    "pull-request-closed",
    async () => await pullDelivery(world, project, merged, "closed"),
  );
  return merged;
}

import { seatPolicies } from "../branch-policies.ts";
import type { Outcome } from "../core/outcome.ts";
import { type Decision, decide } from "../decide.ts";
import type { Forge, PullRequest } from "../forge/forge.ts";
import { outcomeOf, facts as passFacts, type World } from "../reconcile.ts";
import { RepositoryError } from "../repo/repository.ts";
import { reviewFacts } from "./facts.ts";

/** How long the forge may take to make the merge of a fresh push. */
const mergePausesMs = [250, 500, 1_000, 2_000, 4_000];

/** What deciding on a pull request gave. */
export interface PullDecision {
  readonly outcome: Outcome;
  /** Why there is only a check, in a sentence; empty where there is a plan. */
  readonly withheld: string;
}

/** Decides on what a merge of a pull request would give: on its head alone where it may not or cannot be planned. */
export async function decidePull(
  world: World,
  forge: Forge,
  pull: PullRequest,
  signal: AbortSignal,
): Promise<PullDecision> {
  const trusted = await world.store.fact(world.judges.fleet, reviewFacts.trusted(pull.headCommit));
  // A head that no branch here carries, or that does not merge, comes with no other ref.
  await headOf(world, `refs/pull/${pull.number}/head`, signal);
  if (pull.isFork && trusted === undefined) {
    const outcome = await decideOn(world, pull.headCommit, "check", signal);
    return {
      outcome,
      withheld: `Comes from a fork: checked only. Somebody with write permission may ask for exactly this commit with /plan ${pull.headCommit}`,
    };
  }
  if (pull.isDraft)
    return {
      outcome: await decideOn(world, pull.headCommit, "check", signal),
      withheld: "A draft: checked only. It is planned when it is ready for review.",
    };
  const merge = await mergeCommit(world, forge, pull, signal);
  if (merge === undefined)
    return {
      outcome: await decideOn(world, pull.headCommit, "check", signal),
      withheld: `Cannot be merged into ${pull.baseBranch} as it stands: resolve the conflicts and push.`,
    };
  return { outcome: await decideOn(world, merge.commit, "plan", signal, merge.base), withheld: "" };
}

async function decideOn(
  world: World,
  commit: string,
  depth: "check" | "plan",
  signal: AbortSignal,
  mergedWith?: string,
): Promise<Outcome> {
  const inventory = await world.store.inventory(world.judges.fleet);
  const previous = await world.store.fact(world.judges.fleet, passFacts.applied);
  const { repository } = world;
  const onProgress = (): void => undefined;
  // Never by the policies of the pull request itself: those of its base judge it.
  const base = mergedWith ?? (world.branchPolicies && (await repository.head(world.branch, signal)));
  const seating =
    base === undefined || world.branchPolicies === undefined
      ? undefined
      : await seatPolicies(world, { commit: base, proposed: commit, signal });
  const decision: Decision = await decide(seating?.judges ?? world.judges, {
    ...{ repository, commit, inventory, previous, base, depth, signal, onProgress },
  });
  return outcomeOf(world, decision, undefined, inventory);
}

/** The commit a merge would give: its parents are the newest base and this head. Undefined when they do not merge. */
async function mergeCommit(
  world: World,
  forge: Forge,
  pull: PullRequest,
  signal: AbortSignal,
): Promise<{ readonly commit: string; readonly base: string } | undefined> {
  const { repository, clock } = world;
  const ref = `refs/pull/${pull.number}/merge`;
  for (const pauseMs of [0, ...mergePausesMs]) {
    if (pauseMs > 0) {
      // Asking makes the forge look; the answer may come before the merge does.
      const now = await forge.pull(pull.number, signal);
      if (now?.isMergeable === false && now.headCommit === pull.headCommit) return undefined;
      await clock.delay(pauseMs, signal);
    }
    const found = await headOf(world, ref, signal);
    if (found === undefined) continue;
    const { parents } = await repository.commit(found);
    const base = await repository.head(pull.baseBranch, signal);
    if (parents.includes(pull.headCommit) && parents.includes(base)) return { commit: found, base };
    // Nothing to merge: the head stands on the base already.
    if (found === pull.headCommit && parents.includes(base)) return { commit: found, base };
  }
  throw new RepositoryError(
    `pull request ${pull.number}: the forge has not made its merge with ${pull.baseBranch} yet`,
    {
      code: "stale",
      next: "retry",
    },
  );
}

async function headOf(world: World, ref: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await world.repository.head(ref, signal);
  } catch (error) {
    if (error instanceof RepositoryError && error.code === "unknown-ref") return undefined;
    throw error;
  }
}

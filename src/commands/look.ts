import { seatPolicies } from "../branch-policies.ts";
import type { Command } from "../cli.ts";
import type { Outcome } from "../core/outcome.ts";
import { acts } from "../core/plan.ts";
import { decide } from "../decide.ts";
import { doersOf } from "../doers.ts";
import { facts, outcomeOf, reconcile, signatureRefusals, type World } from "../reconcile.ts";
import { RepositoryError } from "../repo/repository.ts";
import type { Shell } from "../shell.ts";
import { openHubbing } from "./hub.ts";
import { logOf } from "./logs.ts";
import { printer } from "./print.ts";
import { CommandError, type Flags, openSession, type Session } from "./session.ts";

type Looking = Extract<Command, { readonly name: "plan" | "apply" | "drift" }>;

/** `plan`, `drift` and `apply`: one look at every tracked branch. The first two stop after deciding. */
export async function look(shell: Shell, command: Looking, flags: Flags): Promise<number> {
  const print = printer(shell, command.output, flags);
  const session = await openSession(shell, command, print.progress);
  try {
    if (command.name === "apply") return await applyOnce(shell, session, print, flags);
    const outcomes = [];
    for (const world of session.worlds) outcomes.push(await decideOnce(shell, world, command.name));
    if (command.name === "plan") print.plans(outcomes);
    else print.drifts(outcomes);
    return exitCode(outcomes, command.name);
  } finally {
    print.end();
    await session.close();
  }
}

/** How long the end waits for the hub. */
const hubPatienceMs = 15_000;

async function applyOnce(
  shell: Shell,
  session: Session,
  print: ReturnType<typeof printer>,
  flags: Flags,
): Promise<number> {
  const unlock = await session.store.lock();
  try {
    const hub = await openHubbing(shell, session, logOf(shell, session, flags));
    const outcomes: Outcome[] = [];
    for (const world of session.worlds) outcomes.push(...(await reconcile(world, "command", shell)));
    hub.tell(outcomes);
    await hub.close(hubPatienceMs);
    print.outcomes(outcomes);
    return outcomes.every(({ kind }) => kind === "settled" || kind === "applied") ? 0 : 1;
  } finally {
    await unlock();
  }
}

/** `plan` decides on the head of the branch, `drift` on the commit that was last applied. */
async function decideOnce(shell: Shell, world: World, name: "plan" | "drift"): Promise<Outcome> {
  const { fleet } = world.judges;
  const commit =
    name === "plan"
      ? await world.repository.head(world.branch, shell.signal)
      : await world.store.fact(fleet, facts.applied);
  if (commit === undefined) {
    throw new CommandError(
      `Fleet ${fleet} was never applied from this state, so nothing can have drifted. Run plumbline apply or run first.`,
    );
  }
  if (name === "drift") await present(world, commit, shell.signal);
  const inventory = await world.store.inventory(fleet);
  const previous = await world.store.fact(fleet, facts.applied);
  const { repository, onProgress } = world;
  const question = { repository, commit, inventory, previous, signal: shell.signal, onProgress };
  const { judges } = await seatPolicies(world, question);
  const decided = await decide(judges, question);
  // A plan says what a pass would meet; drift is judged at a commit that was applied already.
  const unsigned = name === "plan" ? await signatureRefusals(world, commit) : [];
  const decision = { ...decided, refusals: [...unsigned, ...decided.refusals] };
  const doers = name === "drift" ? await doersOf(world.judges, world.store, decision, shell.signal) : new Map();
  return { ...outcomeOf(world, decision, undefined, inventory), ...(doers.size > 0 && { doers }) };
}

/** A fresh clone may not hold the commit yet: looking at the head brings its history. */
async function present(world: World, commit: string, signal: AbortSignal): Promise<void> {
  try {
    await world.repository.commit(commit);
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    await world.repository.head(world.branch, signal);
  }
}

function exitCode(outcomes: readonly Outcome[], name: "plan" | "drift"): number {
  if (outcomes.some(({ kind, failure }) => kind === "invalid" || kind === "refused" || failure !== "")) return 1;
  const differs = (outcome: Outcome): boolean =>
    (outcome.plan?.changes ?? []).some((change) => acts(change) && (name === "plan" || change.cause !== "commit"));
  return outcomes.some(differs) ? 2 : 0;
}

import type { Command } from "../cli.ts";
import { nearest } from "../core/nearest.ts";
import type { NetworkPlan } from "../core/network.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Problem } from "../core/problem.ts";
import { decide } from "../decide.ts";
import { facts, outcomeOf, type World } from "../reconcile.ts";
import type { Shell } from "../shell.ts";
import { type NetworkAnswer, printer } from "./print.ts";
import { CommandError, type Flags, openSession } from "./session.ts";

/** `network`: what the head of the branch and the world come to in addresses. Changes nothing. */
export async function network(
  shell: Shell,
  command: Extract<Command, { readonly name: "network" }>,
  flags: Flags,
): Promise<number> {
  const print = printer(shell, command.output, flags);
  const session = await openSession(shell, command, print.progress);
  try {
    const outcomes: Outcome[] = [];
    for (const world of session.worlds) outcomes.push(await look(world, shell.signal));
    for (const { networks, problems, sources } of outcomes) {
      if (networks !== undefined) continue;
      print.problems(problems, sources);
      throw new CommandError("The commit is not valid, so that it has no address plan.");
    }
    const all = outcomes.flatMap(({ networks }) => networks ?? []);
    const names = command.networks.map((name) => nameOf(name, all));
    const answers = outcomes.map(({ fleet, commit, networks = [] }): NetworkAnswer => {
      const plans = names.length === 0 ? networks : networks.filter((plan) => names.includes(plan.network));
      return { fleet, commit, plans };
    });
    print.networks(answers, names.length > 0);
    return outcomes.map((outcome) => tellTrouble(shell, print, aboutOnly(outcome, names))).includes(true) ? 1 : 0;
  } finally {
    print.end();
    await session.close();
  }
}

async function look(world: World, signal: AbortSignal): Promise<Outcome> {
  const { fleet } = world.judges;
  const { repository, onProgress } = world;
  const commit = await repository.head(world.branch, signal);
  const inventory = await world.store.inventory(fleet);
  const previous = await world.store.fact(fleet, facts.applied);
  const question = { repository, commit, inventory, previous, signal, onProgress };
  return outcomeOf(world, await decide(world.judges, question), undefined, inventory);
}

/** Without what is said on the manifests of networks that nobody asked for; without names, everything. */
function aboutOnly(outcome: Outcome, names: readonly string[]): Outcome {
  const plans = outcome.networks ?? [];
  const isAsked = ({ file, line }: Problem): boolean => {
    const above = plans.filter((plan) => plan.file === file && plan.line <= line);
    const closest = above.sort((left, right) => right.line - left.line)[0];
    return closest === undefined || names.includes(closest.network);
  };
  return names.length === 0 ? outcome : { ...outcome, problems: outcome.problems.filter(isAsked) };
}

/** What is wrong with networks, and who could not be asked; whether there is anything of that. */
function tellTrouble(
  shell: Shell,
  print: ReturnType<typeof printer>,
  { problems, sources, failure }: Outcome,
): boolean {
  const found = problems.filter(({ rule }) => rule.startsWith("network/"));
  if (found.length > 0) print.problems(found, sources);
  if (failure !== "") shell.stderr.write(`plumbline: ${failure}\n`);
  return failure !== "" || found.some(({ severity }) => severity === "error");
}

/** `default/main` for `main`, as long as only one is meant. */
function nameOf(given: string, plans: readonly NetworkPlan[]): string {
  const known = [...new Set(plans.map((plan) => plan.network))];
  const meant = known.filter((name) => name === given || name.split("/")[1] === given);
  const [only] = meant;
  if (meant.length === 1 && only !== undefined) return only;
  if (meant.length > 1) throw new CommandError(`${given} may be ${meant.join(" or ")}. Write the namespace too.`);
  const near = nearest(given, [...known, ...known.map((name) => name.split("/")[1] ?? name)]);
  const hint = near === undefined ? `There are: ${known.join(", ") || "none"}.` : `Did you mean ${near}?`;
  throw new CommandError(`There is no network ${given}. ${hint}`);
}

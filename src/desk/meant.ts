import type { Remark } from "../forge/forge.ts";
import { codeSpan } from "../report/markdown-text.ts";
import { memoryOf, type Review, reviewFacts } from "../review.ts";
import type { Answer } from "./answer.ts";
import { deskFacts } from "./facts.ts";
import type { Reading } from "./grammar.ts";

/** A request that one fleet carries out, that is another one's, or that is answered without carrying anything out. */
export type Meant = "ours" | "others" | Answer;

type Understood = Exclude<Reading, { readonly kind: "none" }>;

/**
 * Whose request it is where several fleets share a project: that of the fleet it names, or of every fleet that reviews the pull
 * request or told its drift in the issue. What one answer is enough for, the first fleet of the configuration answers.
 */
export async function meantFor(desk: Review, remark: Remark, reading: Understood, signal: AbortSignal): Promise<Meant> {
  const { seat, world } = desk;
  const named = reading.kind === "request" ? reading.fleet : undefined;
  if (seat === undefined) {
    const { fleet } = world.judges;
    return named === undefined || named === fleet ? "ours" : unknownFleet(named, [fleet]);
  }
  const isFirst = seat.neighbours[0]?.context === seat.context;
  if (named !== undefined) {
    if (named === seat.context || named === world.judges.fleet) return "ours";
    const isKnown = seat.neighbours.some(({ context, fleet }) => named === context || named === fleet);
    const all = seat.neighbours.map(({ context }) => context);
    return isKnown || !isFirst ? "others" : unknownFleet(named, all);
  }
  const isForAll = reading.kind === "unknown" || reading.request.name === "help";
  if (isForAll) return isFirst ? "ours" : "others";
  if (!remark.isPullRequest) return await meantInIssue(desk, remark, isFirst);
  if (!(await isReviewedHere(desk, remark, signal))) return "others";
  return reading.request.name === "approve" ? await meantByPlan(desk, reading.request.planId, isFirst) : "ours";
}

function unknownFleet(name: string, all: readonly string[]): Answer {
  return { isDone: false, text: `There is no fleet ${codeSpan(name)} here, only ${all.map(codeSpan).join(", ")}.` };
}

async function meantInIssue({ world, seat }: Review, remark: Remark, isFirst: boolean): Promise<Meant> {
  const isTicketOf = async (fleet: string): Promise<boolean> =>
    (await world.store.fact(fleet, deskFacts.ticket)) === String(remark.thread);
  if (await isTicketOf(world.judges.fleet)) return "ours";
  for (const { fleet } of seat?.neighbours ?? []) if (await isTicketOf(fleet)) return "others";
  if (!isFirst) return "others";
  const all = (seat?.neighbours ?? []).map(({ context }) => codeSpan(`--fleet ${context}`));
  return { isDone: false, text: `Several fleets are talked about here. Say which one: add ${all.join(" or ")}.` };
}

async function isReviewedHere({ world, forge }: Review, remark: Remark, signal: AbortSignal): Promise<boolean> {
  const { store, judges, branch } = world;
  const isKnown =
    (await store.fact(judges.fleet, reviewFacts.review(remark.thread))) ??
    (await store.fact(judges.fleet, deskFacts.merged(remark.thread)));
  return isKnown !== undefined || (await forge.pull(remark.thread, signal))?.baseBranch === branch;
}

/** A plan id belongs to one fleet; one that nobody knows is answered once. */
async function meantByPlan({ world, seat }: Review, planId: string, isFirst: boolean): Promise<Meant> {
  const knows = async (fleet: string): Promise<boolean> => {
    const stored = [...(await world.store.factsUnder(fleet, "review/")).values()].map(memoryOf);
    const refused = await world.store.fact(fleet, deskFacts.refusedPlan);
    return stored.some((memory) => memory?.planId === planId) || refused?.includes(`"${planId}"`) === true;
  };
  if (await knows(world.judges.fleet)) return "ours";
  for (const { fleet } of seat?.neighbours ?? []) if (await knows(fleet)) return "others";
  return isFirst ? "ours" : "others";
}

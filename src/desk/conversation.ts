import type { effectsOf } from "../core/effects.ts";
import { decide } from "../decide.ts";
import { approve, askRevert, hold, holdOf, release } from "../decrees.ts";
import { ForgeError, type Remark } from "../forge/forge.ts";
import { outcomeOf, facts as passFacts } from "../reconcile.ts";
import { RepositoryError } from "../repo/repository.ts";
import { driftMarkdown } from "../report/markdown.ts";
import { codeSpan, plainText } from "../report/markdown-text.ts";
import { commentLimits, splitMarkdown } from "../report/split.ts";
import { memoryOf, type Review, reviewFacts } from "../review.ts";
import { acceptDrift } from "./accept.ts";
import type { Answer } from "./answer.ts";
import { deskFacts } from "./facts.ts";
import { isNamed, type Request, readRequest, requestHelp } from "./grammar.ts";
import { meantFor } from "./meant.ts";

/** What a request may set in motion. */
export interface Wakes {
  /** The tracked branch is looked at again. */
  applyAgain(): void;
}

/** How far back the first look of a new store reads: what was asked while the daemon was down is still answered. */
const firstLookBackMs = 60 * 60 * 1000;
/** Among how many requests one that came to no end is looked for. */
const requestsLookedBack = 500;

/** Reads what people wrote since the last look, and carries out what they asked for. Each request once, also after a crash. */
export async function converse(desk: Review, wakes: Wakes, signal: AbortSignal): Promise<void> {
  const { world, forge } = desk;
  const { store, clock, judges } = world;
  const startIso = new Date(clock.now().getTime() - firstLookBackMs).toISOString();
  const since = (await store.fact(judges.fleet, deskFacts.remarks)) ?? startIso;
  let newest = since;
  const failures: unknown[] = [];
  for (const remark of await forge.remarks(since, signal)) {
    try {
      if (!remark.isByBot) await heed(desk, wakes, remark, signal);
    } catch (error) {
      // One that cannot be answered now keeps nobody else waiting; it is read again.
      signal.throwIfAborted();
      failures.push(error);
    }
    if (failures.length === 0 && remark.writtenAt > newest) newest = remark.writtenAt;
  }
  if (newest !== since) await store.setFact(judges.fleet, deskFacts.remarks, newest);
  if (failures.length > 0) throw failures[0];
}

/** What was asked for in a request that was written down but came to no end: the forge or the repository failed half-way, or the daemon died. */
async function unfinished({ world }: Review, id: string): Promise<string | undefined> {
  const records = await world.store.audit(world.judges.fleet, requestsLookedBack);
  return records.find((record) => record.id === id && record.result === "")?.action;
}

/** Heeds one request; one that fails for good is written down as failed, so that it is not tried for ever. */
async function heed(desk: Review, wakes: Wakes, remark: Remark, signal: AbortSignal): Promise<void> {
  try {
    await heedOnce(desk, wakes, remark, signal);
  } catch (error) {
    const isWorthARetry = (error instanceof ForgeError || error instanceof RepositoryError) && error.next !== "person";
    if (!isWorthARetry && !signal.aborted) {
      const reason = error instanceof ForgeError || error instanceof RepositoryError ? error.message : "unexpectedly";
      await desk.world.store.finishAudit(desk.world.judges.fleet, remark.id, `failed: ${reason.slice(0, 500)}`);
    }
    throw error;
  }
}

async function heedOnce(desk: Review, wakes: Wakes, remark: Remark, signal: AbortSignal): Promise<void> {
  const { world, forge } = desk;
  const { fleet } = world.judges;
  const reading = readRequest(remark.body);
  if (reading.kind === "none") return;
  const meant = await meantFor(desk, remark, reading, signal);
  if (meant === "others") return;
  const action = reading.kind === "request" ? actionText(reading.request) : reading.name;
  const subject = `${remark.isPullRequest ? "pull request" : "issue"} ${remark.thread}`;
  const record = {
    id: remark.id,
    at: world.clock.now().toISOString(),
    actor: remark.author,
    action,
    subject,
    result: "",
  };
  const begun = (await world.store.addAudit(fleet, record)) ? "" : await unfinished(desk, remark.id);
  if (begun === undefined) return;
  await forge.react(remark, "seen", signal);
  const permission = await forge.permission(remark.author, signal);
  const mayAsk = permission === "admin" || permission === "write";
  const answer = !mayAsk
    ? {
        isDone: false,
        text: `Only people with write permission may ask for that; ${codeSpan(remark.author)} has ${permission}.`,
      }
    : remark.isEdited && begun !== action
      ? { isDone: false, text: "This comment was edited, perhaps by somebody else. Say it in a new one." }
      : reading.kind === "unknown"
        ? { isDone: false, text: plainText(reading.message) }
        : meant !== "ours"
          ? meant
          : await carryOut(desk, wakes, remark, reading.request, signal);
  await forge.react(remark, answer.isDone ? "done" : "refused", signal);
  if (answer.text !== "") {
    const speaker = desk.seat === undefined ? "" : `${codeSpan(desk.seat.context)}, in`;
    const parts = splitMarkdown(
      `${speaker === "" ? "In" : speaker} answer to ${codeSpan(`/${action}`)} of ${codeSpan(remark.author)}:\n\n${answer.text}`,
      commentLimits,
    );
    const key = ["answer", remark.id, ...(desk.seat === undefined ? [] : [desk.seat.context])].join("/");
    await forge.note(remark.thread, { key, parts }, signal);
  }
  // Last: whatever failed before is done again, and each of it may be.
  await world.store.finishAudit(fleet, remark.id, answer.isDone ? "done" : answer.text.slice(0, 500));
  desk.say?.(`#${remark.thread} ${remark.author} asked for /${action}: ${answer.isDone ? "done" : "refused"}`);
}

function actionText(request: Request): string {
  switch (request.name) {
    case "plan":
      return request.commit === undefined ? "plan" : `plan ${request.commit}`;
    case "approve":
      return `approve ${request.planId}`;
    case "accept":
    case "revert":
      return [request.name, ...request.addresses].join(" ");
    default:
      return request.name;
  }
}

async function carryOut(
  desk: Review,
  wakes: Wakes,
  remark: Remark,
  request: Request,
  signal: AbortSignal,
): Promise<Answer> {
  const { store, judges, clock } = desk.world;
  const { fleet } = judges;
  const by = { by: remark.author, at: clock.now().toISOString() };
  switch (request.name) {
    case "plan":
      return await planAgain(desk, remark, request.commit, signal);
    case "approve":
      return await approvePlan(desk, wakes, remark, request.planId);
    case "apply":
      wakes.applyAgain();
      return await unlessHeld(desk);
    case "drift":
      return await tellDrift(desk, signal);
    case "accept":
      return await acceptDrift(desk, request.addresses, remark.author, signal);
    case "revert":
      return await revert(desk, wakes, by, request.addresses);
    case "hold":
      await hold(store, fleet, by);
      return { isDone: true, text: `Fleet ${codeSpan(fleet)} stays as it is until ${codeSpan("/release")}.` };
    case "release": {
      const was = await release(store, fleet);
      wakes.applyAgain();
      return was ? { isDone: true, text: "" } : { isDone: false, text: "There is no hold to end." };
    }
    case "help":
      return { isDone: true, text: helpOf(desk) };
  }
}

function helpOf({ seat }: Review): string {
  const lines = requestHelp.map(([usage, meaning]) => `- ${codeSpan(usage)}: ${meaning}`);
  if (seat === undefined) return lines.join("\n");
  const all = seat.neighbours.map(({ context }) => codeSpan(context)).join(", ");
  return [...lines, "", `With ${codeSpan("--fleet <name>")} only one fleet is meant: ${all}.`].join("\n");
}

/** Puts drift right, all of it or what is named. */
async function revert(
  desk: Review,
  wakes: Wakes,
  by: { readonly by: string; readonly at: string },
  words: readonly string[],
): Promise<Answer> {
  const { store, judges } = desk.world;
  const incidents = (await store.openIncidents(judges.fleet)).map(({ address }) => address);
  const addresses = incidents.filter((address) => isNamed(address, words));
  if (addresses.length === 0 && words.length > 0) return { isDone: false, text: "Nothing of that has drifted." };
  await askRevert(store, judges.fleet, by, words.length === 0 ? [] : addresses);
  wakes.applyAgain();
  return await unlessHeld(desk);
}

/** What is applied at once needs no words; on hold it waits, and that is said. */
async function unlessHeld({ world }: Review): Promise<Answer> {
  const { store, judges } = world;
  const held = await holdOf(store, judges.fleet);
  if (held === undefined) return { isDone: true, text: "" };
  const who = codeSpan(held.by);
  return { isDone: true, text: `It waits: ${who} put the fleet on hold. ${codeSpan("/release")} ends that.` };
}

/** A fork's commit is planned only when somebody who may write names exactly it: a later push is not covered. */
async function planAgain(
  { world, forge }: Review,
  remark: Remark,
  commit: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  if (!remark.isPullRequest) return { isDone: false, text: "There is nothing to plan in an issue." };
  const { store, judges } = world;
  const pull = await forge.pull(remark.thread, signal);
  if (pull?.state !== "open") return { isDone: false, text: "This pull request is not open any more." };
  if (pull.baseBranch !== world.branch)
    return {
      isDone: false,
      text: `It goes to ${codeSpan(pull.baseBranch)}; the fleet follows ${codeSpan(world.branch)}.`,
    };
  if (
    commit === undefined &&
    pull.isFork &&
    (await store.fact(judges.fleet, reviewFacts.trusted(pull.headCommit))) === undefined
  )
    return {
      isDone: false,
      text: `It comes from a fork. Read it, then name the commit: ${codeSpan(`/plan ${pull.headCommit}`)}`,
    };
  if (commit !== undefined) {
    if (pull.headCommit !== commit)
      return { isDone: false, text: `${codeSpan(commit.slice(0, 8))} is not the head of this pull request any more.` };
    await store.setFact(judges.fleet, reviewFacts.trusted(commit), remark.author);
  }
  await store.setFact(judges.fleet, deskFacts.again(remark.thread), remark.id);
  return { isDone: true, text: "" };
}

/** Lifts refusals of a plan that was shown here, or that a pass of the tracked branch was refused with. */
async function approvePlan({ world }: Review, wakes: Wakes, remark: Remark, planId: string): Promise<Answer> {
  const { store, judges, clock } = world;
  const { fleet } = judges;
  const memory = memoryOf(await store.fact(fleet, reviewFacts.review(remark.thread)));
  const refused = memoryOfRefusal(await store.fact(fleet, deskFacts.refusedPlan));
  const known = memory?.planId === planId ? memory : refused?.planId === planId ? refused : undefined;
  if (known === undefined)
    return {
      isDone: false,
      text: `${codeSpan(planId)} is not the newest plan here. Look at it, and approve the one that is.`,
    };
  await approve(store, fleet, { by: remark.author, at: clock.now().toISOString(), planId, effects: known.effects });
  wakes.applyAgain();
  return { isDone: true, text: "" };
}

function memoryOfRefusal(
  text: string | undefined,
): { readonly planId: string; readonly effects: ReturnType<typeof effectsOf> } | undefined {
  return text === undefined
    ? undefined
    : (JSON.parse(text) as { planId: string; effects: ReturnType<typeof effectsOf> });
}

async function tellDrift({ world }: Review, signal: AbortSignal): Promise<Answer> {
  const { store, judges, repository, branch } = world;
  const commit = (await store.fact(judges.fleet, passFacts.applied)) ?? (await repository.head(branch, signal));
  const inventory = await store.inventory(judges.fleet);
  const decision = await decide(judges, {
    repository,
    commit,
    inventory,
    previous: commit,
    signal,
    onProgress: () => undefined,
  });
  return { isDone: true, text: driftMarkdown(outcomeOf(world, decision, undefined, inventory)) };
}

import { withAwaited } from "./awaited.ts";
import type { Plan, Refusal } from "./core/change.ts";
import type { DriftPolicy } from "./core/drift.ts";
import type { InventoryEntry } from "./core/inventory.ts";
import type { JsonObject } from "./core/json.ts";
import { judge, type Limits } from "./core/limits.ts";
import type { Pending } from "./core/outcome.ts";
import { clashes } from "./core/pair.ts";
import { makePlan } from "./core/plan.ts";
import { hasErrors, type Problem, sortProblems } from "./core/problem.ts";
import type { OnProgress } from "./core/progress.ts";
import type { Observed, Resource } from "./core/resource.ts";
import { pendingOf } from "./core/wait.ts";
import type { Checker, CheckResult } from "./datum/check.ts";
import type { Earlier } from "./datum/earlier.ts";
import { expandFleet } from "./datum/expand.ts";
import type { Fleet } from "./datum/fleet.ts";
import { nameProblems } from "./datum/judge.ts";
import { linkProblems } from "./datum/links.ts";
import { checkUpdates } from "./datum/rules-update.ts";
import { unservedProblems } from "./datum/unserved.ts";
import { withWritten } from "./datum/written.ts";
import { type Ground, groundOf } from "./ground.ts";
import type { Judged } from "./policy/check.ts";
import type { PolicyEngine } from "./policy/door.ts";
import { assumedIn, citiesOf, previousDocuments } from "./previous.ts";
import { type Provider, ProviderError } from "./providers/provider.ts";
import type { ParseCache } from "./read.ts";
import { manifestsDigest, readManifests, readSources } from "./read.ts";
import { rehearsePlan } from "./rehearse.ts";
import type { Repository } from "./repo/repository.ts";
import type { SecretRoom } from "./secrets/room.ts";

/** What deciding rests on besides the commit. All of it comes from the daemon's own configuration. */
export interface Judges {
  readonly fleet: string;
  /** Folder of the repository that holds the manifests; empty for all of it. */
  readonly prefix: string;
  readonly checker: Checker;
  readonly providers: readonly Provider[];
  readonly limits: Limits;
  readonly driftPolicy: DriftPolicy;
  /** Addresses whose drift is corrected all the same: somebody asked for it. */
  readonly reverted?: readonly string[];
  /** The daemon's own policies; absent where there are none. */
  readonly policies?: Pick<PolicyEngine, "checkManifests" | "checkPlan">;
  /** Opens encrypted Secrets; absent where nothing is ever applied. */
  readonly secrets?: Pick<SecretRoom, "check">;
  /** The moment policies may speak of, such as `2026-02-28T12:00:00Z`. */
  readonly now?: () => string;
  /** Digest of schemas, rules and limits, and the version of this program: part of a plan's identity. */
  readonly rulesDigest: string;
  readonly cache: ParseCache;
}

/** A commit and what is remembered when it is decided. */
export interface Question {
  readonly repository: Repository;
  readonly commit: string;
  readonly inventory: readonly InventoryEntry[];
  /** The commit that was last applied as a whole: what policies call the old object. */
  readonly previous?: string | undefined;
  /** The commit that a merge would be added to: what it wants already is told apart. */
  readonly base?: string | undefined;
  /** `check` stops before anything outside is asked: for drafts and for what strangers wrote. */
  readonly depth?: "check" | "plan";
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Everything known after deciding; without a plan when the commit is invalid. */
export interface Decision {
  readonly commit: string;
  readonly commitSubject: string;
  readonly manifests: number;
  readonly problems: readonly Problem[];
  /** Texts of the files that problems are in, for excerpts. */
  readonly sources: ReadonlyMap<string, string>;
  /** The wanted state and what it was expanded against; absent where the commit was refused before that. */
  readonly expanded?: { readonly fleet: Fleet; readonly ground: Ground };
  readonly plan: Plan | undefined;
  readonly refusals: readonly Refusal[];
  readonly pending: readonly Pending[];
  readonly wanted: readonly Resource[];
  readonly observed: readonly Observed[];
  /** Remembered, but neither wanted nor there any more. */
  readonly gone: readonly InventoryEntry[];
  /** Providers that could not be observed, with the error. */
  readonly unavailable: ReadonlyMap<string, ProviderError>;
}

/** The only road to a plan: read, check, expand, observe, translate, plan, rehearse, limit. Changes nothing anywhere. */
export async function decide(judges: Judges, question: Question): Promise<Decision> {
  const { repository, commit, signal, onProgress } = question;
  const info = await repository.commit(commit);
  const files = await readManifests(judges, question);
  onProgress({
    kind: "step",
    step: "check",
    message: `checking ${files.parsed.length} files of ${commit.slice(0, 8)}`,
  });
  const checked = judges.checker.check(files.parsed);
  const before = await previousDocuments(judges, question, checked.documents);
  const judged = await judgeManifests(judges, checked, before);
  const problems = sortProblems([...checked.problems, ...checkUpdates(checked.documents, before), ...judged]);
  const base = { commit, commitSubject: info.subject, manifests: checked.documents.length };
  const sourcesOf = (found: readonly Problem[]) => readSources(files, found, question);
  if (hasErrors(problems) || question.depth === "check") {
    const all = sortProblems([...problems, ...nameProblems(checked)]);
    return { ...base, ...nothing, problems: all, sources: await sourcesOf(all) };
  }

  const draft = expand(judges, checked, { allocations: new Map(), facts: [] });
  const seen = await observe(judges, draft, question.inventory, signal, onProgress);
  const dark = new Set(seen.unavailable.keys());
  const ground = groundOf(draft, seen.observed, question.inventory, judges.providers, dark);
  const fleet = expand(judges, checked, ground);
  const expanded = { fleet, ground };
  const used = fleet.deployments.flatMap(({ secrets }) => Object.values(secrets));
  const sealed = (await judges.secrets?.check(used, checked.documents)) ?? [];
  const wanted = judges.providers.flatMap((provider) => [
    ...provider.translate(fleet),
    ...(provider.retained?.(
      fleet,
      seen.observed.filter((one) => one.provider === provider.name),
    ) ?? []),
  ]);
  const found = sortProblems([
    ...problems,
    ...fleet.problems,
    ...sealed,
    ...judges.providers.flatMap((provider) => provider.problems?.(fleet) ?? []),
    ...clashes(wanted),
    ...unservedProblems(fleet, wanted),
    ...linkProblems(fleet, wanted, { byDefault: defaultPlane(judges.providers), unseen: dark }),
  ]);
  if (hasErrors(found)) return { ...base, ...nothing, expanded, problems: found, sources: await sourcesOf(found) };

  onProgress({ kind: "step", step: "plan", message: `planning ${wanted.length} resources` });
  const unavailable = new Map([...seen.unavailable].map(([name, error]) => [name, error.message]));
  const { plan, gone } = makePlan({
    fleet: judges.fleet,
    commit,
    wanted,
    observed: seen.observed,
    inventory: question.inventory,
    driftPolicy: judges.driftPolicy,
    ...(judges.reverted && { reverted: judges.reverted }),
    compare: comparison(judges.providers),
    exposures: exposing(judges.providers),
    rank: ranking(judges.providers),
    unavailable,
    identity: { rules: judges.rulesDigest, manifests: manifestsDigest(files) },
  });
  const awaited = await withAwaited(judges, question, plan, { ground, observed: seen.observed });
  const traced = withWritten(awaited, checked.documents, before);
  const rehearsed = await rehearsePlan(judges.providers, plan, signal, onProgress);
  if (hasErrors(rehearsed)) {
    const all = sortProblems([...found, ...rehearsed]);
    return { ...base, ...nothing, expanded, problems: all, sources: await sourcesOf(all) };
  }
  const cities = new Map(fleet.locations.map(({ name, cityCode }) => [name, cityCode]));
  const surroundings = { inventory: question.inventory, cities, citiesBefore: citiesOf(before.documents) };
  const verdict = await judges.policies?.checkPlan(plan, judges.now?.() ?? "", surroundings);
  const limited = judge(plan, judges.limits, { inventory: question.inventory, wanted: wanted.length });
  const refusals = [...limited, ...(verdict?.refusals ?? [])];
  const pending = pendingOf(plan.changes, wanted, unavailable);
  return {
    ...base,
    expanded,
    problems: sortProblems([...found, ...rehearsed, ...(verdict?.problems ?? [])]),
    sources: await sourcesOf([...found, ...rehearsed]),
    plan: { ...traced, assumed: assumedIn(plan, checked.documents, before) },
    refusals,
    pending,
    wanted,
    observed: seen.observed,
    gone,
    unavailable: seen.unavailable,
  };
}

const nothing = {
  plan: undefined,
  refusals: [],
  pending: [],
  wanted: [],
  observed: [],
  gone: [],
  unavailable: new Map<string, ProviderError>(),
} as const;

function expand(judges: Judges, checked: CheckResult, ground: Ground): Fleet {
  return expandFleet(checked.documents, { fleet: judges.fleet, ...ground });
}

/** The control plane of whatever names none; empty where there is none. */
function defaultPlane(providers: readonly Provider[]): string {
  return providers.find(({ servesByDefault }) => servesByDefault === true)?.name ?? "";
}

/** What the daemon's policies say of each manifest, beside what it was at the last applied commit. */
async function judgeManifests(judges: Judges, checked: CheckResult, before: Earlier): Promise<readonly Problem[]> {
  if (judges.policies === undefined) return [];
  const present = checked.documents.map((document): Judged => {
    const { content: object } = document;
    const old = before.of(document);
    return old === undefined ? { document, object } : { document, object, oldObject: old.content };
  });
  const removed = before.removed.map((document): Judged => ({ document, oldObject: document.content }));
  return await judges.policies.checkManifests([...present, ...removed]);
}

interface Seen {
  readonly observed: readonly Observed[];
  readonly unavailable: ReadonlyMap<string, ProviderError>;
}

/** Lists every provider side by side. One that cannot be listed delays only its own part. */
async function observe(
  judges: Judges,
  fleet: Fleet,
  inventory: readonly InventoryEntry[],
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Seen> {
  onProgress({
    kind: "step",
    step: "observe",
    message: `observing ${judges.providers.map(({ name }) => name).join(", ")}`,
  });
  const unavailable = new Map<string, ProviderError>();
  const lists = await Promise.all(
    judges.providers.map(async (provider) => {
      const remembered = inventory.filter((entry) => entry.provider === provider.name);
      const realms = [...new Set([...provider.realms(fleet), ...remembered.map(({ realm }) => realm)])].sort();
      // Without any memory of a provider every kind is listed: what stands there may be ours from before the store was lost.
      const kinds = remembered.length > 0 ? [...new Set(remembered.map(({ kind }) => kind))].sort() : undefined;
      try {
        return await collect(
          provider.observe({ fleet: judges.fleet, realms, ...(kinds !== undefined && { kinds }) }, signal),
        );
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        unavailable.set(provider.name, error);
        return [];
      }
    }),
  );
  return { observed: lists.flat(), unavailable };
}

async function collect(things: AsyncIterable<Observed>): Promise<readonly Observed[]> {
  const all: Observed[] = [];
  for await (const thing of things) all.push(thing);
  return all;
}

function comparison(providers: readonly Provider[]) {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return (resource: Resource, observed: Observed) => byName.get(resource.provider)?.compare(resource, observed) ?? [];
}

function exposing(providers: readonly Provider[]) {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return (name: string, kind: string, spec: JsonObject): readonly string[] =>
    byName.get(name)?.exposures?.(kind, spec) ?? [];
}

function ranking(providers: readonly Provider[]) {
  const byName = new Map(providers.map((provider, index) => [provider.name, { provider, index }]));
  return (name: string, kind: string): number => {
    const found = byName.get(name);
    return found === undefined ? 0 : found.provider.kinds.indexOf(kind) * providers.length + found.index;
  };
}

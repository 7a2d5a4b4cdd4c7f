import type { Action, Change } from "../core/change.ts";
import { digest } from "../core/identity.ts";
import type { Outcome } from "../core/outcome.ts";
import { acts } from "../core/plan.ts";
import { type Announcement, type DriftedThing, driftAnnouncement, passAnnouncement } from "../report/announcement.ts";
import type { Incident } from "../store/store.ts";
import type { PlaceMemory, Told } from "./memory.ts";

/** Something new, with an identity that stays the same when it is found again after a crash. */
export interface NewsItem {
  readonly id: string;
  readonly announcement: Announcement;
}

/** What is new, and what is known once it is told. */
export interface News {
  readonly items: readonly NewsItem[];
  readonly told: Told;
}

/** What news are made with. */
export interface NewsFacts {
  readonly nowIso: string;
  /** How long something may fail that heals by itself before it is told. */
  readonly patienceMs: number;
  readonly commitUrl: (commit: string) => string;
}

/** What a pass gave that nobody was told yet. The first outcome is the head's; a second one is of the good commit that stays wanted. */
export function newsOfPass(
  told: Told,
  outcomes: readonly Outcome[],
  incidents: readonly Incident[],
  facts: NewsFacts,
): News {
  const items: NewsItem[] = [];
  const isBlind = outcomes[0]?.commit === "";
  // A repository that cannot be reached says nothing new of the commits in it.
  const places: Record<string, PlaceMemory> = isBlind ? { ...told.places } : {};
  for (const [index, outcome] of outcomes.entries()) {
    const place = isBlind ? "repository" : index === 0 ? "head" : "kept";
    const known = place === "head" ? afterBlindness(told) : told.places[place];
    const { item, memory } = newsOfPlace(place, known, outcome, facts);
    places[place] = memory;
    if (item !== undefined) items.push(item);
  }
  const { items: ofDrift, drift } = newsOfDrift(told.drift, outcomes, incidents, facts);
  return { items: [...items, ...ofDrift], told: { ...told, places, drift } };
}

/** How the head was left; one that was well counts as troubled when it was told that nobody could look at it. */
function afterBlindness({ places: { head, repository } }: Told): PlaceMemory | undefined {
  if (repository?.isTold !== true || (head !== undefined && head.trouble !== "")) return head;
  return { ...repository, commit: head?.commit ?? "", done: head?.done ?? {} };
}

/** A plan that is about to be carried out. */
export function newsOfPlan(told: Told, outcome: Outcome, { commitUrl }: NewsFacts): News {
  const planned = `${outcome.commit} ${outcome.plan?.effectId ?? ""}`;
  if (planned === told.planned) return { items: [], told };
  const announcement = passAnnouncement("planned", outcome, {}, commitUrl(outcome.commit));
  return {
    items: [{ id: digest(["planned", outcome.fleet, planned]).slice(0, 24), announcement }],
    told: { ...told, planned },
  };
}

type Done = PlaceMemory["done"];

function newsOfPlace(
  place: string,
  known: PlaceMemory | undefined,
  outcome: Outcome,
  { nowIso, patienceMs, commitUrl }: NewsFacts,
): { readonly item: NewsItem | undefined; readonly memory: PlaceMemory } {
  const isSame = known?.commit === outcome.commit;
  const done = added(isSame ? known.done : {}, doneFor(outcome));
  const tell = (event: Parameters<typeof passAnnouncement>[0], identity: string): NewsItem => ({
    id: digest([place, event, outcome.fleet, outcome.commit, identity]).slice(0, 24),
    announcement: passAnnouncement(event, outcome, done, commitUrl(outcome.commit)),
  });
  const { commit, kind } = outcome;
  if (kind === "applied" || kind === "settled") {
    const memory: PlaceMemory = { commit, trouble: "", isTold: false, since: "", done: {} };
    const wasTold = known?.isTold === true && known.trouble !== "";
    if (wasTold) return { item: tell("recovered", `${known.trouble} ${nowIso}`), memory };
    return { item: Object.keys(done).length > 0 ? tell("applied", nowIso) : undefined, memory };
  }
  const trouble = troubleOf(outcome);
  const isKnown = known?.trouble === trouble && isSame;
  const since = known !== undefined && known.since !== "" && isSame ? known.since : nowIso;
  const isDue = !outcome.retryable || Date.parse(nowIso) - Date.parse(since) >= patienceMs;
  const isNew = isDue && !(isKnown && known.isTold);
  // Trouble that came back within the same story was told already; trouble of another kind is news.
  const memory: PlaceMemory = { commit, trouble, isTold: isNew || (isKnown && known.isTold), since, done };
  return { item: isNew ? tell(kind, `${trouble} ${since}`) : undefined, memory };
}

/** What is wrong, without what changes from try to try. */
function troubleOf(outcome: Outcome): string {
  const { kind, problems, refusals, results, pending, failure, plan } = outcome;
  return digest([
    kind,
    ...(kind === "refused" ? [plan?.effectId ?? ""] : []),
    problems.filter(({ severity }) => severity === "error").map(({ rule, file, line }) => [rule, file, line]),
    refusals.map(({ rule }) => rule),
    results.filter(({ state }) => state === "failed").map(({ address, code }) => [address, code]),
    pending.length > 0,
    failure === "" ? "" : "unreachable",
  ]).slice(0, 16);
}

/** What was carried out because the commit asked for it; what only the world asked for is told as drift. */
function doneFor(outcome: Outcome): Done {
  const causes = causesOf(outcome);
  const done: Partial<Record<Action, number>> = {};
  for (const { address, action, state } of outcome.results) {
    if (state === "done" && causes.get(address)?.cause !== "drift") done[action] = (done[action] ?? 0) + 1;
  }
  return done;
}

function added(left: Done, right: Done): Done {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]) as ReadonlySet<Action>;
  return Object.fromEntries([...names].map((name) => [name, (left[name] ?? 0) + (right[name] ?? 0)]));
}

function causesOf(outcome: Outcome): ReadonlyMap<string, Change> {
  return new Map((outcome.plan?.changes ?? []).map((change) => [change.address, change]));
}

function newsOfDrift(
  known: Told["drift"],
  outcomes: readonly Outcome[],
  incidents: readonly Incident[],
  { nowIso, commitUrl }: NewsFacts,
): { readonly items: readonly NewsItem[]; readonly drift: Told["drift"] } {
  const seen = outcomes.findLast(({ plan }) => plan !== undefined);
  const [first] = outcomes;
  if (first === undefined || seen === undefined) return { items: [], drift: known };
  const open = new Map(incidents.map((incident) => [incident.address, incident]));
  const changes = causesOf(seen);
  const mended = seen.results
    .filter(({ address, state }) => state === "done" && isDrift(changes.get(address)))
    .map(({ address }) => address);
  const found = incidents.filter(({ address, openedAt }) => known[address] !== openedAt);
  const ended = Object.keys(known).filter((address) => !open.has(address) && !mended.includes(address));
  const from = { fleet: seen.fleet, repository: seen.repository, commit: seen.commit };
  const thingOf = (address: string): DriftedThing => ({
    address,
    reason: whatDrifted(changes.get(address)),
    by: seen.doers?.get(address)?.by ?? byOf(open.get(address)),
  });
  const tell = (
    event: Parameters<typeof driftAnnouncement>[0],
    addresses: readonly string[],
    identity: readonly string[],
  ): readonly NewsItem[] => {
    if (addresses.length === 0) return [];
    const announcement = driftAnnouncement(event, from, addresses.map(thingOf), commitUrl(seen.commit));
    return [{ id: digest([event, seen.fleet, ...addresses, ...identity]).slice(0, 24), announcement }];
  };
  const items = [
    ...tell(
      "drift-found",
      found.map(({ address }) => address),
      found.map(({ openedAt }) => openedAt),
    ),
    ...tell("drift-mended", mended, [nowIso]),
    ...tell(
      "drift-ended",
      ended,
      ended.map((address) => known[address] ?? ""),
    ),
  ];
  return { items, drift: Object.fromEntries(incidents.map(({ address, openedAt }) => [address, openedAt])) };
}

/** How many fields of one thing are named. */
const fieldsNamed = 5;

/** What is otherwise than wanted, without values: those are for the report. */
function whatDrifted(change: Change | undefined): string {
  if (change === undefined) return "";
  const paths = change.fields.map(({ path }) => path);
  const named = paths.slice(0, fieldsNamed).join(", ");
  const more = paths.length > fieldsNamed ? ` and ${paths.length - fieldsNamed} more` : "";
  const what = change.action === "create" ? "It is gone." : named === "" ? "" : `Changed: ${named}${more}.`;
  return [what, change.reason].filter((part) => part !== "").join(" ");
}

function isDrift(change: Change | undefined): boolean {
  return change !== undefined && acts(change) && change.cause !== "commit";
}

function byOf(incident: Incident | undefined): string {
  return typeof incident?.details.by === "string" ? incident.details.by : "";
}

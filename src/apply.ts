import type { Change, Plan } from "./core/change.ts";
import { dependenciesOf, providersOf } from "./core/dependency.ts";
import { specHash } from "./core/identity.ts";
import type { InventoryEntry } from "./core/inventory.ts";
import type { ChangeResult } from "./core/outcome.ts";
import { acts } from "./core/plan.ts";
import type { OnProgress } from "./core/progress.ts";
import type { Address, Observed, Resource } from "./core/resource.ts";
import { rolloutName } from "./core/rollout.ts";
import { beforeDeadline } from "./deadline.ts";
import { type Provider, ProviderError } from "./providers/provider.ts";
import type { Clock } from "./runtime/clock.ts";
import { createQueue } from "./runtime/queue.ts";
import { backoffMs } from "./runtime/retry.ts";
import type { Store } from "./store/store.ts";

/** How patient applying is. */
export interface Patience {
  /** Changes carried out side by side. */
  readonly concurrency: number;
  /** Tries of one change in one pass; after that the pass fails and the next one tries again. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** How long one member of a rollout may take to get ready, unless its manifest says otherwise. */
  readonly progressDeadlineMs: number;
}

/** What applying needs: the plan, who carries it out, and where it is written down. */
export interface Work {
  readonly plan: Plan;
  readonly wanted: readonly Resource[];
  readonly inventory: readonly InventoryEntry[];
  readonly gone: readonly InventoryEntry[];
  readonly providers: readonly Provider[];
  readonly store: Store;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborted: nothing new is started, what runs is finished. */
  readonly stopping: AbortSignal;
  /** Aborted: what runs is given up. */
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** What became of a plan. */
export interface Applied {
  readonly results: readonly ChangeResult[];
  /** Live things after their change; absent for a deleted one. */
  readonly live: ReadonlyMap<Address, Observed | undefined>;
}

/** How a change ended, and whether what did not get done may heal by itself. */
type Ending = Pick<ChangeResult, "state" | "retryable" | "message">;

/**
 * Carries out a plan: claims in the store, acts, records. Safe to die on any line: what was claimed is found again by marker.
 * A failure skips only its dependants.
 */
export async function applyPlan(work: Work): Promise<Applied> {
  await rememberKept(work);
  const todo = work.plan.changes.filter((change) => acts(change) && !change.held);
  const held = new Set(work.plan.changes.filter((change) => change.held).map((change) => change.address));
  if (todo.length > 0) work.onProgress({ kind: "apply-started", total: todo.length });
  const queue = createQueue(work.patience.concurrency);
  const live = new Map<Address, Observed | undefined>();
  const endings = new Map<Address, Promise<Ending>>();
  const results: ChangeResult[] = [];
  /** Rollouts in which a member failed, with that member: what has not begun is left as it was. */
  const stopped = new Map<string, ChangeResult>();

  function finish(result: ChangeResult): Ending {
    results.push(result);
    work.onProgress({ kind: "change-finished", result, done: results.length, total: todo.length });
    return result;
  }

  async function runAfterDependencies(change: Change): Promise<Ending> {
    const waiting = change.dependsOn.find((address) => held.has(address));
    if (waiting !== undefined) return finish(skipped(change, `${waiting} is held back.`, false));
    for (const address of change.dependsOn) {
      const ending = await endings.get(address);
      if (ending === undefined || ending.state === "done") continue;
      // The first cause is told to everybody who waits for it, however many steps away.
      const why = ending.state === "failed" ? `${address} was not done: ${ending.message}` : ending.message;
      return finish(skipped(change, why, ending.retryable));
    }
    return queue.add(async () => {
      if (work.stopping.aborted) return finish(skipped(change, "The daemon is stopping.", true));
      const rollout = change.resource === undefined ? "" : rolloutName(change);
      const cause = stopped.get(rollout);
      if (cause !== undefined)
        return finish(skipped(change, `The rollout stopped at ${cause.address}.`, cause.retryable));
      const result = await carryOut(change, work, live);
      if (result.state === "failed" && rollout !== "") stopped.set(rollout, result);
      return finish(result);
    });
  }

  // Changes stand in order, so that each finds the promises of everything it depends on.
  for (const change of todo) endings.set(change.address, runAfterDependencies(change));
  // A broken program is told only when nothing runs any more: the next pass must not meet what this one still does.
  for (const ending of await Promise.allSettled(endings.values()))
    if (ending.status === "rejected") throw ending.reason;
  return { results, live };
}

function skipped(change: Change, message: string, retryable: boolean): ChangeResult {
  return {
    address: change.address,
    action: change.action,
    state: "skipped",
    message,
    code: "",
    retryable,
    durationMs: 0,
  };
}

async function carryOut(change: Change, work: Work, live: Map<Address, Observed | undefined>): Promise<ChangeResult> {
  const startedAt = work.clock.now().getTime();
  work.onProgress({ kind: "change-started", address: change.address, action: change.action });
  const result = (facts: Pick<ChangeResult, "state" | "message" | "code" | "retryable">): ChangeResult => ({
    address: change.address,
    action: change.action,
    durationMs: work.clock.now().getTime() - startedAt,
    ...facts,
  });
  const claimed = await claim(change, work);
  try {
    const { clock, signal, patience } = work;
    const since = claimed?.applyingSince;
    const spentMs = since === undefined ? 0 : clock.now().getTime() - Date.parse(since);
    const bounds = { usualMs: patience.progressDeadlineMs, spentMs, clock, signal };
    const observed = await beforeDeadline(change, bounds, (bounded) => act(change, work, bounded));
    live.set(change.address, observed);
    await record(change, observed, work);
    return result({ state: "done", message: "", code: "", retryable: false });
  } catch (error) {
    if (error instanceof ProviderError) {
      if (claimed?.applyingSince !== undefined && !work.stopping.aborted) await endClaim(claimed, work);
      return result({ state: "failed", message: error.message, code: error.code, retryable: error.retryable });
    }
    if (work.signal.aborted)
      return result({
        state: "failed",
        message: "Given up: the daemon was told to stop at once.",
        code: "aborted",
        retryable: true,
      });
    throw error;
  }
}

/** Tries one change until it is done, cannot heal by itself, or has used up its attempts. */
async function act(change: Change, work: Work, signal: AbortSignal): Promise<Observed | undefined> {
  const provider = work.providers.find(({ name }) => name === change.provider);
  if (provider === undefined)
    throw new ProviderError(`No provider ${change.provider} is configured.`, { code: "invalid", next: "person" });
  const order = {
    change,
    fleet: work.plan.fleet,
    commit: work.plan.commit,
    specHash: change.resource === undefined ? "" : specHash(change.resource.spec),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await provider.apply(order, signal);
    } catch (error) {
      const mayRetry =
        error instanceof ProviderError &&
        error.retryable &&
        error.code !== "overdue" &&
        attempt < work.patience.attempts &&
        !work.stopping.aborted &&
        !signal.aborted;
      if (!mayRetry) throw error;
      const { firstDelayMs, maxDelayMs } = work.patience;
      const afterMs = Math.max(
        error.retryAfterMs ?? 0,
        backoffMs(attempt, { firstDelayMs, maxDelayMs, random: work.random }),
      );
      if (afterMs > maxDelayMs) throw error;
      work.onProgress({ kind: "change-retried", address: change.address, message: error.message, afterMs });
      await work.clock.delay(afterMs, AbortSignal.any([signal, work.stopping])).catch(() => undefined);
      if (signal.aborted || work.stopping.aborted) throw error;
    }
  }
}

/** Writes the intention before the call: a crash between the two leaves a claim, never an unknown thing. */
async function claim(change: Change, work: Work): Promise<InventoryEntry | undefined> {
  const { resource, observed } = change;
  const before = work.inventory.find((entry) => entry.address === change.address);
  if (resource === undefined) {
    const entry = before ?? (observed === undefined ? undefined : entryOfOrphan(change, observed));
    if (entry !== undefined) await work.store.put(work.plan.fleet, { ...entry, phase: "deleting" });
    return undefined;
  }
  const entry = entryOf(resource, observed, work, "applying");
  const dependsOn = [...new Set([...entry.dependsOn, ...(before?.dependsOn ?? [])])].sort();
  const appliedHash = before?.phase === "applied" ? before.specHash : before?.appliedHash;
  const known = { id: before?.id ?? entry.id, dependsOn, ...(appliedHash !== undefined && { appliedHash }) };
  const goesOn = before?.phase === "applying" && before.specHash === entry.specHash;
  const applyingSince = (goesOn ? before.applyingSince : undefined) ?? work.clock.now().toISOString();
  const claimed = { ...entry, ...known, ...(entry.group !== undefined && { applyingSince }) };
  await work.store.put(work.plan.fleet, claimed);
  return claimed;
}

/** A try that has ended for itself: the next one has the whole deadline again. */
async function endClaim({ applyingSince: _, ...entry }: InventoryEntry, work: Work): Promise<void> {
  await work.store.put(work.plan.fleet, entry);
}

async function record(change: Change, observed: Observed | undefined, work: Work): Promise<void> {
  if (change.resource === undefined || observed === undefined) {
    await work.store.forget(work.plan.fleet, change.address);
    return;
  }
  // What has to wait for others (a family of addresses that is still in use) stays claimed: what is left is the commit's doing.
  const provider = work.providers.find(({ name }) => name === change.provider);
  if (change.action === "update" && provider?.compare(change.resource, observed).length !== 0) return;
  await work.store.put(work.plan.fleet, entryOf(change.resource, observed, work, "applied"));
}

/**
 * Brings the memory up to what was seen: kept things are remembered as they are, gone ones forgotten. Writes only what differs.
 * What nobody remembered and goes now is remembered too, all at once: where a memory begins, nothing of ours may be missing in it.
 */
async function rememberKept(work: Work): Promise<void> {
  const known = new Map(work.inventory.map((entry) => [entry.address, entry]));
  const fresh = work.plan.changes
    .filter((change) => change.action === "keep" && change.resource !== undefined)
    .map((change) => entryOf(change.resource as Resource, change.observed, work, "applied"))
    .filter((entry) => !isSame(known.get(entry.address), entry));
  const orphans = work.plan.changes.flatMap((change) => {
    const isNew = change.action === "delete" && !known.has(change.address);
    return isNew && change.observed !== undefined ? [entryOfOrphan(change, change.observed)] : [];
  });
  if (fresh.length + orphans.length > 0) await work.store.putAll(work.plan.fleet, [...fresh, ...orphans]);
  for (const entry of work.gone) await work.store.forget(work.plan.fleet, entry.address);
}

/** The commit alone does not count: a new commit that changes nothing of a thing writes nothing about it. */
function isSame(known: InventoryEntry | undefined, entry: InventoryEntry): boolean {
  return known !== undefined && JSON.stringify({ ...known, commit: "" }) === JSON.stringify({ ...entry, commit: "" });
}

function entryOf(
  resource: Resource,
  observed: Observed | undefined,
  work: Work,
  phase: InventoryEntry["phase"],
): InventoryEntry {
  return {
    address: resource.address,
    provider: resource.provider,
    kind: resource.kind,
    uid: resource.uid,
    key: resource.key,
    realm: resource.realm,
    owner: resource.owner,
    location: resource.location,
    phase,
    commit: work.plan.commit,
    specHash: specHash(resource.spec),
    spec: resource.spec,
    dependsOn: dependenciesOf(resource, providersOf(work.wanted)),
    protected: resource.protected,
    ...(resource.group === undefined ? {} : { group: resource.group }),
    id: observed?.id ?? "",
    ...(observed === undefined ? {} : { status: observed.status }),
  };
}

function entryOfOrphan(change: Change, observed: Observed): InventoryEntry {
  return {
    address: change.address,
    provider: observed.provider,
    kind: observed.kind,
    uid: observed.marker?.uid ?? "",
    key: observed.key,
    realm: observed.realm,
    owner: "",
    location: "",
    phase: "deleting",
    commit: observed.marker?.commit ?? "",
    specHash: observed.marker?.spec ?? "",
    spec: {},
    dependsOn: [],
    protected: false,
    id: observed.id,
    status: observed.status,
  };
}

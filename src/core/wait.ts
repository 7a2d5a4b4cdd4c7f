import { type Change, isMaking } from "./change.ts";
import { dependenciesOf, providersOf } from "./dependency.ts";
import type { Pending } from "./outcome.ts";
import type { Address, Resource } from "./resource.ts";
import { rolloutName, unreadyMembers } from "./rollout.ts";

type Reason = { readonly waitsFor: Address; readonly message: string };

/**
 * Holds every making of a thing while something it needs stands but is not ready, cannot be seen, or is itself held for waiting.
 * An instance is never created before each network presence it needs is ready, whichever provider makes it.
 */
export function holdWaiting(
  changes: readonly Change[],
  wanted: readonly Resource[],
  unavailable: ReadonlyMap<string, string>,
): readonly Change[] {
  const waits = waitsOf(changes, wanted, unavailable);
  return changes.map((change) => {
    const wait = waits.get(change.address);
    return wait === undefined
      ? change
      : { ...change, held: true, reason: `Waits for ${wait.waitsFor}: ${wait.message}` };
  });
}

/** The held changes of a plan that wait for something, for the outcome. */
export function pendingOf(
  changes: readonly Change[],
  wanted: readonly Resource[],
  unavailable: ReadonlyMap<string, string>,
): readonly Pending[] {
  return [...waitsOf(changes, wanted, unavailable)].map(([address, wait]) => ({ address, ...wait }));
}

function waitsOf(
  changes: readonly Change[],
  wanted: readonly Resource[],
  unavailable: ReadonlyMap<string, string>,
): ReadonlyMap<Address, Reason> {
  const providers = providersOf(wanted);
  const resources = new Map(wanted.map((resource) => [resource.address, resource]));
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const waits = new Map<Address, Reason>();
  const decided = new Set<Address>();
  for (const [address, reason] of rolloutWaits(changes)) {
    waits.set(address, reason);
    decided.add(address);
  }

  function decide(address: Address): Reason | undefined {
    if (decided.has(address)) return waits.get(address);
    decided.add(address);
    const change = byAddress.get(address);
    const resource = resources.get(address);
    if (change === undefined || resource === undefined || !isMaking(change)) return undefined;
    for (const needed of dependenciesOf(resource, providers)) {
      const reason = notReady(needed, sharedToken(resource, resources.get(needed))) ?? decide(needed);
      if (reason === undefined) continue;
      waits.set(address, reason);
      return reason;
    }
    return undefined;
  }

  function notReady(address: Address, token: string | undefined): Reason | undefined {
    const provider = resources.get(address)?.provider ?? "";
    const failure = unavailable.get(provider);
    const what = token === undefined ? "" : `${token} is `;
    if (failure !== undefined)
      return {
        waitsFor: address,
        message: `${what === "" ? "" : `${what}not known: `}${provider} cannot be seen now (${failure})`,
      };
    const change = byAddress.get(address);
    const phase = change?.observed?.status.phase;
    if (change?.action !== "keep" || phase === undefined || phase === "ready") return undefined;
    return { waitsFor: address, message: `${what}${phaseText(change)}` };
  }

  for (const change of changes) decide(change.address);
  return waits;
}

/** The domain word under which one needs the other; undefined for a plain reference. */
function sharedToken(resource: Resource, needed: Resource | undefined): string | undefined {
  return resource.needs.find((token) => needed?.provides.includes(token) === true);
}

/**
 * A rollout goes on when its members run: while as many of them as may change at once stand as wanted but are not ready,
 * nothing new is made and nothing that runs is touched. What is itself not ready may always be brought to what is wanted.
 */
function rolloutWaits(changes: readonly Change[]): ReadonlyMap<Address, Reason> {
  const waits = new Map<Address, Reason>();
  const unready = unreadyMembers(changes);
  for (const change of changes) {
    const blocking = unready.get(rolloutName(change)) ?? [];
    const first = blocking[0];
    if (first === undefined || blocking.length < (change.group?.width ?? 1)) continue;
    if (!["create", "update", "restart", "replace"].includes(change.action)) continue;
    if (change.observed !== undefined && change.observed.status.phase !== "ready") continue;
    waits.set(change.address, { waitsFor: first.address, message: phaseText(first) });
  }
  return waits;
}

function phaseText({ observed }: Change): string {
  const { phase, detail } = observed?.status ?? { phase: "pending", detail: "" };
  return `${phase}${detail ? ` (${detail})` : ""}`;
}

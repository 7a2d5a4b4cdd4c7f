import { type Change, isMaking } from "./change.ts";
import { dependenciesOf, providersOf } from "./dependency.ts";
import type { Pending } from "./outcome.ts";
import type { Address, Resource } from "./resource.ts";

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

  function decide(address: Address): Reason | undefined {
    if (decided.has(address)) return waits.get(address);
    decided.add(address);
    const change = byAddress.get(address);
    const resource = resources.get(address);
    if (change === undefined || resource === undefined || !isMaking(change)) return undefined;
    for (const needed of dependenciesOf(resource, providers)) {
      const reason = notReady(needed) ?? decide(needed);
      if (reason === undefined) continue;
      waits.set(address, reason);
      return reason;
    }
    return undefined;
  }

  function notReady(address: Address): Reason | undefined {
    const provider = resources.get(address)?.provider ?? "";
    const failure = unavailable.get(provider);
    if (failure !== undefined) return { waitsFor: address, message: `${provider} cannot be seen now (${failure})` };
    const change = byAddress.get(address);
    const phase = change?.observed?.status.phase;
    if (change?.action !== "keep" || phase === undefined || phase === "ready") return undefined;
    return {
      waitsFor: address,
      message: `${phase}${change.observed?.status.detail ? ` (${change.observed.status.detail})` : ""}`,
    };
  }

  for (const change of changes) decide(change.address);
  return waits;
}

import type { Doer } from "./core/drift.ts";
import { acts } from "./core/plan.ts";
import type { Address } from "./core/resource.ts";
import type { Decision, Judges } from "./decide.ts";
import { type Provider, ProviderError } from "./providers/provider.ts";
import type { Store } from "./store/store.ts";

/** How long a world may be asked who changed things: nobody waits for an answer that only tells. */
const patienceMs = 10_000;
/** More than this many things at once were hardly changed one by one. */
const mostAsked = 500;

/** Who changed what drifted, by address, where a world's record tells; only of what drifted since it was last looked at. */
export async function doersOf(
  { providers, fleet }: Pick<Judges, "providers" | "fleet">,
  store: Store,
  decision: Decision,
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, Doer>> {
  const found = new Map<Address, Doer>();
  const drifted = (decision.plan?.changes ?? []).filter((change) => acts(change) && change.cause !== "commit");
  if (drifted.length === 0) return found;
  const known = new Map((await store.openIncidents(fleet)).map(({ address, details }) => [address, details.doer]));
  for (const { address } of drifted) {
    const doer = known.get(address) as Doer | undefined;
    if (doer !== undefined) found.set(address, doer);
  }
  // What we did ourselves was done before the last pass ended; what was done since, somebody else did.
  const [last] = await store.passes(fleet, 1);
  if (last === undefined) return found;
  const fresh = drifted.filter(({ address }) => !known.has(address)).slice(0, mostAsked);
  for (const provider of providers) {
    const own = fresh.filter((change) => change.provider === provider.name);
    const keys = new Map(own.map(({ address, resource, observed }) => [(observed ?? resource)?.key ?? "", address]));
    const told = await askWho(provider, [...keys.keys()], last.finishedAt, signal);
    for (const [key, doer] of told) found.set(keys.get(key) ?? "", doer);
  }
  return found;
}

async function askWho(
  provider: Provider,
  keys: readonly string[],
  sinceIso: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Doer>> {
  if (provider.whoChanged === undefined || keys.length === 0) return new Map();
  const deadline = AbortSignal.timeout(patienceMs);
  try {
    return await provider.whoChanged(keys, sinceIso, AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    // Not knowing who it was is no reason to leave it as it is.
    if (error instanceof ProviderError || deadline.aborted) return new Map();
    throw error;
  }
}

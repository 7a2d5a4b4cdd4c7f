import type { Change, Plan } from "./core/change.ts";
import { specHash } from "./core/identity.ts";
import type { Problem } from "./core/problem.ts";
import type { OnProgress } from "./core/progress.ts";
import { type Order, type Provider, ProviderError } from "./providers/provider.ts";

/** Steps that a world can judge without taking them. */
const judged: ReadonlySet<Change["action"]> = new Set(["create", "update", "adopt"]);

/**
 * What the worlds themselves say to a plan's creates and updates: their defaults, their rules, their other writers.
 * A world that cannot be asked says nothing, and the plan stands without its word.
 */
export async function rehearsePlan(
  providers: readonly Provider[],
  plan: Plan,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<readonly Problem[]> {
  const said = await Promise.all(
    providers.map(async (provider) => {
      const orders = ordersFor(provider, plan);
      if (provider.rehearse === undefined || orders.length === 0) return [];
      try {
        return await provider.rehearse(orders, signal);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const message = `${provider.name} could not be asked what it thinks of the plan: ${error.message}`;
        onProgress({ kind: "step", step: "plan", message });
        return [];
      }
    }),
  );
  return said.flat();
}

function ordersFor(provider: Provider, plan: Plan): readonly Order[] {
  return plan.changes.flatMap((change): readonly Order[] => {
    const { resource, action, held } = change;
    if (change.provider !== provider.name || resource === undefined || held || !judged.has(action)) return [];
    return [{ change, fleet: plan.fleet, commit: plan.commit, specHash: specHash(resource.spec) }];
  });
}

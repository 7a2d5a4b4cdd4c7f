import type { Outcome } from "../core/outcome.ts";
import { type Provider, ProviderError } from "../providers/provider.ts";
import type { World } from "../reconcile.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** Counts what passes come to. */
export interface Measure {
  /** One pass ended. */
  pass(outcome: Outcome, wake: string, durationMs: number): void;
  /** How many drift incidents a fleet has now. */
  drift(fleet: string, open: number): void;
  /** The same world, with its calls to providers counted and timed. */
  world(world: World): World;
}

/** Makes the daemon's measure. */
export function createMeasure(metrics: Metrics, nowMs: () => number): Measure {
  const known = new Map<string, Set<string>>();

  function owned({ fleet, table }: Outcome): void {
    const counts = new Map<string, number>();
    for (const { provider, kind, phase } of table) {
      if (phase === "absent") continue;
      const key = `${provider} ${kind}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const before = known.get(fleet) ?? new Set();
    known.set(fleet, new Set(counts.keys()));
    // What is gone stands at zero: a series that stops says nothing.
    for (const key of new Set([...before, ...counts.keys()])) {
      const [provider = "", kind = ""] = key.split(" ");
      metrics.owned(fleet, provider, kind, counts.get(key) ?? 0);
    }
  }

  return {
    pass(outcome, wake, durationMs) {
      metrics.pass(outcome.fleet, wake, outcome.kind, durationMs / 1000);
      for (const result of outcome.results) {
        const provider = result.address.split("/")[0] ?? "";
        metrics.change(provider, result.action, result.state, result.durationMs / 1000);
      }
      if (outcome.networks !== undefined) metrics.networks(outcome.fleet, outcome.networks);
      if (outcome.plan !== undefined) owned(outcome);
      if (outcome.kind === "settled" || outcome.kind === "applied") metrics.settled(outcome.fleet, nowMs() / 1000);
    },
    drift: (fleet, open) => metrics.drift(fleet, open),
    world: (world) => {
      const providers = world.judges.providers.map((provider) => measured(provider, metrics, nowMs));
      return { ...world, judges: { ...world.judges, providers } };
    },
  };
}

function measured(provider: Provider, metrics: Metrics, nowMs: () => number): Provider {
  const { name } = provider;
  const told = (operation: string, startedAtMs: number, error?: unknown): void => {
    const code = error === undefined ? "ok" : error instanceof ProviderError ? error.code : "error";
    metrics.call(name, operation, code, (nowMs() - startedAtMs) / 1000);
  };
  return {
    ...provider,
    async *observe(scope, signal) {
      const startedAtMs = nowMs();
      try {
        yield* provider.observe(scope, signal);
        told("observe", startedAtMs);
      } catch (error) {
        told("observe", startedAtMs, error);
        throw error;
      }
    },
    async apply(order, signal) {
      const startedAtMs = nowMs();
      try {
        const after = await provider.apply(order, signal);
        told(order.change.action, startedAtMs);
        return after;
      } catch (error) {
        told(order.change.action, startedAtMs, error);
        throw error;
      }
    },
  };
}

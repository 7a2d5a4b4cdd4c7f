import { createDesk } from "./desk.ts";
import { runEdgeKinds, runNamespaces } from "./edge-controllers.ts";
import { collectGarbage } from "./garbage.ts";
import type { EdgeKind } from "./kinds.ts";
import { runNetworks } from "./network-controllers.ts";
import type { Universe } from "./world.ts";

/** The controllers of every control plane. They look after each change and whenever a delay has passed. */
export interface Controllers {
  /** Something changed: look soon. */
  poke(): void;
  stop(): void;
}

/** Changes that come close together are looked at together. */
const gatherMs = 5;

/** Starts the controllers. What waits is read from the stored times, so a restart goes on where it was. */
export function startControllers(
  universe: () => Universe,
  kinds: readonly EdgeKind[],
  delayMs: number,
  nowMs: () => number,
  garbageCollector: boolean,
): Controllers {
  const namespaced = kinds.filter((kind) => kind.namespaced).map((kind) => kind.kind);
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = (): void => {
    soon = undefined;
    if (stopped) return;
    let wakeAtMs = Number.POSITIVE_INFINITY;
    const now = nowMs();
    for (const world of universe().worlds()) {
      const desk = createDesk(world, kinds, delayMs, now, (at) => {
        wakeAtMs = Math.min(wakeAtMs, at);
      });
      if (garbageCollector) collectGarbage(world, kinds, now);
      runNamespaces(desk, namespaced);
      runNetworks(desk);
      runEdgeKinds(desk);
    }
    clearTimeout(timer);
    if (Number.isFinite(wakeAtMs)) timer = setTimeout(look, Math.max(1, wakeAtMs - nowMs()));
  };
  return {
    poke: () => {
      if (!stopped) soon ??= setTimeout(look, gatherMs);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(soon);
    },
  };
}

import type { Change } from "../../../core/change.ts";
import { isObject } from "../../../core/json.ts";

/** Writers of one thing go one after the other, in the order they came. */
export interface Locks {
  /** Runs the work when everybody who came before has ended; given up, it leaves the queue. */
  hold<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** Makes locks; what nobody holds takes no room. */
export function createLocks(): Locks {
  const tails = new Map<string, Promise<void>>();
  return {
    async hold(name, signal, work) {
      const before = tails.get(name) ?? Promise.resolve();
      const { promise: done, resolve: release } = withResolvers();
      const tail = before.then(() => done);
      tails.set(name, tail);
      void tail.then(() => tails.get(name) === tail && tails.delete(name));
      try {
        await abortable(before, signal);
        return await work();
      } finally {
        release();
      }
    },
  };
}

/**
 * What a change writes to. A route is a part of its network for Compute Engine: two at once get `resourceNotReady`, as does
 * a network that is changed meanwhile. Everything else is written on its own.
 */
export function lockOf({ kind, resource, observed }: Change): string {
  const key = resource?.key ?? observed?.key ?? "";
  if (kind !== "route") return key;
  const network = resource?.spec.network ?? observed?.state.network;
  const value = isObject(network) ? network.value : network;
  return typeof value === "string" ? value : key;
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

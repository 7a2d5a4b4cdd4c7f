import type { InventoryEntry } from "./core/inventory.ts";
import type { Provider } from "./providers/provider.ts";

/** Watches over what a fleet owns, kept in step with the inventory. */
export interface Hints {
  /** Watches what the inventory holds now; does nothing when that is watched already. */
  follow(inventory: readonly InventoryEntry[]): Promise<void>;
  stop(): Promise<void>;
}

/** Lets providers that can watch their world say that it is time to look again. */
export function createHints(fleet: string, providers: readonly Provider[], onHint: () => void): Hints {
  const running = new Map<string, { readonly scope: string; readonly stop: () => Promise<void> }>();

  async function end(name: string): Promise<void> {
    const watch = running.get(name);
    running.delete(name);
    await watch?.stop();
  }

  return {
    async follow(inventory) {
      for (const provider of providers) {
        if (provider.watch === undefined) continue;
        const own = inventory.filter((entry) => entry.provider === provider.name);
        const realms = [...new Set(own.map(({ realm }) => realm))].sort();
        const kinds = [...new Set(own.map(({ kind }) => kind))].sort();
        const scope = JSON.stringify([realms, kinds]);
        if (running.get(provider.name)?.scope === scope) continue;
        await end(provider.name);
        if (own.length === 0) continue;
        running.set(provider.name, { scope, stop: provider.watch({ fleet, realms, kinds }, onHint) });
      }
    },
    async stop() {
      for (const name of [...running.keys()]) await end(name);
    },
  };
}

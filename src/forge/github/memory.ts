/** Remembers a limited number of things; what was used longest ago is forgotten first. Losing one costs a call, never a fault. */
export interface Memory<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
}

/** Makes a memory for a number of entries, and for a total weight where entries differ. */
export function createMemory<T>(
  maxEntries: number,
  weigh: (value: T) => number = () => 0,
  maxWeight = Number.POSITIVE_INFINITY,
): Memory<T> {
  const entries = new Map<string, T>();
  let weight = 0;
  const drop = (key: string): void => {
    const known = entries.get(key);
    if (known === undefined) return;
    weight -= weigh(known);
    entries.delete(key);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      drop(key);
      if (weigh(value) > maxWeight) return;
      entries.set(key, value);
      weight += weigh(value);
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && weight <= maxWeight) break;
        drop(oldest);
      }
    },
    delete: drop,
  };
}

/** Runs what is asked for under one key one after the other, and different keys side by side. */
export function createLocks(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined);
    tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}

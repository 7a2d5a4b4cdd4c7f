/** Rings through to whoever listens at the moment; a ring that nobody hears is lost, which costs time only. */
export interface Bell {
  ring(): void;
  /** Gives the function that stops listening. */
  onRing(listener: () => void): () => void;
}

/** Makes a bell nobody listens to yet. */
export function createBell(): Bell {
  const listeners = new Set<() => void>();
  return {
    ring() {
      for (const listener of listeners) listener();
    },
    onRing(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

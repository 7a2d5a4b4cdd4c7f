/** What may have moved: the tracked branch, or only what people say and propose beside it. */
export type Ring = "branch" | "talk";

/** Rings through to whoever listens at the moment; a ring that nobody hears is lost, which costs time only. */
export interface Bell {
  ring(what: Ring): void;
  /** Gives the function that stops listening. */
  onRing(listener: (what: Ring) => void): () => void;
}

/** Makes a bell nobody listens to yet. */
export function createBell(): Bell {
  const listeners = new Set<(what: Ring) => void>();
  return {
    ring(what) {
      for (const listener of listeners) listener(what);
    },
    onRing(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

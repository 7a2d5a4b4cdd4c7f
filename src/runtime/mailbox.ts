/** A place for one token: what arrives while one waits collapses into it. */
export interface Mailbox<T> {
  put(token: T): void;
  /** The waiting token, or the next one; undefined as soon as the signal is aborted. One taker at a time. */
  take(signal: AbortSignal): Promise<T | undefined>;
}

/** Makes an empty mailbox. The first token is kept and later ones fall into it: a token carries no truth, only that it is time to look. */
export function createMailbox<T>(): Mailbox<T> {
  let slot: { token: T } | undefined;
  let taker: ((token: T) => void) | undefined;
  return {
    put(token) {
      if (taker !== undefined) taker(token);
      else slot ??= { token };
    },
    take(signal) {
      if (taker !== undefined) return Promise.reject(new Error("a mailbox has one taker at a time"));
      if (signal.aborted) return Promise.resolve(undefined);
      if (slot !== undefined) {
        const { token } = slot;
        slot = undefined;
        return Promise.resolve(token);
      }
      return new Promise((resolve) => {
        const end = (token: T | undefined): void => {
          taker = undefined;
          signal.removeEventListener("abort", onAbort);
          resolve(token);
        };
        const onAbort = (): void => end(undefined);
        taker = end;
        signal.addEventListener("abort", onAbort, { once: true });
      });
    },
  };
}

import { setTimeout as delay } from "node:timers/promises";
import { suite as uvuSuite } from "uvu";

/** A test's deadline; a hung test fails with its name instead of hanging the run. */
const defaultTimeoutMs = 30_000;

/** A uvu suite whose tests have a deadline and whose every failure is an Error. Call `.run()` at the end of the file. */
export interface Suite {
  (name: string, body: () => unknown, timeoutMs?: number): void;
  after(body: () => unknown): void;
  before(body: () => unknown): void;
  run(): void;
}

/** Makes a suite; `name` is shown in failures. */
export function suite(name: string): Suite {
  const inner = uvuSuite(name);
  const add = (title: string, body: () => unknown, timeoutMs = defaultTimeoutMs): void => {
    inner(title, () => guarded(body, timeoutMs));
  };
  return Object.assign(add, {
    after: (body: () => unknown) => inner.after(() => guarded(body, defaultTimeoutMs)),
    before: (body: () => unknown) => inner.before(() => guarded(body, defaultTimeoutMs)),
    run: () => inner.run(),
  });
}

async function guarded(body: () => unknown, timeoutMs: number): Promise<void> {
  const stop = new AbortController();
  const deadline = delay(timeoutMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`timed out after ${timeoutMs} ms`);
  });
  try {
    await Promise.race([Promise.resolve().then(body), deadline]);
  } catch (error) {
    throw error instanceof Error ? error : new Error(`rejected with ${String(error)}`);
  } finally {
    stop.abort();
    deadline.catch(() => undefined);
  }
}

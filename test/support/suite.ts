import { setTimeout as delay } from "node:timers/promises";
import { suite as uvuSuite } from "uvu";
import { ledger } from "./ledger.ts";

/** A test's deadline; a hung test fails with its name instead of hanging the run. */
const defaultTimeoutMs = 90_000;

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
    ledger.waiting.set(name, (ledger.waiting.get(name) ?? 0) + 1);
    inner(title, () => guarded(`${name} "${title}"`, body, timeoutMs));
  };
  const hook = (title: string, body: () => unknown) => async () => {
    try {
      await guarded(`${name} ${title} hook`, body, defaultTimeoutMs);
    } catch (error) {
      ledger.hookFailures.push(`${name}, ${title} hook: ${(error as Error).stack}`);
      failAloneToo();
      throw error;
    }
  };
  ledger.waiting.set(name, ledger.waiting.get(name) ?? 0);
  return Object.assign(add, {
    after: (body: () => unknown) => inner.after(hook("after", body)),
    before: (body: () => unknown) => inner.before(hook("before", body)),
    run: () => {
      ledger.waiting.delete(name);
      inner.run();
    },
  });
}

/** A file that is run without the runner must not end with 0 after a thrown hook, whatever uvu says. */
function failAloneToo(): void {
  if (ledger.onBegin !== undefined) return;
  process.once("exit", () => {
    process.exitCode = 1;
  });
}

async function guarded(title: string, body: () => unknown, timeoutMs: number): Promise<void> {
  ledger.current = title;
  ledger.onBegin?.(title);
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

import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { ledger } from "./ledger.ts";

/** What the runner says to a shard. */
export type Order = { readonly run: string } | { readonly end: true };

/** What a shard says to the runner. */
export type Report =
  | { readonly ready: true }
  | { readonly began: string }
  | { readonly stray: string; readonly file: string }
  | {
      readonly finished: string;
      readonly passed: number;
      readonly failed: number;
      readonly failures: readonly string[];
    };

/** uvu's answer for one suite: its failures as text (`true` when it has none to show), passed, skipped, total. */
type SuiteAnswer = [errors: string | true, passed: number, skipped: number, total: number];
type Queue = [string, ...(() => Promise<SuiteAnswer>)[]];

interface UvuGlobals {
  UVU_DEFER?: number;
  UVU_INDEX?: number;
  UVU_QUEUE?: Queue[];
}

/** How long a finished file's timers, servers and sockets may take to go away. */
const leakGraceMs = Number(process.env.TEST_LEAK_GRACE_MS ?? 5_000);

// These three names are inside uvu 0.5.6; the exact version is pinned, and test/runner.test.ts fails when they change.
const uvu = globalThis as UvuGlobals;
uvu.UVU_DEFER = 1;
uvu.UVU_INDEX = 0;

let current = "";
let output = "";
let leaked = false;
let ended = false;
captureOutput();
for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, (reason: unknown) => {
    tell({ stray: `${event} during or after ${ledger.current || "loading"}: ${inspect(reason)}`, file: current });
  });
}
process.on("message", (order: Order) => {
  if ("run" in order) runFile(order.run).then(tell);
  else {
    ended = true;
    process.disconnect();
    if (leaked) process.exit(0);
  }
});
process.once("disconnect", () => {
  if (!ended) process.exit(1);
});
ledger.onBegin = (title) => tell({ began: title });
tell({ ready: true });

function tell(report: Report): void {
  process.send?.(report);
}

async function runFile(file: string): Promise<Report> {
  current = file;
  output = "";
  ledger.current = "";
  ledger.waiting.clear();
  const before = openResources();
  const failures: string[] = [];
  const counts = { passed: 0, failed: 0 };
  const fail = (text: string, count = 1): void => {
    counts.failed += count;
    failures.push(text);
  };
  const queue: Queue = [file];
  uvu.UVU_QUEUE = Object.assign(uvu.UVU_QUEUE ?? [], { 0: queue });
  try {
    await import(pathToFileURL(file).href);
    for (const [name, tests] of ledger.waiting) fail(`suite "${name}" was left without .run() (${tests} tests)`);
    if (queue.length === 1 && ledger.waiting.size === 0) fail("no suite was run: no test, or .run() is missing");
    for (const run of queue.slice(1)) if (typeof run === "function") await runSuite(run, counts, fail);
  } catch (error) {
    fail(`${ledger.current || "loading the file"} threw: ${inspect(error)}`);
  }
  for (const text of ledger.hookFailures.splice(0)) failures.push(text);
  for (const type of await leftOpen(before)) {
    leaked = true;
    fail(`left open after its last test: ${type}`);
  }
  if (failures.length > 0 && output !== "") failures.push(`printed:\n${output.slice(-4_000)}`);
  return { finished: file, ...counts, failures };
}

async function runSuite(
  run: () => Promise<SuiteAnswer>,
  counts: { passed: number },
  fail: (text: string, count?: number) => void,
): Promise<void> {
  const answer = await run().catch((error: unknown) => fail(`${ledger.current} threw: ${inspect(error)}`));
  if (answer === undefined) return;
  const [errors, passed, skipped, total] = answer;
  counts.passed += passed;
  if (total === 0) fail("a suite has no test");
  if (skipped > 0) fail(`${skipped} tests were skipped: .only or .skip is left in`);
  if (errors !== true) fail(errors, Math.max(1, total - passed));
  else if (passed < total) {
    fail(
      `${total - passed} of ${total} tests did not pass: a hook threw, or a rejection was no Error (last begun: ${ledger.current})`,
      total - passed,
    );
  }
}

/** How many things of each type keep the event loop alive. */
function openResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** Types of which there are more than before the file, once they had their time to close. */
async function leftOpen(before: ReadonlyMap<string, number>): Promise<string[]> {
  const until = Date.now() + leakGraceMs;
  for (;;) {
    await delay(1);
    const grown = [...openResources()].filter(([type, count]) => count > (before.get(type) ?? 0));
    if (grown.length === 0) return [];
    if (Date.now() > until) return grown.map(([type, count]) => `${count - (before.get(type) ?? 0)} ${type}`);
    await delay(20);
  }
}

/** Keeps what tests print for the case that they fail, without uvu's own dots and counts. */
function captureOutput(): void {
  const ownWrites = /^(• |✘ | {2}\(\d+ \/ \d+\)\n| .* {2})$/;
  process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = String(chunk);
    if (!ownWrites.test(text)) output = (output + text).slice(-16_000);
    const done = rest.at(-1);
    if (typeof done === "function") queueMicrotask(() => done());
    return true;
  };
}

import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Order, Report } from "./support/shard.ts";

// Runs every test file, or those named as arguments, in a few forked shards, and cannot be green by accident: what uvu forgets
// (a thrown hook, a forgotten `.run()`, `.only`, a rejection without an Error, a shard that dies) is counted as failed.
// Usage: node --import tsx test/run.ts [--only SUBSTRING] [--shards N] [--deadline MS] [FILE…]

const { values: flags, positionals } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    shards: { type: "string", default: "2" },
    deadline: { type: "string", default: "240000" },
    grace: { type: "string", default: "5000" },
  },
  allowPositionals: true,
});
const deadlineMs = Number(flags.deadline);
const graceMs = Number(flags.grace);
const testFolder = fileURLToPath(new URL(".", import.meta.url));
const files = positionals.length > 0 ? positionals.map((file) => resolve(file)) : findTests();
const waiting = files.filter((file) => file.includes(flags.only));
const totals = { passed: 0, failed: 0 };
const living = new Set<ChildProcess>();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of living) sweep(child);
    process.exit(130);
  });
}
process.once("exit", () => {
  for (const child of living) sweep(child);
});

if (waiting.length === 0) fail("", "no test file matches");
const shardCount = Math.min(Math.max(1, Number(flags.shards) || 1), waiting.length);
await Promise.all(Array.from({ length: shardCount }, keepShard));
print(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

/** Test files, slow folders first and big files before small ones, so that no shard is left with a long one at the end. */
function findTests(): string[] {
  const slowFirst = ["e2e", "faults", "contract"];
  const weight = (file: string): number => {
    const rank = slowFirst.indexOf(relative(testFolder, file).split("/")[0] ?? "");
    return (rank < 0 ? 0 : slowFirst.length - rank) * 1e9 + statSync(file).size;
  };
  return readdirSync(testFolder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.startsWith("fixtures"))
    .map((name) => join(testFolder, name))
    .sort((left, right) => weight(right) - weight(left));
}

/** Runs shards one after another until no file is waiting: one that dies or hangs is replaced. */
async function keepShard(): Promise<void> {
  while (waiting.length > 0) await runShard();
}

/** One shard's life: it asks for a file, gets the next one, and leaves when there is none. */
function runShard(): Promise<void> {
  const child = fork(join(testFolder, "support/shard.ts"), {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, TEST_LEAK_GRACE_MS: String(graceMs) },
  });
  living.add(child);
  let file = "";
  let startedAtMs = 0;
  let printed = "";
  let current = "";
  let reason = "";
  let timer: NodeJS.Timeout | undefined;
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-8_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const endAfter = (limitMs: number, why: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reason = why;
      sweep(child);
    }, limitMs);
  };
  endAfter(deadlineMs, "the shard did not start");
  const next = (): void => {
    file = waiting.shift() ?? "";
    startedAtMs = Date.now();
    current = "";
    if (file === "") endAfter(graceMs, `something kept the shard alive for ${graceMs} ms after its last file`);
    else endAfter(deadlineMs, `did not end within ${deadlineMs} ms`);
    child.send(file === "" ? ({ end: true } satisfies Order) : ({ run: file } satisfies Order));
  };
  child.on("message", (report: Report) => {
    if ("stray" in report) fail(report.file, report.stray);
    else if ("began" in report) current = report.began;
    else {
      if ("finished" in report) finish(report, Date.now() - startedAtMs, printed);
      printed = "";
      next();
    }
  });
  return new Promise((done) => {
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      sweep(child);
      living.delete(child);
      const clean = file === "" && code === 0 && startedAtMs > 0;
      if (!clean) {
        const lost = file === "" && startedAtMs === 0 ? (waiting.shift() ?? "") : file;
        const where = current === "" ? "" : `, last begun: ${current}`;
        fail(lost, `${reason || "the shard died"} (exit code ${code}, signal ${signal}${where})\n${printed}`);
      }
      done();
    });
  });
}

function finish(report: Extract<Report, { finished: string }>, tookMs: number, printed: string): void {
  totals.passed += report.passed;
  totals.failed += report.failed;
  const name = relative(process.cwd(), report.finished);
  const failed = report.failed > 0 || report.failures.length > 0;
  print(`${failed ? "FAIL" : "ok  "} ${name} (${report.passed} passed, ${report.failed} failed, ${tookMs} ms)`);
  for (const text of report.failures) print(indent(shortened(text)));
  if (failed && printed !== "") print(indent(`standard error:\n${printed}`));
}

function fail(file: string, text: string): void {
  totals.failed += 1;
  print(`FAIL ${file === "" ? "the run" : relative(process.cwd(), file)}`);
  print(indent(text));
}

/** Ends a shard with everything it started: it leads a process group of its own. */
function sweep(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // The whole group is gone already.
  }
}

/** A failure that compares two huge values must not bury the others. */
function shortened(text: string): string {
  const limit = 12_000;
  if (text.length <= limit) return text;
  return `${text.slice(0, limit / 2)}\n… ${text.length - limit} characters left out …\n${text.slice(-limit / 2)}`;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "    ");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "./support/suite.ts";

const test = suite("the runner");

const here = fileURLToPath(new URL(".", import.meta.url));

/** Fixture, tests that pass, failures that must be counted, what the reader must be told. */
const cases: readonly (readonly [file: string, passed: number, failed: number, told: RegExp])[] = [
  [
    "failing",
    1,
    1,
    /FAIL {2}failing suite {2}"differs"[\s\S]*--··"replicas":·3[\s\S]*\+\+··"replicas":·2[\s\S]*failing\.ts:11/,
  ],
  ["zero-tests", 0, 1, /a suite has no test/],
  ["not-run", 0, 1, /suite "never handed over" was left without \.run\(\)/],
  ["one-not-run", 1, 1, /suite "second" was left without \.run\(\)/],
  ["not-run-raw", 0, 1, /no suite was run/],
  ["before-throws", 0, 1, /a hook threw/],
  ["after-throws", 0, 1, /Error: from after/],
  ["before-each-throws", 0, 1, /from before\.each/],
  ["after-each-throws", 0, 1, /a hook threw/],
  ["hook-throws", 0, 1, /hooked, before hook: Error: no room for the fixture/],
  ["rejects-undefined", 0, 2, /a rejection was no Error/],
  ["rejects-string", 0, 2, /a rejection was no Error/],
  ["rejects-guarded", 1, 2, /"rejects with undefined"[\s\S]*rejected with undefined[\s\S]*rejected with only words/],
  ["only", 1, 1, /1 tests were skipped/],
  ["late-rejection", 1, 1, /unhandledRejection during or after late "passes before it rejects": Error: too late/],
  ["never-settles", 0, 1, /"waits for nothing"[\s\S]*timed out after 50 ms/],
  ["never-settles-raw", 0, 1, /did not end within 4000 ms/],
  ["spins", 0, 1, /did not end within 4000 ms .*last begun: spins "blocks the loop"/],
  ["leaks-timer", 1, 1, /left open after its last test: 1 Timeout/],
  ["exits", 0, 1, /the shard died \(exit code 0.*last begun: exits "leaves with success"/],
  ["dies", 0, 1, /the shard died \(exit code null, signal SIGKILL/],
  ["throws-on-load", 0, 1, /cannot even load/],
];

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(here, "run.ts"), ...args], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", fail);
    child.once("close", (code) => done({ code, output }));
  });
}

function fixture(name: string): string {
  return join(here, "fixtures/runner", `${name}.ts`);
}

function lastLine(output: string): string | undefined {
  return output.trimEnd().split("\n").at(-1);
}

test("passes what passes, and its last line says how many", async () => {
  const { code, output } = await run([fixture("good")]);
  assert.is(code, 0, output);
  assert.is(lastLine(output), "2 passed, 0 failed");
});

test("counts every false green as failed and tells why, in one run", async () => {
  const files = [...cases.map(([name]) => fixture(name)), fixture("good")];
  const { code, output } = await run(["--deadline", "4000", "--grace", "1500", ...files]);
  const sections = output.split(/^(?=FAIL |ok {3})/m);
  for (const [name, , , told] of cases) {
    const text = sections.filter((section) => section.split("\n")[0]?.includes(`/${name}.ts`)).join("");
    assert.match(text, told, `${name}: ${text}`);
    assert.match(text, /^FAIL /m, `${name} is shown as failed`);
  }
  const sum = (column: 1 | 2): number => cases.reduce((total, row) => total + row[column], 0);
  assert.is(lastLine(output), `${sum(1) + 2} passed, ${sum(2)} failed`, output);
  assert.is(code, 1);
}, 60_000);

test("fails when one file of two fails, whichever comes first", async () => {
  for (const files of [
    ["good", "only"],
    ["only", "good"],
  ]) {
    const { code, output } = await run(["--shards", "1", ...files.map(fixture)]);
    assert.is(code, 1);
    assert.is(lastLine(output), "3 passed, 1 failed");
  }
});

test("fails when nothing matches", async () => {
  const { code, output } = await run(["--only", "no-such-file"]);
  assert.is(code, 1);
  assert.is(lastLine(output), "0 passed, 1 failed");
});

test("ends the processes that a test left running", async () => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-runner-"));
  try {
    const file = join(folder, "pid");
    await run([fixture("leaves-child")], { CHILD_PID_FILE: file });
    const pid = Number(readFileSync(file, "utf8"));
    assert.ok(pid > 0);
    // Killed is not yet ended: a busy machine needs a moment for it.
    while (isRunning(pid)) await setImmediate();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A killed process that nobody has reaped yet is not running any more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test.run();

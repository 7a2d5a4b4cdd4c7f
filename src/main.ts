#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCommandLine } from "./cli.ts";
import { execute } from "./commands/execute.ts";
import { createRedactor } from "./runtime/redact.ts";
import type { Shell, TextStream } from "./shell.ts";

/** A second signal sooner than this is taken for the same key press: npm and the terminal both pass it on. */
const sameKeyPressMs = 300;

const packageDirectory = join(dirname(fileURLToPath(import.meta.url)), "..");
const stopping = new AbortController();
const givingUp = new AbortController();

function streamOf(stream: NodeJS.WriteStream): TextStream {
  // A reader that went away (`plumbline plan | head`) is no reason to fail.
  stream.on("error", () => undefined);
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 100;
    },
  };
}

function onSignals(): void {
  let firstAtMs = 0;
  const onSignal = (): void => {
    const nowMs = performance.now();
    if (!stopping.signal.aborted) {
      firstAtMs = nowMs;
      stopping.abort();
    } else if (!givingUp.signal.aborted && nowMs - firstAtMs > sameKeyPressMs) {
      givingUp.abort(new Error("stopped by a second signal"));
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

async function main(): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(packageDirectory, "package.json"), "utf8")) as { version: string };
  const shell: Shell = {
    environment: process.env,
    stdout: streamOf(process.stdout),
    stderr: streamOf(process.stderr),
    homeDirectory: homedir(),
    pid: process.pid,
    packageDirectory,
    version,
    redactor: createRedactor([]),
    stopping: stopping.signal,
    signal: givingUp.signal,
  };
  const parsed = parseCommandLine(process.argv.slice(2));
  if (parsed.kind === "help") {
    shell.stdout.write(parsed.text);
    return 0;
  }
  if (parsed.kind === "mistake") {
    shell.stderr.write(parsed.text);
    return 1;
  }
  onSignals();
  return await execute(shell, parsed.command, parsed.flags);
}

process.exitCode = await main();

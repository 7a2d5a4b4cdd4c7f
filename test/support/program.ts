import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = join(root, "dist", "main.js");

/** A running program whose output is watched. */
export interface Program {
  readonly child: ChildProcess;
  /** Everything said so far on both streams, in the order it came. */
  text(): string;
  /** Resolves when what was said after the last match holds the pattern; rejects when the program ends or time is up. */
  says(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Resolves with the exit code, or the signal's name. */
  ended: Promise<number | string>;
  signal(name: NodeJS.Signals): void;
}

/** Starts the built program; it is killed with the test process whatever happens. */
export function start(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
  if (!existsSync(built)) throw new Error("dist/main.js is missing: run npm run build first");
  const child = spawn(process.execPath, [built, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", NO_COLOR: "1", ...environment },
  });
  const killAtEnd = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtEnd);
  let said = "";
  let read = 0;
  const listeners = new Set<() => void>();
  const onData = (data: Buffer): void => {
    said += data.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on("data", onData);
  child.stderr?.on("data", onData);
  let isOver = false;
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => {
      isOver = true;
      process.off("exit", killAtEnd);
      for (const listener of listeners) listener();
      resolve(code ?? signal ?? "unknown");
    });
  });
  return {
    child,
    ended,
    text: () => said,
    signal: (name) => void child.kill(name),
    says: (pattern, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => finish(new Error(`did not say ${pattern} in ${timeoutMs} ms; said:\n${said.slice(read)}`)),
          timeoutMs,
        );
        const finish = (error?: Error, match = ""): void => {
          clearTimeout(timer);
          listeners.delete(look);
          if (error === undefined) resolve(match);
          else reject(error);
        };
        const look = (): void => {
          const match = pattern.exec(said.slice(read));
          if (match !== null) {
            read += match.index + match[0].length;
            finish(undefined, match[0]);
          } else if (isOver) finish(new Error(`ended before it said ${pattern}; said:\n${said}`));
        };
        listeners.add(look);
        look();
      }),
  };
}

/** Runs the program to its end. */
export async function run(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [built, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", NO_COLOR: "1", ...environment },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  return await new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code: code ?? signal ?? "unknown", stdout, stderr }));
  });
}

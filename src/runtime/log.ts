import { pino } from "pino";
import type { Redactor } from "./redact.ts";

/** How much is said, from most to nothing. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What is known beside the message; errors may stand in it as they are. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** The daemon's log. Every line has passed the redactor. */
export interface Log {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
  /** The same log with facts that every line of it carries. */
  with(facts: LogFacts): Log;
}

/** Where a log goes and how it looks. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly destination: { write(text: string): unknown };
  /** Lines for people instead of JSON. */
  readonly pretty: boolean;
  readonly redactor: Redactor;
}

const maxDepth = 6;
const maxTextLength = 16_384;

/** Opens the log: one JSON object a line, or a plain line for people. Writing never throws. */
export function createLog(options: LogOptions): Log {
  const { destination, redactor, pretty } = options;
  const write = (line: string): void => {
    try {
      destination.write(redactor.redact(pretty ? prettyLine(line) : line));
    } catch {
      // A log that cannot be written must not stop the daemon.
    }
  };
  const base = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (level) => ({ level }) },
    },
    { write },
  );
  const wrap = (bound: LogFacts): Log => {
    const say =
      (level: Exclude<LogLevel, "silent">) =>
      (message: string, facts: LogFacts = {}): void => {
        if (!base.isLevelEnabled(level)) return;
        base[level](clean({ ...bound, ...facts }, redactor, 0) as object, redactor.redact(message));
      };
    return {
      debug: say("debug"),
      info: say("info"),
      warn: say("warn"),
      error: say("error"),
      with: (facts) => wrap({ ...bound, ...facts }),
    };
  };
  return wrap({});
}

/** A copy that is JSON, bounded, and free of secrets; redacted value by value, because escaping would hide a secret from the last look at the line. */
function clean(value: unknown, redactor: Redactor, depth: number): unknown {
  if (typeof value === "string") return redactor.redact(value.slice(0, maxTextLength));
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (value === undefined || typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value === "bigint") return value.toString();
  if (depth >= maxDepth) return "…";
  const inner = (part: unknown): unknown => clean(part, redactor, depth + 1);
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return inner({
      name,
      message,
      ...("code" in value && { code: value.code }),
      stack,
      ...(cause !== undefined && { cause }),
    });
  }
  if (Array.isArray(value)) return value.slice(0, 100).map(inner);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inner(part)]));
}

function prettyLine(line: string): string {
  const { level, time, message, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const parts = Object.entries(facts).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : factText(value)}`,
  );
  const clock = String(time).slice(11, 19);
  return `${clock} ${String(level).padEnd(5)} ${[message, ...parts].join("  ")}\n`;
}

/** An error's stack is for the JSON log; a person first wants its message. */
function factText(value: unknown): string {
  if (typeof value === "object" && value !== null && "message" in value && "stack" in value)
    return String(value.message);
  return JSON.stringify(value);
}

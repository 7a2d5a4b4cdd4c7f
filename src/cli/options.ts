import { InvalidArgumentError, Option, type Command as Program } from "commander";
import { nearest } from "../core/nearest.ts";
import type { Command, CommonFlags, OnCommand, OutputFormat, Target } from "./command.ts";

/** Flags as commander gives them. */
export interface Flags {
  readonly output: OutputFormat;
  readonly config?: string;
  readonly state?: string;
  readonly repo?: string;
  readonly ref?: string;
  readonly once?: boolean;
  readonly port?: number;
  readonly limit?: number;
  readonly data?: string;
  readonly endpoint?: string;
  readonly project?: string;
  readonly logLevel?: NonNullable<CommonFlags["logLevel"]>;
  readonly color: boolean;
}

/** The formats that every command with an answer writes. */
export const formats = ["text", "json", "markdown"] as const;
/** What `validate` writes besides. */
export const validateFormats = [...formats, "sarif", "github", "junit"] as const;
const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** A flag that takes one of a few words. */
export function oneOf(flag: string, description: string, words: readonly string[], fallback?: string): Option {
  const option = new Option(flag, description).choices(words);
  return fallback === undefined ? option : option.default(fallback);
}

/** Arguments as commander gives them: a variadic one is a list. */
export type Arguments = readonly (string | readonly string[] | undefined)[];

/** The arguments that were given, in order. */
export function textsOf(args: Arguments): readonly string[] {
  return args.flat().filter((arg) => arg !== undefined);
}

/** A first argument that is no action of the program is a mistake, told with what was likely meant. */
export function refuseUnknown(program: Program, noun: string, known: readonly string[]): void {
  const [extra] = program.args;
  if (extra === undefined) return;
  const meant = nearest(extra, known);
  program.error(`error: unknown ${noun} '${extra}'${meant === undefined ? "" : `\n(Did you mean ${meant}?)`}`);
}

/** Adds the flags of every command, and tells the command that was meant when it is parsed. */
export function withCommon(
  program: Program,
  onCommand: OnCommand,
  meant: (flags: Flags, args: Arguments) => Command,
): void {
  program
    .addOption(oneOf("--log-level <level>", "How much is logged to standard error.", logLevels))
    .option("--no-color", "No colours.")
    .action((...given: readonly unknown[]) => {
      const flags = program.opts<Flags>();
      const args = given.slice(0, -2) as Arguments;
      onCommand(meant(flags, args), { logLevel: flags.logLevel, colour: flags.color ? "auto" : "never" });
    });
}

/** Adds the flags that say where configuration and state are, and how the answer is written. */
export function withPlace(program: Program): Program {
  return program
    .option("-c, --config <file>", "Configuration. Default: the example fleet on embedded worlds.")
    .option("--state <folder>", "Folder for the store and the clones.")
    .addOption(oneOf("-o, --output <format>", "How the answer is written.", formats, "text"));
}

/** Adds the flags of a place and those that pick a repository and a ref. */
export function withTarget(program: Program): Program {
  return withPlace(program)
    .option("--repo <path|url>", "Repository instead of the configured one, or the name of one of several.")
    .option("--ref <ref>", "Branch, tag or commit instead of the configured branch.");
}

/** What the flags of a target say. */
export function targetOf(flags: Flags): Target {
  return { config: flags.config, state: flags.state, repository: flags.repo, ref: flags.ref };
}

/** A TCP port; 0 takes a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}

/** How many of something are shown. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,4}$/.test(text) || limit < 1) throw new InvalidArgumentError("It must be a number from 1 to 9999.");
  return limit;
}

/** An http(s) URL without credentials. */
export function parseEndpoint(text: string): string {
  if (!/^https?:\/\/[^/@\s]+(\/[^@\s]*)?$/.test(text)) throw new InvalidArgumentError("It must be an http(s) URL.");
  return text.replace(/\/+$/, "");
}

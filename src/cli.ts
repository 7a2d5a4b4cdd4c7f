import { CommanderError, Help, type HelpConfiguration, type Command as Program } from "commander";
import type { ParseResult } from "./cli/command.ts";
import { buildProgram } from "./cli/program.ts";

export type {
  Command,
  CommonFlags,
  OutputFormat,
  ParseResult,
  Place,
  SimulatedWorld,
  SimulatorAction,
  Target,
  ValidateFormat,
} from "./cli/command.ts";

const helpWidth = 96;

/** Says what a command line (without the program's own name) means. Prints nothing, ends nothing. */
export function parseCommandLine(argv: readonly string[]): ParseResult {
  let result: ParseResult | undefined;
  const printed: string[] = [];
  const program = buildProgram((command, flags) => {
    result = { kind: "command", command, flags };
  });
  prepare(program, (text) => printed.push(text));
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const text = printed.join("");
    if (error.exitCode === 0 || error.code === "commander.help") return { kind: "help", text };
    return { kind: "mistake", text };
  }
  return result ?? { kind: "help", text: printed.join("") };
}

const plain = new Help();

/** Help without noise: choices as words, no repeated "[options]". */
const look: HelpConfiguration = {
  commandUsage: (command) => plain.commandUsage(command).replace("[options]", "[flags]"),
  subcommandTerm: (command) => plain.subcommandTerm(command).replace(" [options]", ""),
  styleTitle: (title) => title.replace("Options:", "Flags:"),
  optionDescription: (option) => {
    const choices = option.argChoices === undefined ? "" : ` One of ${option.argChoices.join(", ")}.`;
    const hasDefault = option.defaultValue !== undefined && typeof option.defaultValue !== "boolean";
    return `${option.description}${choices}${hasDefault ? ` Default: ${String(option.defaultValue)}.` : ""}`;
  },
};

/** Makes every command of the program silent, and throwing instead of ending the process. */
function prepare(program: Program, onText: (text: string) => void): void {
  program
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp(look)
    .configureOutput({
      writeOut: onText,
      writeErr: onText,
      getOutHelpWidth: () => helpWidth,
      getErrHelpWidth: () => helpWidth,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(`${text.trimEnd()}\n${hint(program)}\n`),
    });
  for (const command of program.commands) prepare(command as Program, onText);
}

function hint(program: Program): string {
  const names: string[] = [];
  for (let command: Program | null = program; command !== null; command = command.parent) names.unshift(command.name());
  return `Run ${names.join(" ")} --help to see what there is.`;
}

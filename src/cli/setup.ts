import { InvalidArgumentError, Option, type Command as Program } from "commander";
import type { OnCommand } from "./command.ts";
import { type Flags, oneOf, withCommon } from "./options.ts";

interface SetupFlags extends Flags {
  readonly url?: string;
  readonly organization?: string;
  readonly app: string;
}

/** `setup github`: what to create at GitHub, and whether it is enough. */
export function addSetup(program: Program, onCommand: OnCommand): void {
  const setup = program.command("setup").description("Set up what Plumbline works with.").usage("<what>");
  const github = setup
    .command("github")
    .description("Say which App or token GitHub has to give; with a configuration, check what it gave.")
    .option("-c, --config <file>", "Configuration whose credentials are checked. Nothing is written.")
    .addOption(new Option("--url <url>", "Where GitHub reaches the daemon, for webhooks.").argParser(webAddress))
    .option("--organization <name>", "Organisation that the App will belong to. Default: you.")
    .option("--app <name>", "Name of the App; it must be unique at GitHub.", "plumbline")
    .addOption(
      oneOf("-o, --output <format>", "json prints the App's manifest, or the findings.", ["text", "json"], "text"),
    );
  withCommon(github, onCommand, (flags: Flags) => {
    const { config, url, organization, app, output } = flags as SetupFlags;
    return { name: "setup", config, publicUrl: url, organization, app, output: output === "json" ? "json" : "text" };
  });
  github.addHelpText(
    "after",
    "\nExample:\n  $ plumbline setup github --url https://plumbline.example.com\n  $ plumbline setup github --config plumbline.yaml\n\nExit codes: 0 nothing is missing, 1 otherwise.",
  );
}

function webAddress(text: string): string {
  if (URL.canParse(text) && /^https?:\/\//.test(text)) return text;
  throw new InvalidArgumentError("It must be an http(s) URL.");
}

import { Command as Program } from "commander";
import type { OnCommand, ValidateFormat } from "./command.ts";
import { addImport } from "./import.ts";
import {
  type Flags,
  formats,
  oneOf,
  parseLimit,
  refuseUnknown,
  targetOf,
  textsOf,
  validateFormats,
  withCommon,
  withPlace,
  withTarget,
} from "./options.ts";
import { addSetup } from "./setup.ts";
import { addSimulators } from "./simulators.ts";

const summary = `Plumbline keeps a fleet of virtual machines, containers and networks true to a Git repository.

It checks every commit, plans what has to change, reconciles Compute Engine and edge
networks to the branch, and notices when reality drifts away.`;

const epilogue = `
Start here:
  $ plumbline run                        the example fleet on embedded worlds, no account needed
  $ plumbline validate example-repo      check files, offline
  $ plumbline plan --config plumbline.yaml

Exit codes: 0 all is well, 1 an error or a refusal, 2 there are differences (plan, drift).`;

/** The whole command line as a commander program that tells what was meant and does nothing. */
export function buildProgram(onCommand: OnCommand): Program {
  const program = new Program("plumbline")
    .description(summary)
    .usage("<command> [flags]")
    .helpOption("-h, --help", "Show help for a command.")
    .helpCommand("help [command]", "Show help for a command.")
    .option("-V, --version", "Print the version.")
    .addHelpText("after", epilogue);
  program.action((_flags, self: Program) => {
    refuseUnknown(
      self,
      "command",
      program.commands.map((command) => command.name()),
    );
    if (self.opts().version === true) onCommand({ name: "version" }, { logLevel: undefined, colour: "auto" });
    else self.help();
  });
  addChecks(program, onCommand);
  addPasses(program, onCommand);
  addSimulators(program, onCommand);
  addImport(program, onCommand);
  addSetup(program, onCommand);
  addReference(program, onCommand);
  // Only now: subcommands inherit it, and they count their arguments strictly.
  return program.allowExcessArguments(true);
}

interface ValidateFlags extends Omit<Flags, "output"> {
  readonly output: ValidateFormat;
  readonly policies?: readonly string[];
}

function more(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

function addChecks(program: Program, onCommand: OnCommand): void {
  const validate = program
    .command("validate")
    .description("Check manifest files and folders, offline.")
    .argument("<path...>", "Files or folders.")
    .option(
      "-c, --config <file>",
      "Configuration whose catalogs and policies count and which may allow Secrets in clear text.",
    )
    .option("-p, --policies <path>", "File or folder of policies that judge the manifests too; may be repeated.", more)
    .addOption(oneOf("-o, --output <format>", "How the answer is written.", validateFormats, "text"));
  withCommon(validate, onCommand, (flags: ValidateFlags, args) => ({
    name: "validate",
    paths: textsOf(args),
    config: flags.config,
    policies: flags.policies ?? [],
    output: flags.output,
  }));
  validate.addHelpText(
    "after",
    "\nExamples:\n  $ plumbline validate example-repo\n  $ plumbline validate fleet -o sarif > plumbline.sarif\n\nExit codes: 0 clean, 1 errors.",
  );
}

const passes = [
  {
    name: "plan",
    description: "Say what would change to make the fleet true to the branch. Changes nothing.",
    after:
      "\nExample:\n  $ plumbline plan --config plumbline.yaml --ref feature/three-replicas\n\nExit codes: 0 nothing to do, 2 changes, 1 an error or a refusal.",
  },
  {
    name: "apply",
    description: "Make one pass: check, plan, apply what the limits allow.",
    after: "\nExample:\n  $ plumbline apply --config plumbline.yaml\n\nExit codes: 0 settled, 1 failed or refused.",
  },
  {
    name: "drift",
    description: "Say where reality differs from the last applied commit, and who caused it.",
    after: "\nExample:\n  $ plumbline drift --output json\n\nExit codes: 0 none, 2 drift, 1 an error.",
  },
] as const;

function addPasses(program: Program, onCommand: OnCommand): void {
  for (const { name, description, after } of passes) {
    const command = withTarget(program.command(name).description(description));
    withCommon(command, onCommand, (flags: Flags) => ({ name, ...targetOf(flags), output: flags.output }));
    command.addHelpText("after", after);
  }
  const status = withPlace(
    program.command("status").description("Show the fleet as last seen: what runs, what waits, and why."),
  );
  withCommon(status, onCommand, (flags: Flags) => ({
    name: "status",
    config: flags.config,
    state: flags.state,
    output: flags.output,
  }));
  status.addHelpText("after", "\nExample:\n  $ plumbline status");
  const history = withPlace(
    program
      .command("history")
      .description("Show what happened: passes with their outcomes, and what people asked for.")
      .option("-n, --limit <count>", "How many of each.", parseLimit, 20),
  );
  withCommon(history, onCommand, (flags: Flags) => ({
    name: "history",
    limit: flags.limit ?? 20,
    config: flags.config,
    state: flags.state,
    output: flags.output,
  }));
  history.addHelpText("after", "\nExample:\n  $ plumbline history --limit 5");
  const network = withTarget(
    program
      .command("network")
      .description("Show the address plan of networks: ranges, used, free, who uses what. Without names, list them.")
      .argument("[name...]", "Networks, as NAME or NAMESPACE/NAME."),
  );
  withCommon(network, onCommand, (flags: Flags, args) => ({
    name: "network",
    networks: textsOf(args),
    ...targetOf(flags),
    output: flags.output,
  }));
  network.addHelpText(
    "after",
    "\nExample:\n  $ plumbline network main\n\nExit codes: 0 shown, 1 an error, or something is wrong with a network.",
  );
  const doctor = withTarget(
    program
      .command("doctor")
      .description("Look at everything a pass stands on, and say what to mend and how. Changes nothing."),
  );
  withCommon(doctor, onCommand, (flags: Flags) => ({ name: "doctor", ...targetOf(flags), output: flags.output }));
  doctor.addHelpText(
    "after",
    "\nExample:\n  $ plumbline doctor --config plumbline.yaml\n\nExit codes: 0 ready, 1 something must be mended.",
  );
  const run = withTarget(
    program
      .command("run")
      .description("Run the daemon. Without a configuration: the example fleet on embedded worlds.")
      .option("--once", "End after the first pass.", false),
  );
  withCommon(run, onCommand, (flags: Flags) => ({
    name: "run",
    ...targetOf(flags),
    once: flags.once ?? false,
    output: flags.output,
  }));
  run.addHelpText(
    "after",
    "\nExample:\n  $ plumbline run --config plumbline.yaml\n\nCtrl-C finishes what was begun and stops; a second one stops at once.",
  );
}

function addReference(program: Program, onCommand: OnCommand): void {
  const policy = program.command("policy").description("Work on policies.").usage("<action>");
  const policyTest = policy
    .command("test")
    .description("Run the tests that stand beside policies, offline.")
    .argument("<path...>", "Files or folders of policies and their tests.")
    .addOption(oneOf("-o, --output <format>", "How the answer is written.", formats, "text"));
  withCommon(policyTest, onCommand, (flags: Flags, args) => ({
    name: "policy",
    paths: textsOf(args),
    output: flags.output,
  }));
  const explain = program
    .command("explain")
    .description("Explain a rule that a problem or a refusal names; without one, list them all.")
    .argument("[rule]", "For example schema/unknown-field.")
    .option("-c, --config <file>", "Configuration whose policies are explained too.");
  withCommon(explain, onCommand, (flags: Flags, args) => ({
    name: "explain",
    rule: textsOf(args)[0],
    config: flags.config,
  }));
  const schema = program
    .command("schema")
    .description("Print the configuration's JSON Schema, or write all schemas to a folder.")
    .argument("[directory]", "Folder to write to.");
  withCommon(schema, onCommand, (_flags: Flags, args) => ({ name: "schema", directory: textsOf(args)[0] }));
  const version = program.command("version").description("Print the version.");
  withCommon(version, onCommand, () => ({ name: "version" }));
}

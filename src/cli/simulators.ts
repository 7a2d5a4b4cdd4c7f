import { Option, type Command as Program } from "commander";
import type { OnCommand, SimulatedWorld, SimulatorAction } from "./command.ts";
import { type Flags, formats, oneOf, parseEndpoint, parsePort, refuseUnknown, textsOf, withCommon } from "./options.ts";

interface Row {
  readonly action: SimulatorAction;
  readonly args: readonly (readonly [string, string])[];
  readonly description: string;
}

const name = ["<name>", "Name as the list shows it."] as const;
const edgeName = [
  "<name>",
  "KIND/NAME or KIND/NAMESPACE/NAME, such as httpproxy/www. Without a kind: a network.",
] as const;

const thread = ["<number>", "Number of the pull request or issue."] as const;
const permission = ["<permission>", "For example compute.instances.create."] as const;
const service = ["<service>", "For example secretmanager.googleapis.com."] as const;

const worlds: Readonly<Record<SimulatedWorld, { readonly title: string; readonly rows: readonly Row[] }>> = {
  gce: {
    title: "the Compute Engine simulator",
    rows: [
      { action: "list", args: [], description: "List what is there." },
      { action: "delete", args: [name], description: "Delete an instance." },
      { action: "stop", args: [name], description: "Stop an instance." },
      { action: "start", args: [name], description: "Start a stopped instance." },
      {
        action: "set-machine-type",
        args: [name, ["<type>", "For example e2-small."]],
        description: "Change the machine type of a stopped instance.",
      },
      {
        action: "set-label",
        args: [name, ["<key=value>", "Label to set."]],
        description: "Set a label of an instance.",
      },
      { action: "deny", args: [permission], description: "Take a permission from everybody." },
      { action: "grant", args: [permission], description: "Give a permission back." },
      { action: "disable-api", args: [service], description: "Switch a service off." },
      { action: "enable-api", args: [service], description: "Switch a service on again." },
      {
        action: "set-quota",
        args: [
          ["<metric>", "For example CPUS."],
          ["[limit]", "Limit in every region; none lifts it."],
        ],
        description: "Limit a quota.",
      },
      {
        action: "replay",
        args: [["<folder>", "Folder of recorded exchanges with the real API."]],
        description: "Play recordings against a fresh world and tell what differs.",
      },
    ],
  },
  edge: {
    title: "the edge simulator",
    rows: [
      { action: "list", args: [], description: "List what is there." },
      { action: "delete", args: [edgeName], description: "Delete an object." },
      {
        action: "set",
        args: [edgeName, ["<field=value>", "For example spec.mtu=1400."]],
        description: "Change a field of an object.",
      },
    ],
  },
  github: {
    title: "the GitHub simulator",
    rows: [
      { action: "list", args: [], description: "List the pull requests." },
      { action: "show", args: [thread], description: "Show a pull request or an issue with its comments." },
      { action: "comment", args: [thread, ["<text...>", "What to say."]], description: "Say something there." },
      { action: "merge", args: [thread], description: "Merge a pull request." },
      { action: "close", args: [thread], description: "Close a pull request." },
      { action: "reopen", args: [thread], description: "Open a closed pull request again." },
      {
        action: "add-project",
        args: [["<owner/name>", "For example acme/fleet."]],
        description: "Make a project with an empty repository.",
      },
      { action: "add-token", args: [["<login>", "Whose token."]], description: "Print a token of a person." },
      {
        action: "set-role",
        args: [
          ["<login>", "Who."],
          ["<role>", "admin, maintain, write, triage or read."],
        ],
        description: "Say what a person may do in a project.",
      },
      {
        action: "add-app",
        args: [["<name>", "For example plumbline."]],
        description: "Make an app on the project's owner; prints its id and private key.",
      },
      {
        action: "add-hook",
        args: [
          ["<url>", "Where deliveries go."],
          ["[secret]", "What they are signed with."],
        ],
        description: "Send the project's deliveries somewhere.",
      },
    ],
  },
};

/** Adds `sim gce`, `sim edge` and `sim github`: worlds served by themselves, and ways to change them behind the daemon's back. */
export function addSimulators(program: Program, onCommand: OnCommand): void {
  const sim = program
    .command("sim")
    .description("Serve an embedded world by itself, or change one by hand.")
    .usage("<world> [action]");
  for (const world of ["gce", "edge", "github"] as const) {
    const { title, rows } = worlds[world];
    const group = sim
      .command(world)
      .description(`Serve ${title}, or change what it holds by hand.`)
      .usage("[flags] | <action> …");
    addServe(group, world, rows, onCommand);
    for (const row of rows) addAction(group, world, row, onCommand);
    group.addHelpText("after", exampleOf(world));
  }
}

function addServe(group: Program, world: SimulatedWorld, rows: readonly Row[], onCommand: OnCommand): void {
  const serve = group
    .command("serve", { isDefault: true })
    .description("Serve it until stopped; prints one line when ready. This is what happens without an action.")
    .addOption(new Option("--port <number>", "Port on 127.0.0.1; 0 takes a free one.").argParser(parsePort).default(0))
    .option("--data <folder>", "Folder that keeps the world. Default: memory only.")
    .allowExcessArguments(true);
  withCommon(serve, onCommand, (flags: Flags) => {
    refuseUnknown(
      serve,
      "action",
      rows.map(({ action }) => action),
    );
    return { name: "sim", action: "serve", world, port: flags.port ?? 0, data: flags.data };
  });
}

function addAction(group: Program, world: SimulatedWorld, row: Row, onCommand: OnCommand): void {
  const command = group.command(row.action).description(row.description);
  for (const [argument, description] of row.args) command.argument(argument, description);
  command
    .addOption(
      new Option("--endpoint <url>", "World to change. Default: the one of the daemon on the state folder.")
        .argParser(parseEndpoint)
        .conflicts("state"),
    )
    .option("--state <folder>", "State folder of the daemon whose world is meant.")
    .addOption(
      new Option("--project <owner/name>", "Project that is meant. Default: the only one.").hideHelp(
        world !== "github",
      ),
    )
    .addOption(oneOf("-o, --output <format>", "How the answer is written.", formats, "text"));
  withCommon(command, onCommand, (flags: Flags, args) => ({
    name: "sim",
    action: row.action,
    world,
    args: textsOf(args),
    endpoint: flags.endpoint,
    state: flags.state,
    ...(flags.project !== undefined && { project: flags.project }),
    output: flags.output,
  }));
}

const examples: Readonly<Record<SimulatedWorld, string>> = {
  gce: "delete web-us-dfw-0",
  edge: "set network/default spec.mtu=1400",
  github: "comment 1 /plan",
};

function exampleOf(world: SimulatedWorld): string {
  const action = examples[world];
  return `\nExamples:\n  $ plumbline sim ${world} --port 8090 --data ./world\n  $ plumbline sim ${world} list\n  $ plumbline sim ${world} ${action}`;
}

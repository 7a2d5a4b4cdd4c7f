import type { Command } from "../cli.ts";
import { runningWorlds, stateDirectoryOf } from "../compose/embedded.ts";
import type { Json } from "../core/json.ts";
import { inColumns } from "../report/columns.ts";
import type { Shell } from "../shell.ts";
import { CommandError } from "./session.ts";
import { changeGithub } from "./sim-github.ts";

type Simulating = Extract<Command, { readonly name: "sim" }>;
type Serving = Extract<Simulating, { readonly action: "serve" }>;
type ByHand = Exclude<Simulating, Serving>;

/** `sim`: an embedded world as a server of its own, or a change in one behind the daemon's back. */
export async function sim(shell: Shell, command: Simulating): Promise<number> {
  if (command.action === "serve") return await serve(shell, command as Serving);
  if (command.action === "replay") return await replay(shell, command as ByHand);
  const url = await endpointOf(shell, command as ByHand);
  try {
    const changes = { gce: changeGce, edge: changeEdge, github: changeGithub };
    await changes[command.world](shell, command as ByHand, url);
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
  return 0;
}

async function serve(shell: Shell, command: Serving): Promise<number> {
  const world = await startWorld(shell, command);
  shell.stdout.write(`listening ${world.url}\n`);
  await new Promise<void>((resolve) => {
    if (shell.stopping.aborted) resolve();
    shell.stopping.addEventListener("abort", () => resolve(), { once: true });
  });
  await world.close();
  return 0;
}

async function startWorld(
  shell: Shell,
  { world, port, data }: Serving,
): Promise<{ url: string; close(): Promise<void> }> {
  const options = { port, ...(data !== undefined && { dataDirectory: data }) };
  if (world === "gce") return await (await import("../sim/gce/index.ts")).startGceSimulator(options);
  if (world === "edge") return await (await import("../sim/edge/index.ts")).startEdgeSimulator(options);
  const { startGithubSimulator } = await import("../sim/github/index.ts");
  // Whoever reaches loopback sits at this machine: pushing needs no password, and a pushed branch asks to be merged.
  const searchPath = shell.environment.PATH ?? "";
  return await startGithubSimulator({ ...options, searchPath, pushesAs: "you", autoPull: true });
}

/** Plays recordings of the real API against a world of its own; exit code 1 when a difference has no reason. */
async function replay(shell: Shell, command: ByHand): Promise<number> {
  const { replayFolder, replayText } = await import("../sim/gce/replay/index.ts");
  const result = await replayFolder(command.args[0] ?? "");
  shell.stdout.write(`${replayText(result)}\n`);
  return result.unexplained > 0 ? 1 : 0;
}

async function endpointOf(shell: Shell, command: ByHand): Promise<string> {
  if (command.endpoint !== undefined) return command.endpoint;
  const stateDirectory = stateDirectoryOf(shell, command.state);
  const worlds = await runningWorlds(stateDirectory);
  if (worlds === undefined) {
    throw new CommandError(
      `No daemon serves embedded worlds from ${stateDirectory}. Start one with npm start, or name a world with --endpoint.`,
    );
  }
  const url = { gce: worlds.gceUrl, edge: worlds.edgeUrl, github: worlds.githubUrl }[command.world];
  if (url === undefined) throw new CommandError("The running daemon has no embedded GitHub: it needs git.");
  return url;
}

async function changeGce(shell: Shell, command: ByHand, url: string): Promise<void> {
  const world = await import("../sim/gce/by-hand.ts");
  const access = await import("../sim/gce/access-by-hand.ts");
  const [name = "", value = ""] = command.args;
  switch (command.action) {
    case "list": {
      const rows = (await world.listInstances(url)).map(({ name: instance, zone, machineType, status }) => [
        instance,
        zone,
        machineType,
        status,
      ]);
      return say(shell, command, rows, ["NAME", "ZONE", "MACHINE TYPE", "STATUS"]);
    }
    case "delete":
      await world.deleteInstance(url, name);
      break;
    case "stop":
      await world.stopInstance(url, name);
      break;
    case "start":
      await world.startInstance(url, name);
      break;
    case "set-machine-type":
      await world.setMachineType(url, name, value);
      break;
    case "set-label": {
      const place = value.indexOf("=");
      if (place < 1) throw new Error(`${value} is not of the form key=value.`);
      await world.setLabels(url, name, { [value.slice(0, place)]: value.slice(place + 1) });
      break;
    }
    case "deny":
    case "grant":
      await access.setPermission(url, name, command.action === "grant");
      break;
    case "disable-api":
    case "enable-api":
      await access.setService(url, name, command.action === "enable-api");
      break;
    case "set-quota":
      await access.setQuota(url, name, value);
      break;
    default:
      throw new Error(`The Compute Engine world has no action ${command.action} by hand.`);
  }
  done(shell, command);
}

async function changeEdge(shell: Shell, command: ByHand, url: string): Promise<void> {
  const world = await import("../sim/edge/by-hand.ts");
  const [name = "", value = ""] = command.args;
  switch (command.action) {
    case "list": {
      const rows = (await world.listObjects(url)).map((object) => [
        object.kind,
        object.namespace === "" ? object.name : `${object.namespace}/${object.name}`,
        object.ready,
      ]);
      return say(shell, command, rows, ["KIND", "NAME", "READY"]);
    }
    case "delete":
      await world.deleteObject(url, name);
      break;
    case "set":
      await world.setField(url, name, value);
      break;
    default:
      throw new Error(`The edge world has no action ${command.action}.`);
  }
  done(shell, command);
}

function done(shell: Shell, command: ByHand): void {
  const [name = "", value] = command.args;
  const past: Readonly<Record<string, string>> = { delete: "deleted", stop: "stopped", start: "started" };
  const what = past[command.action] ?? `${command.action} ${value ?? ""}`.trim();
  if (command.output === "json") shell.stdout.write(`${JSON.stringify({ name, action: command.action })}\n`);
  else shell.stdout.write(`${name}: ${what}\n`);
}

function say(shell: Shell, command: ByHand, rows: readonly (readonly string[])[], titles: readonly string[]): void {
  if (command.output === "json") {
    const objects: Json = rows.map((row) =>
      Object.fromEntries(titles.map((title, index) => [title.toLowerCase().replace(" ", "-"), row[index] ?? ""])),
    );
    shell.stdout.write(`${JSON.stringify(objects, undefined, 2)}\n`);
    return;
  }
  shell.stdout.write(rows.length === 0 ? "Nothing is there.\n" : `${inColumns([titles, ...rows]).join("\n")}\n`);
}

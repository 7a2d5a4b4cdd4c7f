import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { materialise } from "../repo/index.ts";
import type { Shell } from "../shell.ts";

/** The embedded worlds as somebody can reach them now. */
export interface Worlds {
  readonly gceUrl: string;
  readonly edgeUrl: string;
  /** Where the example repository is. */
  readonly repository: string;
  /** Stops what was started here; worlds of another process go on. */
  close(): Promise<void>;
}

interface RunningWorlds {
  readonly pid: number;
  readonly gceUrl: string;
  readonly edgeUrl: string;
}

/** The embedded default's folder: `--state`, else the user's state home. */
export function stateDirectoryOf(shell: Shell, given: string | undefined): string {
  if (given !== undefined) return given;
  const home = shell.environment.XDG_STATE_HOME;
  return join(home !== undefined && home !== "" ? home : join(shell.homeDirectory, ".local", "state"), "plumbline");
}

/**
 * Reaches the embedded worlds of a state folder: those of a running daemon where one lives, else started here on the same data.
 * Lays down the example repository on first use.
 */
export async function openWorlds(shell: Shell, stateDirectory: string): Promise<Worlds> {
  await mkdir(stateDirectory, { recursive: true });
  const repository = join(stateDirectory, "repository");
  await materialise(join(shell.packageDirectory, "example-repo"), repository);
  const running = await runningWorlds(stateDirectory);
  if (running !== undefined) return { ...running, repository, close: async () => undefined };
  const [{ startGceSimulator }, { startEdgeSimulator }] = await Promise.all([
    import("../sim/gce/index.ts"),
    import("../sim/edge/index.ts"),
  ]);
  const gce = await startGceSimulator({ port: 0, dataDirectory: join(stateDirectory, "gce") });
  const edge = await startEdgeSimulator({ port: 0, dataDirectory: join(stateDirectory, "edge") });
  const worlds = { pid: shell.pid, gceUrl: gce.url, edgeUrl: edge.url };
  await writeWhole(worldsFile(stateDirectory), `${JSON.stringify(worlds, undefined, 2)}\n`);
  return {
    ...worlds,
    repository,
    async close() {
      await rm(worldsFile(stateDirectory), { force: true });
      await gce.close();
      await edge.close();
    },
  };
}

/** The worlds that a living process of this state folder serves; undefined when there is none. */
export async function runningWorlds(stateDirectory: string): Promise<RunningWorlds | undefined> {
  try {
    const worlds = JSON.parse(await readFile(worldsFile(stateDirectory), "utf8")) as RunningWorlds;
    return (await answers(worlds.gceUrl)) && (await answers(worlds.edgeUrl)) ? worlds : undefined;
  } catch {
    return undefined;
  }
}

/** A process id may have been given to another program since: only an answer proves that the world lives. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_control/state`, { method: "HEAD", signal: AbortSignal.timeout(1_000) });
    return response.status < 500;
  } catch {
    return false;
  }
}

function worldsFile(stateDirectory: string): string {
  return join(stateDirectory, "worlds.json");
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { materialise } from "../repo/index.ts";
import { createReleasers } from "../runtime/releasers.ts";
import type { Shell } from "../shell.ts";
import type { EmbeddedGithub } from "./embedded-github.ts";

/** The embedded worlds as somebody can reach them now. */
export interface Worlds {
  readonly gceUrl: string;
  readonly edgeUrl: string;
  /** Where the example repository is. */
  readonly repository: string;
  /** Where it is under review; undefined unless asked for, and without git. */
  readonly github: EmbeddedGithub | undefined;
  /** Stops what was started here; worlds of another process go on. */
  close(): Promise<void>;
}

interface RunningWorlds {
  readonly pid: number;
  readonly gceUrl: string;
  readonly edgeUrl: string;
  readonly githubUrl?: string;
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
export async function openWorlds(shell: Shell, stateDirectory: string, withGithub = false): Promise<Worlds> {
  await mkdir(stateDirectory, { recursive: true });
  const repository = join(stateDirectory, "repository");
  await materialise(join(shell.packageDirectory, "example-repo"), repository);
  const running = await runningWorlds(stateDirectory);
  if (running !== undefined) return { ...running, repository, github: undefined, close: async () => undefined };
  const [{ startGceSimulator }, { startEdgeSimulator }] = await Promise.all([
    import("../sim/gce/index.ts"),
    import("../sim/edge/index.ts"),
  ]);
  const releasers = createReleasers();
  try {
    const gce = await startGceSimulator({ port: 0, dataDirectory: join(stateDirectory, "gce") });
    releasers.push("gce", () => gce.close());
    const edge = await startEdgeSimulator({ port: 0, dataDirectory: join(stateDirectory, "edge") });
    releasers.push("edge", () => edge.close());
    const github = withGithub ? await openGithub(shell, stateDirectory, repository) : undefined;
    if (github !== undefined) releasers.push("github", () => github.close());
    const urls = { gceUrl: gce.url, edgeUrl: edge.url, ...(github !== undefined && { githubUrl: github.url }) };
    await writeWhole(worldsFile(stateDirectory), `${JSON.stringify({ pid: shell.pid, ...urls }, undefined, 2)}\n`);
    releasers.push("worlds.json", () => rm(worldsFile(stateDirectory), { force: true }));
    return { ...urls, repository, github, close: async () => void (await releasers.release()) };
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

/** Reviews need git; everything else goes on without. */
async function openGithub(
  shell: Shell,
  stateDirectory: string,
  repository: string,
): Promise<EmbeddedGithub | undefined> {
  const { openEmbeddedGithub } = await import("./embedded-github.ts");
  try {
    return await openEmbeddedGithub(shell, stateDirectory, repository);
  } catch (error) {
    if ((error as Error).name !== "GitError") throw error;
    shell.stderr.write(`No pull requests here: ${(error as Error).message}\n`);
    return undefined;
  }
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

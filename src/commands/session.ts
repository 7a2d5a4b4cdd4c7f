import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommonFlags, Place, Target } from "../cli.ts";
import { openWorlds, stateDirectoryOf, type Worlds } from "../compose/embedded.ts";
import { type Composition, compose } from "../compose.ts";
import { type Config, embeddedConfig, overrideConfig, parseConfig } from "../config.ts";
import type { JsonObject } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import { createReleasers } from "../runtime/releasers.ts";
import type { Shell } from "../shell.ts";
import { CommandError } from "./command-error.ts";

/** What a command works with: the running parts and where they keep their state. */
export interface Session extends Composition {
  readonly stateDirectory: string;
  /** The embedded worlds, when no configuration was given. */
  readonly embedded: Worlds | undefined;
}

/** Opens the parts that a command's flags ask for; without a configuration, the embedded default, with pull requests when asked for. Close it whatever happens. */
export async function openSession(
  shell: Shell,
  target: Place & Partial<Target>,
  onProgress: OnProgress,
  withReviews = false,
): Promise<Session> {
  const releasers = createReleasers();
  try {
    const given = target.config === undefined ? undefined : await readConfig(shell, target.config);
    const stateDirectory = stateDirectoryOf(shell, target.state ?? given?.stateDirectory);
    const embedded = given === undefined ? await openWorlds(shell, stateDirectory, withReviews) : undefined;
    if (embedded !== undefined) releasers.push("worlds", () => embedded.close());
    const base = given ?? embeddedConfig(stateDirectory, embedded as Worlds);
    const { config, refusal } = overrideConfig(base, {
      state: stateDirectory,
      repository: target.repository,
      ref: target.ref,
    });
    if (refusal !== "") throw new CommandError(refusal);
    const composition = await compose(shell, config, stateDirectory, onProgress);
    releasers.push("parts", () => composition.close());
    return { ...composition, stateDirectory, embedded, close: async () => void (await releasers.release()) };
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

/** Reads and checks a configuration file; what is wrong in it is told with file and line. */
export async function readConfig(shell: Shell, file: string): Promise<Config> {
  const schema = JSON.parse(
    await readFile(join(shell.packageDirectory, "policies", "plumbline.schema.json"), "utf8"),
  ) as JsonObject;
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "There is no such file." : (error as Error).message;
    throw new CommandError(`The configuration ${file} cannot be read. ${reason}`);
  }
  const { config, problems } = parseConfig(text, file, schema);
  if (config === undefined)
    throw new CommandError(`The configuration ${file} is not valid.`, problems, new Map([[file, text]]));
  return config;
}

export { CommandError } from "./command-error.ts";

/** The output a command was asked for. */
export type Flags = CommonFlags;

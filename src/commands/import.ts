import { lstat, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "../cli.ts";
import type { JsonObject } from "../core/json.ts";
import { hasErrors } from "../core/problem.ts";
import { expandFleet } from "../datum/expand.ts";
import type { Fleet } from "../datum/fleet.ts";
import { commentText, manifestsText, valueText } from "../datum/write.ts";
import { type Provider, ProviderError, type Surveyed } from "../providers/provider.ts";
import { readManifests } from "../read.ts";
import type { World } from "../reconcile.ts";
import { RepositoryError } from "../repo/repository.ts";
import { type ImportedFile, importDocument, importText, leftOutMarkdown } from "../report/import.ts";
import type { Shell } from "../shell.ts";
import { holdable } from "./import-check.ts";
import { CommandError, type Flags, openSession } from "./session.ts";

type Importing = Extract<Command, { readonly name: "import" }>;

/** Not read as a manifest: its name begins with a dot. */
const catalogsFile = ".catalogs.yaml";
const leftOutFile = "left-out.md";

/** `import`: manifests for what exists and is nobody's. Writes into a new folder, or prints; changes nothing outside. */
export async function importFrom(shell: Shell, command: Importing, _flags: Flags): Promise<number> {
  const { out } = command;
  if (out !== undefined && (await exists(out))) {
    throw new CommandError(`${out} is there already; nothing is written over. Name a new folder with --out.`);
  }
  const session = await openSession(shell, command, () => undefined);
  try {
    const [world] = session.worlds;
    if (world === undefined) throw new CommandError("The configuration has no repository.");
    const surveyed = await holdable(world, await survey(world, command, shell.signal), shell.signal);
    const files = filesOf(surveyed);
    if (out !== undefined) await write(out, files, surveyed);
    const { leftOut } = surveyed;
    const facts = { files, leftOut, out, catalogs: hasEntries(surveyed.catalogs) ? catalogsFile : undefined };
    shell.stdout.write(command.output === "json" ? `${JSON.stringify(importDocument(facts))}\n` : importText(facts));
    return 0;
  } finally {
    await session.close();
  }
}

async function survey(world: World, { from, realms, places }: Importing, signal: AbortSignal): Promise<Surveyed> {
  const { providers, fleet } = world.judges;
  const provider = providers.find(({ name }) => name === from);
  if (provider?.survey === undefined) {
    const able = providers.filter((one) => one.survey !== undefined).map(({ name }) => name);
    const why = provider === undefined ? "is not configured" : "cannot be imported from";
    throw new CommandError(`The provider ${from} ${why}. Possible: ${able.join(", ") || "none"}.`);
  }
  const tracked = await trackedFleet(world, signal);
  const known = new Set(tracked === undefined ? [] : provider.translate(tracked).map(({ key }) => key));
  // Who imports from Compute Engine says from which projects; a control plane is one place.
  const needsProjects = from === "gcp";
  const chosen = realms.length > 0 || !needsProjects ? realms : realmsOf(provider, tracked);
  if (needsProjects && chosen.length === 0)
    throw new CommandError("No Location names a project yet: name one with --project.");
  try {
    return await provider.survey({ fleet, realms: chosen, places, known }, signal);
  } catch (error) {
    if (error instanceof ProviderError) throw new CommandError(error.message);
    throw error;
  }
}

/** Realms of the tracked branch; what stands beside a project in a realm of its own is a part of the project. */
function realmsOf(provider: Provider, tracked: Fleet | undefined): readonly string[] {
  return (tracked === undefined ? [] : provider.realms(tracked)).filter((realm) => !realm.includes("/"));
}

/** What the branch asks for already; undefined when it cannot be read or is not valid, for a first import comes before the first commit. */
async function trackedFleet({ repository, branch, judges }: World, signal: AbortSignal): Promise<Fleet | undefined> {
  try {
    const commit = await repository.head(branch, signal);
    const { parsed } = await readManifests(judges, { repository, commit, signal, onProgress: () => undefined });
    const { documents, problems } = judges.checker.check(parsed);
    if (hasErrors(problems)) return undefined;
    return expandFleet(documents, { fleet: judges.fleet, allocations: new Map() });
  } catch (error) {
    if (error instanceof RepositoryError) return undefined;
    throw error;
  }
}

function filesOf({ manifests, catalogs }: Surveyed): readonly ImportedFile[] {
  const names = [...new Set(manifests.map(({ file }) => file))];
  const files = names.map((path) => ({ path, text: manifestsText(manifests.filter(({ file }) => file === path)) }));
  if (!hasEntries(catalogs)) return files;
  const use = ["Names that the manifests use. The configuration has to read this file:", "  catalogs: {files: [PATH]}"];
  return [...files, { path: catalogsFile, text: commentText(use) + valueText(catalogs) }];
}

function hasEntries(catalogs: JsonObject): boolean {
  return Object.keys(catalogs).length > 0;
}

async function write(out: string, files: readonly ImportedFile[], { leftOut }: Surveyed): Promise<void> {
  const all = leftOut.length === 0 ? files : [...files, { path: leftOutFile, text: leftOutMarkdown(leftOut) }];
  try {
    for (const { path, text } of all) {
      const target = join(out, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text, { flag: "wx" });
    }
  } catch (error) {
    throw new CommandError(`${out} cannot be written. ${(error as Error).message}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

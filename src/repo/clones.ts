import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import git from "isomorphic-git";
import { cloneDisk, flushFolder, unfinishedFile, writeWhole } from "./clone-disk.ts";
import { codeOf, diskError, isAbsent } from "./errors.ts";
import type { RepositoryLimits } from "./limits.ts";
import { type Objects, openObjects } from "./objects.ts";
import { inspectPacks } from "./packs.ts";
import { type ObjectView, viewOf } from "./tree.ts";

/** A bare clone of ours on disk. Only ever replaced as a whole by one with a higher number. */
export interface Clone {
  readonly directory: string;
  readonly objects: Objects;
  readonly view: ObjectView;
}

/** The clones of one remote repository: `clone-000001`, `clone-000002`, …; the highest number counts. */
export interface CloneShelf {
  /** The newest clone when it is whole; what is broken or half-built is removed. */
  open(): Promise<Clone | undefined>;
  /** Builds the next clone aside and puts it in place when `fill` succeeds. Older ones stay until the next `open` or `build`. */
  build(fill: (building: Clone) => Promise<void>): Promise<Clone>;
}

/** A crash leaves half-written things behind; another process may still be writing younger ones. */
const abandonedAfterMs = 60 * 60 * 1000;

/** Fetches then write packs and nothing else: a ref moves only when we write it, after its commit was read. */
const config = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[remote "origin"]
\tfetch = +refs/none/*:refs/none/*
`;

/** Opens the shelf; the folder is made when the first clone is built. */
export function openShelf(folder: string, label: string, limits: RepositoryLimits): CloneShelf {
  const disk = cloneDisk(label, limits);
  const opened = (directory: string): Clone => {
    const objects = openObjects(label, directory, disk, limits);
    return { directory, objects, view: viewOf(objects, limits) };
  };
  return {
    open: async () => {
      try {
        const names = await clonesIn(folder);
        const newest = names.at(-1);
        await removeOlder(folder, names);
        if (newest === undefined) return undefined;
        await removeUnfinished(join(folder, newest));
        const { broken } = await inspectPacks(join(folder, newest));
        if (broken.length === 0) return opened(join(folder, newest));
        await rm(join(folder, newest), { recursive: true, force: true });
        return undefined;
      } catch (error) {
        throw diskError(label, error);
      }
    },
    build: async (fill) => {
      const building = join(folder, `building-${randomBytes(6).toString("hex")}`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const names = await clonesIn(folder);
        await removeOlder(folder, names);
        await git.init({ fs: disk, gitdir: building, bare: true, defaultBranch: "main" });
        await writeWhole(join(building, "config"), config);
        const clone = opened(building);
        await fill(clone).finally(clone.objects.close);
        const name = await place(folder, building, Number(names.at(-1)?.slice("clone-".length) ?? 0) + 1);
        return opened(join(folder, name));
      } catch (error) {
        throw diskError(label, error);
      } finally {
        await rm(building, { recursive: true, force: true }).catch(() => undefined);
      }
    },
  };
}

async function clonesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  return names.filter((name) => /^clone-\d{6}$/.test(name)).sort();
}

async function place(folder: string, building: string, first: number): Promise<string> {
  for (let number = first; ; number++) {
    const name = `clone-${String(number).padStart(6, "0")}`;
    try {
      await rename(building, join(folder, name));
      await flushFolder(folder);
      return name;
    } catch (error) {
      if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST") throw error;
    }
  }
}

async function removeOlder(folder: string, clones: readonly string[]): Promise<void> {
  for (const name of clones.slice(0, -1)) await rm(join(folder, name), { recursive: true, force: true });
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith("building-")) continue;
    if (await isAbandoned(join(folder, name))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** What a crash left behind in a clone: half-written files, and packs whose index was never written. */
async function removeUnfinished(clone: string): Promise<void> {
  const names = await readdir(clone, { recursive: true });
  const known = new Set(names);
  for (const name of names) {
    const orphan = name.endsWith(".pack") && !known.has(name.replace(/pack$/, "idx"));
    if ((orphan || unfinishedFile.test(name)) && (await isAbandoned(join(clone, name)))) {
      await rm(join(clone, name), { force: true });
    }
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs > abandonedAfterMs;
}

import { randomBytes } from "node:crypto";
import { promises as disk } from "node:fs";
import { dirname } from "node:path";
import type { GitFileSystem } from "./disk.ts";
import type { RepositoryLimits } from "./limits.ts";
import { checkPack } from "./packs.ts";

/** How unfinished files are called; a crash leaves them behind and the next start removes them. */
export const unfinishedFile = /\.unfinished-[0-9a-f]+$/;

/** A disk for our own clones: a file appears whole or not at all, and no pack is kept that was not checked. */
export function cloneDisk(label: string, limits: RepositoryLimits): GitFileSystem {
  return {
    promises: {
      readFile: disk.readFile,
      stat: disk.stat,
      lstat: disk.lstat,
      readdir: (path: string) => disk.readdir(path),
      readlink: disk.readlink,
      mkdir: disk.mkdir,
      rmdir: disk.rmdir,
      unlink: disk.unlink,
      symlink: disk.symlink,
      writeFile: async (path: string, content: Uint8Array | string) => {
        if (path.endsWith(".pack") && typeof content !== "string") await checkPack(label, content, limits);
        await writeWhole(path, content);
      },
    },
  };
}

/** Writes a file so that a reader, also one after a power cut, finds the old content or the new one. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const unfinished = `${path}.unfinished-${randomBytes(6).toString("hex")}`;
  try {
    const file = await disk.open(unfinished, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(unfinished, path);
  } catch (error) {
    await disk.rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(dirname(path));
}

/** Makes new names in a folder durable. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await disk.open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

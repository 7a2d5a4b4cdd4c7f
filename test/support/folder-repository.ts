import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository, TreeFile } from "../../src/repo/repository.ts";

/** A repository whose head is made of the files of a plain folder; the same files give the same ids. `earlier` knows older commits. */
export function folderRepository(folder: string, subject: string, earlier?: Repository): Repository {
  const blobs = new Map<string, Uint8Array>();
  const files: TreeFile[] = pathsIn(folder, "").map((path) => {
    const bytes = readFileSync(join(folder, path));
    const blobId = createHash("sha1").update(bytes).digest("hex");
    blobs.set(blobId, bytes);
    return { path, blobId };
  });
  const id = createHash("sha1").update(JSON.stringify(files)).digest("hex");
  return {
    label: "golden",
    head: async () => id,
    commit: async () => ({ id, parents: [], author: "Ada", authoredAtSeconds: 0, subject }),
    rawCommit: async () => new TextEncoder().encode(`tree ${id}\n\n${subject}\n`),
    files: async (commit, prefix) => (commit === id || earlier === undefined ? files : earlier.files(commit, prefix)),
    changed: async () => [],
    async read(ids, signal) {
      const older = (await earlier?.read(ids, signal)) ?? new Map();
      return new Map(ids.map((blob) => [blob, blobs.get(blob) ?? older.get(blob) ?? new Uint8Array()]));
    },
    watch: async () => async () => undefined,
    close: async () => undefined,
  };
}

function pathsIn(folder: string, prefix: string): readonly string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? pathsIn(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]))
    .sort();
}

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
  const filesOf: Repository["files"] = async (commit, prefix) =>
    commit === id || earlier === undefined ? files : await earlier.files(commit, prefix);
  return {
    label: "golden",
    head: async () => id,
    commit: async () => ({ id, parents: [], author: "Ada", authoredAtSeconds: 0, subject }),
    rawCommit: async () => new TextEncoder().encode(`tree ${id}\n\n${subject}\n`),
    files: filesOf,
    async changed(from, to, prefix) {
      const blobs = async (commit: string) =>
        new Map((await filesOf(commit, prefix)).map(({ path, blobId }) => [path, blobId]));
      const [before, after] = [await blobs(from), await blobs(to)];
      return [...new Set([...before.keys(), ...after.keys()])]
        .filter((path) => before.get(path) !== after.get(path))
        .map((path) => ({ path, before: before.get(path), after: after.get(path) }));
    },
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

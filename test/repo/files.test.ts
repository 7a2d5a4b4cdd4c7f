import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { defaultRepositoryLimits, folderFiles } from "../../src/repo/index.ts";
import { inFolder } from "../support/folder.ts";
import { writeFiles } from "../support/git.ts";
import { failure } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";

const test = suite("folder files");

test("reads files and folders sorted, each once, without links, .git and node_modules", async () => {
  await inFolder(async (folder) => {
    await writeFiles(folder, {
      "b.yaml": "b",
      "a/z.yaml": "z",
      "a/note.txt": "n",
      ".git/config": "x",
      "a/node_modules/m.yaml": "x",
    });
    await symlink(join(folder, "b.yaml"), join(folder, "link.yaml"));
    await symlink(join(folder, "a"), join(folder, "loop"));
    const accept = (path: string): boolean => path.endsWith(".yaml");
    const files = await folderFiles([folder, join(folder, "a"), join(folder, "a", "note.txt")], { accept });
    const seen = files.map((file) => `${file.path.slice(folder.length + 1)}=${Buffer.from(file.bytes)}`);
    assert.equal(seen, ["a/note.txt=n", "a/z.yaml=z", "b.yaml=b"]);
    assert.equal((await folderFiles([join(folder, "a")])).length, 2);
  });
});

test("tells of what it leaves out and of what is too large, and reads the rest", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, { "a.yaml": "a", "big.yaml": "x".repeat(11), "README.md": "r" });
    await symlink(join(folder, "a.yaml"), join(folder, "link.yaml"));
    const told: string[] = [];
    const files = await folderFiles([folder], {
      accept: (path) => path.endsWith(".yaml"),
      limits: { ...defaultRepositoryLimits, blobBytes: 10 },
      onLeftOut: (path) => told.push(`left out ${path.slice(folder.length + 1)}`),
      onTooLarge: (path) => told.push(`too large ${path.slice(folder.length + 1)}`),
    });
    assert.equal(
      files.map(({ path }) => path.slice(folder.length + 1)),
      ["a.yaml"],
    );
    assert.equal(told, ["left out README.md", "left out link.yaml", "too large big.yaml"]);
  }));

test("refuses what is absent, no file, or past a limit", async () => {
  await inFolder(async (folder) => {
    await writeFiles(folder, {
      "big.yaml": "x".repeat(11),
      "d/e/f.yaml": "f",
      "many/1": "1",
      "many/2": "2",
      "many/3": "3",
    });
    await symlink("big.yaml", join(folder, "link"));
    await mkdir(join(folder, "sum"));
    for (const name of ["1", "2"]) await writeFile(join(folder, "sum", name), "x".repeat(9));
    const limits = { ...defaultRepositoryLimits, blobBytes: 10, readBytes: 15, files: 2, treeDepth: 1 };
    const table: readonly (readonly [string, string])[] = [
      ["absent", "not-found"],
      ["big.yaml/x", "not-found"],
      ["link", "not-found"],
      ["big.yaml", "too-large"],
      ["sum", "too-large"],
      ["many", "too-large"],
      ["d", "too-large"],
    ];
    for (const [path, code] of table) {
      const where = path === "d" ? folder : join(folder, path);
      assert.is((await failure(folderFiles([where], { limits }))).code, code, path);
    }
  });
});

test.run();

import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/folder.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("commands/policy");
const starter = join(root, "policies", "starter");

test("the starter pack passes its own tests", async () => {
  const result = await run(["policy", "test", starter]);
  assert.is(result.code, 0, result.stderr + result.stdout);
  assert.match(result.stdout, /\d+ passed, 0 failed/);
});

test("a case that does not hold fails the command and is named", () =>
  inFolder(async (folder) => {
    await cp(starter, folder, { recursive: true });
    const file = join(folder, "few-replacements.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("replacements: 2", "replacements: 2000"));
    const result = await run(["policy", "test", folder]);
    assert.is(result.code, 1);
    assert.match(result.stdout, /✗ few-replacements: /);
  }));

test.run();

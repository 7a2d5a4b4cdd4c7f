import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/networks");

test(
  "the address plan is shown before and after it is made, and what is wrong with it",
  () =>
    inFolder(async (state) => {
      const network = (...words: readonly string[]) => run(["network", ...words, "--state", state]);
      const planned = await network();
      assert.is(planned.code, 0, planned.stderr);
      assert.match(planned.stdout, /default\/main +10\.128\.0\.0\/9 +- +2 +7 +8177 +0 of 2 ready/);
      assert.is((await run(["apply", "--state", state])).code, 0);
      const made = await network("main");
      assert.match(made.stdout, /dallas +DFW +10\.128\.0\.0\/20 +4092 +5 +4087 +gcp +ready/);
      assert.match(made.stdout, /london +default\/web-main-lhr +2 +10\.132\.0\.2, 10\.132\.0\.3/);
      const json = JSON.parse((await network("default/main", "-o", "json")).stdout);
      assert.equal(
        json.networks[0].places.map(({ block, used, ready }: Record<string, unknown>) => [block, used, ready]),
        [
          ["10.128.0.0/20", 5, true],
          ["10.132.0.0/20", 2, true],
        ],
      );
      const wrong = await network("mian");
      assert.equal([wrong.code, wrong.stdout], [1, ""]);
      assert.match(wrong.stderr, /There is no network mian\. Did you mean main\?/);
      const repository = join(state, "repository");
      const file = join(repository, "network.yaml");
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace(/mode: Auto/, "mode: Auto\n    ipv4Range: 10.0.0.0/16"));
      await git(repository, "commit", "-am", "Move");
      const moved = await network("main");
      assert.is(moved.code, 1);
      assert.match(moved.stderr, /network\/range-changed/);
      assert.match(moved.stdout, /dallas +DFW +10\.128\.0\.0\/20/);
      const other =
        "---\napiVersion: networking.datumapis.com/v1alpha\nkind: Network\nmetadata: {name: other}\nspec: {ipam: {mode: Auto}}\n";
      await writeFile(file, `${await readFile(file, "utf8")}${other}`);
      await git(repository, "commit", "-am", "Add another");
      const apart = await network("other");
      assert.equal([apart.code, /range-changed/.test(apart.stderr + apart.stdout)], [0, false], apart.stderr);
    }),
  60_000,
);

test.run();

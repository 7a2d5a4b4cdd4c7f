import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { explain } from "../../src/commands/explain.ts";
import type { Shell } from "../../src/shell.ts";
import { inFolder } from "../support/folder.ts";
import { writeFiles } from "../support/git.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("commands/explain");

async function pageOf(rule: string, config?: string): Promise<string> {
  let said = "";
  const stdout = {
    isTerminal: false,
    columns: 100,
    write: (text: string) => {
      said += text;
    },
  };
  const shell = { packageDirectory: root, environment: {}, stdout } as unknown as Shell;
  await explain(shell, { name: "explain", rule, config });
  return said;
}

test("a page says what upstream does, and shows both examples", async () => {
  const page = await pageOf("workload/populator");
  assert.match(page, /^workload\/populator: .+\n\n[\s\S]+\n\nUpstream: Meant to be Forbidden[\s\S]+\n\nwrong:\n {4}/);
  assert.match(page, /\n\nright:\n {4}/);
});

test("every policy of the starter pack is explained by its own words", async () => {
  const files = readdirSync(join(root, "policies", "starter")).filter((name) => name.endsWith(".yaml"));
  for (const file of files) {
    const page = await pageOf(`policy/${file.replace(/\.yaml$/, "")}`);
    assert.match(page, /^policy\/.+: A policy of the daemon, over (each manifest|a whole plan)\n\n/, file);
    assert.not.match(page, /gave no reason/, file);
  }
});

test("a policy of the configuration is explained with --config", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, {
      "plumbline.yaml": "fleet: f\nrepositories: [{path: .}]\nproviders: {gcp: {}}\npolicies: [own.yaml]\n",
      "own.yaml":
        "apiVersion: plumbline.dev/v1\nkind: PlanPolicy\nmetadata: {name: own}\nspec: {validations: [{expression: 'plan.counts.delete < 3'}]}\n",
    });
    const page = await pageOf("policy/own", join(folder, "plumbline.yaml"));
    assert.match(page, /own\.yaml:\d+ and demands:\n {4}plan\.counts\.delete < 3\n$/);
    const told = await pageOf("policy/own").catch((error: Error) => error.message);
    assert.match(told, /^There is no rule "policy\/own"/);
  }));

test.run();

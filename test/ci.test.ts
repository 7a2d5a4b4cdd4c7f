import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { inFolder } from "./support/folder.ts";
import { suite } from "./support/suite.ts";

const test = suite("ci");
const script = fileURLToPath(new URL("../.ci/run", import.meta.url));

/** How a stand-in for npm answers each step, as lines of shell; what is not named succeeds silently. */
interface Answers {
  readonly ci?: string;
  readonly lint?: string;
  readonly types?: string;
  readonly test?: string;
  readonly faults?: string;
  readonly fuzz?: string;
}

const cases: readonly (readonly [title: string, answers: Answers, closing: string, code: number])[] = [
  ["all is well", { test: "echo 12 passed, 0 failed" }, "12 passed, 0 failed", 0],
  [
    "faults are added up",
    { test: "echo 12 passed, 0 failed", faults: "echo 3 passed, 0 failed" },
    "15 passed, 0 failed",
    0,
  ],
  ["a test fails", { test: "echo 12 passed, 2 failed; exit 1" }, "12 passed, 2 failed", 1],
  ["a test fails and the exit code lies", { test: "echo 12 passed, 2 failed" }, "12 passed, 2 failed", 1],
  ["the exit code alone tells", { test: "echo 12 passed, 0 failed; exit 1" }, "12 passed, 1 failed", 1],
  ["the build breaks", { test: "echo error TS2307; exit 2" }, "0 passed, 1 failed", 1],
  ["nothing was run", {}, "0 passed, 0 failed", 1],
  [
    "lint and types fail",
    { lint: "exit 1", types: "exit 2", test: "echo 5 passed, 0 failed" },
    "5 passed, 2 failed",
    1,
  ],
  ["odd manifests throw", { test: "echo 5 passed, 0 failed", fuzz: "exit 1" }, "5 passed, 1 failed", 1],
  ["installing fails", { ci: "exit 1", test: "echo 5 passed, 0 failed" }, "0 passed, 1 failed", 1],
];

for (const [title, answers, closing, code] of cases) {
  test(`${title}: closes with "${closing}" and exit code ${code}`, () =>
    inFolder(async (folder) => {
      const npm = join(folder, "npm");
      const row = (pattern: string, answer = ":"): string => `*"${pattern}"*) ${answer};;`;
      writeFileSync(
        npm,
        [
          "#!/bin/sh",
          'case "$*" in',
          row("fuzz", answers.fuzz),
          row("faults", answers.faults),
          row("lint", answers.lint),
          row("types", answers.types),
          row("ci", answers.ci),
          row("test", answers.test),
          "esac",
        ].join("\n"),
      );
      chmodSync(npm, 0o755);
      const ended = spawnSync("bash", [script], {
        env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
        encoding: "utf8",
        timeout: 20_000,
      });
      assert.is(ended.stdout.trimEnd().split("\n").at(-1), closing, ended.stdout + ended.stderr);
      assert.is(ended.status, code);
    }));
}

test("the workflow runs that script on every Node that is promised", () => {
  const workflow = readFileSync(fileURLToPath(new URL("../.github/workflows/ci.yml", import.meta.url)), "utf8");
  assert.match(workflow, /run: \.ci\/run\n/);
  for (const version of ["20.20", "22", "24"]) assert.ok(workflow.includes(`"${version}"`), version);
});

test.run();

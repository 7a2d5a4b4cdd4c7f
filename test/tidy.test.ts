import * as assert from "uvu/assert";
import { suite } from "./support/suite.ts";
import * as habits from "./tidy/habits.ts";
import * as imports from "./tidy/imports.ts";
import { codeOnly, projectFiles, type SourceFile, topLevelNames } from "./tidy/source.ts";

const test = suite("tidy");
const project = projectFiles();

type Rule = (files: readonly SourceFile[]) => readonly string[];

/** A rule, and samples as path and text: those it must find something in, and those it must leave alone. */
interface Case {
  readonly name: string;
  readonly rule: Rule;
  readonly wrong: readonly (readonly [path: string, text: string])[];
  readonly right: readonly (readonly [path: string, text: string])[];
}

const doc = "/** Says so. */\n";
const later = ["TO", "DO"].join("");
const machine = ["", "work", "main"].join("/");

const cases: readonly Case[] = [
  {
    name: "imports point inward and never sideways",
    rule: imports.layerFaults,
    wrong: [
      ["src/core/a.ts", 'import { b } from "../datum/b.ts";'],
      ["src/core/a.ts", 'import type { Store } from "../store/store.ts";'],
      ["src/core/a.ts", 'export { b } from "../runtime/b.ts";'],
      ["src/core/a.ts", 'export type B = import("../runtime/b.ts").B;'],
      ["src/providers/gcp/a.ts", 'import { b } from "../edge/b.ts";'],
      ["src/providers/gcp/a.ts", 'import { b } from "../index.ts";'],
      ["src/runtime/a.ts", 'import { b } from "../core/b.ts";'],
      ["src/decide.ts", 'import { b } from "./apply.ts";'],
      ["src/apply.ts", 'import { b } from "./store/memory.ts";'],
      ["src/sim/edge/a.ts", 'import { b } from "../gce/b.ts";'],
      ["src/sim/edge/a.ts", 'import { b } from "../../providers/gcp/description/b.ts";'],
      ["src/store/memory.ts", 'import {\n  a,\n  b,\n} from "./sqlite/open.ts";'],
      ["src/daemon.ts", 'const b = await import("./compose.ts");'],
      ["src/main.ts", 'import { a } from "../test/a.ts";'],
      ["src/unknown/a.ts", ""],
    ],
    right: [
      ["src/core/a.ts", 'import { b } from "./b.ts";\nimport { c } from "node:crypto";'],
      ["src/core/a.ts", '// import { b } from "../datum/b.ts";'],
      ["src/providers/gcp/instance/a.ts", 'import { b } from "../b.ts";\nimport { P } from "../../provider.ts";'],
      ["src/providers/index.ts", 'import { b } from "./gcp/b.ts";'],
      [
        "src/sim/gce/a.ts",
        'import { b } from "../../providers/gcp/description/b.ts";\nimport { c } from "../http.ts";',
      ],
      ["src/compose.ts", 'import { b } from "./store/sqlite/open.ts";'],
      ["src/apply.ts", 'import type { Store } from "./store/store.ts";'],
      ["src/store/sqlite/a.ts", 'import { b } from "../sql/b.ts";'],
    ],
  },
  {
    name: "each package has one door",
    rule: imports.doorFaults,
    wrong: [
      ["src/daemon.ts", 'import { schedule } from "node-cron";'],
      ["src/core/a.ts", 'import { parse } from "yaml";'],
      ["src/sim/gce/a.ts", 'import { b } from "@google-cloud/compute/build/b.js";'],
      ["src/store/a.ts", 'import pg from "pg";'],
      ["src/runtime/a.ts", 'import constructor from "constructor";'],
    ],
    right: [
      ["src/runtime/schedule.ts", 'import { schedule } from "node-cron";'],
      ["src/providers/gcp/a.ts", 'import { b } from "@google-cloud/compute/build/b.js";\nimport fs from "node:fs";'],
      ["test/a.ts", 'import * as fc from "fast-check";'],
    ],
  },
  {
    name: "imports go in no circle",
    rule: (files) => imports.circles([...files, { path: "src/core/b.ts", text: 'import type { A } from "./a.ts";' }]),
    wrong: [["src/core/a.ts", 'import { b } from "./b.ts";']],
    right: [["src/core/a.ts", 'import { c } from "./c.ts";']],
  },
  {
    name: "specifiers carry their ending",
    rule: imports.specifierFaults,
    wrong: [
      ["src/core/a.ts", 'import { b } from "./b";'],
      ["src/core/a.ts", 'import { b } from "./b.js";'],
    ],
    right: [["src/core/a.ts", 'import { b } from "./b.ts";\nimport { c } from "package/c.js";']],
  },
  {
    name: "a contract imports types only",
    rule: imports.contractFaults,
    wrong: [["src/store/store.ts", 'import { canonical } from "../core/json.ts";']],
    right: [["src/store/store.ts", 'import type { Json } from "../core/json.ts";']],
  },
  {
    name: "no file outgrows its room",
    rule: habits.sizeFaults,
    wrong: [["test/core/a.test.ts", "\n".repeat(300).concat("x")]],
    right: [
      ["src/core/a.ts", "x\n".repeat(300)],
      ["test/fixtures/a.ts", "x\n".repeat(400)],
    ],
  },
  {
    name: "rooms that decide are pure",
    rule: habits.purityFaults,
    wrong: [
      ["src/core/a.ts", "const at = Date.now();"],
      ["src/core/a.ts", "const at = new Date();"],
      ["src/datum/a.ts", "const n = Math.random();"],
      ["src/report/a.ts", "export async function f() {}"],
      ["src/report/a.ts", "const p: Promise<void> = later();"],
      ["src/policy/a.ts", "console.log(1);"],
      ["src/core/a.ts", 'import { readFileSync } from "node:fs";'],
      ["src/core/identity.ts", 'import { randomBytes } from "node:crypto";'],
      ["src/core/other.ts", 'import { createHash } from "node:crypto";'],
      ["src/core/a.ts", "const text = `now $\x7bDate.now()}`;"],
      ["src/core/a.ts", "setTimeout(f, 1);"],
    ],
    right: [
      ["src/core/identity.ts", 'import { createHash } from "node:crypto";\ncreateHash("sha256");'],
      ["src/core/a.ts", 'import type { Buffer } from "node:buffer";\nconst day = new Date(0);'],
      ["src/core/a.ts", '// Date.now() is not for us\nconst text = "async console Promise";'],
      ["src/core/a.ts", "const text = `await $\x7bname} Promise`;"],
      ["src/core/a.ts", "const found = /Promise|console/.test(name);"],
      ["src/runtime/clock.ts", "const at = Date.now();"],
    ],
  },
  {
    name: "only main.ts touches process",
    rule: habits.processFaults,
    wrong: [
      ["src/compose.ts", "const home = process.env.HOME;"],
      ["src/compose.ts", 'import { env } from "node:process";'],
      ["src/cli.ts", "run(process)"],
    ],
    right: [
      ["src/main.ts", "process.exit(1);"],
      ["src/core/a.ts", 'const text = "process.env"; // process.env\noptions.process.x;'],
      ["test/a.test.ts", "process.env.X;"],
    ],
  },
  {
    name: "everything exported says what it promises",
    rule: habits.docFaults,
    wrong: [
      ["src/core/a.ts", "export function f() {}"],
      ["src/core/a.ts", "// no doc\nexport const a = 1;"],
      ["src/core/a.ts", `${doc}\nexport interface A {}`],
      ["src/core/a.ts", `${doc}export const a = 1;\nexport type B = string;`],
    ],
    right: [
      ["src/core/a.ts", `${doc}export async function f() {}`],
      ["src/core/a.ts", `${doc}export const all = ["a"] as const;\nexport type One = (typeof all)[number];`],
      ["src/core/a.ts", 'export { b } from "./b.ts";'],
    ],
  },
  {
    name: "every test file runs, and runs whole",
    rule: habits.testFaults,
    wrong: [
      ["test/a.test.ts", 'test("a", () => {});'],
      ["test/a.test.ts", "// test.run();"],
      ["test/a.test.ts", 'test.only("a", f);\ntest.run();'],
      ["test/a.test.ts", 'test.skip("a", f);\ntest.run();'],
      ["test/a.test.ts", 'import { suite } from "uvu";\ntest.run();'],
    ],
    right: [
      ["test/a.test.ts", 'import * as assert from "uvu/assert";\ntest.run();\n'],
      ["test/a.test.ts", 'import { storeContract } from "./contract/store-suite.ts";\nstoreContract({\n  a,\n});\n'],
      ["test/fixtures/a.test.ts", ""],
    ],
  },
  {
    name: "nothing is put off without an issue",
    rule: habits.laterFaults,
    wrong: [["README.md", `${later}: write`]],
    right: [["README.md", `${later} #12: write, and todo lists are fine`]],
  },
  {
    name: "no path of one machine stands anywhere",
    rule: habits.machineFaults,
    wrong: [
      ["docs/a.md", `see ${machine}`],
      ["src/core/a.ts", `// ${machine}`],
    ],
    right: [["docs/a.md", `see src${machine} and ./network/`]],
  },
  {
    name: "names say something",
    rule: (files) => habits.nameFaults(files, []),
    wrong: [
      ["src/core/utils.ts", ""],
      ["src/helpers/a.ts", ""],
    ],
    right: [["src/core/sharedness.ts", ""]],
  },
];

for (const { name, rule, wrong, right } of cases) {
  test(`${name}: the rule finds what is wrong and leaves alone what is right`, () => {
    for (const [path, text] of wrong) assert.ok(rule([{ path, text }]).length > 0, `not found in ${path}: ${text}`);
    for (const [path, text] of right) assert.equal(rule([{ path, text }]), [], `${path}: ${text}`);
  });

  test(`${name}, in the whole project`, () => {
    const faults = rule(project);
    assert.ok(faults.length === 0, `\n${faults.join("\n")}\n`);
  });
}

test("what stands at the top is known", () => {
  assert.equal(habits.nameFaults([], topLevelNames()), []);
  assert.equal(habits.nameFaults([], ["notes.txt"]), ["notes.txt is not known at the top"]);
});

test("the project was read at all", () => {
  const paths = project.map((file) => file.path);
  for (const path of ["src/core/plan.ts", "test/tidy.test.ts", "package.json"]) assert.ok(paths.includes(path), path);
});

test("the scanner blanks strings, comments and patterns, and keeps code and lines", () => {
  const text = 'a("x//y"); // c\nb(`p $\x7bq("}")} r`, /["`]/g); /* d\n */ e / f / g;';
  assert.is(codeOnly(text).replace(/ +/g, " "), 'a(" "); \nb(` $\x7bq(" ")} `, ); \n e / f / g;');
});

test.run();

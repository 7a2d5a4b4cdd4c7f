import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { reports } from "./golden.ts";

const test = suite("report golden");
const folder = new URL("../fixtures/report/", import.meta.url);

for (const [name, report] of Object.entries(reports)) {
  test(`${name} is as it was`, () => {
    assert.fixture(report(), readFileSync(new URL(name, folder), "utf8"));
    assert.is(report(), report());
  });
}

test("every golden file belongs to a report", () => {
  assert.equal(readdirSync(folder).sort(), Object.keys(reports).sort());
});

test("text reports fit their width, but for names and tables that do not", () => {
  for (const name of ["plan.txt", "plan-refused.txt", "plan-invalid.txt", "problems.txt", "outcome-failed.txt"]) {
    for (const line of (reports[name]?.() ?? "").split("\n")) assert.ok([...line].length <= 100, `${name}: ${line}`);
  }
});

test("no report has a trailing space, a control character or a character that turns the reading direction", () => {
  for (const [name, report] of Object.entries(reports)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    assert.not.match(report(), /[ \t]+$|[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/m, name);
    assert.ok(report().endsWith("\n"), name);
  }
});

test.run();

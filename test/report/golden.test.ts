import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { driftText } from "../../src/report/drift.ts";
import { fleetText } from "../../src/report/fleet.ts";
import { outcomeText, planReportText } from "../../src/report/outcome.ts";
import { type Look, paletteOf, plainLook } from "../../src/report/palette.ts";
import { statusText } from "../../src/report/status.ts";
import { suite } from "../support/suite.ts";
import { reports } from "./golden.ts";
import { problems, rows } from "./parts.ts";
import { failing, outcome, refusals, status } from "./samples.ts";

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

test("colours change nothing but colours", () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
  const colour = /\u001b\[\d+m/g;
  const coloured = { palette: paletteOf(true), width: plainLook.width };
  const texts = (look: Look): readonly string[] => [
    planReportText(outcome({ refusals, problems }), look),
    outcomeText(failing, look),
    driftText(outcome(), look),
    statusText(status, look),
  ];
  const painted = texts(coloured);
  for (const text of painted) assert.match(text, colour);
  assert.equal(
    painted.map((text) => text.replace(colour, "")),
    texts(plainLook),
  );
});

test("a thousand instances stay a page", () => {
  const many = Array.from({ length: 1_000 }, () => rows.slice(2, 3)).flat();
  const lines = fleetText(many, plainLook).split("\n");
  assert.is(lines.length, 63);
  assert.is(lines.at(-2), "and 940 more");
});

test.run();

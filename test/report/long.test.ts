import * as assert from "uvu/assert";
import type { Problem } from "../../src/core/problem.ts";
import { plainLook } from "../../src/report/palette.ts";
import { problemsText, wordAt } from "../../src/report/problems.ts";
import { suite } from "../support/suite.ts";

const test = suite("problems in long lines");

const problem: Problem = {
  ...{ severity: "error", rule: "a/b", file: "a.yaml", line: 1, column: 1, path: "", message: "No.", hint: "Yes." },
};
const million = "x ".repeat(500_000);

test("each of many problems in one long line is shown by its own part of the line", () => {
  const problems = Array.from({ length: 3_000 }, (_, index) => ({ ...problem, column: 1 + index * 300 }));
  const text = problemsText(problems, new Map([["a.yaml", million]]), plainLook);
  assert.ok(text.length < 3_000 * 400);
  assert.match(
    text,
    /error a\.yaml:1:899701 {2}a\/b\n {2}No\.\n {2}1 \| …(x ){10}x .*…\n {4}\| {22}\^\n {2}hint: Yes\./,
  );
});

test("a path and a message as long as a file are cut", () => {
  const text = problemsText([{ ...problem, path: million, message: million }], new Map(), plainLook);
  assert.ok(text.length < 5_000);
});

test("the mark is under the whole of a value with a colon, and under a name without its own", () => {
  const rows: readonly (readonly [line: string, column: number, word: string])[] = [
    ["- endpoint: https://a.example:80/x", 13, "https://a.example:80/x"],
    ["- endpoint: https://a.example", 3, "endpoint"],
    ["{a: b, c: d}", 5, "b"],
    ["hosts: [a:80, b]", 9, "a:80"],
    ["spec:", 1, "spec"],
    ['{"a":"b"}', 2, '"a"'],
  ];
  assert.equal(
    rows.map(([line, column]) => wordAt(line, column)),
    rows.map(([, , word]) => word),
  );
});

test.run();

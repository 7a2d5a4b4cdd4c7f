import fc from "fast-check";
import * as assert from "uvu/assert";
import { effectsOf } from "../../src/core/effects.ts";
import { lineRemarks } from "../../src/report/annotations.ts";
import { checkMark, planMark } from "../../src/report/commit-status.ts";
import { reviewMarkdown } from "../../src/report/review.ts";
import { commentLimits, splitMarkdown } from "../../src/report/split.ts";
import { suite } from "../support/suite.ts";
import { hostile, planned, replacing } from "./review-samples.ts";
import { outcome } from "./samples.ts";

const test = suite("report/review");

/** Whatever a part opens it closes: fences, folds. */
function isWhole(part: string): boolean {
  let fence = "";
  let folds = 0;
  for (const line of part.split("\n")) {
    const run = /^ {0,3}(`{3,})/.exec(line)?.[1];
    if (fence !== "") {
      if (run !== undefined && run.length >= fence.length && line.trim() === run) fence = "";
      continue;
    }
    if (run !== undefined) fence = run;
    folds += (line.match(/<details>/g) ?? []).length - (line.match(/<\/details>/g) ?? []).length;
    if (folds < 0) return false;
  }
  return fence === "" && folds === 0;
}

test("a plan of 2,000 changes becomes numbered parts that each stand alone", () => {
  const changes = Array.from({ length: 2_000 }, (_, index) => replacing(index, `b${index}`));
  const parts = splitMarkdown(reviewMarkdown(planned(changes)));
  assert.ok(parts.length > 1 && parts.length <= commentLimits.maxParts, String(parts.length));
  for (const [index, part] of parts.entries()) {
    assert.ok([...part].length <= commentLimits.maxCodePoints);
    assert.ok(isWhole(part), `part ${index + 1}`);
    if (index > 0) assert.match(part, `_Part ${index + 1} of ${parts.length}_`);
  }
  assert.match(parts[0] ?? "", "2,000 to replace");
  assert.match(parts[0] ?? "", "2,000 instances of Workload default/web in dfw are replaced, one at a time.");
});

test("text of others stays text, whatever it tries", () => {
  const text = reviewMarkdown(planned([replacing(0, hostile), replacing(1, "b")]));
  assert.ok(isWhole(text));
  assert.not.match(text, /\u202e/);
  // Inside a fence nothing means anything; outside nothing of it may survive.
  assert.not.match(text.replace(/^(`{3,})diff\n[\s\S]*?\n\1$/gm, ""), /@everyone|<img|https:\/\/evil/);
  for (const line of text.split("\n")) assert.ok([...line].length < 25_000);
});

test("any text splits into whole parts that hold every line of it", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "```diff",
      "```",
      "<details>",
      "<summary>more</summary>",
      "</details>",
      "| a | b |",
      "| --- | --- |",
    ),
    fc.string({ maxLength: 30, unit: "grapheme" }).map((text) => text.replaceAll("`", "").replaceAll("<", "")),
  );
  const limits = { maxCodePoints: 2_400, maxBytes: 9_600, maxParts: 1_000 };
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 300 }), (lines) => {
      const parts = splitMarkdown(lines.join("\n"), limits);
      for (const part of parts) assert.ok([...part].length <= limits.maxCodePoints);
      const words = lines.filter((each) => /^[a-z0-9]{6,}$/i.test(each));
      const all = parts.join("\n");
      for (const word of words) assert.ok(all.includes(word), word);
    }),
    { numRuns: 200 },
  );
});

test("what is left out is said, with where to read it", () => {
  const parts = splitMarkdown(
    "word ".repeat(40_000),
    { maxCodePoints: 5_000, maxBytes: 20_000, maxParts: 3 },
    "See /x.",
  );
  assert.is(parts.length, 3);
  assert.match(parts[2] ?? "", "See /x.");
});

test("a later plan says what became of the earlier one", () => {
  const before = planned([replacing(0, "b"), replacing(1, "b")]);
  const effects = effectsOf(before.outcome.plan?.changes ?? []);
  const after = { ...planned([replacing(0, "c"), replacing(2, "b")]), previous: { planId: "bbbbbbbbbbbb", effects } };
  assert.match(reviewMarkdown(after), "now also replace `gcp/instance/default/web-us-dfw-2`");
  assert.match(reviewMarkdown(after), "no longer replace `gcp/instance/default/web-us-dfw-1`");
});

test("a line says what it replaces, once for all instances", () => {
  const remarks = lineRemarks([], [replacing(0, "b"), replacing(1, "b"), replacing(2, "b")]);
  assert.equal(
    remarks.map(({ file, line, message }) => `${file}:${line} ${message}`),
    ["web.yaml:12 This line replaces 3 instances of Workload default/web in dfw, one at a time."],
  );
});

test("marks fit every forge: 140 characters, whatever failed", () => {
  const long = outcome({ plan: undefined, failure: hostile });
  for (const { description } of [planMark(long, { withheld: "", approvedBy: "" }), checkMark(long)])
    assert.ok([...description].length <= 140);
  assert.is(planMark(outcome({ refusals: [] }), { withheld: "", approvedBy: "" }).state, "success");
  const refused = outcome({ refusals: [{ rule: "limits/protected", message: "no", changes: [] }] });
  assert.is(planMark(refused, { withheld: "", approvedBy: "" }).state, "failure");
  assert.is(planMark(refused, { withheld: "", approvedBy: "ann" }).state, "success");
  assert.is(planMark(outcome({}), { withheld: "A draft: checked only.", approvedBy: "" }).state, "failure");
});

test.run();

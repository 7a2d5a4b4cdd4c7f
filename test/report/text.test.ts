import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { inColumns } from "../../src/report/columns.ts";
import {
  countOf,
  cut,
  durationText,
  escapeHidden,
  grouped,
  momentText,
  pad,
  visible,
  widthOf,
  wrap,
} from "../../src/report/text.ts";
import { pairText, valueText } from "../../src/report/value.ts";
import { suite } from "../support/suite.ts";

const test = suite("report text");

const hidden: readonly (readonly [string, string])[] = [
  ["plain ünï 名前 🙂", "plain ünï 名前 🙂"],
  ["a\nb\tc\r", "a\\nb\\tc\\r"],
  ["\u001b[31mred", "\\u{1b}[31mred"],
  ["\u202eabc\u2066", "\\u{202e}abc\\u{2066}"],
  ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
  ["tag\u{e0041}", "tag\\u{e0041}"],
  ["lone \ud800 surrogate", "lone \\u{d800} surrogate"],
  ["c1 \u009b31m", "c1 \\u{9b}31m"],
];

for (const [given, expected] of hidden)
  test(`shows ${JSON.stringify(given)}`, () => assert.is(visible(given), expected));

test("whatever the text, what is shown is one line without control characters, and showing it again changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = visible(text);
      assert.not.match(shown, /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      assert.is(visible(shown), shown);
    }),
  );
});

test("escaping JSON keeps its value", () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: "binary" }), (json, text) => {
      const value: unknown = [JSON.parse(json), text];
      const escaped = escapeHidden(JSON.stringify(value));
      assert.not.match(escaped, /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      assert.is(JSON.stringify(JSON.parse(escaped)), JSON.stringify(value));
    }),
  );
});

test("widths count columns, not characters", () => {
  assert.is(widthOf("abc"), 3);
  assert.is(widthOf("名前"), 4);
  assert.is(widthOf("e\u0301"), 1);
  assert.is(widthOf("🙂"), 2);
  assert.is(pad("名", 4), "名  ");
});

test("cuts and wraps within the width", () => {
  assert.is(cut("abcdef", 6), "abcdef");
  assert.is(cut("abcdef", 4), "abc…");
  assert.is(cut("名前名前", 4), "名…");
  assert.equal(wrap("one two three", 8), ["one two", "three"]);
  assert.equal(wrap("averylongword x", 4), ["averylongword", "x"]);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      assert.ok(widthOf(cut(text, width)) <= width);
    }),
  );
});

test("says counts and durations", () => {
  assert.is(countOf(1, "error"), "1 error");
  assert.is(countOf(1_200, "address"), "1,200 addresses");
  assert.is(countOf(2, "policy"), "2 policies");
  assert.is(countOf(2, "thing is", "things are"), "2 things are");
  assert.is(grouped(1_234_567), "1,234,567");
  const durations = [
    [0, "0 ms"],
    [999, "999 ms"],
    [1_240, "1.2 s"],
    [9_999, "10.0 s"],
    [12_345, "12 s"],
    [60_000, "1 min"],
    [125_000, "2 min 5 s"],
  ] as const;
  for (const [ms, text] of durations) assert.is(durationText(ms), text);
  assert.is(momentText("2026-01-02T03:04:05.678Z"), "2026-01-02 03:04:05 UTC");
  assert.is(momentText("never"), "never");
});

test("puts cells into columns and leaves no space at the end", () => {
  assert.equal(
    inColumns(
      [
        ["a", "b", ""],
        ["long", "", "x"],
        ["名", "c", "a very long last cell"],
      ],
      "  ",
    ),
    ["  a     b", "  long     x", "  名    c  a very long last cell"],
  );
  const painted = inColumns([
    [{ text: "a", paint: (text) => `<${text}>` }, "b"],
    ["aaa", "b"],
  ]);
  assert.equal(painted, ["<a>    b", "aaa  b"]);
});

const values = [
  [undefined, "unset"],
  [null, "null"],
  ["unset", '"unset"'],
  ["null", '"null"'],
  ["12", '"12"'],
  [12, "12"],
  ["", '""'],
  ["e2-small", "e2-small"],
  ["two words", '"two words"'],
  ["line\nbreak", '"line\\nbreak"'],
  [["a", 1], '["a", 1]'],
  [{ b: 1, a: [] }, "{a: [], b: 1}"],
] as const;

for (const [value, expected] of values) {
  test(`writes ${JSON.stringify(value)}`, () => assert.is(valueText(value, 40), expected));
}

test("leaves out what two long values begin with in common", () => {
  const base = "projects/ubuntu-os-cloud/global/images";
  assert.equal(pairText(`${base}/a-1`, `${base}/b`, 20), ["…/a-1", "…/b"]);
  assert.equal(pairText(`${base}/a-1`, `${base}/b`, 80), [`${base}/a-1`, `${base}/b`]);
  assert.equal(pairText(undefined, "x".repeat(30), 10), ["unset", "xxxxxxxxx…"]);
});

test.run();

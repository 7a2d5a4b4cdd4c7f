import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { planMarkdown } from "../../src/report/markdown.ts";
import { codeCell, codeSpan, fenced, htmlText, plainText } from "../../src/report/markdown-text.ts";
import { suite } from "../support/suite.ts";
import { change, outcome } from "./samples.ts";

const test = suite("report markdown");

const texts: readonly (readonly [string, string])[] = [
  ["a < b & c > d", "a &lt; b &amp; c &gt; d"],
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  ["*b* _i_ `c` ~s~ [l](u) ![i](u) a|b $x$", "\\*b\\* \\_i\\_ \\`c\\` \\~s\\~ \\[l\\](u) !\\[i\\](u) a\\|b \\$x\\$"],
  ["# title", "\\# title"],
  ["- item", "\\- item"],
  ["1. item", "1\\. item"],
  ["a\n# b", "a\\\\n# b"],
];

for (const [given, expected] of texts)
  test(`neutralises ${JSON.stringify(given)}`, () => assert.is(plainText(given), expected));

test("nobody is mentioned, nothing is linked", () => {
  for (const text of [
    "@octocat",
    "mail@host.org",
    "@org/team",
    "#12",
    "GH-12",
    "https://evil.example",
    "www.evil.example",
  ]) {
    assert.not.match(plainText(text), /@\w|#\d|GH-\d|:\/\/|www\./);
    assert.not.match(htmlText(text), /@\w|[^&]#\d|GH-\d|:\/\/|www\./);
  }
});

test("a code span ends where it should, whatever is inside", () => {
  assert.is(codeSpan("a"), "`a`");
  assert.is(codeSpan("a`b"), "``a`b``");
  assert.is(codeSpan("`a`"), "`` `a` ``");
  assert.is(codeCell("a|b"), "`a\\|b`");
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("`", "a", " ", "\n") }), (text) => {
      const span = codeSpan(text);
      const ticks = /^`*/.exec(span)?.[0] ?? "";
      const inside = span.slice(ticks.length, span.length - ticks.length);
      assert.not.ok(inside.match(/`+/g)?.some((run) => run.length === ticks.length));
    }),
  );
});

test("no line inside a fenced block ends it", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom("`", "~", "a", "\n", " ") })), (lines) => {
      const [first = "", ...rest] = fenced("diff", lines).split("\n");
      const fence = /^`+/.exec(first)?.[0] ?? "";
      assert.is(rest.length, lines.length + 1);
      for (const line of rest.slice(0, -1)) assert.not.ok(line.includes(fence), line);
      assert.is(rest.at(-1), fence);
    }),
  );
});

test("a table keeps its columns whatever names and reasons hold", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("|", "`", "\\", "<", "a", "\n", "@", "-") }), (text) => {
      const bad = change({ address: `gcp/instance/default/${text}`, action: "adopt", reason: text });
      const base = outcome();
      const markdown = planMarkdown({
        ...base,
        commitSubject: text,
        plan: base.plan && { ...base.plan, changes: [bad] },
      });
      const row = markdown.split("\n").find((line) => line.startsWith("| `<`")) ?? "";
      const cells = row.match(/(?<!\\)\|/g) ?? [];
      if (text !== "") assert.is(cells.length, 5, markdown);
    }),
  );
});

test("texts of several lines are shown line by line, and cut", () => {
  const after = `${Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n")}\n`;
  const long = change({
    address: "gcp/instance/default/web",
    action: "update",
    fields: [{ path: "motd", before: "one", after, forces: "nothing" }],
  });
  const base = outcome();
  const markdown = planMarkdown({ ...base, plan: base.plan && { ...base.plan, changes: [long] } });
  assert.match(markdown, "\n- one\n+ line 0\n+ line 1\n");
  assert.match(markdown, "+ line 19\n+ … 10 more lines\n```");
});

test.run();

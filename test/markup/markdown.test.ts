import * as assert from "uvu/assert";
import { diffLines, renderMarkdown } from "../../src/markup/markdown.ts";
import { suite } from "../support/suite.ts";

const test = suite("markup/markdown");

const rendered: readonly (readonly [what: string, text: string, expected: string])[] = [
  ["line breaks stay", "a\nb", "<p>a<br />b</p>"],
  ["tables", "| a | b |\n| --- | ---: |\n| 1 | 2 |", '<td align="right">2</td>'],
  ["a diff in its colours", "```diff\n- a\n+ b\n```", '<span class="line added">+ b\n</span>'],
  ["nothing inside a diff is markup", "```diff\n+ <b>\n```", "+ &lt;b&gt;"],
  ["a diagram has a caption", "```mermaid\nflowchart LR\n```", "<figcaption>A Mermaid diagram"],
  ["a fence of an unknown language", "```evil\nx\n```", "<pre><code>x\n</code></pre>"],
  ["tasks", "- [x] a\n- [ ] b", "☑ "],
  ["folded parts", "<details open><summary>s</summary>\n\n*x*\n\n</details>", "<summary>s</summary>"],
  [
    "a picture is only a link",
    "![p](https://a.example/p.png)",
    '<a href="https://a.example/p.png" rel="noopener noreferrer nofollow">p</a>',
  ],
];

for (const [what, text, expected] of rendered)
  test(what, () => assert.ok(renderMarkdown(text).markup.includes(expected), renderMarkdown(text).markup));

const hostile: readonly string[] = [
  "<script>alert(1)</script>",
  "<textarea><script>alert(1)</script></textarea>",
  "<img src=x onerror=alert(1)>",
  '<a href="javascript:alert(1)" onclick="x()">a</a>',
  "[a](javascript:alert(1)) [b](data:text/html,x) [c](//evil.example) [d](vbscript:x)",
  '![a](javascript:alert(1) "t")',
  '![a" onerror="alert(1)](x)',
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<form action=/x><button formaction=/y>z</button></form>",
  "<iframe src=/x></iframe><style>*{}</style><meta http-equiv=refresh content=0>",
  '```"><script>alert(1)</script>\nx\n```',
  "<details ontoggle=alert(1) open><summary>s</summary></details>",
  '<span class="line secret" style="x" id="y">z</span>',
  "<!-- <script> -->",
];

for (const text of hostile)
  test(`nothing of ${text.slice(0, 60)} runs, fetches or styles`, () => {
    const { markup } = renderMarkdown(text, { threadsUrl: "/a/b/issues/" });
    assert.not.match(markup, /<(?:script|img|svg|style|iframe|meta|form|button|textarea)\b/i);
    assert.not.match(markup, /<[^>]*(?:javascript:|vbscript:|data:|"\/\/evil|\son\w+=|\sstyle=|\sid=|secret)/i);
  });

test("numbers of threads become links only where they stand alone", () => {
  const link = (text: string): boolean => renderMarkdown(text, { threadsUrl: "/a/b/issues/" }).markup.includes("<a");
  assert.equal(["see #12.", "#12", "a#12", "&#12;", "`#12`", "#12ab", "/#12", "\\#12"].map(link), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.not.match(renderMarkdown("see #12").markup, "<a");
});

test("a text that is made to be slow, or to nest without end, is shown as it is", () => {
  for (const text of ["_a".repeat(30_000), ">".repeat(60_000), `${"- ".repeat(30_000)}x`]) {
    const startedMs = performance.now();
    assert.ok(renderMarkdown(text).markup.length > 1_000);
    assert.ok(performance.now() - startedMs < 5_000);
  }
  assert.match(renderMarkdown("_a".repeat(30_000)).markup, "<pre><code>_a_a");
});

test("lines of a diff stay lines for those who copy them", () =>
  assert.is(diffLines("@@ x\n a\n").replace(/<[^>]+>/g, ""), "@@ x\n a\n"));

test.run();

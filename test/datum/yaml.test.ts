import * as assert from "uvu/assert";
import { fileLimits, readYaml } from "../../src/datum/yaml.ts";
import { suite } from "../support/suite.ts";
import { checker, checkFiles, told } from "./support.ts";

const test = suite("yaml");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghi"]
  .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(", ")}]\n`)
  .join("")}`;

const broken: readonly (readonly [title: string, text: string | Uint8Array, ...wanted: string[]])[] = [
  ["a key that stands twice", "a: 1\nb: 2\na: 3\n", "yaml/duplicate-key@3:1"],
  ["a key that stands twice in JSON", '{"a": 1,\n "a": 2}', "yaml/duplicate-key@2:2"],
  ["a tab as indentation", "a:\n\tb: 1\n", "yaml/tab-as-indent@2:1"],
  ["a tag of a language", "a: 1\nb: !!js/function 'x'\n", "yaml/tag@2:4"],
  ["a tag of a program", "a: !Ref web\n", "yaml/tag@1:4"],
  ["binary data", "a: !!binary aGk=\n", "yaml/tag@1:4"],
  ["an open list", "a: [1,\n", "yaml/syntax@2:1"],
  ["an alias to nothing", "a: 1\nb: *gone\n", "yaml/aliases@2:4"],
  ["an anchor in itself", "a: &a\n  b: *a\n", "yaml/aliases@2:6"],
  ["a bomb of aliases", bomb, "yaml/size@6:12"],
  ["a key that is a list", "[a]: 1\n", "yaml/key@1:1"],
  ["a merge of text", "a: &a x\nb:\n  <<: *a\n", "yaml/key@3:3"],
  ["a number that would be rounded", "a: 9007199254740993\n", "yaml/number@1:4"],
  ["too much nesting in flow style", "[".repeat(5000), "yaml/depth@1:"],
  ["too much nesting of lists", `a: ${"[".repeat(80)}${"]".repeat(80)}`, "yaml/depth@1:68"],
  ["lists in lists in lists on one line", "- ".repeat(300_000), "yaml/depth@1:131"],
  ["maps in maps that never end", "{a: ".repeat(50_000), "yaml/depth@1:261"],
  ["bytes that are no UTF-8", new Uint8Array([0x61, 0x3a, 0x0a, 0x62, 0x3a, 0x20, 0xff]), "file/encoding@2:4"],
  ["UTF-16", new Uint8Array([0xff, 0xfe, 0x61, 0x00]), "file/encoding@1:1"],
  ["a huge file", new Uint8Array(fileLimits.bytes + 1).fill(0x61), "file/too-large@1:1"],
  [
    "too many documents",
    "---\na: 1\n".repeat(fileLimits.documents + 1),
    `file/too-large@${2 * fileLimits.documents + 1}:1`,
  ],
  ["no number", "a: 1\nb: .nan\n", "yaml/number@2:4"],
  ["infinity", "a: [1, -.inf]\n", "yaml/number@1:8"],
];

for (const [title, text, ...wanted] of broken) {
  test(`${title} is a problem with its place`, () => {
    const read = readYaml("x.yaml", typeof text === "string" ? bytes(text) : text);
    const found = told(read.problems);
    for (const [place, start] of wanted.entries()) assert.ok(found[place]?.startsWith(start), found.join(" "));
    for (const { message, file, severity } of read.problems) {
      assert.is(file, "x.yaml");
      assert.is(severity, "error");
      assert.match(message, /\.$/);
      assert.not.match(message, /\n/);
    }
  });
}

const diagnosed: readonly (readonly [title: string, text: string, wanted: string, message: RegExp])[] = [
  ["a quote that is never closed", 'a: 1\nb: "x\nc: 2\n', "yaml/syntax@2:4", /quote opens here/],
  ["a list that is never closed", "a: [x, y\nb: 1\n", "yaml/syntax@2:1", /\[ opens above/],
  ["a map that is never closed", "a: {x: y\nb: 1\n", "yaml/syntax@2:1", /\{ opens above/],
  ["a field that is indented too little", "- a: 1\n b: 2\n", "yaml/syntax@2:2", /indented too little/],
  ["a field that is indented too far", "- a: x\n   b: 2\n", "yaml/syntax@1:6", /below is indented too far/],
  ["a field without a colon", "a: 1\nb [x]\nc: 2\n", "yaml/syntax@2:1", /no colon/],
  ["a text with a colon", "a: see: b\n", "yaml/syntax@1:4", /second field/],
  ["a tab, and all that follows from it", "a:\n  - b: 1\n\tc: 2\n    d: 3\n", "yaml/tab-as-indent@3:1", /Tabs/],
  ["a value with an at sign", "a: @x\n", "yaml/syntax@1:4", /means something else/],
  ["words behind a quote", 'a: "x" y\n', "yaml/syntax@1:8", /stands behind/],
  ["a merge conflict", "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", "yaml/conflict@2:1", /conflict/],
  ["a value of a template", "a:\n  b: {{ .Values.b }}\n", "yaml/template@2:6", /template/],
  ["a block of a template", "a:\n  {{- if .x }}\n  b: 1\n  {{- end }}\n", "yaml/template@2:3", /template/],
];

for (const [title, text, wanted, message] of diagnosed) {
  test(`${title} is one problem, where it is to be mended`, () => {
    const { problems } = readYaml("x.yaml", bytes(text));
    assert.equal(
      problems.map(({ rule, line, column }) => `${rule}@${line}:${column}`),
      [wanted],
    );
    assert.match(problems[0]?.message ?? "", message);
  });
}

test("braces in quotes are no template, whatever else is wrong", () => {
  const { problems } = readYaml("x.yaml", bytes('a: "{{ .x }}"\nb: [1\nc: 2\n'));
  assert.is(problems[0]?.rule, "yaml/syntax");
});

test("a megabyte of garbage is refused in the time that reading it takes", () => {
  for (const text of ["a: } ".repeat(200_000), "{{ }}".repeat(200_000)]) {
    const started = performance.now();
    const { problems, broken } = readYaml("x.yaml", bytes(text));
    assert.equal([problems.length, broken], [1, 1]);
    assert.ok(performance.now() - started < 8_000);
  }
});

const sound: readonly (readonly [title: string, text: string, ...values: unknown[]])[] = [
  ["nothing", ""],
  ["comments alone", "# hello\n"],
  ["a byte order mark", "\ufeffa: 1\n", { a: 1 }],
  ["lines that end as on Windows", "a: 1\r\nb:\r\n  - x\r\n", { a: 1, b: ["x"] }],
  ["JSON", '{"a": [1, true, null, "x"]}', { a: [1, true, null, "x"] }],
  ["several documents", "a: 1\n---\nb: 2\n...\n---\nc: 3\n", { a: 1 }, { b: 2 }, { c: 3 }],
  ["a directive of version 1.2", "%YAML 1.2\n---\na: yes\n", { a: "yes" }],
  [
    "a directive of version 1.1",
    "%YAML 1.1\n---\na: yes\nb: 2001-12-14\nc: 0o14\n",
    { a: "yes", b: "2001-12-14", c: 12 },
  ],
  ["a few aliases", "a: &a { b: 1 }\nc: *a\n", { a: { b: 1 }, c: { b: 1 } }],
  ["a merge key", "a: &a { b: 1 }\nc:\n  <<: *a\n  d: 2\n", { a: { b: 1 }, c: { b: 1, d: 2 } }],
  [
    "a merge of several maps",
    "a: &a { b: 1 }\nc: &c { b: 2, d: 3 }\ne: { <<: [*a, *c], f: 4 }\n",
    {
      a: { b: 1 },
      c: { b: 2, d: 3 },
      e: { f: 4, b: 1, d: 3 },
    },
  ],
  ["an octal number, as Kubernetes reads it", "mode: 0644\ntext: '0644'\n", { mode: 420, text: "0644" }],
  ["keys that are numbers", "1: a\ntrue: b\n", { "1": "a", true: "b" }],
];

for (const [title, text, ...values] of sound) {
  test(`${title} can be read`, () => {
    const read = readYaml("x.yaml", bytes(text));
    assert.equal(told(read.problems), []);
    assert.equal(
      read.documents.map(({ value }) => value),
      values,
    );
  });
}

test("a key of the name __proto__ changes no prototype", () => {
  const read = readYaml("x.yaml", bytes("__proto__: { polluted: 1 }\n"));
  assert.is(({} as { polluted?: number }).polluted, undefined);
  assert.is(JSON.stringify(read.documents[0]?.value), '{"__proto__":{"polluted":1}}');
});

test("one broken document leaves the others of its file readable", () => {
  const read = readYaml("x.yaml", bytes("a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n"));
  assert.equal(told(read.problems), ["yaml/duplicate-key@4:1"]);
  assert.equal(
    read.documents.map(({ index }) => index),
    [0, 2],
  );
});

test("places of keys, values and list items are exact", () => {
  const [document] = readYaml("x.yaml", bytes("a:\n  b: one\n  c:\n    - x\n    - d: 2\n")).documents;
  const at = (path: readonly (string | number)[], part?: "key" | "value") => {
    const { line, column } = document?.at(path, part) ?? { line: 0, column: 0 };
    return `${line}:${column}`;
  };
  assert.is(at(["a", "b"]), "2:6");
  assert.is(at(["a", "b"], "key"), "2:3");
  assert.is(at(["a", "c", 0]), "4:7");
  assert.is(at(["a", "c", 1, "d"]), "5:10");
  assert.is(at(["a", "c", 1, "gone", "deeper"]), "5:7");
  assert.is(at(["a", "c", 9]), "3:3");
  assert.is(at([]), "1:1");
});

test("the place of a value behind an alias is the alias", () => {
  const [document] = readYaml("x.yaml", bytes("a: &a\n  b: 1\nc: *a\n")).documents;
  assert.is(document?.at(["c", "b"]).line, 3);
});

test("a line of a literal block has its place", () => {
  const [document] = readYaml("x.yaml", bytes("a:\n  b: |\n    one\n    two\n")).documents;
  assert.is(document?.at(["a", "b", 1]).line, 4);
});

for (const [title, text] of [
  ["one map of very many keys", Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join("\n")],
  ["very many anchors", Array.from({ length: 10_000 }, (_, index) => `k${index}: &a${index} 1`).join("\n")],
  ["very many aliases of one anchor", `a: &a x\nb:\n${"  - *a\n".repeat(40_000)}`],
] as const) {
  test(`${title} take time in proportion`, () => assert.is(readYaml("x.yaml", bytes(text)).problems.length, 0), 5_000);
}

test("every file ends in a count", () => {
  const result = checkFiles({
    "README.yaml": "just text\n",
    "ci.yaml": "on: push\njobs: {}\n",
    "kustomization.yaml": "resources: [a.yaml]\n",
    "k.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
    "deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\n",
  });
  assert.equal(told(result.problems), []);
  assert.equal(result.counts, { managed: 0, reference: 0, unmanaged: 1, unknown: 0, "not-a-manifest": 4 });
});

test("the same bytes give the same problems", () => {
  const once = checker.parse("x.yaml", bytes("a: 1\na: 2\n")).problems;
  assert.equal(checker.parse("x.yaml", bytes("a: 1\na: 2\n")).problems, once);
});

test.run();

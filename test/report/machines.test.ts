import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import * as assert from "uvu/assert";
import type { Problem } from "../../src/core/problem.ts";
import { jsonText } from "../../src/report/json.ts";
import { junitText } from "../../src/report/junit.ts";
import { type SarifInput, sarifDocument } from "../../src/report/sarif.ts";
import { annotationsText } from "../../src/report/workflow.ts";
import { suite } from "../support/suite.ts";
import { pages, problems, source } from "./parts.ts";

const test = suite("reports for machines");

const schema = JSON.parse(readFileSync(new URL("../fixtures/sarif/subset.schema.json", import.meta.url), "utf8"));
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false });
addFormats.default(ajv);
const isSarif = ajv.compile(schema);

const plain: Problem = {
  severity: "error",
  rule: "a/b",
  file: "a.yaml",
  line: 1,
  column: 1,
  path: "",
  message: "M.",
  hint: "",
};
const hostile: fc.Arbitrary<Problem> = fc.record({
  severity: fc.constantFrom("error", "warning", "info"),
  rule: fc.constantFrom("a/b", "schema/unknown-field"),
  file: text(),
  line: fc.integer({ min: 1, max: 99 }),
  column: fc.integer({ min: 1, max: 99 }),
  path: text(),
  message: text(),
  hint: text(),
});

function text(): fc.Arbitrary<string> {
  const nasty = fc.constantFrom("\u0000", "\r\n", "%", "::error ", ",", "]]>", "<a b='c'>", "&", "\ud800", "\uffff", "../", "{0}", "](x)"); // biome-ignore format: one list
  return fc.array(fc.oneof(nasty, fc.string({ unit: "binary" }))).map((parts) => parts.join(""));
}

function log(input: Partial<SarifInput>) {
  const parsed = JSON.parse(jsonText(sarifDocument({ version: "1", problems, pages, sources: new Map(), ...input })));
  assert.is(isSarif(parsed), true, JSON.stringify(isSarif.errors));
  return parsed.runs[0];
}

test("a SARIF log is valid whatever stands in names and messages", () => {
  fc.assert(fc.property(fc.array(hostile), (given) => void log({ problems: given })));
});

test("SARIF says level, rule, place and where the word ends", () => {
  const { results, tool } = log({ sources: new Map([["workloads/web.yaml", source]]) });
  assert.equal(results[0].locations[0].physicalLocation, {
    artifactLocation: { uri: "workloads/web.yaml", uriBaseId: "%SRCROOT%" },
    region: { startLine: 8, startColumn: 7, endLine: 8, endColumn: 16 },
  });
  assert.equal(
    results.map(({ level }: { level: string }) => level),
    ["error", "warning", "error"],
  );
  for (const { ruleId, ruleIndex } of results) assert.is(tool.driver.rules[ruleIndex].id, ruleId);
  assert.match(tool.driver.rules[0].help.markdown, /```yaml\nspec: \{ citycodes/);
});

test("file names become addresses", () => {
  const table: readonly (readonly [file: string, uri: string, isRelative: boolean])[] = [
    ["a b/ü%.yaml", "a%20b/%C3%BC%25.yaml", true],
    ["./a.yaml", "a.yaml", true],
    ["c:d.yaml", "c%3Ad.yaml", true],
    ["../a.yaml", "../a.yaml", false],
    ["/x/a#?.yaml", "file:///x/a%23%3F.yaml", false],
    ["\ud800\n.yaml", "%EF%BF%BD%0A.yaml", true],
  ];
  for (const [file, uri, isRelative] of table) {
    const { artifactLocation } = log({ problems: [{ ...plain, file }] }).results[0].locations[0].physicalLocation;
    assert.equal(artifactLocation, isRelative ? { uri, uriBaseId: "%SRCROOT%" } : { uri });
  }
});

test("a fingerprint outlives moved lines and tells equal problems apart", () => {
  const prints = (given: readonly Problem[]) =>
    log({ problems: given }).results.map((result: { partialFingerprints: object }) => result.partialFingerprints);
  const first = prints([plain, plain, { ...plain, path: "spec" }]);
  assert.equal(prints([{ ...plain, line: 7 }, plain, { ...plain, path: "spec" }]), first);
  assert.is(new Set(first.map((print: object) => JSON.stringify(print))).size, 3);
});

test("workflow commands escape what would end them", () => {
  const problem = { ...plain, file: "a,b:c%\r\n.yaml", path: "spec.a", message: "50% ::error::\r\nx", hint: "a, b: c" };
  assert.is(
    annotationsText([problem]),
    "::error file=a%2Cb%3Ac%25%0D%0A.yaml,line=1,col=1,title=a/b::spec.a: 50%25 ::error::\\r\\nx%0Aa, b: c\n",
  );
  assert.match(annotationsText([{ ...plain, severity: "info" }]), /^::notice file=/);
});

test("each problem is one workflow command, whatever stands in it", () => {
  fc.assert(
    fc.property(hostile, (problem) => {
      const lines = annotationsText([problem]).split(/\r\n|[\n\r]/);
      assert.is(lines.length, 2);
      const match = /^::(error|warning|notice) file=([^:,]*),line=\d+,col=\d+,title=[^:,]*::/.exec(lines[0] as string);
      assert.ok(match !== null, lines[0] as string);
      if (/^[\w%:,\r\n. -]*$/.test(problem.file)) assert.is(decodeURIComponent(match?.[2] as string), problem.file);
    }),
  );
});

test("a JUnit report is well-formed XML, whatever stands in it", () => {
  const attribute = ` [a-z]+="(?:[^"<>&]|&(?:amp|lt|gt|quot|apos);)*"`;
  const token = new RegExp(
    `<\\?xml[^<>]*\\?>|</?[a-z-]+(?:${attribute})*/?>|(?:[^<>&]|&(?:amp|lt|gt|quot|apos);)+`,
    "gy",
  );
  fc.assert(
    fc.property(fc.array(hostile), (given) => {
      const report = junitText(["sound.yaml"], given);
      assert.is(report.match(token)?.join(""), report);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
      assert.not.match(report, /[\u0000-\u0008\u000b\u000c\u000d-\u001f\ufffe\uffff]|\p{Surrogate}/u);
      const open: string[] = [];
      for (const [, end, name, self] of report.matchAll(/<(\/?)([a-z-]+)[^>]*?(\/?)>/g)) {
        if (end === "/") assert.is(open.pop(), name);
        else if (self !== "/") open.push(name as string);
      }
      assert.equal(open, []);
    }),
  );
});

test("JUnit counts errors as failures, and a sound file as one that passes", () => {
  const report = junitText(["sound.yaml", "workloads/web.yaml"], problems);
  assert.match(report, /<testsuites name="plumbline validate" tests="4" failures="2" errors="0">/);
  assert.match(report, /<testcase classname="sound.yaml" name="valid" file="sound.yaml"\/>/);
});

test.run();

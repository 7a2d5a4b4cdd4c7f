import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/folder.ts";
import { writeFiles } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/validate");

const network = `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: main }
spec: { ipam: { mode: Auto }, mtoo: 1400 }
`;

test("every format tells the same problem at the same place", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, { "fleet/network.yaml": network, "README.md": "# Fleet\n" });
    const table: readonly (readonly [format: string, said: RegExp])[] = [
      ["text", /error .*network\.yaml:4:31 {2}schema\/unknown-field/],
      ["json", /"line": 4,\s+"column": 31/],
      ["markdown", /network\.yaml/],
      [
        "sarif",
        /"uri": "fleet\/network.yaml",[\s\S]*"startLine": 4,\s+"startColumn": 31,\s+"endLine": 4,\s+"endColumn": 35/,
      ],
      ["github", /^::error file=fleet\/network.yaml,line=4,col=31,title=schema\/unknown-field::/],
      ["junit", /<testcase classname="fleet\/network.yaml" name="schema\/unknown-field at 4:31 spec.mtoo"/],
    ];
    for (const [format, said] of table) {
      const result = await run(["validate", folder, "-o", format], { GITHUB_WORKSPACE: folder });
      assert.is(result.code, 1, format);
      assert.match(result.stdout, said, format);
      assert.is(result.stderr, "");
    }
  }));

test("one file too large does not silence the others, nor does it make what it may hold missing", () =>
  inFolder(async (folder) => {
    const subnet = network.replace("kind: Network", "kind: NetworkBinding").replace(/spec: .*/, "spec: {}");
    await writeFiles(folder, {
      "large.yaml": `# ${"x".repeat(9_000_000)}\n`,
      "network.yaml": network,
      "package-lock.json": `{"a": "${"x".repeat(9_000_000)}"}`,
      "binding.yaml": subnet,
    });
    const { code, stdout } = await run(["validate", folder]);
    assert.is(code, 1);
    assert.match(stdout, /large\.yaml:1:1 {2}file\/too-large/);
    assert.match(stdout, /network\.yaml:4:31 {2}schema\/unknown-field/);
    assert.not.match(stdout, /package-lock\.json/);
  }));

const halves: readonly (readonly [what: string, text: string])[] = [
  ["whose text breaks off", 'kind: Secret\nmetadata: {name: a}\nstringData:\n  key: "tr0ub4dor\n'],
  ["with a colon too many", "kind: Secret\nmetadata: {name: a}\nstringData:\n  key: tr0ub4dor: x\n"],
  ["whose kind is misspelled", "apiVersion: v1\nkind: secrte\nmetadata: {name: a}\nstringData: {key: tr0ub4dor}\n"],
  ["without a kind", "apiVersion: v1\nmetadata: {name: a}\nstringData: {key: tr0ub4dor}\n"],
  ["in JSON that breaks off", '{"apiVersion": "v1", "kind": "Secret", "data": {"key": "tr0ub4dor", "key": "b"}}\n'],
];

for (const [what, text] of halves) {
  test(`a Secret ${what} is never shown`, () =>
    inFolder(async (folder) => {
      await writeFiles(folder, { "secret.yaml": text });
      for (const format of ["text", "json", "sarif", "junit"]) {
        const { code, stdout } = await run(["validate", folder, "-o", format]);
        assert.is(code, 1, format);
        assert.not.match(stdout, /tr0ub4dor/);
      }
    }));
}

test("what is no manifest is counted, not judged", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, {
      "README.md": "# Fleet\n",
      "kustomization.yaml": "resources: [network.yaml]\n",
      ".github/workflows/ci.yml": "on: push\n",
      "network.yaml": network.replace(", mtoo: 1400", ""),
    });
    const { code, stdout } = await run(["validate", folder]);
    assert.is(code, 0);
    assert.is(stdout, "1 manifest (3 not manifests): no problems.\n");
    assert.is((await run(["validate", join(folder, "nothing")])).code, 1);
  }));

test.run();

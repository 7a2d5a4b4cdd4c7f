import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import * as assert from "uvu/assert";
import { parseAllDocuments } from "yaml";
import { editorSchema } from "../../src/datum/editor-schema.ts";
import { suite } from "../support/suite.ts";
import { sandbox, surroundings } from "./support.ts";

const test = suite("the editor's schema");
const folder = new URL("../../policies/schemas/", import.meta.url);
const schemas = readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")));
/** What an editor does with the schema: nothing of ours beside it. */
const judge = new Ajv({ strict: false, allErrors: true }).compile(editorSchema(schemas));

/** Where an editor underlines, and why. */
function told(text: string): readonly string[] {
  return parseAllDocuments(text).flatMap((document) => {
    judge(document.toJS());
    return (judge.errors ?? [])
      .filter(({ keyword }) => keyword !== "if")
      .map((one) => `${one.instancePath} ${one.keyword}`);
  });
}

const head = "apiVersion: networking.datumapis.com/v1alpha\nkind: Network\nmetadata: { name: n }\n";
const rows: readonly (readonly [title: string, text: string, ...wanted: string[]])[] = [
  ["sound manifests", `${surroundings}---\n${sandbox()}`],
  ["an unknown field", `${head}spec: { ipam: { mode: Auto, range: x } }\n`, "/spec/ipam additionalProperties"],
  ["an unknown field of a workload", sandbox(["spec.gateway", {}]), "/spec additionalProperties"],
  ["an empty spec", `${head}spec:\n`, "/spec type"],
  ["a wrong word", `${head}spec: { ipam: { mode: Atuo } }\n`, "/spec/ipam/mode enum"],
  [
    "an unknown field of metadata",
    `${head}spec: { ipam: { mode: Auto } }\n`.replace("{ name", "{ nam: x, name"),
    "/metadata additionalProperties",
  ],
  ["a kind that is none", head.replace("kind: Network", "kind: Netwrk"), "/kind enum"],
  ["no kind", "apiVersion: v1\n", " required"],
  ["an object of another system", "apiVersion: apps/v1\nkind: Deployment\nspec: { x: 1 }\n"],
  ["an object of the core", "apiVersion: v1\nkind: Pod\nspec: { x: 1 }\n"],
  ["an empty document", "---\n"],
];

for (const [title, text, ...wanted] of rows) {
  test(title, () => assert.equal(told(text), wanted));
}

test("every schema is reached, and its references lead somewhere", () => {
  const whole = JSON.stringify(editorSchema(schemas));
  const root = JSON.parse(whole);
  const references = [...whole.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path as string);
  for (const path of references) {
    const found = path.split("/").reduce((value, step) => value?.[step], root);
    assert.ok(found, path);
  }
  for (const word of Object.keys(root.$defs)) assert.ok(references.includes(`$defs/${word}`), word);
});

test.run();

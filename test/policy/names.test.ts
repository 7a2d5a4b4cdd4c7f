import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { readCatalogue } from "../../src/datum/catalogue.ts";
import { parsePolicies } from "../../src/policy/parse.ts";
import { reservedNames } from "../../src/policy/reserved.ts";
import { suite } from "../support/suite.ts";
import { documentsOf } from "./documents.ts";

const test = suite("names of policies");
const folder = new URL("../../policies/rules/", import.meta.url);

test("every rule of the program that a policy's findings could pass for is reserved", () => {
  const files = readdirSync(folder).map((file) => ({ file, bytes: readFileSync(new URL(file, folder)) }));
  const ids = readCatalogue(files).entries.map(({ id }) => id);
  const own = ids.filter((id) => id.startsWith("policy/")).map((id) => id.slice("policy/".length));
  assert.equal([...reservedNames].sort(), own.sort());
});

const policy = (name: string): string => `apiVersion: plumbline.dev/v1
kind: PlanPolicy
metadata: { name: ${JSON.stringify(name)} }
spec: { validations: [{ expression: "true" }] }
`;

for (const [name, isTaken] of [
  ["end-port", true],
  ["exception", true],
  ["Two Words", true],
  ["a/b", true],
  ["ends-", true],
  ["line\nbreak", true],
  ["a".repeat(254), true],
  ["end-ports", false],
  ["limits.example.com", false],
] as const) {
  test(`a policy may ${isTaken ? "not " : ""}be named ${JSON.stringify(name.slice(0, 20))}`, () => {
    const { set, problems } = parsePolicies(documentsOf(policy(name)));
    assert.equal(
      problems.map(({ rule, path }) => `${rule} ${path}`),
      isTaken ? ["policy/name metadata.name"] : [],
    );
    assert.is(set.policies.length, isTaken ? 0 : 1);
  });
}

test.run();

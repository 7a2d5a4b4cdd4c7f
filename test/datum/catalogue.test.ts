import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { parse, parseAllDocuments, stringify } from "yaml";
import { type RuleEntry, readCatalogue } from "../../src/datum/catalogue.ts";
import { expandFleet } from "../../src/datum/expand.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, sandbox, surroundings, virtualMachine } from "./support.ts";

const test = suite("catalogue");
const folder = new URL("../../policies/rules/", import.meta.url);
const catalogue = readCatalogue(
  readdirSync(folder).map((file) => ({ file, bytes: readFileSync(new URL(file, folder)) })),
);

/** Rules that no text of a few lines can break; yaml.test.ts, edge.test.ts and secrets/room.test.ts break them. */
const sealedRules = ["changed", "damaged", "no-key", "no-recipient", "sealed-base64"].map((name) => `secret/${name}`);
const withoutExample = [...sealedRules, "file/encoding", "file/too-large", "yaml/depth", "yaml/size", "proxy/matches"];

function filesIn(room: string): readonly string[] {
  const names = readdirSync(new URL(`../../src/${room}/`, import.meta.url));
  return names.filter((name) => name.endsWith(".ts")).map((name) => `${room}/${name}`);
}

/** What good examples of other rules may be warned of, being shorter than a whole repository. */
const warnings = ["secret/clear-text", "reference/missing"];

function emitted(): readonly string[] {
  const source = new URL("../../src/", import.meta.url);
  const families =
    "annotations|file|generation|location|manifest|metadata|names|network|policy|reference|schema|secret|workload|yaml|proxy|protection|gateway|dns|vpc|subnet|gcp|edge";
  const ids = ["datum", "providers/gcp/translate", "providers/edge", "secrets"].flatMap(filesIn).flatMap((file) => {
    const text = readFileSync(new URL(file, source), "utf8");
    return [...text.matchAll(new RegExp(`"((?:${families})/[a-z0-9-]+)"`, "g"))].map((match) => match[1] as string);
  });
  return [...new Set(ids)].sort();
}

test("every rule that the code tells is explained, and no other", () => {
  assert.equal(
    catalogue.entries.map(({ id }) => id),
    emitted(),
  );
});

type Tree = { [key: string]: Tree } | Tree[] | string | number | boolean | null;

/** Puts the fields of an example over a sound manifest: objects by field, lists by place. */
function over(base: Tree | undefined, patch: Tree): Tree {
  if (Array.isArray(patch)) {
    if (patch.length === 0) return [];
    const below = Array.isArray(base) ? base : [];
    const length = Math.max(below.length, patch.length);
    return Array.from({ length }, (_, index) => {
      const part = patch[index];
      if (part === undefined) return below[index] as Tree;
      return typeof part === "object" && part !== null && !Array.isArray(part) ? over(below[index], part) : part;
    }).slice(0, patch.every((part) => typeof part !== "object") ? patch.length : length);
  }
  if (typeof patch !== "object" || patch === null || Object.keys(patch).length === 0) return patch;
  const below = typeof base === "object" && base !== null && !Array.isArray(base) ? base : {};
  const result: { [key: string]: Tree } = { ...below };
  for (const [key, value] of Object.entries(patch)) result[key] = over(below[key], value);
  return result;
}

/** The files of a repository in which the example stands. */
function filesOf(entry: RuleEntry, example: string): Readonly<Record<string, string>> {
  const texts: string[] = [];
  let base = surroundings;
  const documents = example.split(/^---\n/m);
  for (const text of documents) {
    const parsed = parseAllDocuments(text);
    const value = parsed[0]?.errors.length === 0 && parsed[0].warnings.length === 0 ? safe(text) : undefined;
    const isWhole =
      value === undefined ||
      value.apiVersion !== undefined ||
      (value.spec === undefined && value.metadata === undefined) ||
      entry.id === "manifest/identity";
    if (isWhole) texts.push(text);
    else if (value.kind === "Workload") {
      texts.push(stringify(over(parse(entry.base === "virtualMachine" ? virtualMachine() : sandbox()), value)));
    } else {
      const parts = base.split("---\n");
      const at = parts.findIndex((part) => part.includes(`kind: ${String(value.kind)}`));
      parts[at] = stringify(over(parse(parts[at] as string), value));
      base = parts.join("---\n");
    }
  }
  return { "base.yaml": base, "example.yaml": texts.join("---\n") };
}

function safe(text: string): Record<string, Tree> | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function rulesOf(entry: RuleEntry, example: string): readonly string[] {
  const { documents, problems } = checkFiles(filesOf(entry, example));
  const fleet = expandFleet(documents, { fleet: "example", allocations: new Map() });
  return [...new Set([...problems, ...fleet.problems].map(({ rule }) => rule))];
}

for (const entry of catalogue.entries) {
  test(`${entry.id} is broken by its bad example and kept by its good one`, () => {
    if (withoutExample.includes(entry.id) || /^(gcp|edge)\//.test(entry.id)) {
      assert.is(entry.bad ?? entry.good, undefined);
      return;
    }
    assert.ok(rulesOf(entry, entry.bad ?? "").includes(entry.id), rulesOf(entry, entry.bad ?? "").join(" "));
    const kept = rulesOf(entry, entry.good ?? "").filter((rule) => !warnings.includes(rule) || entry.id === rule);
    assert.equal(kept, []);
  });
}

test("an id that is none gets the nearest", () => {
  assert.is(catalogue.suggest("workload/min-replica"), "workload/min-replicas");
  assert.is(catalogue.suggest("min-replicas"), "workload/min-replicas");
  assert.is(catalogue.suggest("zzzzzzzz"), undefined);
});

test.run();

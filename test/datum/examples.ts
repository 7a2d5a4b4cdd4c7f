import { readFileSync } from "node:fs";
import { parse, parseAllDocuments, stringify } from "yaml";
import { parseConfig } from "../../src/config.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Problem } from "../../src/core/problem.ts";
import type { RuleEntry } from "../../src/datum/catalogue.ts";
import { earlierOf } from "../../src/datum/earlier.ts";
import { expandFleet } from "../../src/datum/expand.ts";
import { checkUpdates } from "../../src/datum/rules-update.ts";
import { readYaml } from "../../src/datum/yaml.ts";
import { checkManifestsHere } from "../../src/policy/here.ts";
import { parsePolicies } from "../../src/policy/parse.ts";
import { checkFiles, sandbox, surroundings, virtualMachine } from "./support.ts";

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
  // A variable that reads its value has none of its own.
  if (patch.valueFrom !== undefined) delete result.value;
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

/** The rules that an example breaks, in the surroundings that its page names. */
export function rulesOf(entry: RuleEntry, example: string): readonly string[] {
  return [...new Set(problemsOf(entry, example).map(({ rule }) => rule))];
}

/** What is said of an example, in the surroundings that its page names. */
export function problemsOf(entry: RuleEntry, example: string): readonly Problem[] {
  if (entry.base === "configuration") return configurationProblems(example);
  if (entry.base === "policy") return policyProblems(example);
  if (entry.base === "update") return updateProblems(example);
  const { documents, problems } = checkFiles(filesOf(entry, example));
  const fleet = expandFleet(documents, { fleet: "example", allocations: new Map() });
  return [...problems, ...fleet.problems];
}

const schemaFile = new URL("../../policies/plumbline.schema.json", import.meta.url);
const soundConfiguration = { fleet: "prod", repositories: [{ path: "." }], providers: { gcp: {} } };

/** An example of the configuration stands in one that is sound, unless it is no YAML at all. */
function configurationProblems(example: string): readonly Problem[] {
  const value = safe(example);
  const text = value === undefined ? example : stringify({ ...soundConfiguration, ...value });
  return parseConfig(text, "plumbline.yaml", JSON.parse(readFileSync(schemaFile, "utf8"))).problems;
}

/** A folder of policies, and what they find of the workloads that stand with them. */
function policyProblems(example: string): readonly Problem[] {
  const documents = readYaml("policies.yaml", new TextEncoder().encode(example)).documents.map((raw) => ({
    file: "policies.yaml",
    content: raw.value as JsonObject,
    at: raw.at,
  }));
  const isJudged = ({ content }: { readonly content: JsonObject }): boolean => content.kind === "Workload";
  const { set, problems } = parsePolicies(documents.filter((document) => !isJudged(document)));
  const judged = documents.filter(isJudged).map((document) => ({ document, object: document.content }));
  return [...problems, ...checkManifestsHere(set, judged)];
}

/** The first document of an example stands in the last applied commit, the second in the new one. */
function updateProblems(example: string): readonly Problem[] {
  const [before = "", after = ""] = example.split(/^---\n/m);
  const { documents, problems } = checkFiles({ "a.yaml": after });
  return [...problems, ...checkUpdates(documents, earlierOf(checkFiles({ "a.yaml": before }).documents, documents))];
}

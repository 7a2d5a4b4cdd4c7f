import { isObject, type JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import { readYaml } from "./yaml.ts";

/** What a rule means to people, with examples that are tests. */
export interface RuleEntry {
  /** The id that problems carry, `<family>/<name>`. */
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly hint: string;
  /** What the control plane itself does: the kind of its error and where it shows it, or that it accepts what it should not. */
  readonly upstream?: string;
  /** Manifests that break and keep the rule; those without apiVersion show only the fields that matter. Absent where text cannot show it. */
  readonly bad?: string;
  readonly good?: string;
  /** What an example is part of, where its kind does not say: a sound manifest, a configuration, a folder of policies, what was applied before. */
  readonly base?: "virtualMachine" | "configuration" | "policy" | "update";
}

/** The rules by id, and what was most likely meant by an id that is none. */
export interface RuleCatalogue {
  readonly entries: readonly RuleEntry[];
  find(id: string): RuleEntry | undefined;
  suggest(id: string): string | undefined;
}

/** Reads the files of policies/rules. A file that is not as it was shipped is a broken installation and throws. */
export function readCatalogue(files: readonly { readonly file: string; readonly bytes: Uint8Array }[]): RuleCatalogue {
  const entries = files.flatMap(readEntries).sort((left, right) => (left.id < right.id ? -1 : 1));
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return {
    entries,
    find: (id) => byId.get(id),
    suggest: (id) =>
      nearest(id, [...byId.keys()]) ?? [...byId.keys()].find((known) => known.split("/")[1] === id.split("/").at(-1)),
  };
}

function readEntries({ file, bytes }: { readonly file: string; readonly bytes: Uint8Array }): readonly RuleEntry[] {
  const { documents, problems } = readYaml(file, bytes);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${file}:${problem.line}: ${problem.message}`);
  const value = documents[0]?.value;
  const rules = isObject(value) ? value.rules : undefined;
  if (!Array.isArray(rules)) throw new Error(`${file} holds no rules.`);
  return rules.map((rule) => {
    if (!isObject(rule)) throw new Error(`${file} holds a rule that is no object.`);
    return readEntry(file, rule);
  });
}

function readEntry(file: string, rule: JsonObject): RuleEntry {
  for (const field of ["id", "title", "meaning", "hint"]) {
    if (typeof rule[field] !== "string") throw new Error(`${file}: the rule ${String(rule.id)} has no ${field}.`);
  }
  return rule as unknown as RuleEntry;
}

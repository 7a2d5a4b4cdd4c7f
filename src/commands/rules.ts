import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "../cli.ts";
import { loadCatalogue, loadRules } from "../compose/rules.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import type { RuleEntry } from "../datum/catalogue.ts";
import type { Shell } from "../shell.ts";
import { CommandError } from "./session.ts";

/** `schema`: the JSON Schemas of the known kinds, into a folder for an editor, or all together to stdout. */
export async function schema(shell: Shell, command: Extract<Command, { readonly name: "schema" }>): Promise<number> {
  const { schemas, configSchema } = await loadRules(shell.packageDirectory, shell.version);
  if (command.directory === undefined) {
    shell.stdout.write(`${JSON.stringify(together(schemas), undefined, 2)}\n`);
    return 0;
  }
  await mkdir(command.directory, { recursive: true });
  for (const one of schemas) {
    await writeFile(
      join(command.directory, `${fileName(one["x-plumbline"])}.json`),
      `${JSON.stringify(one, undefined, 2)}\n`,
    );
  }
  await writeFile(join(command.directory, "manifests.json"), `${JSON.stringify(together(schemas), undefined, 2)}\n`);
  await writeFile(join(command.directory, "plumbline.json"), `${JSON.stringify(configSchema, undefined, 2)}\n`);
  shell.stdout.write(`${schemas.length + 2} schemas written to ${command.directory}\n`);
  return 0;
}

/** One schema for all kinds; what they share is looked for at its root. */
function together(schemas: readonly JsonObject[]): JsonObject {
  return { anyOf: [...schemas], $defs: Object.assign({}, ...schemas.map(({ $defs }) => $defs)) };
}

/** `network`, or `vpc.galactic` where two groups have a kind of that name. */
function fileName(facts: unknown): string {
  if (!isObject(facts)) return "unknown";
  return String(facts.word ?? facts.kind).toLowerCase();
}

/** `explain`: what a rule means, with a bad and a good example; without a rule, the list of all. */
export async function explain(shell: Shell, command: Extract<Command, { readonly name: "explain" }>): Promise<number> {
  const catalogue = await loadCatalogue(shell.packageDirectory);
  if (command.rule === undefined) {
    const width = Math.max(...catalogue.entries.map(({ id }) => id.length));
    for (const { id, title } of catalogue.entries) shell.stdout.write(`${id.padEnd(width)}  ${title}\n`);
    return 0;
  }
  const entry = catalogue.find(command.rule);
  if (entry === undefined) {
    const near = catalogue.suggest(command.rule);
    const hint = near === undefined ? "`plumbline explain` lists all rules." : `Did you mean ${near}?`;
    throw new CommandError(`There is no rule ${JSON.stringify(command.rule)}. ${hint}`);
  }
  shell.stdout.write(explanation(entry));
  return 0;
}

const lineWidth = 80;

function explanation(entry: RuleEntry): string {
  const parts = [`${entry.id}: ${entry.title}`, "", ...wrap(entry.meaning), "", ...wrap(entry.hint)];
  for (const [title, example] of [
    ["wrong", entry.bad],
    ["right", entry.good],
  ]) {
    if (example !== undefined) parts.push("", `${title}:`, ...indent(example));
  }
  return `${parts.join("\n")}\n`;
}

function indent(example: string): readonly string[] {
  return example
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`.trimEnd());
}

function wrap(text: string): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) as string;
    if (last !== "" && last.length + word.length + 1 > lineWidth) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

import { join } from "node:path";
import type { Command } from "../cli.ts";
import { loadPolicies } from "../compose/policies.ts";
import { loadCatalogue } from "../compose/rules.ts";
import type { RuleEntry } from "../datum/catalogue.ts";
import type { Policy } from "../policy/policy-set.ts";
import { visible } from "../report/text.ts";
import type { Shell } from "../shell.ts";
import { CommandError, readConfig } from "./session.ts";

type Explain = Extract<Command, { readonly name: "explain" }>;

/** `explain`: what a rule means, with a bad and a good example; without a rule, the list of all. */
export async function explain(shell: Shell, command: Explain): Promise<number> {
  const catalogue = await loadCatalogue(shell.packageDirectory);
  if (command.rule === undefined) {
    const width = Math.max(...catalogue.entries.map(({ id }) => id.length));
    for (const { id, title } of catalogue.entries) shell.stdout.write(`${id.padEnd(width)}  ${title}\n`);
    return 0;
  }
  const entry = catalogue.find(command.rule);
  const policy = entry === undefined ? await findPolicy(shell, command, command.rule) : undefined;
  if (entry === undefined && policy === undefined) {
    const near = catalogue.suggest(command.rule);
    const hint = near === undefined ? "`plumbline explain` lists all rules." : `Did you mean ${near}?`;
    throw new CommandError(`There is no rule ${JSON.stringify(command.rule)}. ${hint}`);
  }
  shell.stdout.write(entry === undefined ? policyPage(policy as Policy) : rulePage(entry));
  return 0;
}

/** What a policy finds is told as `policy/NAME`: those of the configuration are looked through, then the starter pack. */
async function findPolicy(shell: Shell, command: Explain, rule: string): Promise<Policy | undefined> {
  if (!rule.startsWith("policy/")) return undefined;
  const config = command.config === undefined ? undefined : await readConfig(shell, command.config);
  const folders = [...(config?.policies ?? []), join(shell.packageDirectory, "policies", "starter")];
  for (const folder of folders) {
    const { set } = await loadPolicies([folder]);
    const found = set.policies.find(({ name }) => `policy/${name}` === rule);
    if (found !== undefined) return found;
  }
  return undefined;
}

function policyPage(policy: Policy): string {
  const judged = policy.over === "plan" ? "a whole plan" : "each manifest";
  const why = policy.why === "" ? "Its author gave no reason." : policy.why;
  const excused = policy.allowsExceptions
    ? "A manifest may excuse itself with the annotation plumbline.dev/policy-exception."
    : "It allows no exceptions.";
  const demands = policy.validations.map(({ expression }) => indent(expression.text).join("\n"));
  const parts = [
    `policy/${policy.name}: A policy of the daemon, over ${judged}`,
    "",
    ...wrap(visible(why)),
    "",
    ...(policy.over === "plan" ? [] : [...wrap(excused), ""]),
    `It stands at ${policy.source.file}:${policy.source.line} and demands:`,
    ...demands,
  ];
  return `${parts.join("\n")}\n`;
}

const lineWidth = 80;

function rulePage(entry: RuleEntry): string {
  const parts = [`${entry.id}: ${entry.title}`, "", ...wrap(entry.meaning), "", ...wrap(entry.hint)];
  if (entry.upstream !== undefined) parts.push("", ...wrap(`Upstream: ${entry.upstream}`));
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

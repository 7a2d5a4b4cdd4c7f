import { relative } from "node:path";
import type { Command } from "../cli.ts";
import { loadCatalogs } from "../compose/catalogs.ts";
import { openChecker } from "../compose/checker.ts";
import { type LoadedPolicies, loadPolicies } from "../compose/policies.ts";
import { loadCatalogue, loadRules } from "../compose/rules.ts";
import { hasErrors, type Problem, sortProblems } from "../core/problem.ts";
import type { Checker, CheckResult, ParsedFile } from "../datum/check.ts";
import { judgeFiles } from "../datum/judge.ts";
import { createPolicyEngine } from "../policy/door.ts";
import { isManifestPath, mayHoldSecret, tooLargeFile } from "../read.ts";
import { folderFiles } from "../repo/index.ts";
import { jsonText } from "../report/json.ts";
import { junitText } from "../report/junit.ts";
import type { Sources } from "../report/problems.ts";
import { type RulePage, sarifDocument } from "../report/sarif.ts";
import { annotationsText } from "../report/workflow.ts";
import type { Shell } from "../shell.ts";
import { printer } from "./print.ts";
import { type Flags, readConfig } from "./session.ts";

type Validate = Extract<Command, { readonly name: "validate" }>;

/** What was read and what is to be said of it. */
interface Judged {
  readonly result: CheckResult;
  /** Every file that was judged, in order. */
  readonly files: readonly string[];
  /** Texts of the files that something is told of, for excerpts. */
  readonly textsOf: (told: ReadonlySet<string>) => Iterable<readonly [file: string, text: string]>;
}

/** `validate`: loads and checks files of the disk with the same code as the daemon, offline. */
export async function validate(shell: Shell, command: Validate, flags: Flags): Promise<number> {
  const rules = await loadRules(shell.packageDirectory, shell.version);
  const config = command.config === undefined ? undefined : await readConfig(shell, command.config);
  const catalogs = config === undefined ? rules.catalogs : await loadCatalogs(rules, config);
  const read = await judge(command.paths, openChecker(rules, config, catalogs));
  const policies = await loadPolicies([...(config?.policies ?? []), ...command.policies]);
  const judged = await withPolicies(read, policies);
  await print(shell, command.output, flags, judged, policyPages(policies));
  return hasErrors(judged.result.problems) ? 1 : 0;
}

/** What policies say of each manifest as a new one, beside what is wrong with the policies themselves. */
async function withPolicies(judged: Judged, { set, problems, sources }: LoadedPolicies): Promise<Judged> {
  if (set.policies.length + problems.length === 0) return judged;
  const engine = createPolicyEngine(set);
  try {
    const { documents } = judged.result;
    const found = await engine.checkManifests(documents.map((document) => ({ document, object: document.content })));
    const all = sortProblems([...judged.result.problems, ...problems, ...found]);
    const textsOf: Judged["textsOf"] = (told) => [
      ...judged.textsOf(told),
      ...[...sources].filter(([file]) => told.has(file)),
    ];
    return { ...judged, result: { ...judged.result, problems: all }, textsOf };
  } finally {
    await engine.close();
  }
}

function policyPages({ set }: LoadedPolicies): readonly RulePage[] {
  return set.policies.map(({ name, why }) => ({
    ...{
      id: `policy/${name}`,
      title: `Policy ${name}`,
      meaning: why === "" ? "Its author gave no reason." : why,
      hint: "",
    },
  }));
}

async function judge(paths: readonly string[], checker: Checker): Promise<Judged> {
  const others: ParsedFile[] = [];
  const files = await folderFiles(paths, {
    accept: isManifestPath,
    onLeftOut: (file) => others.push({ file, documents: [], problems: [], dispositions: ["not-a-manifest"] }),
    onTooLarge: (file, message) => others.push(tooLargeFile(file, message)),
  });
  const parsed = files.map((file) => checker.parse(file.path, file.bytes));
  const result = judgeFiles(checker, [...parsed, ...others]);
  // What stands in a file with a Secret is never shown, not even on the author's own screen: it may be CI's log.
  const textsOf = (told: ReadonlySet<string>) =>
    files.flatMap(({ path, bytes }, index) => {
      if (!told.has(path)) return [];
      const text = new TextDecoder().decode(bytes);
      return mayHoldSecret(parsed[index] ?? { documents: [] }, text) ? [] : [[path, text] as const];
    });
  return { result, files: files.map(({ path }) => path), textsOf };
}

async function print(
  shell: Shell,
  output: Validate["output"],
  flags: Flags,
  judged: Judged,
  pages: readonly RulePage[],
): Promise<void> {
  const { result, files } = judged;
  const sources: Sources = new Map(judged.textsOf(new Set(result.problems.map(({ file }) => file))));
  if (output !== "sarif" && output !== "github" && output !== "junit") {
    printer(shell, output, flags).validation(result, sources);
    return;
  }
  const { say } = printer(shell, "text", flags);
  const near = nearRoot(shell);
  const problems = result.problems.map((problem): Problem => ({ ...problem, file: near(problem.file) }));
  if (output === "github") {
    if (problems.length > 0) say(annotationsText(problems));
  } else if (output === "junit") say(junitText(files.map(near), problems));
  else {
    const { entries } = await loadCatalogue(shell.packageDirectory);
    const texts = new Map([...sources].map(([file, text]) => [near(file), text]));
    say(jsonText(sarifDocument({ version: shell.version, problems, pages: [...entries, ...pages], sources: texts })));
  }
}

/** Names of files as CI knows them: from the root of its workspace when it says one, otherwise from the folder we are in. */
function nearRoot(shell: Shell): (file: string) => string {
  const root = shell.environment.GITHUB_WORKSPACE ?? "";
  return (file) => {
    const name = relative(root, file);
    return name.startsWith("../") ? file : name;
  };
}

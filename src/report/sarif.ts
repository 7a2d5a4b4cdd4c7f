import { digest } from "../core/identity.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { compareText, type Problem, type Severity } from "../core/problem.ts";
import { exceptionCount, type Sources, wordAt } from "./problems.ts";
import { visible } from "./text.ts";

/** What a rule's page says, as `explain` prints it. */
export interface RulePage {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly hint: string;
  readonly upstream?: string;
  readonly bad?: string;
  readonly good?: string;
}

/** What a SARIF log is made of. */
export interface SarifInput {
  readonly version: string;
  readonly problems: readonly Problem[];
  /** The pages of the rules; a rule without one is named only. */
  readonly pages: readonly RulePage[];
  /** Texts of the files, to say where a word ends. */
  readonly sources: Sources;
}

/** Places are relative to this base, which whoever reads the log knows. */
const root = "%SRCROOT%";

const levels: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** Problems as one SARIF 2.1.0 log with one run; the rules that problems name come with their pages. */
export function sarifDocument({ version, problems, pages, sources }: SarifInput): JsonObject {
  const used = [...new Set(problems.map(({ rule }) => rule))].sort(compareText);
  const known = new Map(pages.map((page) => [page.id, page]));
  const indexes = new Map(used.map((rule, index) => [rule, index]));
  const fingerprint = fingerprints();
  const regionOf = regions(sources);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Plumbline", version, rules: used.map((rule) => ruleOf(rule, known.get(rule))) } },
        invocations: [{ executionSuccessful: true }],
        originalUriBaseIds: { [root]: { description: { text: "The folder that file names are relative to." } } },
        columnKind: "utf16CodeUnits",
        properties: { policyExceptions: exceptionCount(problems) },
        results: problems.map((problem) => ({
          ruleId: problem.rule,
          ruleIndex: indexes.get(problem.rule) ?? -1,
          level: levels[problem.severity],
          message: { text: messageOf(problem) },
          locations: [
            {
              physicalLocation: { artifactLocation: artifact(problem.file), region: regionOf(problem) },
              ...(problem.path !== "" && { logicalLocations: [{ fullyQualifiedName: visible(problem.path) }] }),
            },
          ],
          partialFingerprints: { "plumbline/v1": fingerprint(problem) },
        })),
      },
    ],
  };
}

function ruleOf(id: string, page: RulePage | undefined): JsonObject {
  if (page === undefined) return { id };
  const examples = [
    ["Wrong", page.bad],
    ["Right", page.good],
  ].flatMap(([title, text]) => (text === undefined ? [] : [{ title, text: text.trimEnd() }]));
  const told = `${page.meaning} ${page.hint}${page.upstream === undefined ? "" : `\n\nUpstream: ${page.upstream}`}`;
  const plain = examples.map(({ title, text }) => `\n\n${title}:\n\n${text}`).join("");
  const fenced = examples.map(({ title, text }) => `\n\n${title}:\n\n\`\`\`yaml\n${text}\n\`\`\``).join("");
  return {
    id,
    shortDescription: { text: `${page.title}.` },
    fullDescription: { text: page.meaning },
    help: {
      text: `${told}${plain}`,
      markdown: `${told}${fenced}`,
    },
  };
}

/** What somebody wrote must not be read as a placeholder (`{0}`) or as a link of ours (`[text](address)`). */
function literal(text: string): string {
  return text.replace(/\{(\d+)\}/g, "{{$1}}").replaceAll("](", "] (");
}

function messageOf({ path, message, hint }: Problem): string {
  const place = path === "" || message.includes(path) ? "" : `${path}: `;
  return literal(visible(`${place}${message}${hint === "" ? "" : ` ${hint}`}`));
}

/** A relative name hangs on the base; one that leaves it is told whole. */
function artifact(file: string): JsonObject {
  const uri = file
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/^(\.\/+)+/, "")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
  if (uri.startsWith("/")) return { uri: `file://${uri}` };
  return uri.startsWith("../") ? { uri } : { uri, uriBaseId: root };
}

function regions(sources: Sources): (problem: Problem) => Record<string, Json> {
  const lines = new Map([...sources].map(([file, text]) => [file, text.split(/\r\n|\n|\r/)]));
  return ({ file, line, column }) => {
    const word = wordAt(lines.get(file)?.[line - 1] ?? "", column);
    return {
      startLine: line,
      startColumn: column,
      ...(word !== "" && { endLine: line, endColumn: column + word.length }),
    };
  };
}

/** The same problem keeps its fingerprint when lines move: it is the rule, the file, the field and which of several it is. */
function fingerprints(): (problem: Problem) => string {
  const seen = new Map<string, number>();
  return ({ rule, file, path }) => {
    const base = digest([rule, file, path]).slice(0, 24);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return `${base}:${count}`;
  };
}

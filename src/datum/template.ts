import { isObject, type JsonObject } from "../core/json.ts";
import { type Document, isOf, type Path } from "./document.ts";
import type { Reporter } from "./report.ts";

const template = ["spec", "template"] as const;

/** Where a document's instance spec stands; undefined for kinds that have none. */
export function instanceSpecPath(document: Document): Path | undefined {
  if (isOf(document, "Instance")) return ["spec"];
  return isOf(document, "Workload") || isOf(document, "WorkloadDeployment") ? [...template, "spec"] : undefined;
}

/**
 * A document with its instance spec where a workload has it, so that one reading fits all three kinds:
 * an Instance is seen as a template of its own spec and metadata, and places lead back to what was written.
 */
export function withTemplate(document: Document): Document {
  if (!isOf(document, "Instance")) return document;
  const { content } = document;
  const metadata = isObject(content.metadata) ? content.metadata : {};
  const inner: JsonObject = { metadata, spec: content.spec ?? {} };
  return {
    ...document,
    content: { ...content, spec: { template: inner } },
    at: (path) => document.at(writtenPath(path)),
  };
}

/** Tells what rules found in a view of an Instance at the paths that were written. */
export function reportOnInstance(report: Reporter): Reporter {
  return {
    problems: report.problems,
    say: (rule, path, message, hint, severity) => report.say(rule, writtenPath(path), message, hint, severity),
  };
}

function writtenPath(path: Path): Path {
  const [first, second, part, ...rest] = path;
  if (first !== template[0] || second !== template[1]) return path;
  return part === undefined ? ["spec"] : [part, ...rest];
}

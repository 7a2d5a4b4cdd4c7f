import { isObject } from "../core/json.ts";
import { type Document, type Path, valueAt } from "./document.ts";
import { isLabel, isPlaceholder, type Reporter } from "./report.ts";

const labelHint =
  "Use at most 63 letters, digits, dashes, dots and underscores, with a letter or digit at both ends; a key may begin with a DNS name and a slash.";

/** How to write a name that is none. */
export function nameHint(name: string): string {
  return isPlaceholder(name)
    ? "Replace the placeholder by its value."
    : "Use lower-case letters, digits and dashes, with a letter or digit at both ends.";
}

/** Namespace, labels and annotations of an object and of its template, as every API server judges them. */
export function checkMetadata(document: Document, report: Reporter): void {
  if (document.namespace !== "" && !isLabel(document.namespace)) {
    const message = `The namespace ${JSON.stringify(document.namespace)} is no DNS label.`;
    report.say("names/invalid", ["metadata", "namespace"], message, nameHint(document.namespace));
  }
  for (const at of [["metadata"], ["spec", "template", "metadata"]]) {
    for (const [key, value] of entriesAt(document, [...at, "labels"])) {
      const path = [...at, "labels", key];
      if (!isQualified(key))
        report.say("metadata/label", path, `${JSON.stringify(key)} is no key of a label.`, labelHint);
      else if (typeof value === "string" && !isLabelValue(value)) {
        report.say("metadata/label", path, `${JSON.stringify(value)} is no value of a label.`, labelHint);
      }
    }
    for (const [key] of entriesAt(document, [...at, "annotations"])) {
      if (isQualified(key)) continue;
      const message = `${JSON.stringify(key)} is no key of an annotation.`;
      report.say("metadata/annotation", [...at, "annotations", key], message, labelHint);
    }
  }
}

function entriesAt(document: Document, path: Path): readonly (readonly [string, unknown])[] {
  const value = valueAt(document.content, path);
  return isObject(value) ? Object.entries(value) : [];
}

/** `name` or `prefix/name`. */
function isQualified(key: string): boolean {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? [] : key.slice(0, slash).split(".");
  const name = key.slice(slash + 1);
  return slash <= 253 && prefix.every(isLabel) && name !== "" && isLabelValue(name);
}

function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value);
}

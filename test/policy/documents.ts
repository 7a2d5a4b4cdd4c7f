import { isObject, type JsonObject } from "../../src/core/json.ts";
import { readYaml } from "../../src/datum/yaml.ts";
import type { PolicyDocument } from "../../src/policy/document.ts";

/** Documents of a YAML text, with their places. */
export function documentsOf(text: string, file = "policies.yaml"): readonly PolicyDocument[] {
  const { documents, problems } = readYaml(file, new TextEncoder().encode(text));
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join(" "));
  return documents.map(({ value, at }) => ({ file, content: value, at: (path) => at(path) }));
}

/** The manifests of a YAML text, each with the document its problems point into. */
export function manifestsOf(text: string, file = "manifests.yaml") {
  return documentsOf(text, file).flatMap((document) =>
    isObject(document.content) ? [{ object: document.content as JsonObject, document }] : [],
  );
}

import type { Problem } from "./core/problem.ts";
import { readYaml } from "./datum/yaml.ts";
import type { PolicyDocument } from "./policy/document.ts";

/** Every document of files of policies, with the place of every node, and what could not be read. */
export function policyDocuments(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): {
  readonly documents: readonly PolicyDocument[];
  readonly problems: readonly Problem[];
} {
  const read = files.map((file) => ({ file: file.path, ...readYaml(file.path, file.bytes) }));
  return {
    documents: read.flatMap(({ file, documents }) =>
      documents.map((raw): PolicyDocument => ({ file, content: raw.value, at: (path) => raw.at(path) })),
    ),
    problems: read.flatMap(({ problems }) => problems),
  };
}

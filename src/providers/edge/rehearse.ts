import { specHash, withoutReferences } from "../../core/identity.ts";
import type { JsonObject } from "../../core/json.ts";
import { type Problem, sortProblems } from "../../core/problem.ts";
import type { Resource } from "../../core/resource.ts";
import { ProviderError } from "../provider.ts";
import { applyQuery, placeOfWanted } from "./apply.ts";
import type { Bench } from "./bench.ts";
import { withMarker } from "./marker.ts";

const sideBySide = 6;

/**
 * Lets the server judge resources by a dry run of the same apply that would make them. What only a later pass can
 * satisfy (a namespace or a kind that is not there yet) is a warning; what the server refuses is an error.
 */
export async function rehearse(
  bench: Bench,
  resources: readonly Resource[],
  fleet: string,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (let start = 0; start < resources.length; start += sideBySide) {
    const batch = resources.slice(start, start + sideBySide);
    const found = await Promise.all(batch.map((resource) => rehearseOne(bench, resource, fleet, signal)));
    problems.push(...found.flat());
  }
  return sortProblems(problems);
}

async function rehearseOne(
  bench: Bench,
  resource: Resource,
  fleet: string,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  try {
    const { path, title, key } = await placeOfWanted(bench, resource, signal);
    const plain = withoutReferences(resource.spec) as JsonObject;
    const marker = { fleet, uid: resource.uid, address: resource.address, spec: specHash(resource.spec), commit: "" };
    await bench.client.call(
      {
        method: "PATCH",
        path,
        query: { ...applyQuery(bench, plain), dryRun: "All" },
        body: withMarker(plain, marker),
        contentType: "application/apply-patch+yaml",
        doing: `dry run of ${title}`,
        resource: key,
      },
      signal,
    );
    return [];
  } catch (error) {
    if (!(error instanceof ProviderError) || error.retryable) throw error;
    return [problemOf(error, resource)];
  }
}

function problemOf(error: ProviderError, resource: Resource): Problem {
  const severity = error.code === "invalid" || error.code === "conflict" ? "error" : "warning";
  const path = pathIn(error.message, resource);
  const at = resource.fieldSources[path] ?? resource.source;
  return { ...at, severity, rule: `edge/${error.code}`, path, message: error.message, hint: hints[error.code] ?? "" };
}

const hints: Readonly<Record<string, string>> = {
  conflict: "Take the field out of the manifest, or let its other manager give it up.",
  invalid: "Write what the server's schema accepts.",
  "not-served": "Install the kind on the control plane, write a version it serves, or take the manifest out.",
  permission: "Give the provider's account the right to apply this kind.",
};

/** The longest field of the manifest that the message speaks of, so that the problem lands on its line. */
function pathIn(message: string, resource: Resource): string {
  const named = Object.keys(resource.fieldSources).filter((path) => path.includes(".") && message.includes(path));
  return named.sort((left, right) => right.length - left.length)[0] ?? "";
}

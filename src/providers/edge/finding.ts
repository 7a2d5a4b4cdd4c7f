import type { Problem } from "../../core/problem.ts";
import type { Resource } from "../../core/resource.ts";
import type { ServedKind } from "./discovery.ts";
import { groupOf, type KnownKind, kindId } from "./kinds.ts";
import { textOf, titleOf } from "./object.ts";

/** Manifests of kinds or versions that the server, when last asked, did not serve. The others go on, so these are warnings. */
export function unservedProblems(
  resources: readonly Resource[],
  kinds: readonly KnownKind[],
  served: ReadonlyMap<string, ServedKind> | undefined,
): readonly Problem[] {
  if (served === undefined) return [];
  const known = new Set(kinds.map(kindId));
  return resources.flatMap((resource): readonly Problem[] => {
    const message = unservedText(resource, served);
    const id = kindId({ group: groupOf(textOf(resource.spec, "apiVersion")), kind: textOf(resource.spec, "kind") });
    if (message === undefined || !known.has(id)) return [];
    const hint = "Install the kind on the control plane, write a version it serves, or take the manifest out.";
    const at = resource.fieldSources.apiVersion ?? resource.source;
    return [{ ...at, severity: "warning", rule: "edge/not-served", path: "apiVersion", message, hint }];
  });
}

/** Why a resource cannot be made on this server; undefined when it can. */
export function unservedText(resource: Resource, served: ReadonlyMap<string, ServedKind>): string | undefined {
  const { spec } = resource;
  const apiVersion = textOf(spec, "apiVersion");
  const kind = textOf(spec, "kind");
  const offered = served.get(kindId({ group: groupOf(apiVersion), kind }));
  if (offered?.versions.includes(apiVersion)) return undefined;
  const versions = offered === undefined ? "" : ` It serves ${offered.versions.join(", ")}.`;
  return `${resource.provider} does not serve ${kind} in ${apiVersion}, which ${titleOf(spec)} needs.${versions}`;
}

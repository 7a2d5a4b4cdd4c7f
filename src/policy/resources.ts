import { isObject, type Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { type Manifest, problemAt } from "./document.ts";
import { pluralOf } from "./subject.ts";

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/**
 * What resource rules cannot mean: kinds where resources stand, groups with a version. The policy would judge nothing, in
 * silence. Resources that nobody here knows are right: policies are written for whole clusters.
 */
export function misnamedResources(manifest: Manifest): readonly Problem[] {
  const spec = isObject(manifest.content.spec) ? manifest.content.spec : {};
  const match = isObject(spec.matchConstraints) ? spec.matchConstraints : {};
  return ["resourceRules", "excludeResourceRules"].flatMap((field) =>
    listOf(match[field]).flatMap((rule, index) => {
      const path = ["spec", "matchConstraints", field, index];
      const say = (part: string, place: number, message: string, hint: string): Problem =>
        problemAt(manifest, [...path, part, place], "policy/resource", message, hint, "warning");
      if (!isObject(rule)) return [];
      const hasKnownGroup = listOf(rule.apiGroups).some((group) => knownGroup.test(String(group)));
      return [
        ...listOf(rule.resources).flatMap((name, place) => {
          const meant = typeof name === "string" ? pluralMeant(name, hasKnownGroup) : undefined;
          if (meant === undefined) return [];
          return [say("resources", place, `No resource is called ${JSON.stringify(name)}.`, `Did you mean ${meant}?`)];
        }),
        ...listOf(rule.apiGroups).flatMap((name, place) => {
          const [group, version] = typeof name === "string" ? name.split("/") : [];
          if (version === undefined) return [];
          const hint = `Write ${JSON.stringify(group)}, and the version in apiVersions.`;
          return [say("apiGroups", place, `A group has no version; ${JSON.stringify(name)} is an apiVersion.`, hint)];
        }),
      ];
    }),
  );
}

/** Groups in which every resource is a plural that ends in s: others may call theirs as they like. */
const knownGroup = /^$|(?:^|\.)(?:datumapis\.com|miloapis\.com|k8s\.io)(?:\/|$)/;

/** The resource that was meant by a kind's name, or by a singular; undefined when it may be one. */
function pluralMeant(name: string, isPluralDue: boolean): string | undefined {
  const [resource = "", ...parts] = name.split("/");
  const isLower = resource === resource.toLowerCase();
  if (resource === "*" || resource === "" || (isLower && (resource.endsWith("s") || !isPluralDue))) return undefined;
  const word = resource.toLowerCase();
  return [word.endsWith("s") && !word.endsWith("ss") ? word : pluralOf(word), ...parts].join("/");
}

import { withoutReferences } from "../../../core/identity.ts";
import { canonical, isObject, type Json } from "../../../core/json.ts";
import type { FieldChange, Observed, Resource } from "../../../core/resource.ts";
import type { SecretKind } from "./kinds.ts";

/** The fields that are compared. All of them change in place; what a version holds never does, for it goes by it. */
const compared: Readonly<Record<SecretKind, readonly string[]>> = {
  "service-account": ["displayName", "disabled"],
  secret: ["accessors"],
  "secret-version": ["state"],
};

/** What differs between the wanted and the living. */
export function compareSecretThings(resource: Resource, observed: Observed): readonly FieldChange[] {
  const spec = withoutReferences(resource.spec);
  const wanted: Readonly<Record<string, Json>> = isObject(spec) ? spec : {};
  return compared[resource.kind as SecretKind].flatMap((path): readonly FieldChange[] => {
    const before = observed.state[path];
    const after = wanted[path];
    if (before !== undefined && after !== undefined && canonical(before) === canonical(after)) return [];
    return [{ path, before, after, forces: "nothing", source: resource.source }];
  });
}

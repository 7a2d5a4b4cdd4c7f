import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { Call, Handler } from "../call.ts";
import { conditionNotMet } from "../failure.ts";
import { resourceOf } from "../generic.ts";
import { fingerprintOf } from "../identity.ts";
import type { ResourceKind } from "../kind.ts";
import type { Place } from "../reference.ts";

/** getIamPolicy and setIamPolicy of a kind: who may do what with one of it, against an etag. */
export function policyHandlers(kind: ResourceKind): readonly (readonly [string, Handler])[] {
  return [
    [`${kind.service}.GetIamPolicy`, (call) => policyOf(call, kind)],
    [`${kind.service}.SetIamPolicy`, (call) => setPolicy(call, kind)],
  ];
}

function placeOf(call: Call, kind: ResourceKind): Place {
  const { project, scope, name } = resourceOf(call, kind);
  return { project, scope, collection: "iamPolicies", name: `${kind.collection}:${name}` };
}

function policyOf(call: Call, kind: ResourceKind): JsonObject {
  const { project, scope, collection, name } = placeOf(call, kind);
  return call.world.get(`projects/${project}/${scope}/${collection}/${name}`)?.body ?? { etag: "ACAB", version: 1 };
}

function setPolicy(call: Call, kind: ResourceKind): JsonObject {
  const before = policyOf(call, kind);
  const sent = isObject(call.body.policy) ? call.body.policy : call.body;
  const etag = sent.etag ?? call.body.etag;
  if (etag !== undefined && etag !== before.etag) throw conditionNotMet("The policy was changed in between.");
  const bindings = sent.bindings ?? call.body.bindings ?? [];
  const after = { version: sent.version ?? 1, etag: fingerprintOf({ bindings, was: before.etag ?? "" }), bindings };
  return call.world.put(placeOf(call, kind), after).body;
}

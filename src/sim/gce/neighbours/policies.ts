import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { fingerprintOf } from "../identity.ts";
import { textsOf } from "../values.ts";
import { badArgument, type NeighbourCall, NeighbourFailure } from "./answer.ts";

const mostPermissions = 100;

/** Accounts of the same project have to be there. */
function refuseUnknownMembers({ world, project }: NeighbourCall, bindings: Json): void {
  const members = JSON.stringify(bindings).matchAll(/"serviceAccount:([^"?]+)"/g);
  for (const [, email = ""] of members) {
    if (!email.endsWith(`@${project}.iam.gserviceaccount.com`)) continue;
    if (world.get(`projects/${project}/global/serviceAccounts/${email}`) !== undefined) continue;
    throw new NeighbourFailure(400, "INVALID_ARGUMENT", `Service account ${email} does not exist.`);
  }
}

/** An account that goes stays in every policy under another name: one that is made under its name later is somebody else. */
export function forgetMember({ world, project }: NeighbourCall, email: string, uniqueId: string): void {
  const from = JSON.stringify(`serviceAccount:${email}`);
  const to = JSON.stringify(`deleted:serviceAccount:${email}?uid=${uniqueId}`);
  for (const stored of world.all(project, "policies")) {
    const text = JSON.stringify(stored.body);
    if (text.includes(from)) world.merge(stored.path, JSON.parse(text.replaceAll(from, to)) as JsonObject);
  }
}

/** What goes takes its policy with it. */
export function forgetPolicy({ world, project }: NeighbourCall, name: string): void {
  world.remove(`projects/${project}/global/policies/${name.replaceAll("/", ":")}`);
}

/** Reads and writes the policy of anything: who may do what with it, against an etag. */
export function policyAnswer(call: NeighbourCall, name: string): JsonObject {
  const place = { project: call.project, scope: "global", collection: "policies", name: name.replaceAll("/", ":") };
  const path = `projects/${place.project}/global/policies/${place.name}`;
  const before = call.world.get(path)?.body ?? { version: 1, etag: "ACAB" };
  if (call.verb === "getIamPolicy") return before;
  if (call.verb === "testIamPermissions") return heldPermissions(call);
  const sent = isObject(call.body.policy) ? call.body.policy : {};
  if (sent.etag !== undefined && sent.etag !== before.etag) {
    const message =
      "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.";
    throw new NeighbourFailure(409, "ABORTED", message);
  }
  const bindings = sent.bindings ?? [];
  refuseUnknownMembers(call, bindings);
  const after = { version: sent.version ?? 1, etag: fingerprintOf({ bindings, was: before.etag ?? "" }), bindings };
  return call.world.put(place, after).body;
}

/** What of the asked is held. Nobody holding anything of it gives no list at all. */
function heldPermissions({ access, body }: NeighbourCall): JsonObject {
  const asked = textsOf(body, "permissions");
  if (asked.length > mostPermissions) throw badArgument(`At most ${mostPermissions} permissions can be tested.`);
  const permissions = asked.filter((permission) => !access.isDenied(permission));
  return permissions.length === 0 ? {} : { permissions };
}

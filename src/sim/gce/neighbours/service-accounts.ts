import type { JsonObject } from "../../../core/json.ts";
import { fingerprintOf } from "../identity.ts";
import { objectOf, textOf } from "../values.ts";
import { badArgument, missing, type NeighbourCall, NeighbourFailure, notImplemented, pageOf } from "./answer.ts";
import { forgetMember, forgetPolicy, policyAnswer } from "./policies.ts";

/** Service accounts of IAM: create, get, list, patch, delete, enable, disable and their policies. */
export function serviceAccountAnswer(call: NeighbourCall): JsonObject {
  const [, name] = call.segments;
  if (name === undefined) {
    if (call.method === "POST") return create(call);
    return pageOf(call, "accounts", accounts(call));
  }
  const found = accounts(call).find((one) => one.email === name || one.uniqueId === name);
  const full = `projects/${call.project}/serviceAccounts/${name}`;
  if (found === undefined) throw new NeighbourFailure(404, "NOT_FOUND", `Unknown service account: ${full}`);
  if (call.verb.endsWith("IamPolicy") || call.verb === "testIamPermissions") return policyAnswer(call, full);
  if (call.segments.length > 2) throw notImplemented("keys of service accounts");
  const path = pathOf(call.project, String(found.email));
  if (call.verb === "enable" || call.verb === "disable") {
    call.world.merge(path, { disabled: call.verb === "disable" ? true : undefined });
    return {};
  }
  switch (call.method) {
    case "GET":
      return found;
    case "DELETE":
      forgetMember(call, String(found.email), String(found.uniqueId));
      forgetPolicy(call, full);
      call.world.remove(path);
      return {};
    case "PATCH":
      return change(call, path, objectOf(call.body, "serviceAccount"), textOf(call.body, "updateMask"));
    // The older form: the account as a whole, against its etag.
    case "PUT":
      if (call.body.etag !== undefined && call.body.etag !== found.etag) {
        throw new NeighbourFailure(409, "ABORTED", "There were concurrent policy changes. Please retry.");
      }
      return change(call, path, call.body, undefined);
    default:
      throw missing(full);
  }
}

/** Sets the two fields that can be changed; those of a mask are cleared where the account does not have them. */
function change(call: NeighbourCall, path: string, sent: JsonObject, mask: string | undefined): JsonObject {
  const masked = mask?.split(",").map((one) => one.trim().replace(/_n/, "N"));
  const names = ["displayName", "description"].filter((name) => masked?.includes(name) ?? sent[name] !== undefined);
  const fields = Object.fromEntries(names.map((name) => [name, sent[name]]));
  return call.world.merge(path, fields)?.body ?? {};
}

function accounts(call: NeighbourCall): readonly JsonObject[] {
  return call.world.all(call.project, "serviceAccounts").map((stored) => stored.body);
}

function pathOf(project: string, email: string): string {
  return `projects/${project}/global/serviceAccounts/${email}`;
}

function create(call: NeighbourCall): JsonObject {
  const id = textOf(call.body, "accountId") ?? "";
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(id)) {
    throw badArgument("The account ID must be between 6 and 30 characters of lower case letters, digits and dashes.");
  }
  const email = `${id}@${call.project}.iam.gserviceaccount.com`;
  if (call.world.get(pathOf(call.project, email)) !== undefined) {
    const message = `Service account ${id} already exists within project projects/${call.project}.`;
    throw new NeighbourFailure(409, "ALREADY_EXISTS", message);
  }
  const uniqueId = call.world.newId();
  const place = { project: call.project, scope: "global", collection: "serviceAccounts", name: email };
  return call.world.put(place, {
    name: `projects/${call.project}/serviceAccounts/${email}`,
    projectId: call.project,
    uniqueId,
    email,
    ...objectOf(call.body, "serviceAccount"),
    etag: fingerprintOf(email),
    oauth2ClientId: uniqueId,
  }).body;
}

import type { JsonObject } from "../../../core/json.ts";
import { GceFailure } from "../failure.ts";
import { readFilter } from "../filter.ts";
import { fingerprintOf, numberOfProject } from "../identity.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import { badArgument, missing, type NeighbourCall, NeighbourFailure, pageOf } from "./answer.ts";
import { crc32c } from "./crc32c.ts";
import { forgetPolicy, policyAnswer } from "./policies.ts";

/** Secret Manager: secrets, their versions with what is in them, and their policies. */
export function secretAnswer(call: NeighbourCall): JsonObject {
  const [, name, , version] = call.segments;
  if (name === undefined) return call.method === "POST" ? create(call) : listed(call, "secrets", allSecrets(call));
  const stored = call.world.get(pathOf(call.project, "secrets", name));
  if (stored === undefined) throw missing(`Secret [projects/${numberOfProject(call.project)}/secrets/${name}]`);
  if (call.segments.length >= 3) return versionAnswer(call, stored, version);
  if (call.verb.endsWith("IamPolicy") || call.verb === "testIamPermissions") {
    return policyAnswer(call, `projects/${call.project}/secrets/${name}`);
  }
  if (call.verb === "addVersion") return addVersion(call, stored);
  switch (call.method) {
    case "GET":
      return stored.body;
    case "PATCH": {
      checkEtag(call, stored);
      const mask = (call.query.get("updateMask") ?? "").split(",").filter((one) => one !== "");
      if (mask.length === 0) throw badArgument("The update mask must be provided.");
      // What the mask names and the secret does not have is taken away.
      const names = mask.map((one) => camel(one.split(".")[0] ?? ""));
      const wanted = withExpiry(call, call.body);
      const expiry = names.includes("ttl") ? [...names, "expireTime"] : names;
      const fields = Object.fromEntries(expiry.filter((one) => one !== "ttl").map((one) => [one, wanted[one]]));
      return call.world.merge(stored.path, { ...fields, etag: etag(call) })?.body ?? {};
    }
    case "DELETE":
      for (const one of versionsOf(call, name)) call.world.remove(one.path);
      forgetPolicy(call, `projects/${call.project}/secrets/${name}`);
      call.world.remove(stored.path);
      return {};
    default:
      throw missing(name);
  }
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A time to live is only sent; what is kept is when it ends. */
function withExpiry({ nowMs }: NeighbourCall, sent: JsonObject): JsonObject {
  const { ttl, ...rest } = sent;
  if (typeof ttl !== "string") return rest;
  return { ...rest, expireTime: new Date(nowMs + Number.parseFloat(ttl) * 1_000).toISOString() };
}

/** One page of what the filter wants, and how many there are of it. */
function listed(call: NeighbourCall, field: string, all: readonly JsonObject[]): JsonObject {
  try {
    const items = all.filter(readFilter(call.query.get("filter") ?? ""));
    // A zero is left out, as everywhere in these services.
    return { ...pageOf(call, field, items), ...(items.length === 0 ? {} : { totalSize: items.length }) };
  } catch (error) {
    if (!(error instanceof GceFailure)) throw error;
    throw badArgument("The filter is invalid.");
  }
}

function checkEtag({ body }: NeighbourCall, stored: Stored): void {
  if (body.etag === undefined || body.etag === stored.body.etag) return;
  throw new NeighbourFailure(409, "ABORTED", "The etag provided is not the current one of the secret.");
}

function pathOf(project: string, collection: string, name: string): string {
  return `projects/${project}/global/${collection}/${name}`;
}

function allSecrets(call: NeighbourCall): readonly JsonObject[] {
  return call.world.all(call.project, "secrets").map((stored) => stored.body);
}

function etag(call: NeighbourCall): string {
  return `"${fingerprintOf(call.world.newId())}"`;
}

function create(call: NeighbourCall): JsonObject {
  const id = call.query.get("secretId") ?? "";
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(id)) throw badArgument("Secret ID must match [a-zA-Z0-9_-]{1,255}.");
  const name = `projects/${numberOfProject(call.project)}/secrets/${id}`;
  if (Object.keys(objectOf(call.body, "replication")).length === 0)
    throw badArgument("Secret.replication must be provided.");
  if (call.world.get(pathOf(call.project, "secrets", id)) !== undefined) {
    throw new NeighbourFailure(409, "ALREADY_EXISTS", `Secret [${name}] already exists.`);
  }
  const place = { project: call.project, scope: "global", collection: "secrets", name: id };
  const createTime = new Date(call.nowMs).toISOString();
  return call.world.put(place, { ...withExpiry(call, call.body), name, createTime, etag: etag(call) }).body;
}

function versionsOf(call: NeighbourCall, secret: string): readonly Stored[] {
  const numberIn = (stored: Stored): number => Number(stored.name.slice(secret.length + 1));
  return call.world
    .all(call.project, "secretVersions")
    .filter((stored) => stored.name.startsWith(`${secret}:`))
    .sort((left, right) => numberIn(right) - numberIn(left));
}

function addVersion(call: NeighbourCall, secret: Stored): JsonObject {
  const payload = objectOf(call.body, "payload");
  const data = textOf(payload, "data") ?? "";
  const bytes = Buffer.from(data, "base64");
  if (bytes.length > 65_536) throw badArgument("The payload is larger than 65536 bytes.");
  const checksum = textOf(payload, "dataCrc32c") ?? payload.dataCrc32c;
  if (checksum !== undefined && Number(checksum) !== crc32c(bytes)) {
    throw badArgument("Payload checksum mismatch. Please check the data for integrity.");
  }
  const number = versionsOf(call, secret.name).length + 1;
  const place = {
    project: call.project,
    scope: "global",
    collection: "secretVersions",
    name: `${secret.name}:${number}`,
  };
  const name = `${secret.body.name}/versions/${number}`;
  const createTime = new Date(call.nowMs).toISOString();
  const checked = checksum === undefined ? {} : { clientSpecifiedPayloadChecksum: true };
  const version = {
    name,
    createTime,
    state: "ENABLED",
    ...checked,
    ...replicationStatus(secret),
    etag: etag(call),
    data,
  };
  return shown(call.world.put(place, version));
}

/** What is in a version is given by access alone. */
function shown(version: Stored): JsonObject {
  const { data: _, ...rest } = version.body;
  return rest;
}

/** A version is where its secret is replicated to. */
function replicationStatus({ body }: Stored): JsonObject {
  const places = objectsOf(objectOf(objectOf(body, "replication"), "userManaged"), "replicas");
  if (places.length === 0) return { replicationStatus: { automatic: {} } };
  const replicas = places.map((place) => ({ location: place.location ?? "" }));
  return { replicationStatus: { userManaged: { replicas } } };
}

function versionAnswer(call: NeighbourCall, secret: Stored, version: string | undefined): JsonObject {
  const all = versionsOf(call, secret.name);
  if (version === undefined) return listed(call, "versions", all.map(shown));
  // A version goes by its number, as the latest, or by an alias that the secret gives it.
  const number = textOf(objectOf(secret.body, "versionAliases"), version) ?? version;
  const found = version === "latest" ? all[0] : all.find((one) => one.name === `${secret.name}:${number}`);
  const name = `${secret.body.name}/versions/${version}`;
  if (found === undefined) throw missing(`Secret Version [${name}]`);
  switch (call.verb) {
    case "":
      return shown(found);
    case "access":
      return accessed(found);
    case "destroy": {
      const destroyTime = new Date(call.nowMs).toISOString();
      return shown(call.world.merge(found.path, { state: "DESTROYED", destroyTime, data: undefined }) ?? found);
    }
    case "enable":
    case "disable":
      return shown(call.world.merge(found.path, { state: call.verb === "enable" ? "ENABLED" : "DISABLED" }) ?? found);
    default:
      throw missing(name);
  }
}

function accessed(version: Stored): JsonObject {
  if (version.body.state !== "ENABLED") {
    const message = `Secret Version [${version.body.name}] is in ${version.body.state} state.`;
    throw new NeighbourFailure(400, "FAILED_PRECONDITION", message);
  }
  const data = textOf(version.body, "data") ?? "";
  const dataCrc32c = String(crc32c(Buffer.from(data, "base64")));
  return { name: version.body.name ?? "", payload: { data, dataCrc32c } };
}

import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalid, required } from "../failure.ts";
import { insertResource } from "../generic.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { lastSegment, pathIn } from "../reference.ts";
import { objectOf, textOf } from "../values.ts";
import { instances } from "./instances.ts";

/** bulkInsert: instances that differ in their names alone, all of them or none. */
export function bulkInsert(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const count = Number(textOf(call.body, "count") ?? 0);
  if (!Number.isInteger(count) || count < 1 || count > 1_000) throw required("count");
  const properties = objectOf(call.body, "instanceProperties");
  const zone = lastSegment(call.scope);
  const operationGroupId = groupId(call.world.newId());
  const machine = lastSegment(textOf(properties, "machineType") ?? "");
  for (const name of namesFor(call, count)) {
    const own = objectOf(objectOf(call.body, "perInstanceProperties"), name);
    const { name: renamed } = own;
    const body = { ...properties, name: renamed ?? name, machineType: `zones/${zone}/machineTypes/${machine}` };
    const operation = insertResource({ ...call, body, query: new URLSearchParams() }, instances);
    call.world.merge(pathIn(textOf(operation, "selfLink") ?? ""), { operationGroupId });
  }
  const path = `projects/${call.project}/${call.scope}`;
  const target = { path, project: call.project, scope: call.scope, collection: "zones", name: zone, body: {} };
  const status = { status: "DONE", targetVmCount: count, createdVmCount: count };
  const instancesBulkInsertOperationMetadata = { perLocationStatus: { [call.scope]: status } };
  const more = { operationGroupId, instancesBulkInsertOperationMetadata };
  return startOperation(call, { type: "bulkInsert", target, more, isLast: true });
}

/** Operations that belong together share a UUID. */
function groupId(from: string): string {
  const hex = BigInt(from).toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Names of the caller, or a pattern whose row of `#` is counted up from the first free number. */
function namesFor(call: Call, count: number): readonly string[] {
  const given = Object.keys(objectOf(call.body, "perInstanceProperties"));
  if (given.length > 0) {
    if (given.length !== count) throw invalid("'count' and 'perInstanceProperties' do not agree.");
    return given;
  }
  const pattern = textOf(call.body, "namePattern");
  const hashes = /#+/.exec(pattern ?? "")?.[0];
  if (pattern === undefined || hashes === undefined) throw required("namePattern");
  const names: string[] = [];
  for (let number = 1; names.length < count; number += 1) {
    const name = pattern.replace(hashes, String(number).padStart(hashes.length, "0"));
    const path = `projects/${call.project}/${call.scope}/instances/${name}`;
    if (call.world.get(path) === undefined) names.push(name);
  }
  return names;
}

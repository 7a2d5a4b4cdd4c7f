import type { Json, JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import type { Effect } from "../effects.ts";
import { GceFailure, notReady } from "../failure.ts";
import { resourceOf } from "../generic.ts";
import { timestamp } from "../identity.ts";
import { machineNamed } from "../machine-types.ts";
import { type OperationError, operationOfRequest, startOperation } from "../operations.ts";
import { lastSegment } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectsOf, textOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { externalAddress } from "./address-choice.ts";
import { removeOwnDisks } from "./attached-disks.ts";
import { instances, startSteps, stockOutFields } from "./instances.ts";

/** start: a stopped machine comes up and gets back what it gave away. */
export function startInstance(call: Call): JsonObject {
  return begin(call, "start", ["TERMINATED", "STOPPED"], ["RUNNING", "PROVISIONING", "STAGING"], (stored) => {
    if (call.settings.stockOut(stored.path)) {
      return { first: "PENDING", effect: "failOperation", fields: stockOutFields(stored) };
    }
    const machine = machineNamed(lastSegment(textOf(stored.body, "machineType") ?? ""));
    const cpuPlatform = textOf(stored.body, "minCpuPlatform") ?? machine?.platform ?? "Intel Haswell";
    call.world.merge(stored.path, {
      status: "PROVISIONING",
      cpuPlatform,
      networkInterfaces: objectsOf(stored.body, "networkInterfaces").map((nic) => withExternal(call, nic)),
    });
    return { first: "PENDING", steps: startSteps };
  });
}

/** stop: a machine goes down and gives its ephemeral addresses away. */
export function stopInstance(call: Call): JsonObject {
  return begin(
    call,
    "stop",
    ["RUNNING", "PROVISIONING", "STAGING"],
    ["TERMINATED", "STOPPED", "STOPPING"],
    (stored) => {
      call.world.merge(stored.path, { status: "STOPPING" });
      return { first: "PENDING", effect: "instanceStatus", fields: { status: "TERMINATED" } };
    },
  );
}

/** suspend. */
export function suspendInstance(call: Call): JsonObject {
  return begin(call, "suspend", ["RUNNING"], ["SUSPENDED", "SUSPENDING"], (stored) => {
    call.world.merge(stored.path, { status: "SUSPENDING" });
    return { first: "RUNNING", effect: "instanceStatus", fields: { status: "SUSPENDED" } };
  });
}

/** resume. */
export function resumeInstance(call: Call): JsonObject {
  return begin(call, "resume", ["SUSPENDED"], ["RUNNING"], (stored) => {
    call.world.merge(stored.path, { status: "PROVISIONING" });
    return { first: "RUNNING", steps: startSteps };
  });
}

/** reset: the machine stays as it is, only its guest begins again. */
export function resetInstance(call: Call): JsonObject {
  return begin(call, "reset", ["RUNNING"], [], () => ({ first: "RUNNING" }));
}

type Rest = Pick<Parameters<typeof startOperation>[1], "first" | "effect" | "fields" | "steps">;

function begin(
  call: Call,
  type: string,
  from: readonly string[],
  already: readonly string[],
  act: (stored: Stored) => Rest,
): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instances);
  const status = String(stored.body.status);
  if (from.includes(status)) return startOperation(call, { type, target: stored, ...act(stored) });
  if (already.includes(status)) return startOperation(call, { type, target: stored, first: "PENDING" });
  if (status === "STOPPING" || status === "SUSPENDING") throw notReady(stored.path);
  const message = `Invalid resource state: '${stored.path}' is ${status} and cannot be changed by ${type}.`;
  throw new GceFailure(400, "invalidResourceState", message);
}

function withExternal(call: Call, nic: JsonObject): JsonObject {
  const configs = objectsOf(nic, "accessConfigs");
  if (configs.length === 0) return nic;
  return { ...nic, accessConfigs: configs.map((config) => ({ natIP: externalAddress(call), ...config })) };
}

/** What happens to instances when something is due. */
export const instanceEffects: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ["instanceStatus", (world, due) => setStatus(world, due.path, textOf(due.fields, "status") ?? "RUNNING", due.atMs)],
  [
    "removeInstance",
    (world, due) => {
      const stored = world.get(due.path);
      if (stored === undefined) return undefined;
      world.remove(due.path);
      removeOwnDisks(world, stored.body, due.atMs);
      return undefined;
    },
  ],
  [
    "abandonInstance",
    (world, due) => {
      const stored = world.get(due.path);
      if (stored === undefined) return undefined;
      world.remove(due.path);
      removeOwnDisks(world, stored.body, due.atMs);
      return errorIn(due.fields);
    },
  ],
  ["failOperation", (_world, due) => errorIn(due.fields)],
]);

function setStatus(world: Parameters<Effect>[0], path: string, status: string, atMs: number): undefined {
  const stored = world.get(path);
  // A delete that came in between has the last word.
  if (stored === undefined || (stored.body.status === "STOPPING" && status !== "TERMINATED")) return;
  const at = timestamp(atMs);
  if (status === "RUNNING") world.merge(path, { status, lastStartTimestamp: at });
  else if (status === "TERMINATED") {
    const nics = objectsOf(stored.body, "networkInterfaces").map((nic) => withoutEphemeral(world, nic));
    const cpuPlatform = "Unknown CPU Platform";
    world.merge(path, { status, cpuPlatform, lastStopTimestamp: at, networkInterfaces: nics });
  } else if (status === "SUSPENDED") world.merge(path, { status, lastSuspendedTimestamp: at });
  else world.merge(path, { status });
}

function withoutEphemeral(world: Parameters<Effect>[0], nic: JsonObject): JsonObject {
  const configs = objectsOf(nic, "accessConfigs");
  if (configs.length === 0) return nic;
  const kept = configs.map((config) => {
    const address = textOf(config, "natIP") ?? "";
    const isReserved = [...world.usersOf(`external ${address}`)].some((user) => user.includes("/addresses/"));
    return isReserved ? config : mergedFields(config, { natIP: undefined });
  });
  return { ...nic, accessConfigs: kept };
}

function errorIn(fields: JsonObject | undefined): OperationError {
  const details = fields?.details;
  return {
    code: textOf(fields, "code") ?? "INTERNAL_ERROR",
    message: textOf(fields, "message") ?? "Internal error.",
    httpStatus: typeof fields?.httpStatus === "number" ? fields.httpStatus : 500,
    httpMessage: textOf(fields, "httpMessage") ?? "INTERNAL SERVER ERROR",
    ...(Array.isArray(details) ? { details: details as readonly Json[] } : {}),
  };
}

import type { Json, JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { inUse, invalidValue, required } from "../failure.ts";
import { labelFields, resourceOf } from "../generic.ts";
import { numberOfProject } from "../identity.ts";
import type { InsertWork, ResourceKind } from "../kind.ts";
import { type Machine, machineNamed } from "../machine-types.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { lastSegment, linkOf, type Place } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { makeAttachedDisks } from "./attached-disks.ts";
import { checkMetadata, metadataBody, schedulingBody, tagsBody, withInstanceFingerprint } from "./instance-fields.ts";
import { makeInterfaces } from "./interfaces.ts";
import { checkInstanceQuota } from "./quotas.ts";

/** Virtual machines. */
export const instances: ResourceKind = {
  service: "Instances",
  collection: "instances",
  kind: "compute#instance",
  label: "instance",
  parameter: "instance",
  labelled: true,
  make: (call, place) => filled(call, place),
  created: (call, stored) => startWork(call, stored),
};

function filled(call: Call, place: Place): JsonObject {
  const { body } = call;
  const zone = lastSegment(place.scope);
  const machine = machineOf(body.machineType, place, "resource.machineType");
  checkInstanceQuota(call, machine.processors);
  checkMetadata(undefined, objectOf(body, "metadata"));
  const tags = tagsBody(objectOf(body, "tags"));
  const interfaces = makeInterfaces(call, zone);
  const attached = makeAttachedDisks(call, place);
  const accounts = objectsOf(body, "serviceAccounts").map((account) => serviceAccount(call, account));
  const { labels: _, params: __, ...rest } = body;
  const whole: JsonObject = {
    ...rest,
    tags,
    machineType: linkOf(`projects/${place.project}/${place.scope}/machineTypes/${machine.name}`),
    status: "PROVISIONING",
    canIpForward: body.canIpForward ?? false,
    networkInterfaces: interfaces.bodies,
    disks: attached,
    metadata: metadataBody(objectOf(body, "metadata"), `${place.project}/${place.scope}/${place.name}`),
    ...(accounts.length === 0 ? {} : { serviceAccounts: accounts }),
    scheduling: schedulingBody(objectOf(body, "scheduling")),
    cpuPlatform: textOf(body, "minCpuPlatform") ?? machine.platform,
    startRestricted: false,
    deletionProtection: body.deletionProtection ?? false,
    shieldedInstanceConfig: {
      enableSecureBoot: false,
      enableVtpm: true,
      enableIntegrityMonitoring: true,
      ...objectOf(body, "shieldedInstanceConfig"),
    },
    shieldedInstanceIntegrityPolicy: { updateAutoLearnPolicy: true },
    resourceStatus: { scheduling: {} },
    satisfiesPzi: false,
    // The operation reads why it has to fail from here and takes the instance away.
    ...(interfaces.failure === undefined
      ? {}
      : { statusMessage: `${interfaces.failure.code}: ${interfaces.failure.message}` }),
  };
  return withInstanceFingerprint(whole, labelFields(objectOf(body, "labels")));
}

function serviceAccount(call: Call, sent: JsonObject): JsonObject {
  const email = textOf(sent, "email") ?? "default";
  const known = email === "default" ? `${numberOfProject(call.project)}-compute@developer.gserviceaccount.com` : email;
  return { email: known, scopes: textsOf(sent, "scopes") };
}

/** The machine a reference names; 400 when there is none in the zone. */
export function machineOf(value: Json | undefined, place: Place, field: string): Machine {
  if (typeof value !== "string") throw required(field);
  const found = /(?:^|\/)zones\/([^/]+)\/machineTypes\/([^/]+)$/.exec(value);
  const zone = lastSegment(place.scope);
  if (found === null) throw invalidValue(field, value, "The URL is malformed.");
  if (found[1] !== zone)
    throw invalidValue(field, value, `Machine type must be in the zone '${zone}' of the instance.`);
  const machine = machineNamed(found[2] ?? "");
  if (machine === undefined) {
    throw invalidValue(field, value, `Machine type with name '${found[2]}' does not exist in zone '${zone}'.`);
  }
  return machine;
}

/** The walk of a new or started instance; for want of machines or addresses it ends with the instance gone. */
function startWork(call: Call, stored: Stored): InsertWork {
  const [code = "", message] = (textOf(stored.body, "statusMessage") ?? "").split(": ", 2);
  if (message !== undefined) {
    return { effect: "abandonInstance", fields: { code, message, httpStatus: 400, httpMessage: "BAD REQUEST" } };
  }
  if (call.settings.stockOut(stored.path)) return { effect: "abandonInstance", fields: stockOutFields(stored) };
  return { steps: startSteps };
}

/** The statuses of a machine on its way up. */
export const startSteps = [
  { share: 0.3, effect: "instanceStatus", fields: { status: "STAGING" } },
  { share: 0.9, effect: "instanceStatus", fields: { status: "RUNNING" } },
] as const;

/** The error of a zone that has no machines left. */
export function stockOutFields(stored: Stored): JsonObject {
  const zone = lastSegment(stored.scope);
  const machine = lastSegment(textOf(stored.body, "machineType") ?? "");
  const place = `projects/${stored.project}/${stored.scope}`;
  const message = `The zone '${place}' does not have enough resources available to fulfill the request.  Try a different zone, or try again later.`;
  const local = `A ${machine} VM instance is currently unavailable in the ${zone} zone. Consider trying your request in the other zones of its region, which currently have capacity to accommodate your request. Alternatively, you can try your request again with a different VM hardware configuration or at a later time.`;
  return {
    code: "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS",
    message,
    httpStatus: 503,
    httpMessage: "SERVICE UNAVAILABLE",
    details: [
      {
        help: {
          links: [
            {
              description: "Troubleshooting documentation",
              url: "https://cloud.google.com/compute/docs/resource-error",
            },
          ],
        },
      },
      { localizedMessage: { locale: "en-US", message: local } },
      {
        errorInfo: {
          reason: "resource_availability",
          domain: "compute.googleapis.com",
          metadatas: { vmType: machine, zone, attachment: "", zonesAvailable: "" },
        },
      },
    ],
  };
}

/** delete: refuses a protected instance; its own disks go with it. */
export function deleteInstance(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instances);
  if (stored.body.deletionProtection === true) {
    throw invalidValue(
      "resource.deletionProtection",
      "true",
      "Resource cannot be deleted if it's protected against deletion.",
    );
  }
  const user = [...call.world.usersOf(stored.path)].sort()[0];
  if (user !== undefined) throw inUse("instance", stored.path, user);
  call.world.merge(stored.path, { status: "STOPPING" });
  return startOperation(call, { type: "delete", target: stored, effect: "removeInstance" });
}

/** Changes an instance and starts the operation that says so. */
export function changeInstance(
  call: Call,
  type: string,
  fields: Readonly<Record<string, Json | undefined>>,
  first: "PENDING" | "RUNNING" = "RUNNING",
): JsonObject {
  const stored = resourceOf(call, instances);
  const after = call.world.put(stored, withInstanceFingerprint(stored.body, fields));
  return startOperation(call, { type, target: after, first });
}

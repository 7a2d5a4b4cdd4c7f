import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { numberOfProject } from "../identity.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { linkOf } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { checkMetadata, metadataBody } from "./instance-fields.ts";
import { projectQuotas } from "./quotas.ts";

/** Where the little that a project holds itself is kept. */
function stored(call: Call): Stored {
  const place = { project: call.project, scope: "global", collection: "project", name: call.project };
  const path = `projects/${call.project}/global/project/${call.project}`;
  const id = numberOfProject(call.project);
  const metadata = metadataBody({}, `${call.project}`);
  return call.world.get(path) ?? { ...place, path, body: { id, commonInstanceMetadata: metadata } };
}

/** projects.get */
export function projectGet(call: Call): JsonObject {
  const { body } = stored(call);
  return {
    kind: "compute#project",
    id: body.id ?? "0",
    creationTimestamp: "2024-01-15T08:00:00.000-08:00",
    name: call.project,
    commonInstanceMetadata: body.commonInstanceMetadata ?? {},
    quotas: projectQuotas(call),
    selfLink: linkOf(`projects/${call.project}`),
    defaultServiceAccount: `${numberOfProject(call.project)}-compute@developer.gserviceaccount.com`,
    xpnProjectStatus: "UNSPECIFIED_XPN_PROJECT_STATUS",
    defaultNetworkTier: "PREMIUM",
    vmDnsSetting: "ZONAL_ONLY",
    cloudArmorTier: "CA_STANDARD",
  };
}

/** setCommonInstanceMetadata, against the current fingerprint. */
export function setCommonInstanceMetadata(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const before = stored(call);
  checkMetadata(before.body.commonInstanceMetadata, call.body);
  const commonInstanceMetadata = metadataBody(call.body, call.project);
  const after = call.world.put(before, { ...before.body, commonInstanceMetadata });
  const target = { ...after, path: `projects/${call.project}` };
  return startOperation(call, { type: "compute.projects.setCommonInstanceMetadata", target });
}

import type { Doer } from "../../../core/drift.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import type { Api } from "../client/api.ts";
import { partialOf } from "../names.ts";

const pageSize = 500;
/** Operations of the last days may be many; who changed something lately stands on the first pages. */
const maxPages = 3;
const fields =
  "kind,items/*/operations(user,operationType,targetLink,insertTime),items/*/warning,nextPageToken,unreachables,warning";

/**
 * Who asked for the newest operation on each thing after a moment. Compute Engine names whoever asked; what happens inside a machine,
 * or by its own doing, has no operation of anybody.
 */
export async function whoChanged(
  api: Api,
  keys: readonly string[],
  sinceIso: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Doer>> {
  const wanted = new Set(keys);
  const found = new Map<string, Doer>();
  for (const project of new Set(keys.map((key) => key.split("/")[1] ?? ""))) {
    for await (const operation of operationsOf(api, project, signal)) note(found, wanted, operation, sinceIso);
  }
  return found;
}

function note(found: Map<string, Doer>, wanted: ReadonlySet<string>, operation: JsonObject, sinceIso: string): void {
  const key = partialOf(textAt(operation, "targetLink"));
  const [by, insertTime] = [textAt(operation, "user"), textAt(operation, "insertTime")];
  const atMs = Date.parse(insertTime);
  if (!wanted.has(key) || by === "" || !(atMs > Date.parse(sinceIso))) return;
  const known = found.get(key);
  if (known !== undefined && Date.parse(known.at) >= atMs) return;
  found.set(key, { by, at: new Date(atMs).toISOString(), what: textAt(operation, "operationType") });
}

async function* operationsOf(api: Api, project: string, signal: AbortSignal): AsyncIterable<JsonObject> {
  let pageToken = "";
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await api.call(
      {
        ...{ service: "GlobalOperations", method: "aggregatedList", fields, resource: "" },
        request: {
          ...{ project, maxResults: pageSize, orderBy: "creationTimestamp desc" },
          ...(pageToken === "" ? {} : { pageToken }),
        },
        doing: `look who changed things of project ${project}`,
      },
      signal,
    );
    for (const scope of Object.values(objectAt(answer, "items")))
      if (isObject(scope)) yield* objectsAt(scope, "operations");
    pageToken = textAt(answer, "nextPageToken");
    if (pageToken === "") return;
  }
}

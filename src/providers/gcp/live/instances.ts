import type { JsonObject } from "../../../core/json.ts";
import { found404 } from "../act/operations.ts";
import { objectsAt, textAt } from "../boot/template.ts";
import type { Api } from "../client/api.ts";
import { wantedFields } from "./list.ts";

/** Up to so many instances of one zone are asked for one by one; more are listed. */
const singly = 2;
const pageSize = 500;
const maxPages = 2_000;

/** Looks at some instances of one zone (`project zone`) with as few requests as it can. */
export async function lookAtInstances(
  api: Api,
  scope: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, JsonObject>> {
  const [project = "", zone = ""] = scope.split(" ");
  const found = new Map<string, JsonObject>();
  const common = {
    service: "Instances",
    resource: "",
    doing: `look at the instances of ${zone} in ${project}`,
  } as const;
  if (names.length <= singly) {
    await Promise.all(
      names.map(async (instance) => {
        const request = { project, zone, instance };
        const call = { ...common, method: "get", request, fields: wantedFields.instance };
        const live = await found404(api.call(call, signal));
        if (live !== undefined) found.set(instance, live);
      }),
    );
    return found;
  }
  const wanted = new Set(names);
  let pageToken = "";
  for (let page = 0; page < maxPages; page += 1) {
    const request = { project, zone, maxResults: pageSize, ...(pageToken === "" ? {} : { pageToken }) };
    const fields = `kind,items(${wantedFields.instance}),nextPageToken`;
    const answer = await api.call({ ...common, method: "list", request, fields }, signal);
    for (const live of objectsAt(answer, "items")) {
      const name = textAt(live, "name");
      if (wanted.has(name)) found.set(name, live);
    }
    pageToken = textAt(answer, "nextPageToken");
    if (pageToken === "" || found.size === wanted.size) break;
  }
  return found;
}

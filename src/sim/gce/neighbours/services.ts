import type { JsonObject } from "../../../core/json.ts";
import { numberOfProject } from "../identity.ts";
import { textsOf } from "../values.ts";
import { missing, type NeighbourCall, pageOf } from "./answer.ts";

/** What a project can be asked about here; services outside this list are on until they are switched off. */
const knownServices = [
  "cloudresourcemanager.googleapis.com",
  "compute.googleapis.com",
  "iam.googleapis.com",
  "iamcredentials.googleapis.com",
  "oslogin.googleapis.com",
  "secretmanager.googleapis.com",
  "serviceusage.googleapis.com",
];

/** Service Usage: which services a project has on, and switching them. */
export function serviceAnswer(call: NeighbourCall): JsonObject {
  const [, name] = call.segments;
  const { method, verb } = call;
  if (name === undefined) {
    if (method === "POST" && verb === "batchEnable") return switched(call, textsOf(call.body, "serviceIds"), true);
    if (method === "GET" && verb === "batchGet") {
      const names = call.query.getAll("names").map((one) => one.slice(one.lastIndexOf("/") + 1));
      return { services: names.map((one) => stateOf(call, one)) };
    }
    if (method === "GET" && verb === "") return listed(call);
  } else if (method === "GET" && verb === "") return stateOf(call, name);
  else if (method === "POST" && verb === "enable") return switched(call, [name], true);
  else if (method === "POST" && verb === "disable") return switched(call, [name], false);
  throw missing(`projects/${call.project}/${call.segments.join("/")}`);
}

function listed(call: NeighbourCall): JsonObject {
  const wanted = /^state:(ENABLED|DISABLED)$/.exec(call.query.get("filter") ?? "")?.[1];
  const off = call.access.describe().disabledServices;
  const all = [...new Set([...knownServices, ...off])].sort().map((name) => stateOf(call, name));
  return pageOf(
    call,
    "services",
    all.filter(({ state }) => wanted === undefined || state === wanted),
  );
}

function stateOf({ access, project }: NeighbourCall, name: string): JsonObject {
  const parent = `projects/${numberOfProject(project)}`;
  return {
    name: `${parent}/services/${name}`,
    config: { name },
    state: access.isOff(name) ? "DISABLED" : "ENABLED",
    parent,
  };
}

/** An operation that is over when it is answered, as for services that are already as they are wanted. */
function switched(call: NeighbourCall, names: readonly string[], isOn: boolean): JsonObject {
  const rules = call.access.describe();
  const others = rules.disabledServices.filter((name) => !names.includes(name));
  call.access.set({ ...rules, disabledServices: isOn ? others : [...others, ...names] });
  return { name: "operations/noop.DONE_OPERATION", done: true, response: {} };
}

import { readComments } from "./comments.ts";
import { type Description, descriptionForm, type RouteRow } from "./description.ts";

/** The services whose messages are kept; every route of the other services stays known by its path alone. */
const keptServices = new Set([
  "AcceleratorTypes",
  "Addresses",
  "Disks",
  "DiskTypes",
  "Firewalls",
  "GlobalAddresses",
  "GlobalOperations",
  "Images",
  "ImageFamilyViews",
  "InstanceGroupManagers",
  "InstanceGroups",
  "Instances",
  "InstanceTemplates",
  "MachineTypes",
  "Networks",
  "Projects",
  "RegionDisks",
  "RegionDiskTypes",
  "RegionInstanceGroupManagers",
  "RegionInstanceGroups",
  "RegionInstances",
  "RegionInstanceTemplates",
  "RegionOperations",
  "Regions",
  "Routers",
  "Routes",
  "Snapshots",
  "Subnetworks",
  "ZoneOperations",
  "Zones",
]);

/** Values that the API was seen to accept although its description does not have them. */
const acceptedValues: Readonly<Record<string, readonly string[]>> = {
  "RouterNat.NatIpAllocateOption": ["USE_SHARED_RANGES"],
};

interface ProtoField {
  readonly type: string;
  readonly rule?: string;
  readonly keyType?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}
interface ProtoMethod {
  readonly requestType: string;
  readonly responseType: string;
  readonly options?: Readonly<Record<string, string>>;
}
interface ProtoNode {
  readonly fields?: Readonly<Record<string, ProtoField>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly methods?: Readonly<Record<string, ProtoMethod>>;
  readonly nested?: Readonly<Record<string, ProtoNode>>;
}
type Nodes = Readonly<Record<string, ProtoNode>>;

const scalars: Readonly<Record<string, string>> = {
  string: "s",
  bool: "b",
  int32: "i",
  uint32: "u",
  int64: "l",
  uint64: "L",
  float: "n",
  double: "n",
};

/** Makes the description from the package's `protos.json` (parsed), the text of its `compute.proto` and its version. */
export function buildDescription(protos: unknown, protoText: string, version: string): Description {
  const nodes = computeNodes(protos);
  const facts = readComments(protoText);
  const routes: RouteRow[] = [];
  const wanted = new Set<string>();
  for (const [service, node] of Object.entries(nodes)) {
    for (const [name, method] of Object.entries(node.methods ?? {})) {
      const row = routeOf(service, name, method, nodes);
      routes.push(row);
      if (!keptServices.has(service)) continue;
      if (row[3] !== "") wanted.add(row[3]);
      if (row[4] !== "") wanted.add(row[4]);
    }
  }
  const messages: Record<string, Record<string, string>> = {};
  const enums: Record<string, readonly string[]> = {};
  for (const name of wanted) {
    // A set walks what is added while it is walked, so this reaches every message behind the first ones.
    const node = nodes[name];
    if (node?.fields === undefined) continue;
    const fields: Record<string, string> = {};
    for (const [field, type] of Object.entries(node.fields)) {
      const code = codeOf({ owner: name, node, field, type, nodes, facts, enums });
      fields[field] = code;
      const message = /m:(\w+)/.exec(code)?.[1];
      if (message !== undefined) wanted.add(message);
    }
    messages[name] = fields;
  }
  const patterns = Object.fromEntries(
    Object.entries(facts.patterns).filter(([key]) => messages[key.split(".")[0] ?? ""] !== undefined),
  );
  return { form: descriptionForm, version, routes, messages, enums, patterns };
}

function computeNodes(protos: unknown): Nodes {
  let node = protos as ProtoNode | undefined;
  for (const step of ["google", "cloud", "compute", "v1"]) node = node?.nested?.[step];
  if (node?.nested === undefined) throw new Error("The API description of the client package has an unknown shape.");
  return node.nested;
}

function routeOf(service: string, name: string, method: ProtoMethod, nodes: Nodes): RouteRow {
  const options = method.options ?? {};
  const verb = ["get", "post", "put", "patch", "delete"].find(
    (one) => options[`(google.api.http).${one}`] !== undefined,
  );
  const path = options[`(google.api.http).${verb}`] ?? "";
  const fields = nodes[method.requestType]?.fields ?? {};
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map((match) => camel(match[1] ?? "")));
  const bodyField = camel(options["(google.api.http).body"] ?? "");
  const query = Object.keys(fields).filter((field) => field !== bodyField && !inPath.has(field));
  const body = bodyField === "" ? "" : (fields[bodyField]?.type ?? "");
  const response = method.responseType.split(".").at(-1) ?? "";
  return [(verb ?? "").toUpperCase(), path, `${service}.${name}`, body, response, query.join(",")];
}

function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

interface FieldParts {
  readonly owner: string;
  readonly node: ProtoNode;
  readonly field: string;
  readonly type: ProtoField;
  readonly nodes: Nodes;
  readonly facts: {
    readonly outputOnly: ReadonlySet<string>;
    readonly extraValues: Readonly<Record<string, readonly string[]>>;
  };
  readonly enums: Record<string, readonly string[]>;
}

function codeOf(parts: FieldParts): string {
  const { owner, node, field, type, nodes, facts } = parts;
  const prefix = type.rule === "repeated" ? "[]" : type.keyType !== undefined ? "{}" : "";
  const suffix = facts.outputOnly.has(`${owner}.${field}`) ? "!" : "";
  const own = node.nested?.[type.type]?.values;
  const shared = nodes[type.type];
  if (own !== undefined) return `${prefix}${enumCode(`${owner}.${type.type}`, own, parts)}${suffix}`;
  if (shared?.values !== undefined) return `${prefix}${enumCode(type.type, shared.values, parts)}${suffix}`;
  if (shared?.fields !== undefined) return `${prefix}m:${type.type}${suffix}`;
  if (type.type === "string") {
    // The client keeps enumerations as text and nests the values under the field's name.
    const name = `${field[0]?.toUpperCase()}${field.slice(1)}`;
    const values = node.nested?.[name]?.values;
    if (values !== undefined) return `${prefix}${enumCode(`${owner}.${name}`, values, parts)}${suffix}`;
  }
  return `${prefix}${scalars[type.type] ?? "a"}${suffix}`;
}

function enumCode(key: string, values: Readonly<Record<string, number>>, parts: FieldParts): string {
  const all = [...Object.keys(values), ...(parts.facts.extraValues[key] ?? []), ...(acceptedValues[key] ?? [])];
  parts.enums[key] = all.filter((value) => !value.startsWith("UNDEFINED_"));
  return `e:${key}`;
}

import { isObject, type JsonObject } from "../core/json.ts";
import { compareText, type Problem, sortProblems } from "../core/problem.ts";
import type { Catalogs } from "./catalogs.ts";
import type { Checker, CheckResult, Disposition, ParsedFile, Stranger } from "./check.ts";
import { type Document, readKeys, valueAt } from "./document.ts";
import { createFaults, type Faults, withoutMisspelled } from "./follow-ups.ts";
import { normalise } from "./generations.ts";
import { createKindTable, type Kind, type KindTable } from "./kinds.ts";
import { isOfOtherTool } from "./other-files.ts";
import { type CheckReferences, createReferenceCheck } from "./references.ts";
import { checkDocument } from "./rules.ts";
import { createSchemaChecker, type SchemaChecker } from "./schema.ts";
import { type RawDocument, readYaml } from "./yaml.ts";

/** The rules as data. */
export interface CheckerOptions {
  readonly schemas: readonly JsonObject[];
  readonly catalogs: JsonObject;
  /** Kinds without a schema that are managed as written all the same, `Kind.group`. */
  readonly kinds?: readonly string[];
  /** Whether Secrets may stand in clear text in a repository; they are refused where this is not said. */
  readonly allowsClearTextSecrets?: boolean;
}

interface Tools {
  readonly kinds: KindTable;
  readonly schemas: SchemaChecker;
  readonly catalogs: Catalogs;
  readonly asWritten: ReadonlySet<string>;
  readonly allowsClearText: boolean;
  /** Documents that the schema refuses. */
  readonly faults: WeakMap<Document, Faults>;
}

/** Groups of files that stand in repositories beside manifests and are none: build tools, CI, editors. */
const otherTools = /(^|\.)(kustomize\.config\.k8s\.io|argoproj\.io|fluxcd\.io|backstage\.io)$/;

/** Makes the one checker that the daemon, the command line and CI all use. */
export function createChecker(options: CheckerOptions): Checker {
  const tools: Tools = {
    kinds: createKindTable(options.schemas),
    schemas: createSchemaChecker(),
    catalogs: options.catalogs as unknown as Catalogs,
    asWritten: new Set(options.kinds),
    allowsClearText: options.allowsClearTextSecrets ?? false,
    faults: new WeakMap(),
  };
  const checkReferences = createReferenceCheck((document) => tools.faults.get(document));
  // A pass asks about the commit that was applied last as well, which the pass before has judged already.
  const known = new WeakMap<readonly ParsedFile[], CheckResult>();
  return {
    parse: (file, bytes) => parseFile(tools, file, bytes),
    check(files) {
      const result = known.get(files) ?? checkFiles(files, checkReferences);
      known.set(files, result);
      return result;
    },
  };
}

function parseFile(tools: Tools, file: string, bytes: Uint8Array): ParsedFile {
  const raw = readYaml(file, bytes);
  const read = raw.documents.map((document) => readDocument(tools, file, document));
  const isOther = isOfOtherTool(file);
  const strangers = read.flatMap((one) => one.strangers ?? []);
  const unread = Array.from({ length: raw.broken }, (): Disposition => (isOther ? "not-a-manifest" : "unknown"));
  return {
    file,
    documents: read.flatMap(({ document }) => (document === undefined ? [] : [document])),
    problems: [...(isOther ? [] : raw.problems), ...read.flatMap(({ problems }) => problems)],
    dispositions: [...read.map(({ disposition }) => disposition), ...unread],
    ...(strangers.length > 0 && { strangers }),
  };
}

interface Read {
  readonly document?: Document;
  readonly disposition: Disposition;
  readonly problems: readonly Problem[];
  readonly strangers?: readonly Stranger[];
}

function readDocument(tools: Tools, file: string, raw: RawDocument): Read {
  const { value } = raw;
  const none: Read = { disposition: "not-a-manifest", problems: [] };
  if (!isObject(value) || (value.apiVersion === undefined && value.kind === undefined)) return none;
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    const missing = typeof apiVersion === "string" ? "kind" : "apiVersion";
    const message = `A manifest says both apiVersion and kind; ${missing} is missing or no text.`;
    return {
      disposition: "unknown",
      strangers: [strangerOf(value)],
      problems: [problem(raw, [missing], "manifest/identity", message, `Add ${missing}.`)],
    };
  }
  const known = tools.kinds.find(apiVersion, kind) ?? kindAsWritten(tools, apiVersion, kind);
  if (known === undefined && otherTools.test(apiVersion.split("/")[0] ?? "")) return none;
  return known === undefined ? readUnknown(tools, raw, value) : readKnown(tools, file, raw, value, known);
}

function strangerOf(value: JsonObject, near = ""): Stranger {
  const name = valueAt(value, ["metadata", "name"]);
  const isPlace = near.endsWith(" Location") || valueAt(value, ["spec", "topology"]) !== undefined;
  return { name: typeof name === "string" ? name : "", isPlace };
}

/** What nobody but the server knows: an object with a name. */
const anyObject: JsonObject = {
  type: "object",
  properties: {
    metadata: {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string", minLength: 1 }, namespace: { type: "string" } },
    },
  },
  required: ["metadata"],
};

function kindAsWritten(tools: Tools, apiVersion: string, kind: string): Kind | undefined {
  const [first = "", second] = apiVersion.split("/");
  const [group, version] = second === undefined ? ["", first] : [first, second];
  if (!tools.asWritten.has(group === "" ? kind : `${kind}.${group}`)) return undefined;
  return { group, version, kind, plural: "", scope: "Namespaced", disposition: "managed", schema: anyObject };
}

function readUnknown(tools: Tools, raw: RawDocument, value: JsonObject): Read {
  const [apiVersion, kind] = [String(value.apiVersion), String(value.kind)];
  const near = tools.kinds.suggest(apiVersion, kind);
  if (holdsOurs(tools, kind, value)) {
    const message = "Manifests inside of a List are not read.";
    const hint = "Write each item as a document of its own, with --- between them.";
    const problems = [problem(raw, ["items"], "manifest/unknown-kind", message, hint)];
    const items = Array.isArray(value.items) ? value.items : [];
    const strangers = items.flatMap((item) => (isObject(item) ? [strangerOf(item)] : []));
    return { disposition: "unknown", strangers, problems };
  }
  if (near === undefined && !tools.kinds.isKnownGroup(apiVersion)) return { disposition: "unmanaged", problems: [] };
  const message = `The kind ${kind} of ${apiVersion} is not known.`;
  const hint =
    near === undefined
      ? "Correct kind or apiVersion, or name it under kinds of the edge's configuration to apply it as written."
      : `Did you mean kind ${near.split(" ")[1]} of ${near.split(" ")[0]}?`;
  const isVersion = near !== undefined && near.split(" ")[1] === kind;
  const problems = [problem(raw, [isVersion ? "apiVersion" : "kind"], "manifest/unknown-kind", message, hint)];
  return { disposition: "unknown", strangers: [strangerOf(value, near)], problems };
}

/** Says whether a list, as `kubectl get` prints it, holds a manifest that would be read outside of it. */
function holdsOurs(tools: Tools, kind: string, { items }: JsonObject): boolean {
  if (!kind.endsWith("List") || !Array.isArray(items)) return false;
  return items.some(
    (item) => isObject(item) && tools.kinds.find(String(item.apiVersion), String(item.kind)) !== undefined,
  );
}

function readKnown(tools: Tools, file: string, raw: RawDocument, value: JsonObject, kind: Kind): Read {
  const chosen = kind.group === "compute.datumapis.com" ? normalise(kind.kind, value, tools.catalogs) : [];
  const defaults = [...chosen, ...tools.schemas.fill(kind, value)];
  const shape = withoutMisspelled(tools.schemas.check(kind, value, raw));
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const name = typeof metadata.name === "string" ? metadata.name : "";
  const namespace =
    typeof metadata.namespace === "string" && metadata.namespace !== "" ? metadata.namespace : "default";
  const identity = {
    apiVersion: String(value.apiVersion),
    kind: kind.kind,
    name,
    namespace: kind.scope === "Cluster" ? "" : namespace,
  };
  const document: Document = {
    file,
    index: raw.index,
    apiVersion: identity.apiVersion,
    kind: identity.kind,
    name,
    namespace: identity.namespace,
    content: value,
    defaults,
    keys: readKeys(identity),
    at: (path) => raw.at(path),
  };
  // What the schema refuses is told once: rules about it, around it, or that only miss it would repeat it.
  const told = checkDocument(document, tools.catalogs, tools.allowsClearText);
  if (shape.length === 0) return { document, disposition: kind.disposition, problems: told };
  const faults = createFaults(shape);
  tools.faults.set(document, faults);
  const problems = [...shape, ...told.filter((problem) => !faults.explain(problem))];
  return { document, disposition: kind.disposition, problems };
}

function problem(raw: RawDocument, path: readonly string[], rule: string, message: string, hint: string): Problem {
  return { severity: "error", rule, ...raw.at(path), path: path.join("."), message, hint };
}

const none: readonly Stranger[] = [];

function checkFiles(files: readonly ParsedFile[], checkReferences: CheckReferences): CheckResult {
  const sorted = inOrder(files);
  const documents: Document[] = [];
  const own: Problem[] = [];
  const strangers: Stranger[] = [];
  const counts: Record<Disposition, number> = {
    managed: 0,
    reference: 0,
    unmanaged: 0,
    unknown: 0,
    "not-a-manifest": 0,
  };
  for (const file of sorted) {
    for (const document of file.documents) documents.push(document);
    for (const problem of file.problems) own.push(problem);
    for (const stranger of file.strangers ?? none) strangers.push(stranger);
    for (const disposition of file.dispositions) counts[disposition] += 1;
  }
  const isPartial = own.some(({ rule }) => /^(yaml|file)\//.test(rule));
  return {
    documents,
    problems: sortProblems([...own, ...checkReferences(documents, { isPartial, strangers })]),
    counts,
  };
}

/** Files mostly come sorted; sorting again would be the most expensive step of a pass. */
function inOrder(files: readonly ParsedFile[]): readonly ParsedFile[] {
  const isSorted = files.every((file, index) => index === 0 || (files[index - 1]?.file ?? "") <= file.file);
  return isSorted ? files : [...files].sort((left, right) => compareText(left.file, right.file));
}

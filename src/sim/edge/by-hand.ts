import type { JsonObject } from "../../core/json.ts";

/** One object as the list of the world shows it. */
export interface EdgeObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready: string;
}

const timeoutMs = 5_000;
/** What the world makes for itself. */
const unlisted: ReadonlySet<string> = new Set(["Namespace", "Event"]);
/** The conditions that sum an object up, the first that it has. */
const summaries = ["Ready", "Programmed", "Accepted", "Verified"];

/** Objects of the world, sorted by kind, namespace and name. */
export async function listObjects(url: string): Promise<readonly EdgeObject[]> {
  const kinds = (await servedKinds(url)).filter(({ kind }) => !unlisted.has(kind));
  const lists = await Promise.all(
    kinds.map(async ({ kind, base, plural }) => {
      const list = (await call(url, "GET", `${base}/${plural}`)) as { readonly items?: readonly KubernetesObject[] };
      return (list.items ?? []).map((item) => ({
        kind,
        namespace: item.metadata.namespace ?? "",
        name: item.metadata.name,
        ready: readyOf(item),
      }));
    }),
  );
  const order = (object: EdgeObject): string => `${object.kind} ${object.namespace}/${object.name}`;
  return lists.flat().sort((left, right) => (order(left) < order(right) ? -1 : 1));
}

/** Deletes an object behind everybody's back. `name` is `[kind/][namespace/]name`; without a kind it is a network. */
export async function deleteObject(url: string, name: string): Promise<void> {
  await call(url, "DELETE", await pathOf(url, name));
}

/** Sets one field of an object, e.g. `spec.mtu=1400`; numbers, booleans and JSON are read as such. */
export async function setField(url: string, name: string, assignment: string): Promise<void> {
  const place = assignment.indexOf("=");
  if (place < 1) throw new Error(`${assignment} is not of the form field=value.`);
  const steps = assignment.slice(0, place).split(".");
  const value = readValue(assignment.slice(place + 1));
  const patch = steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
  await call(url, "PATCH", await pathOf(url, name), patch as JsonObject);
}

interface KubernetesObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface HandKind {
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** `/apis/GROUP/VERSION`, or `/api/v1`. */
  readonly base: string;
}

function readyOf({ status }: KubernetesObject): string {
  const found = summaries.map((type) => status?.conditions?.find((condition) => condition.type === type));
  return found.find((condition) => condition !== undefined)?.status ?? "";
}

async function servedKinds(url: string): Promise<readonly HandKind[]> {
  const { groups } = (await call(url, "GET", "/apis")) as {
    readonly groups: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
  };
  const versions = groups.flatMap((group) => group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`));
  const lists = await Promise.all(
    ["/api/v1", ...versions].map(async (base) => {
      const { resources } = (await call(url, "GET", base)) as {
        readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
      };
      const whole = resources.filter(({ name }) => !name.includes("/"));
      return whole.map(({ name, kind, namespaced }) => ({ kind, plural: name, namespaced, base }));
    }),
  );
  return lists.flat();
}

async function pathOf(url: string, text: string): Promise<string> {
  const [first = "", ...rest] = text.split("/");
  const kinds = await servedKinds(url);
  const named = kinds.find((kind) => isCalled(kind, first.toLowerCase()));
  if (named === undefined && rest.length > 1) throw new Error(`The world serves no kind ${first}.`);
  const kind = rest.length > 0 && named !== undefined ? named : kinds.find((one) => isCalled(one, "network"));
  const parts = kind === named && rest.length > 0 ? rest : [first, ...rest];
  const [namespace, name] = parts.length > 1 ? parts : ["default", parts[0]];
  if (kind === undefined) throw new Error("The world serves no networks.");
  const inside = kind.namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "")}` : "";
  return `${kind.base}${inside}/${kind.plural}/${encodeURIComponent(name ?? "")}`;
}

/** By kind or plural, with or without its group. */
function isCalled({ kind, plural, base }: HandKind, word: string): boolean {
  const group = base.split("/")[2] ?? "";
  return [kind.toLowerCase(), plural].some((own) => word === own || word === `${own}.${group}`);
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function call(url: string, method: string, path: string, body?: JsonObject): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/merge-patch+json" },
    }),
  });
  const answer = (await response.json()) as { readonly message?: string };
  if (!response.ok) throw new Error(answer.message ?? `The world answered ${response.status}.`);
  return answer;
}

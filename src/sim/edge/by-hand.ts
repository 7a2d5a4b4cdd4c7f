import type { JsonObject } from "../../core/json.ts";

/** One object as the list of the world shows it. */
export interface EdgeObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready: string;
}

const group = "/apis/networking.datumapis.com/v1alpha";
const timeoutMs = 5_000;

/** Networks of the world, sorted by namespace and name. */
export async function listNetworks(url: string): Promise<readonly EdgeObject[]> {
  const list = (await call(url, "GET", `${group}/networks`)) as { readonly items?: readonly KubernetesObject[] };
  return (list.items ?? [])
    .map((item) => ({
      kind: "Network",
      namespace: item.metadata.namespace ?? "",
      name: item.metadata.name,
      ready: item.status?.conditions?.find((condition) => condition.type === "Ready")?.status ?? "",
    }))
    .sort((left, right) => (`${left.namespace}/${left.name}` < `${right.namespace}/${right.name}` ? -1 : 1));
}

/** Deletes a network behind everybody's back. `name` may be `namespace/name`. */
export async function deleteNetwork(url: string, name: string): Promise<void> {
  await call(url, "DELETE", pathOf(name));
}

/** Sets one field of a network, e.g. `spec.mtu=1400`; numbers, booleans and JSON are read as such. */
export async function setNetworkField(url: string, name: string, assignment: string): Promise<void> {
  const place = assignment.indexOf("=");
  if (place < 1) throw new Error(`${assignment} is not of the form field=value.`);
  const steps = assignment.slice(0, place).split(".");
  const value = readValue(assignment.slice(place + 1));
  const patch = steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
  await call(url, "PATCH", pathOf(name), patch as JsonObject);
}

interface KubernetesObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

function pathOf(name: string): string {
  const [first = "", second] = name.split("/");
  const [namespace, object] = second === undefined ? ["default", first] : [first, second];
  return `${group}/namespaces/${encodeURIComponent(namespace)}/networks/${encodeURIComponent(object)}`;
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

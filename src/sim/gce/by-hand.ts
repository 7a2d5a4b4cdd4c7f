import type { JsonObject } from "../../core/json.ts";
import { byHandHeader } from "./call.ts";

/** An instance as a person sees it in a list. */
export interface ListedInstance {
  readonly project: string;
  readonly zone: string;
  readonly name: string;
  readonly status: string;
  readonly machineType: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly internalAddress: string | undefined;
  readonly externalAddress: string | undefined;
}

/** A change by hand that could not be made; the message is meant for a person. */
export class ByHandFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ByHandFailure";
  }
}

interface RawInstance {
  readonly name: string;
  readonly zone: string;
  readonly status: string;
  readonly machineType: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly labelFingerprint: string;
  readonly networkInterfaces?: readonly {
    readonly networkIP?: string;
    readonly accessConfigs?: readonly { readonly natIP?: string }[];
  }[];
}

/** Every instance of every project of a simulator. */
export async function listInstances(url: string): Promise<readonly ListedInstance[]> {
  const found = await rawInstances(url);
  return found.map(({ project, raw }) => ({
    project,
    zone: last(raw.zone),
    name: raw.name,
    status: raw.status,
    machineType: last(raw.machineType),
    labels: raw.labels ?? {},
    internalAddress: raw.networkInterfaces?.[0]?.networkIP,
    externalAddress: raw.networkInterfaces?.[0]?.accessConfigs?.[0]?.natIP,
  }));
}

/** Deletes an instance as somebody with a console would. */
export async function deleteInstance(url: string, name: string): Promise<void> {
  const one = await findInstance(url, name);
  await act(url, "DELETE", one.path);
}

/** Stops an instance. */
export async function stopInstance(url: string, name: string): Promise<void> {
  const one = await findInstance(url, name);
  await act(url, "POST", `${one.path}/stop`);
}

/** Starts an instance. */
export async function startInstance(url: string, name: string): Promise<void> {
  const one = await findInstance(url, name);
  await act(url, "POST", `${one.path}/start`);
}

/** Gives an instance another machine type; a running one is stopped for it and started again. */
export async function setMachineType(url: string, name: string, type: string): Promise<void> {
  const one = await findInstance(url, name);
  const wasRunning = one.raw.status === "RUNNING";
  if (wasRunning) await act(url, "POST", `${one.path}/stop`);
  await act(url, "POST", `${one.path}/setMachineType`, {
    machineType: `zones/${last(one.raw.zone)}/machineTypes/${type}`,
  });
  if (wasRunning) await act(url, "POST", `${one.path}/start`);
}

/** Sets some labels of an instance and keeps the others; an empty value takes a label away. */
export async function setLabels(url: string, name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  const one = await findInstance(url, name);
  const merged = Object.entries({ ...one.raw.labels, ...labels }).filter(([, value]) => value !== "");
  const body = { labels: Object.fromEntries(merged), labelFingerprint: one.raw.labelFingerprint };
  await act(url, "POST", `${one.path}/setLabels`, body);
}

/** What a firewall rule by hand needs. */
export interface FirewallByHand {
  readonly project: string;
  readonly name: string;
  readonly network: string;
  readonly protocol: string;
  readonly ports: readonly string[];
  readonly sourceRanges: readonly string[];
}

/** Adds a firewall rule that nobody asked for. */
export async function addFirewall(url: string, rule: FirewallByHand): Promise<void> {
  await act(url, "POST", `projects/${rule.project}/global/firewalls`, {
    name: rule.name,
    network: `projects/${rule.project}/global/networks/${rule.network}`,
    sourceRanges: rule.sourceRanges,
    allowed: [{ IPProtocol: rule.protocol, ...(rule.ports.length === 0 ? {} : { ports: rule.ports }) }],
  });
}

/** Deletes a firewall rule. */
export async function deleteFirewall(url: string, project: string, name: string): Promise<void> {
  await act(url, "DELETE", `projects/${project}/global/firewalls/${name}`);
}

interface Found {
  readonly project: string;
  readonly path: string;
  readonly raw: RawInstance;
}

async function findInstance(url: string, name: string): Promise<Found> {
  const all = await rawInstances(url);
  const found = all.filter((one) => one.raw.name === name || one.path.endsWith(`/${name}`));
  const [first] = found;
  if (first === undefined) {
    const near = all.map((one) => one.raw.name).slice(0, 10);
    throw new ByHandFailure(`There is no instance ${name}. There are: ${near.join(", ") || "none"}.`);
  }
  if (found.length > 1) {
    throw new ByHandFailure(`There are ${found.length} instances ${name}: ${found.map((one) => one.path).join(", ")}.`);
  }
  return first;
}

async function rawInstances(url: string): Promise<readonly Found[]> {
  const state = (await call(url, "GET", "/_control/state")) as { readonly projects: readonly string[] };
  const all: Found[] = [];
  for (const project of state.projects) {
    let token = "";
    do {
      const query = token === "" ? "" : `?pageToken=${encodeURIComponent(token)}`;
      const page = (await call(url, "GET", `/compute/v1/projects/${project}/aggregated/instances${query}`)) as Page;
      for (const { instances } of Object.values(page.items ?? {})) {
        for (const raw of instances ?? []) {
          all.push({ project, raw, path: `projects/${project}/zones/${last(raw.zone)}/instances/${raw.name}` });
        }
      }
      token = page.nextPageToken ?? "";
    } while (token !== "");
  }
  return all;
}

interface Page {
  readonly items?: Readonly<Record<string, { readonly instances?: readonly RawInstance[] }>>;
  readonly nextPageToken?: string;
}

interface Operation {
  readonly selfLink: string;
  readonly status: string;
  readonly error?: { readonly errors: readonly { readonly message: string }[] };
}

/** Sends a change and waits until its operation is done. */
async function act(url: string, method: string, path: string, body?: unknown): Promise<void> {
  let operation = (await call(url, method, `/compute/v1/${path}`, body)) as unknown as Operation;
  while (operation.status !== "DONE") {
    const waiting = operation.selfLink.slice(operation.selfLink.indexOf("projects/"));
    operation = (await call(url, "POST", `/compute/v1/${waiting}/wait`)) as unknown as Operation;
  }
  const failed = operation.error?.errors[0]?.message;
  if (failed !== undefined) throw new ByHandFailure(failed);
}

async function call(url: string, method: string, path: string, body?: unknown): Promise<JsonObject> {
  const headers = { [byHandHeader]: "operator@example.com" };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, init);
  } catch {
    throw new ByHandFailure(`No simulator answers at ${url}.`);
  }
  const answer = (await response.json()) as JsonObject & { readonly error?: { readonly message: string } };
  if (!response.ok) throw new ByHandFailure(answer.error?.message ?? `The simulator answered ${response.status}.`);
  return answer;
}

function last(link: string): string {
  return link.slice(link.lastIndexOf("/") + 1);
}

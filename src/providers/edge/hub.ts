import { performance } from "node:perf_hooks";
import { bad, type Finding, good } from "../../core/checkup.ts";
import type { JsonObject } from "../../core/json.ts";
import type { MemberStatus } from "../../core/members.ts";
import { ProviderError } from "../provider.ts";
import { checkUp } from "./checkup.ts";
import { type Client, createClient } from "./client.ts";
import { openAccess } from "./credentials.ts";
import { createDiscovery, type Discovery, pathOf } from "./discovery.ts";
import { hubStatus, isToldAlready, isUnspoken } from "./hub-status.ts";
import { groupOf, kindId, kindsOf } from "./kinds.ts";
import { controlPlaneUrl, type EdgeOptions, edgeDefaults, fieldManager } from "./options.ts";

/** What became of the statuses that a hub was told. */
export interface HubReport {
  readonly written: number;
  /** Said the same already. */
  readonly same: number;
  /** Objects that the hub does not have. */
  readonly absent: number;
  /** What the hub refused, in words. */
  readonly problems: readonly string[];
}

/** A control plane on which people look at workloads and networks: their status is written there, nothing else. */
export interface Hub {
  /** Writes what differs. Throws ProviderError when the hub cannot be asked at all. */
  write(statuses: readonly MemberStatus[], signal: AbortSignal): Promise<HubReport>;
  /** Whether it answers and serves what is told there. Changes nothing. */
  checkup(signal: AbortSignal): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

const sideBySide = 4;
const applyType = "application/apply-patch+yaml";
const told: ReadonlySet<string> = new Set(["Workload", "Network"]);
const toldKinds = kindsOf(["Workload.compute.datumapis.com"]).filter(({ kind }) => told.has(kind));

/** Makes a hub. Nothing is sent before the first write. */
export function createHub(options: EdgeOptions, now: () => string): Hub {
  const access = openAccess(options);
  const { origin, prefix } = controlPlaneUrl(options.endpoint || access.endpoint, options.project ?? access.project);
  const { timeoutMs = edgeDefaults.timeoutMs, pageSize = edgeDefaults.pageSize, proxy } = options;
  const certificateAuthority = options.certificateAuthority ?? access.certificateAuthority;
  const client = createClient({ origin, prefix, access, certificateAuthority, proxy, timeoutMs, pageSize });
  const discovery = createDiscovery(client, kindsOf(["Workload.compute.datumapis.com"]), () => performance.now());
  const desk: Desk = { client, discovery, now };
  return {
    async write(statuses, signal) {
      const wanted = statuses.filter(({ kind }) => told.has(kind));
      const results: Result[] = [];
      // One question first: a hub that is down is told once, not for each object.
      await discovery.all(signal);
      for (let start = 0; start < wanted.length; start += sideBySide)
        results.push(
          ...(await Promise.all(wanted.slice(start, start + sideBySide).map((one) => writeOne(desk, one, signal)))),
        );
      const count = (kind: Result["kind"]): number => results.filter((result) => result.kind === kind).length;
      const problems = results.flatMap((result) => (result.kind === "problem" ? [result.message] : []));
      return { written: count("written"), same: count("same"), absent: count("absent"), problems };
    },
    async checkup(signal) {
      const found = (await checkUp({ origin, client, discovery }, [], signal)).filter(
        ({ subject }) => subject !== "kinds",
      );
      if (found.some(({ verdict }) => verdict === "bad")) return found;
      const served = await discovery.all(signal);
      const missing = toldKinds.filter((kind) => !served.has(kindId(kind))).map(({ kind }) => kind);
      const install = "Install the kinds on the hub: what is not served there shows no status.";
      const kinds =
        missing.length === 0
          ? good("kinds", "Workload and Network are served")
          : bad("kinds", `${missing.join(" and ")} not served`, install);
      return [...found, kinds];
    },
    close: () => client.close(),
  };
}

interface Desk {
  readonly client: Client;
  readonly discovery: Discovery;
  readonly now: () => string;
}

type Result = { readonly kind: "written" | "same" | "absent" } | { readonly kind: "problem"; readonly message: string };

async function writeOne({ client, discovery, now }: Desk, status: MemberStatus, signal: AbortSignal): Promise<Result> {
  const { apiVersion, kind, namespace, name } = status;
  const title = `${kind} ${namespace}/${name}`;
  try {
    const served = await discovery.find(kindId({ group: groupOf(apiVersion), kind }), signal);
    if (served === undefined || !served.versions.includes(apiVersion))
      return { kind: "problem", message: `${title}: the hub does not serve ${kind} in ${apiVersion}.` };
    const path = pathOf(served, apiVersion, namespace, name);
    const doing = `tell the hub of ${title}`;
    const live = await client.call({ method: "GET", path, doing, resource: title }, signal);
    if (live === undefined) return { kind: "absent" };
    const wanted = hubStatus(status, live, now());
    if (isToldAlready(wanted, live)) return { kind: "same" };
    const metadata = served.namespaced ? { name, namespace } : { name };
    const body: JsonObject = { apiVersion, kind, metadata, status: wanted };
    const query = { fieldManager, ...(isUnspoken(live) && { force: "true" }) };
    await client.call(
      { method: "PATCH", path: `${path}/status`, query, body, contentType: applyType, doing, resource: title },
      signal,
    );
    return { kind: "written" };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { kind: "problem", message: error.message };
  }
}

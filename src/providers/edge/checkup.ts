import { bad, type Finding, good } from "../../core/checkup.ts";
import { compareText } from "../../core/problem.ts";
import type { Resource } from "../../core/resource.ts";
import { ProviderError } from "../provider.ts";
import type { Client } from "./client.ts";
import { type Discovery, pathOf, type ServedKind } from "./discovery.ts";
import { unservedText } from "./finding.ts";
import { groupOf, kindId } from "./kinds.ts";
import { textOf } from "./object.ts";

/** What a look at a control plane needs. */
export interface Examination {
  /** Where it is, for messages. */
  readonly origin: string;
  readonly client: Client;
  readonly discovery: Discovery;
}

/** Whether the control plane answers, serves every wanted kind and lets us read where they go. Changes nothing. */
export async function checkUp(
  { origin, client, discovery }: Examination,
  wanted: readonly Resource[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  discovery.forget();
  let served: ReadonlyMap<string, ServedKind>;
  try {
    served = await discovery.all(signal);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return [bad("endpoint", error.message, mendEndpoint(error.code))];
  }
  const kinds = [...new Set(wanted.map(({ spec }) => idOf(spec)))].sort(compareText);
  const missing = new Set(wanted.flatMap((resource) => unservedText(resource, served) ?? []));
  const reached = good("endpoint", `${origin} answers`);
  const install = "Install the kind on the control plane, write a version it serves, or take the manifest out.";
  const kept =
    missing.size === 0
      ? [good("kinds", kinds.length === 0 ? "none are wanted" : `all ${kinds.length} that are wanted are served`)]
      : [...missing].map((message) => bad("kinds", message, install));
  return [reached, ...kept, ...(await permissionFindings(client, served, wanted, signal))];
}

function mendEndpoint(code: string): string {
  if (code === "unauthenticated") return "Renew what credentials in providers.edge names.";
  if (code === "permission") return "Look at credentials and certificateAuthority in providers.edge.";
  return "Look at the network, and at endpoint, project and proxy in providers.edge.";
}

async function permissionFindings(
  client: Client,
  served: ReadonlyMap<string, ServedKind>,
  wanted: readonly Resource[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const places = new Map<string, { readonly kind: ServedKind; readonly namespace: string }>();
  for (const { spec, realm } of wanted) {
    const kind = served.get(idOf(spec));
    if (kind !== undefined) places.set(`${kind.id} ${realm}`, { kind, namespace: realm });
  }
  const refused: string[] = [];
  const failed: string[] = [];
  for (const { kind, namespace } of places.values()) {
    const path = pathOf(kind, kind.apiVersion, namespace);
    const doing = `list ${kind.plural}${namespace === "" ? "" : ` in ${namespace}`}`;
    try {
      await client.call({ method: "GET", path, query: { limit: "1" }, doing, resource: "" }, signal);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      (error.code === "permission" ? refused : failed).push(error.message);
    }
  }
  const grant = "Bind a role with get, list, watch, create, patch and delete on these kinds to the account in use.";
  if (refused.length > 0) return [bad("permissions", refused.join("; "), grant)];
  if (failed.length > 0) return [bad("permissions", failed.join("; "), "Try again when the server answers.")];
  return places.size === 0 ? [] : [good("permissions", "everything that is wanted may be listed")];
}

function idOf(spec: Resource["spec"]): string {
  return kindId({ group: groupOf(textOf(spec, "apiVersion")), kind: textOf(spec, "kind") });
}

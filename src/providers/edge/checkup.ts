import { bad, type Finding, good } from "../../core/checkup.ts";
import { compareText } from "../../core/problem.ts";
import type { Resource } from "../../core/resource.ts";
import { ProviderError } from "../provider.ts";
import type { Client } from "./client.ts";
import { type Discovery, pathOf, type ServedKind } from "./discovery.ts";
import { unservedText } from "./finding.ts";
import { groupOf, kindId } from "./kinds.ts";
import { fieldOf, textOf } from "./object.ts";

const verbsUsed = ["get", "list", "watch", "create", "patch", "delete"] as const;

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
      ? [good("kinds", servedText(kinds.length))]
      : [...missing].map((message) => bad("kinds", message, install));
  const identity = await identityFindings(client, signal);
  return [reached, ...identity, ...kept, ...(await permissionFindings(client, served, wanted, signal))];
}

function servedText(count: number): string {
  if (count === 0) return "none are wanted";
  return count === 1 ? "the one that is wanted is served" : `all ${count} that are wanted are served`;
}

function mendEndpoint(code: string): string {
  if (code === "unauthenticated") return "Renew what credentials in providers.edge names.";
  if (code === "permission") return "Look at endpoint, credentials and certificateAuthority in providers.edge.";
  return "Look at the network, and at endpoint, project and proxy in providers.edge.";
}

/** Who the server takes us for; nothing where it does not tell. */
async function identityFindings(client: Client, signal: AbortSignal): Promise<readonly Finding[]> {
  const apiVersion = "authentication.k8s.io/v1";
  const path = `/apis/${apiVersion}/selfsubjectreviews`;
  const body = { apiVersion, kind: "SelfSubjectReview" };
  const answer = await attempt(
    client.call({ method: "POST", path, body, doing: "ask who we are", resource: "" }, signal),
  );
  if (answer instanceof ProviderError) return [];
  const name = textOf(fieldOf(fieldOf(answer, "status"), "userInfo"), "username");
  return name === "" ? [] : [good("identity", name)];
}

interface Place {
  readonly kind: ServedKind;
  readonly namespace: string;
}

async function permissionFindings(
  client: Client,
  served: ReadonlyMap<string, ServedKind>,
  wanted: readonly Resource[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const places = new Map<string, Place>();
  for (const { spec, realm } of wanted) {
    const kind = served.get(idOf(spec));
    if (kind !== undefined) places.set(`${kind.id} ${realm}`, { kind, namespace: realm });
  }
  const failed = new Set<string>();
  const lacking = new Map<string, string[]>();
  await Promise.all(
    [...places.values()].map(async (place) => {
      const verbs = await missingVerbs(client, place, signal);
      if (verbs instanceof ProviderError) failed.add(verbs.message);
      else if (verbs.length > 0) lacking.set(placeText(place), [...verbs]);
    }),
  );
  const missing = [...lacking].sort(([left], [right]) => compareText(left, right));
  if (missing.length > 0) {
    const message = missing.map(([where, verbs]) => `${verbs.join(", ")} ${where}`).join("; ");
    const grant = `Bind a role with ${verbsUsed.join(", ")} on these kinds to the account in use.`;
    return [bad("permissions", `not permitted: ${message}`, grant)];
  }
  if (failed.size > 0) return [bad("permissions", [...failed].join("; "), "Try again when the server answers.")];
  return places.size === 0 ? [] : [good("permissions", "everything that is wanted may be read and written")];
}

function placeText({ kind, namespace }: Place): string {
  return namespace === "" ? kind.plural : `${kind.plural} in ${namespace}`;
}

/** What we may not do there: by review, and where the server reviews nothing, by listing, which shows the reading alone. */
async function missingVerbs(
  client: Client,
  { kind, namespace }: Place,
  signal: AbortSignal,
): Promise<readonly string[] | ProviderError> {
  const apiVersion = "authorization.k8s.io/v1";
  const path = `/apis/${apiVersion}/selfsubjectaccessreviews`;
  const missing: string[] = [];
  for (const verb of verbsUsed) {
    const resourceAttributes = { namespace, verb, group: groupOf(kind.apiVersion), resource: kind.plural };
    const body = { apiVersion, kind: "SelfSubjectAccessReview", spec: { resourceAttributes } };
    const doing = `ask whether we may ${verb} ${kind.plural}`;
    const answer = await attempt(client.call({ method: "POST", path, body, doing, resource: "" }, signal));
    if (answer instanceof ProviderError && answer.retryable) return answer;
    const isAllowed = answer instanceof ProviderError ? undefined : fieldOf(answer, "status").allowed;
    if (typeof isAllowed !== "boolean") return await missingByList(client, { kind, namespace }, signal);
    if (!isAllowed) missing.push(verb);
  }
  return missing;
}

async function missingByList(
  client: Client,
  { kind, namespace }: Place,
  signal: AbortSignal,
): Promise<readonly string[] | ProviderError> {
  const path = pathOf(kind, kind.apiVersion, namespace);
  const doing = `list ${placeText({ kind, namespace })}`;
  const answer = await attempt(
    client.call({ method: "GET", path, query: { limit: "1" }, doing, resource: "" }, signal),
  );
  if (!(answer instanceof ProviderError)) return [];
  return answer.code === "permission" ? ["list"] : answer;
}

async function attempt<T>(work: Promise<T>): Promise<T | ProviderError> {
  return await work.catch((error: unknown) => {
    if (error instanceof ProviderError) return error;
    throw error;
  });
}

function idOf(spec: Resource["spec"]): string {
  return kindId({ group: groupOf(textOf(spec, "apiVersion")), kind: textOf(spec, "kind") });
}

import { withoutReferences } from "../../core/identity.ts";
import type { JsonObject } from "../../core/json.ts";
import { type Problem, sortProblems } from "../../core/problem.ts";
import type { FieldChange, Resource } from "../../core/resource.ts";
import { type Order, ProviderError } from "../provider.ts";
import { applyQuery, placeOfWanted } from "./apply.ts";
import type { Bench } from "./bench.ts";
import { compareObjects } from "./compare.ts";
import { withMarker } from "./marker.ts";
import { fieldOf, textOf, titleOf } from "./object.ts";
import { observedOf } from "./observe.ts";

const sideBySide = 6;
/** Calls of one pass: past it, apply itself has to find out. */
const maxCalls = 300;

/**
 * Lets the server judge changes by a dry run of the same apply that would make them. What the commit asks for and the
 * server refuses is an error; what only a later pass can satisfy (a namespace that is not there yet), and what only
 * the world brought about, is a warning, for the rest of the commit is good.
 */
export async function rehearse(
  bench: Bench,
  orders: readonly Order[],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const asked = orders.slice(0, maxCalls);
  const made = asked.flatMap(({ change }) => (change.action === "create" ? [change.resource as Resource] : []));
  const company: Company = {
    isMore: made.length > 1,
    namespaces: new Set(made.filter(({ spec }) => spec.kind === "Namespace").map(({ spec }) => nameOf(spec))),
  };
  for (let start = 0; start < asked.length; start += sideBySide) {
    const batch = asked.slice(start, start + sideBySide);
    const found = await Promise.all(batch.map((order) => rehearseOne(bench, order, company, signal)));
    problems.push(...found.flat());
  }
  return sortProblems([...problems, ...unasked(orders.slice(maxCalls))]);
}

/** What the same plan makes besides. */
interface Company {
  readonly isMore: boolean;
  readonly namespaces: ReadonlySet<string>;
}

function nameOf(spec: JsonObject): string {
  return textOf(fieldOf(spec, "metadata"), "name");
}

async function rehearseOne(
  bench: Bench,
  order: Order,
  company: Company,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const resource = order.change.resource as Resource;
  try {
    const { path, title, key, kind } = await placeOfWanted(bench, resource, signal);
    const plain = withoutReferences(resource.spec) as JsonObject;
    const { fleet, commit, specHash: spec } = order;
    const made = await bench.client.call(
      {
        method: "PATCH",
        path,
        query: { ...applyQuery(bench, plain), dryRun: "All" },
        body: withMarker(plain, { fleet, uid: resource.uid, address: resource.address, spec, commit }),
        contentType: "application/apply-patch+yaml",
        doing: `dry run of ${title} on ${bench.provider}`,
        resource: key,
      },
      signal,
    );
    const rewritten = compareObjects(kind, resource, observedOf(bench.provider, kind, made as JsonObject));
    return rewritten.map((field) => rewrittenProblem(resource, field));
  } catch (error) {
    // The kind that is not served is found without a call, and what moved meanwhile is judged by the next pass.
    const isTold = error instanceof ProviderError && (error.code === "not-served" || error.code === "changed");
    if (isTold) {
      if (error.code === "not-served") bench.discovery.forget();
      return [];
    }
    if (!(error instanceof ProviderError) || error.retryable || error.code === "unauthenticated") throw error;
    if (error.code === "not-found" && company.namespaces.has(resource.realm)) return [];
    return [problemOf(error, order, resource, company.isMore)];
  }
}

function problemOf(error: ProviderError, order: Order, resource: Resource, amongOthers: boolean): Problem {
  const { action, cause } = order.change;
  const isRefused = error.code === "invalid" || error.code === "conflict";
  // A webhook may miss what the same plan is about to make: it is asked again when that stands.
  const mayHeal = action === "create" && amongOthers && error.message.includes("admission webhook");
  const severity = isRefused && cause !== "drift" && !mayHeal ? "error" : "warning";
  const path = pathIn(error.message, resource);
  const at = resource.fieldSources[path] ?? resource.source;
  return { ...at, severity, path, message: error.message, ...told(error.code) };
}

/** A webhook or a default of the server that writes over our value would be drift for ever. */
function rewrittenProblem(resource: Resource, { path, before, source }: FieldChange): Problem {
  const made = before === undefined ? "drops it" : `makes it ${JSON.stringify(before).slice(0, 200)}`;
  return {
    ...(source ?? resource.source),
    severity: "warning",
    rule: "edge/rewritten",
    path,
    message: `${resource.provider} does not keep ${path} of ${titleOf(resource.spec)} as written: it ${made}.`,
    hint: "Write what the server makes of it, or leave the field out: each pass would set it again.",
  };
}

function unasked(orders: readonly Order[]): readonly Problem[] {
  const source = orders[0]?.change.resource?.source;
  if (source === undefined) return [];
  const message = `${orders[0]?.change.provider} was asked about ${maxCalls} changes; ${orders.length} more are judged when they are applied.`;
  return [
    {
      ...source,
      severity: "info",
      rule: "edge/not-rehearsed",
      path: "",
      message,
      hint: "Split the commit, to have each change asked about.",
    },
  ];
}

function told(code: string): Pick<Problem, "rule" | "hint"> {
  switch (code) {
    case "conflict":
      return {
        rule: "edge/conflict",
        hint: 'Take the field out, let its other manager give it up, or annotate plumbline.dev/force-conflicts: "true".',
      };
    case "permission":
      return { rule: "edge/permission", hint: "Give the provider's account the right to apply this kind." };
    case "quota":
      return { rule: "edge/quota", hint: "Raise the quota, or take objects out." };
    case "not-found":
      return { rule: "edge/not-found", hint: "Make the namespace, or write another one." };
    default:
      return { rule: "edge/invalid", hint: "Write what the server accepts." };
  }
}

/** The longest field of the manifest that the message speaks of, so that the problem lands on its line. */
function pathIn(message: string, resource: Resource): string {
  const named = Object.keys(resource.fieldSources).filter((path) => path.includes(".") && message.includes(path));
  return named.sort((left, right) => right.length - left.length)[0] ?? "";
}

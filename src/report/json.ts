import { actions, type Change, type Plan } from "../core/change.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { ChangeResult, FleetRow, Outcome, Pending } from "../core/outcome.ts";
import { countActions } from "../core/plan.ts";
import type { Problem } from "../core/problem.ts";
import type { Written } from "../core/resource.ts";
import { assumedJson } from "./assumed.ts";
import { membersJson } from "./members.ts";
import { actingChanges } from "./plan.ts";
import { exceptionCount } from "./problems.ts";
import type { FleetStatus } from "./status.ts";
import { strangersJson } from "./strangers.ts";
import { escapeHidden } from "./text.ts";
import { shownFields } from "./value.ts";

/** Version of every shape below; it changes when a field goes or changes its meaning, not when one is added. */
export const jsonVersion = "plumbline.dev/v1";

/** The text of a document: two spaces, keys in the order they were written, a line end; what no eye could see is escaped. */
export function jsonText(document: JsonObject): string {
  return `${escapeHidden(JSON.stringify(document, null, 2))}\n`;
}

/** What `validate` found. */
export function validateDocument(manifests: number, problems: readonly Problem[]): JsonObject {
  return {
    apiVersion: jsonVersion,
    manifests,
    problems: problems.map(problemJson),
    exceptions: exceptionCount(problems),
  };
}

/** What `plan` decided. Changes are those that are not `keep`, in the order of the plan. */
export function planDocument(outcome: Outcome): JsonObject {
  return {
    apiVersion: jsonVersion,
    fleet: outcome.fleet,
    repository: outcome.repository,
    outcome: outcome.kind,
    ...planPart(outcome),
    problems: outcome.problems.map(problemJson),
    exceptions: exceptionCount(outcome.problems),
    pending: outcome.pending.map(pendingJson),
    failure: outcome.failure,
  };
}

/** What `apply` did: the plan's fields, and what became of each change. */
export function applyDocument(outcome: Outcome): JsonObject {
  return {
    ...planDocument(outcome),
    retryable: outcome.retryable,
    results: outcome.results.map(resultJson),
    resources: outcome.table.map(rowJson),
  };
}

/** What `drift` found: changes with their causes, `drift` and `both` counted apart from what only the commit wants. */
export function driftDocument(outcome: Outcome): JsonObject {
  const changes = actingChanges(outcome.plan);
  const count = (cause: Change["cause"]): number => changes.filter((change) => change.cause === cause).length;
  return {
    apiVersion: jsonVersion,
    fleet: outcome.fleet,
    repository: outcome.repository,
    commit: outcome.commit,
    causes: { drift: count("drift"), both: count("both"), commit: count("commit") },
    changes: changes.map((change) => ({ ...changeJson(change), ...doerJson(outcome, change) })),
    strangers: strangersJson(outcome.strangers ?? []),
    problems: outcome.problems.map(problemJson),
    failure: outcome.failure,
  };
}

/** What `status` remembers. */
export function statusDocument(status: FleetStatus): JsonObject {
  return {
    apiVersion: jsonVersion,
    fleet: status.fleet,
    repository: status.repository,
    appliedCommit: status.appliedCommit,
    lastPass: status.lastPass === undefined ? null : passJson(status.lastPass),
    resources: status.table.map(rowJson),
    members: membersJson(status.members ?? []),
    pending: status.pending.map(pendingJson),
    incidents: status.incidents.map(({ address, openedAt, flaps }) => ({ address, openedAt, flaps })),
  };
}

/** One document for several fleets; that of a single fleet stands for itself. */
export function fleetsDocument(documents: readonly JsonObject[]): JsonObject {
  const [only] = documents;
  return documents.length === 1 && only !== undefined ? only : { apiVersion: jsonVersion, fleets: documents };
}

function planPart(outcome: Outcome): JsonObject {
  const plan: Plan | undefined = outcome.plan;
  const counts = plan?.counts ?? countActions([]);
  return {
    planId: plan?.planId ?? "",
    commit: outcome.commit,
    counts: Object.fromEntries(actions.map((action) => [action, counts[action]])),
    changes: (plan?.changes ?? []).filter((change) => change.action !== "keep").map(changeJson),
    assumed: assumedJson(plan),
    refusals: outcome.refusals.map(({ rule, message, changes }) => ({ rule, message, changes })),
  };
}

function changeJson(change: Change): JsonObject {
  return {
    address: change.address,
    kind: change.kind,
    action: change.action,
    cause: change.cause,
    held: change.held,
    reason: change.reason,
    dependsOn: change.dependsOn,
    fields: shownFields(change.kind, change.fields).map((field) => ({
      path: field.path,
      before: orNull(field.before),
      after: orNull(field.after),
      forces: field.forces,
      forcesReplace: field.forces === "replace",
      file: field.source?.file ?? null,
      line: field.source?.line ?? null,
      ...(field.written !== undefined && { written: field.written.map(writtenJson) }),
    })),
  };
}

function writtenJson({ manifest, path, before, after, source }: Written): JsonObject {
  const { file, line } = source;
  return { manifest, path, before: orNull(before), after: orNull(after), file, line };
}

function doerJson({ doers }: Outcome, { address }: Change): JsonObject {
  const doer = doers?.get(address);
  return { changedBy: doer === undefined ? null : { ...doer } };
}

function problemJson(problem: Problem): JsonObject {
  const { severity, rule, file, line, column, path, message, hint } = problem;
  return { severity, rule, file, line, column, path, message, hint };
}

function pendingJson({ address, waitsFor, message }: Pending): JsonObject {
  return { address, waitsFor, message };
}

function rowJson(row: FleetRow): JsonObject {
  const { address, provider, kind, name, owner, location, phase, detail, addresses, note } = row;
  const conditions = row.conditions === undefined ? {} : { conditions: row.conditions.map((one) => ({ ...one })) };
  return {
    address,
    provider,
    kind,
    name,
    owner,
    location,
    phase,
    detail,
    addresses: { ...addresses },
    ...conditions,
    note,
  };
}

function resultJson({ address, action, state, message, code, retryable, durationMs }: ChangeResult): JsonObject {
  return { address, action, state, message, code, retryable, durationMs };
}

function passJson({ number, outcome, commit, finishedAt }: NonNullable<FleetStatus["lastPass"]>): JsonObject {
  return { number, outcome, commit, finishedAt };
}

function orNull(value: Json | undefined): Json {
  return value ?? null;
}

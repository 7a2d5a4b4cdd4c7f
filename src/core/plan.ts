import { type Action, actions, type Cause, type Change, type Counts, isMaking, type Plan } from "./change.ts";
import { neededBy, providersOf } from "./dependency.ts";
import { causeOf, type DriftPolicy, holdDrift } from "./drift.ts";
import { effectIdOf, effectsOf } from "./effects.ts";
import { inOrder } from "./graph.ts";
import { digest, referencesIn, withoutReferences } from "./identity.ts";
import type { InventoryEntry } from "./inventory.ts";
import type { JsonObject } from "./json.ts";
import { type Pair, pair } from "./pair.ts";
import { compareText } from "./problem.ts";
import type { Address, FieldChange, Observed, Resource } from "./resource.ts";
import { rolloutEdges } from "./rollout.ts";
import { holdWaiting } from "./wait.ts";

/** Everything a plan is decided from. Nothing else may matter. */
export interface PlanInput {
  readonly fleet: string;
  readonly commit: string;
  readonly wanted: readonly Resource[];
  readonly observed: readonly Observed[];
  readonly inventory: readonly InventoryEntry[];
  readonly driftPolicy: DriftPolicy;
  /** Things whose drift is corrected whatever the policy says. */
  readonly reverted?: readonly Address[];
  /** The provider's comparison of the two. */
  readonly compare: (resource: Resource, observed: Observed) => readonly FieldChange[];
  /** What a spec or a state of this kind opens to everybody, in words; nothing when the provider does not say. */
  readonly exposures?: (provider: string, kind: string, spec: JsonObject) => readonly string[];
  /** Place of a kind in its provider's order of making, from 0. */
  readonly rank: (provider: string, kind: string) => number;
  /** Providers that could not be observed, with the reason: nothing of theirs is planned, what needs them waits. */
  readonly unavailable: ReadonlyMap<string, string>;
  /** Digests of what else the plan rests on: manifests, policies, tool version, base commit. */
  readonly identity: JsonObject;
}

/** A plan and what is remembered but neither wanted nor there any more, to be forgotten when it is applied. */
export interface Planned {
  readonly plan: Plan;
  readonly gone: readonly InventoryEntry[];
}

/** Decides what to do: a pure function of its input, in an order that does not depend on the order of its lists. */
export function makePlan(input: PlanInput): Planned {
  const reachable = (thing: { readonly provider: string }): boolean => !input.unavailable.has(thing.provider);
  const wanted = input.wanted.filter(reachable);
  const { pairs, gone } = pair(input.fleet, wanted, input.observed, input.inventory.filter(reachable));
  const drafts = pairs.map((row) => draft(row, input));
  const depended = withDependencies(drafts, input);
  const held = holdWaiting(holdDrift(depended, input.driftPolicy, input.reverted), input.wanted, input.unavailable);
  const exposed = held.map((change) => withExposure(change, input));
  const changes = inOrder(exposed, earlier(input));
  return { plan: identify(changes, input), gone };
}

function draft(row: Pair, input: PlanInput): Change {
  const { wanted, live } = row;
  const decided = decideAction(row, input);
  const group = wanted?.group ?? row.entry?.group;
  const from = wanted ?? row.entry;
  return {
    address: row.address,
    provider: (wanted ?? live)?.provider ?? "",
    kind: (wanted ?? live)?.kind ?? "",
    action: decided.action,
    cause: decided.cause,
    dependsOn: [],
    fields: decided.fields,
    reason: decided.reason,
    held: false,
    ...(wanted === undefined ? {} : { resource: wanted }),
    ...(live === undefined ? {} : { observed: live }),
    ...(group === undefined ? {} : { group }),
    ...(from === undefined ? {} : { cameFrom: { owner: from.owner, location: from.location } }),
  };
}

interface Decision {
  readonly action: Action;
  readonly cause: Cause;
  readonly fields: readonly FieldChange[];
  readonly reason: string;
}

function decideAction(row: Pair, input: PlanInput): Decision {
  const { wanted, live } = row;
  if (wanted === undefined) {
    return { action: "delete", cause: "commit", fields: [], reason: "No manifest asks for it any more." };
  }
  const cause = causeOf(row, input.compare);
  if (live === undefined) {
    const reason = cause === "commit" ? "" : "It is missing although it was made before.";
    return { action: "create", cause, fields: [], reason };
  }
  if (row.ownership === "foreign") return decideForeign(wanted, live, input);
  const differing = live.key === wanted.key ? input.compare(wanted, live) : movedFields(wanted, live, input);
  const marker: FieldChange[] =
    row.ownership === "stripped" ? [{ path: "marker", before: undefined, after: input.fleet, forces: "nothing" }] : [];
  const fields = [...differing, ...marker];
  if (fields.length === 0) {
    const reason = row.ownership === "adopted" ? "Adopted: it stays ours as long as its manifest asks for it." : "";
    return { action: "keep", cause: "commit", fields, reason };
  }
  const stripped = row.ownership === "stripped" && fields.length === marker.length;
  return { ...costliest(fields), cause: stripped ? "drift" : cause, fields };
}

/** A thing that stands somewhere else: the fields that say where, or where they do not tell, the place itself. */
function movedFields(wanted: Resource, live: Observed, { compare }: PlanInput): readonly FieldChange[] {
  const forcing = compare(wanted, live).filter((field) => field.forces === "replace");
  if (forcing.length > 0) return forcing;
  return [{ path: "place", before: live.key, after: wanted.key, forces: "replace", source: wanted.source }];
}

/** The action that the costliest field difference forces. */
function costliest(fields: readonly FieldChange[]): Pick<Decision, "action" | "reason"> {
  const forcing = (force: FieldChange["forces"]) => fields.filter((field) => field.forces === force);
  for (const force of ["replace", "restart"] as const) {
    const names = forcing(force).map((field) => field.path);
    if (names.length > 0) return { action: force, reason: `${names.join(", ")} cannot change in place.` };
  }
  return { action: "update", reason: "" };
}

function decideForeign(wanted: Resource, live: Observed, input: PlanInput): Decision {
  const conflict = (reason: string): Decision => ({ action: "conflict", cause: "commit", fields: [], reason });
  if (live.marker !== undefined) {
    const holder =
      live.marker.fleet === input.fleet ? `${live.marker.address} of this fleet` : `fleet ${live.marker.fleet}`;
    return conflict(`${live.key} belongs to ${holder}.`);
  }
  if (!wanted.adopt) {
    return conflict(
      `${live.key} exists and is not ours. Annotate the manifest with plumbline.dev/adopt: "true" to take it over.`,
    );
  }
  const fields = input.compare(wanted, live);
  const blocking = fields.filter((field) => field.forces === "replace").map((field) => field.path);
  if (blocking.length > 0)
    return conflict(`${live.key} cannot be adopted as written: ${blocking.join(", ")} would force a replacement.`);
  return { action: "adopt", cause: "commit", fields, reason: `${live.key} exists and is taken over.` };
}

/** Fills dependsOn: references and needs first; deletes after everything that used the deleted; one rollout step after another. */
function withDependencies(changes: readonly Change[], input: PlanInput): readonly Change[] {
  const acting = new Set(changes.filter((change) => acts(change)).map((change) => change.address));
  const making = new Set(changes.filter(isMaking).map((change) => change.address));
  const providers = providersOf(input.wanted);
  const entries = new Map(input.inventory.map((entry) => [entry.address, entry]));
  const users = usersOf(changes, entries);
  const edges = rolloutEdges(changes);
  return changes.map((change) => {
    const before = new Set<Address>();
    if (change.resource !== undefined) {
      for (const address of referencesIn(change.resource.spec)) before.add(address);
      // What stands already waits for no presence, and nothing waits for a mere update of one: a conflict there must not spread.
      if (isMaking(change)) {
        for (const address of neededBy(change.resource, providers)) if (making.has(address)) before.add(address);
      }
    }
    if (change.action === "delete") {
      for (const user of users.get(change.address) ?? []) before.add(user);
      if (!entries.has(change.address)) for (const user of laterKinds(change, changes, input)) before.add(user);
    }
    const previous = edges.get(change.address);
    if (previous !== undefined) before.add(previous);
    before.delete(change.address);
    return { ...change, dependsOn: [...before].filter((address) => acting.has(address)).sort(compareText) };
  });
}

/** What the step opens or closes: what is wanted beside what stands. */
function withExposure(change: Change, { exposures }: PlanInput): Change {
  if (exposures === undefined || !acts(change)) return change;
  const { provider, kind, resource, observed } = change;
  const after = resource === undefined ? [] : exposures(provider, kind, resource.spec);
  const before = observed === undefined ? [] : exposures(provider, kind, observed.state);
  const gained = after.filter((word) => !before.includes(word));
  const lost = before.filter((word) => !after.includes(word));
  return gained.length + lost.length === 0 ? change : { ...change, exposure: { gained, lost } };
}

/** Says whether a change would do something if it were carried out. */
export function acts(change: Change): boolean {
  return change.action !== "keep" && change.action !== "conflict";
}

/** For each address, the changes that let go of it: whatever depended on it when last applied and changes now. */
function usersOf(
  changes: readonly Change[],
  entries: ReadonlyMap<Address, InventoryEntry>,
): ReadonlyMap<Address, readonly Address[]> {
  const users = new Map<Address, Address[]>();
  for (const change of changes) {
    if (!acts(change) || change.action === "create" || change.action === "adopt") continue;
    for (const used of entries.get(change.address)?.dependsOn ?? [])
      users.set(used, [...(users.get(used) ?? []), change.address]);
  }
  return users;
}

/** Without memory of who used what, everything of a later kind in the same provider and realm goes first. */
function laterKinds(change: Change, changes: readonly Change[], input: PlanInput): readonly Address[] {
  const rank = input.rank(change.provider, change.kind);
  return changes
    .filter((other) => acts(other) && other.action !== "create" && other.provider === change.provider)
    .filter(
      (other) => other.observed?.realm === change.observed?.realm && input.rank(other.provider, other.kind) > rank,
    )
    .map((other) => other.address);
}

/** Creates and updates before deletes, kinds in the order of making (reversed for deletes), then by rollout and address. */
function earlier(input: PlanInput): (left: Change, right: Change) => number {
  const late = (change: Change): number => (change.action === "delete" ? 1 : 0);
  const rank = (change: Change): number =>
    input.rank(change.provider, change.kind) * (change.action === "delete" ? -1 : 1);
  return (left, right) =>
    late(left) - late(right) ||
    rank(left) - rank(right) ||
    compareText(left.group?.name ?? "", right.group?.name ?? "") ||
    (left.group?.ordinal ?? 0) - (right.group?.ordinal ?? 0) ||
    compareText(left.address, right.address);
}

/** Counts changes by action. */
export function countActions(changes: readonly Pick<Change, "action">[]): Counts {
  const counts = Object.fromEntries(actions.map((action) => [action, 0])) as Record<Action, number>;
  for (const change of changes) counts[change.action] += 1;
  return counts;
}

function identify(changes: readonly Change[], input: PlanInput): Plan {
  const observed = changes.flatMap(({ observed: live }) =>
    live === undefined ? [] : [{ key: live.key, spec: live.marker?.spec ?? "", state: live.state }],
  );
  const wanted = changes.flatMap(({ resource }) =>
    resource === undefined ? [] : [{ key: resource.key, spec: withoutReferences(resource.spec) }],
  );
  const whole = digest({ fleet: input.fleet, commit: input.commit, identity: input.identity, observed, wanted });
  return {
    planId: whole.slice(0, 12),
    effectId: effectIdOf(effectsOf(changes)),
    fleet: input.fleet,
    commit: input.commit,
    changes,
    counts: countActions(changes),
  };
}

import type { Change, Plan } from "./change.ts";
import type { InventoryEntry } from "./inventory.ts";
import type { FleetRow, Pending } from "./outcome.ts";
import { acts } from "./plan.ts";
import { compareText } from "./problem.ts";
import type { Address, Observed, Resource, Status } from "./resource.ts";

/** The fleet as last seen: one row for everything wanted and everything still there. */
export function tableOf(
  decision: {
    readonly plan: Plan | undefined;
    readonly wanted: readonly Resource[];
    readonly pending: readonly Pending[];
  },
  live: ReadonlyMap<Address, Observed | undefined>,
  inventory: readonly InventoryEntry[],
): readonly FleetRow[] {
  if (decision.plan === undefined) return inventory.map((entry) => remembered(entry, "")).sort(byPlace);
  const entries = new Map(inventory.map((entry) => [entry.address, entry]));
  const rows = decision.plan.changes.flatMap((change) => {
    const done = live.has(change.address);
    const now = done ? live.get(change.address) : change.observed;
    const wanted = change.resource;
    if (wanted === undefined && now === undefined) return [];
    const entry = entries.get(change.address);
    const status: Status = now?.status ?? { phase: "pending", detail: "", addresses: {} };
    const note = done || !acts(change) ? standingNote(change) : change.reason || change.action;
    return [
      {
        address: change.address,
        provider: change.provider,
        kind: change.kind,
        name: nameOf(change.address),
        owner: wanted?.owner ?? entry?.owner ?? "",
        location: wanted?.location ?? entry?.location ?? "",
        phase: now === undefined ? ("absent" as const) : status.phase,
        detail: status.detail,
        addresses: status.addresses,
        ...(status.conditions !== undefined && { conditions: status.conditions }),
        note,
      },
    ];
  });
  return rows.sort(byPlace);
}

/** What is to be said of a thing that nothing is done to. */
function standingNote({ action, reason }: Change): string {
  if (action === "conflict") return reason;
  return action === "keep" && reason.startsWith("Adopted") ? "adopted" : "";
}

/** A row out of memory alone, for `status` without looking at the world. */
export function remembered(entry: InventoryEntry, note: string): FleetRow {
  return {
    address: entry.address,
    provider: entry.provider,
    kind: entry.kind,
    name: nameOf(entry.address),
    owner: entry.owner,
    location: entry.location,
    phase: entry.status?.phase ?? "absent",
    detail: entry.status?.detail ?? "",
    addresses: entry.status?.addresses ?? {},
    ...(entry.status?.conditions !== undefined && { conditions: entry.status.conditions }),
    note: note || (entry.phase === "applied" ? "" : entry.phase),
  };
}

/** `<provider>/<kind>/<namespace>/<name>` → `name`, or `namespace/name` outside the default namespace. */
function nameOf(address: Address): string {
  const [, , namespace, ...rest] = address.split("/");
  const name = rest.join("/");
  return namespace === "default" || namespace === undefined ? name : `${namespace}/${name}`;
}

function byPlace(left: FleetRow, right: FleetRow): number {
  return compareText(left.kind, right.kind) || compareText(pad(left.address), pad(right.address));
}

/** Numbers compare as numbers: web-2 before web-10. */
function pad(address: string): string {
  return address.replace(/\d+/g, (digits) => digits.padStart(8, "0"));
}

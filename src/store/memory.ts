import type { InventoryEntry } from "../core/inventory.ts";
import { type AuditRecord, type Incident, type PassRecord, type Store, StoreError } from "./store.ts";

/** A store that lives as long as the process: for tests, and for commands that need no memory. */
export function createMemoryStore(options: { readonly historyLimit?: number } = {}): Store {
  const { historyLimit = 1_000 } = options;
  const entries = createShelf<InventoryEntry>();
  const facts = createShelf<string>();
  const incidents = createShelf<Incident>();
  const history = new Map<string, PassRecord[]>();
  const requests = new Map<string, AuditRecord[]>();
  let locked = false;
  let closed = false;
  const whenOpen = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new StoreError("The store is closed.", { code: "unavailable" });
    return work();
  };

  return {
    inventory: (fleet) => whenOpen(() => entries.all(fleet).map(copy)),
    put: (fleet, entry) => whenOpen(() => entries.set(fleet, entry.address, copy(entry))),
    putAll: (fleet, all) =>
      whenOpen(() => {
        for (const entry of all.map(copy)) entries.set(fleet, entry.address, entry);
      }),
    forget: (fleet, address) => whenOpen(() => entries.remove(fleet, address)),
    fact: (fleet, name) => whenOpen(() => facts.get(fleet, name)),
    setFact: (fleet, name, value) => whenOpen(() => facts.set(fleet, name, value)),
    factsUnder: (fleet, prefix) =>
      whenOpen(() => new Map(facts.entries(fleet).filter(([name]) => name.startsWith(prefix)))),
    dropFact: (fleet, name) => whenOpen(() => facts.remove(fleet, name)),
    addAudit: (fleet, record) =>
      whenOpen(() => {
        const before = requests.get(fleet) ?? [];
        if (before.some(({ id }) => id === record.id)) return false;
        requests.set(fleet, [copy(record), ...before].slice(0, Math.max(1, historyLimit)));
        return true;
      }),
    audit: (fleet, limit) => whenOpen(() => (requests.get(fleet) ?? []).slice(0, Math.max(0, limit)).map(copy)),
    finishAudit: (fleet, id, result) =>
      whenOpen(() => {
        const before = requests.get(fleet) ?? [];
        requests.set(
          fleet,
          before.map((record) => (record.id === id ? { ...record, result } : record)),
        );
      }),
    addPass: (pass) =>
      whenOpen(() => {
        const before = history.get(pass.fleet) ?? [];
        const number = (before[0]?.number ?? 0) + 1;
        history.set(pass.fleet, [{ ...copy(pass), number }, ...before].slice(0, Math.max(1, historyLimit)));
        return number;
      }),
    passes: (fleet, limit) => whenOpen(() => (history.get(fleet) ?? []).slice(0, Math.max(0, limit)).map(copy)),
    openIncidents: (fleet) =>
      whenOpen(() =>
        incidents
          .all(fleet)
          .filter((incident) => incident.resolvedAt === undefined)
          .map(copy),
      ),
    seeIncident: (fleet, address, details, atIso) =>
      whenOpen(() => {
        const before = incidents.get(fleet, address);
        const isOpen = before !== undefined && before.resolvedAt === undefined;
        const incident: Incident = {
          fleet,
          address,
          openedAt: isOpen ? before.openedAt : atIso,
          lastSeenAt: atIso,
          resolvedAt: undefined,
          flaps: before === undefined ? 0 : before.flaps + (isOpen ? 0 : 1),
          details: copy(details),
        };
        incidents.set(fleet, address, incident);
        return copy(incident);
      }),
    resolveIncident: (fleet, address, atIso) =>
      whenOpen(() => {
        const before = incidents.get(fleet, address);
        if (before !== undefined && before.resolvedAt === undefined)
          incidents.set(fleet, address, { ...before, resolvedAt: atIso });
      }),
    async lock() {
      if (locked) throw new StoreError("Somebody already works on this store.", { code: "locked" });
      locked = true;
      let mine = true;
      return async () => {
        if (mine) locked = false;
        mine = false;
      };
    },
    async close() {
      closed = true;
      locked = false;
    },
  };
}

interface Shelf<T> {
  get(fleet: string, name: string): T | undefined;
  /** Sorted by name. */
  all(fleet: string): T[];
  entries(fleet: string): [string, T][];
  set(fleet: string, name: string, value: T): void;
  remove(fleet: string, name: string): void;
}

/** Values by fleet and name. */
function createShelf<T>(): Shelf<T> {
  const fleets = new Map<string, Map<string, T>>();
  return {
    get: (fleet, name) => fleets.get(fleet)?.get(name),
    all: (fleet) => sorted(fleets.get(fleet)).map(([, value]) => value),
    entries: (fleet) => sorted(fleets.get(fleet)),
    set(fleet, name, value) {
      const shelf = fleets.get(fleet) ?? new Map<string, T>();
      fleets.set(fleet, shelf.set(name, value));
    },
    remove: (fleet, name) => void fleets.get(fleet)?.delete(name),
  };
}

function sorted<T>(shelf: ReadonlyMap<string, T> | undefined): [string, T][] {
  return [...(shelf ?? [])].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What is kept must not change when the caller's value does. */
function copy<T>(value: T): T {
  return structuredClone(value);
}

import type { Action } from "../core/change.ts";
import type { Store } from "../store/store.ts";

/** How one place (the head, or the good commit that stands in for it) was left. */
export interface PlaceMemory {
  readonly commit: string;
  /** What is wrong, as a digest; empty when all was well. */
  readonly trouble: string;
  /** Whether the trouble was told. */
  readonly isTold: boolean;
  /** Since when it is wrong, ISO 8601; empty when it is not. */
  readonly since: string;
  /** What was carried out for this commit and not told yet. */
  readonly done: Readonly<Partial<Record<Action, number>>>;
}

/** What a fleet's subscribers know already. Losing it costs a repetition, nothing else. */
export interface Told {
  readonly places: Readonly<Record<string, PlaceMemory>>;
  /** Drifted things that were told, with when they were first seen. */
  readonly drift: Readonly<Record<string, string>>;
  /** Pull requests by number, with a digest of the verdict that was told. */
  readonly pulls: Readonly<Record<string, string>>;
  /** The last commit and effect whose plan was told. */
  readonly planned: string;
}

const nothingTold: Told = { places: {}, drift: {}, pulls: {}, planned: "" };

const toldFact = "announced";

/** Reads what was told; what cannot be understood was never told. */
export async function readTold(store: Store, fleet: string): Promise<Told> {
  const text = await store.fact(fleet, toldFact);
  if (text === undefined) return nothingTold;
  try {
    const told = JSON.parse(text) as Partial<Told>;
    return { ...nothingTold, ...told };
  } catch {
    return nothingTold;
  }
}

/** Remembers what was told. */
export async function writeTold(store: Store, fleet: string, told: Told): Promise<void> {
  await store.setFact(fleet, toldFact, JSON.stringify(told));
}

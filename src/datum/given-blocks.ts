import { blockText, holds, overlaps, readBlock } from "./cidr.ts";
import type { Location } from "./fleet.ts";
import type { Occupied } from "./ipam.ts";
import type { RangeFact } from "./range-facts.ts";

/** A block that a control plane chose for a presence, beside what decides whether it can be lived with. */
export interface GivenPlace {
  readonly key: string;
  readonly location: Location;
}

/** What control planes chose, judged. */
export interface GivenBlocks {
  /** By presence key: these are the blocks of those presences, whatever was asked for. */
  readonly believed: ReadonlyMap<string, string>;
  /** Why the others cannot be, by presence key: words that follow `the block …, `. */
  readonly doubted: ReadonlyMap<string, string>;
}

/**
 * A control plane may choose the block of a place by itself, and packets go by what it chose. It is believed as long as the block lies
 * in the network's range and in nobody's way; of several that chose the same, whoever had it before, else the first by
 * key. Pure.
 */
export function judgeGiven(
  range: string,
  places: readonly GivenPlace[],
  standing: ReadonlyMap<string, string>,
  facts: readonly RangeFact[],
  occupied: readonly Occupied[],
): GivenBlocks {
  const believed = new Map<string, string>();
  const doubted = new Map<string, string>();
  const chosen = new Map(
    facts.flatMap((fact) => (fact.kind === "given" ? [[fact.presence, fact.block] as const] : [])),
  );
  const firm = [...standing].filter(([key]) => !chosen.has(key));
  const agreed = ({ key }: GivenPlace): boolean => chosen.has(key) && standing.get(key) === chosen.get(key);
  for (const place of places.filter(agreed)) believed.set(place.key, chosen.get(place.key) as string);
  const open = places.filter((place) => chosen.has(place.key) && !agreed(place));
  for (const { key, location } of open.sort((left, right) => (left.key < right.key ? -1 : 1))) {
    const block = chosen.get(key) as string;
    const doubt = doubtAbout(block, range, location, [...firm, ...believed], occupied);
    if (doubt === undefined) believed.set(key, block);
    else doubted.set(key, doubt);
  }
  return { believed, doubted };
}

function doubtAbout(
  text: string,
  range: string,
  location: Location,
  taken: readonly (readonly [key: string, block: string])[],
  occupied: readonly Occupied[],
): string | undefined {
  const block = readBlock(text);
  const whole = readBlock(range);
  if (block === undefined || blockText(block) !== text) return "which is no block";
  if (whole !== undefined && !holds(whole, block)) return `which is not inside ${range}`;
  const other = taken.find(([, held]) => isInTheWay(held, block));
  if (other !== undefined) return `which overlaps ${other[1]} of ${other[0].replace(/^.*\//, "")}`;
  const foreign = occupied.find((one) => isInTheWay(one.block, block));
  if (foreign !== undefined) return `which overlaps ${foreign.block}, which ${foreign.what}`;
  // Compute Engine's part of the place has its own block, and that never moves.
  return location.gcp === undefined ? undefined : "where Compute Engine has another";
}

function isInTheWay(text: string, block: NonNullable<ReturnType<typeof readBlock>>): boolean {
  const held = readBlock(text);
  return held !== undefined && overlaps(held, block);
}

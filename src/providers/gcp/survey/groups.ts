import { canonical, type Json } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import { counted } from "../../../datum/existing.ts";
import type { Machine, Traits } from "./machine.ts";

/** Machines that are alike in all that a manifest says, in the order of their numbers. */
export interface Group {
  /** Name of the Workload. */
  readonly name: string;
  readonly traits: Traits;
  readonly machines: readonly Machine[];
  /** The value of the annotation that keeps their names. */
  readonly names: string;
}

const mostInGroup = 1_000;
const longestName = 40;

/** Gathers machines of one stem that are alike; every machine is in exactly one group. */
export function groupsOf(machines: readonly Machine[]): readonly Group[] {
  const alike = new Map<string, Machine[]>();
  const sorted = [...machines].sort(
    (left, right) =>
      compareText(left.traits.project, right.traits.project) ||
      compareText(left.traits.zone, right.traits.zone) ||
      compareNames(left.name, right.name),
  );
  for (const machine of sorted) {
    const key = `${stemOf(machine.name)} ${canonical(machine.traits as unknown as Json)}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [machine]);
    else known.push(machine);
  }
  const taken = new Set<string>();
  return [...alike.values()].flatMap(inParts).map((members): Group => {
    const [first] = members as [Machine, ...Machine[]];
    const names = namesText(members.map(({ name }) => name));
    return { name: nameOf(first, members.length, taken), traits: first.traits, machines: members, names };
  });
}

function inParts(members: readonly Machine[]): readonly (readonly Machine[])[] {
  const parts: Machine[][] = [];
  for (let from = 0; from < members.length; from += mostInGroup) parts.push(members.slice(from, from + mostInGroup));
  return parts;
}

/** What stands before the number at the end: `web-` of `web-12`. The whole name where there is none. */
export function stemOf(name: string): string {
  const stem = name.replace(/\d+$/, "");
  return stem === "" ? name : stem;
}

function compareNames(left: string, right: string): number {
  const [one, other] = [stemOf(left), stemOf(right)];
  if (one !== other) return compareText(one, other);
  const number = (name: string): string => name.slice(one.length);
  return number(left).length - number(right).length || compareText(left, right);
}

/** `web-1; web-{3}` for web-1, web-3, web-4: the run at the end is written as a number that counts on. */
export function namesText(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  const stem = stemOf(last);
  if (stem === last) return names.join("; ");
  let from = names.length - 1;
  while (from > 0 && names[from] === `${stem}${counted((names[from - 1] ?? "").slice(stem.length) || "0", 1)}`) {
    if (stemOf(names[from - 1] ?? "") !== stem) break;
    from -= 1;
  }
  // Digits that count on keep the width of the first: 9 is followed by 10, 09 by 10.
  const first = (names[from] ?? "").slice(stem.length);
  return [...names.slice(0, from), `${stem}{${first}}`].join("; ");
}

/** A name that no other group has: the stem, then with its zone, then with a number. */
function nameOf({ name, traits }: Machine, count: number, taken: Set<string>): string {
  const stem = (count > 1 ? stemOf(name) : name).replace(/-+$/, "");
  const plain = cut(/^[a-z]/.test(stem) ? stem : name, longestName);
  const zoned = `${cut(plain, longestName - traits.zone.length - 1)}-${traits.zone}`;
  let wanted = taken.has(plain) ? zoned : plain;
  for (let number = 2; taken.has(wanted); number += 1) wanted = `${cut(plain, longestName - 5)}-${number}`;
  taken.add(wanted);
  return wanted;
}

function cut(text: string, longest: number): string {
  return text.slice(0, Math.max(1, longest)).replace(/-+$/, "");
}

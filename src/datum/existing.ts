import { readBlock } from "./cidr.ts";

/** Annotation with the names that things had before Plumbline took them over; the things keep them. */
export const existingNamesNote = "plumbline.dev/existing-names";

/** Annotation with the fields that are left as they are, such as `instance.tags`: neither compared nor written. */
export const leaveNote = "plumbline.dev/leave";

/** What a network and its parts were called, and the block of each part, by the location's name. */
export interface ExistingNetwork {
  /** Empty: it has the name that Plumbline gives. */
  readonly name: string;
  readonly subnetworks: ReadonlyMap<string, { readonly name: string; readonly block: string }>;
}

const rulePart = /^(net-\d+-\d+)\s*=\s*(\S+)$/;
const plainName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads `network=prod; dallas=prod-a 10.1.0.0/20`; undefined when any of it cannot be understood. */
export function existingNetwork(text: string): ExistingNetwork | undefined {
  let name = "";
  const subnetworks = new Map<string, { name: string; block: string }>();
  for (const part of partsOf(text)) {
    const [, place = "", called = "", block] = /^([^=\s]+)\s*=\s*(\S+)(?:\s+(\S+))?$/.exec(part) ?? [];
    if (!plainName.test(called)) return undefined;
    if (block !== undefined) {
      if (readBlock(block) === undefined) return undefined;
      subnetworks.set(place, { name: called, block });
    } else if (place === "network" && name === "") name = called;
    else return undefined;
  }
  return { name, subnetworks };
}

/** What the copies of a workload and its firewall rules were called. */
export interface ExistingNames {
  /** Undefined where the copy has the name that Plumbline gives. */
  copy(ordinal: number): string | undefined;
  /** By interface and rule: `net-0-0`. */
  readonly rules: ReadonlyMap<string, string>;
}

/**
 * Reads `db-main; web-{1}; net-0-0=allow-web`: one name for each copy in order, the last one perhaps with a number that counts on
 * from there (`web-1`, `web-2`, …; `{001}` keeps three digits), and names of rules. Undefined when any of it cannot be understood.
 */
export function existingNames(text: string): ExistingNames | undefined {
  const all = partsOf(text);
  const rules = new Map<string, string>();
  for (const part of all) {
    const [, rule, name] = rulePart.exec(part) ?? [];
    if (rule !== undefined && name !== undefined) rules.set(rule, name);
  }
  if (![...rules.values()].every((name) => plainName.test(name))) return undefined;
  const parts = all.filter((part) => !rulePart.test(part));
  const last = /^([^{}]*)\{(\d+)\}$/.exec(parts.at(-1) ?? "");
  const names = last === null ? parts : parts.slice(0, -1);
  if (!names.every((name) => plainName.test(name)) || new Set(names).size < names.length) return undefined;
  if (last === null) return { copy: (ordinal) => names[ordinal], rules };
  const [, stem = "", first = ""] = last;
  if (!plainName.test(`${stem}${first}`)) return undefined;
  return { copy: (ordinal) => names[ordinal] ?? `${stem}${counted(first, ordinal - names.length)}`, rules };
}

/** The number that many steps after the first, with as many digits at least. */
export function counted(first: string, steps: number): string {
  return String(BigInt(first) + BigInt(steps)).padStart(first.length, "0");
}

/** Fields of one kind that a manifest leaves as they are, out of `instance.tags, network.mtu`; none where it says nothing. */
export function leftFields(text: string | undefined, kind: string): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${kind}.`))
    .map((part) => part.slice(kind.length + 1))
    .sort();
}

/** Whether the annotation names fields in a form that can be understood. */
export function isLeave(text: string): boolean {
  return text.split(",").every((part) => /^[a-z]+(\.[A-Za-z0-9]+(\[\d\])?)+$/.test(part.trim()));
}

function partsOf(text: string): readonly string[] {
  return text
    .split(/[;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

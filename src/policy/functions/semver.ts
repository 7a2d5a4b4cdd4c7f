import type { CelMap, CelValue } from "@bufbuild/cel";
import { makeOpaque, payloadOf } from "./opaque.ts";
import { method, type Overload, plain } from "./overload.ts";

interface Version {
  readonly parts: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly before: readonly string[];
}

const number = "(0|[1-9]\\d{0,17})";
const identifiers = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const form = new RegExp(`^${number}\\.${number}\\.${number}(?:-(${identifiers}))?(?:\\+${identifiers})?$`);

/** Reads a version of Semantic Versioning 2.0; undefined when it is none. */
function parseVersion(text: string): Version | undefined {
  const parts = text.length > 256 ? null : form.exec(text);
  if (parts === null) return undefined;
  const [, major = "0", minor = "0", patch = "0", before = ""] = parts;
  const identifiersBefore = before === "" ? [] : before.split(".");
  if (identifiersBefore.some((part) => /^0\d+$/.test(part))) return undefined;
  return { parts: [BigInt(major), BigInt(minor), BigInt(patch)], before: identifiersBefore };
}

/** `v1.02` → `1.2.0`: what is left out or written too generously is put right first. */
function normalised(text: string): string {
  const [, numbers = "", rest = ""] = /^v?([\d.]*)(.*)$/s.exec(text) ?? [];
  const given = numbers.split(".");
  if (given.length > 3 || given.some((part) => part === "")) return text;
  const full = [...given, "0", "0"].slice(0, 3).map((part) => part.replace(/^0+(?=\d)/, ""));
  return `${full.join(".")}${rest}`;
}

function read(text: string, isNormalising: boolean): CelMap {
  const version = parseVersion(isNormalising ? normalised(text) : text);
  if (version === undefined) throw new Error(`${JSON.stringify(text.slice(0, 64))} is no semantic version`);
  return makeOpaque("semver", `${version.parts.join(".")}-${version.before.join(".")}`, version);
}

const versionOf = (value: CelValue): Version => payloadOf<Version>(value);

function compare(left: CelValue, right: CelValue): number {
  const [a, b] = [versionOf(left), versionOf(right)];
  for (const [index, part] of a.parts.entries()) {
    const other = b.parts[index] ?? 0n;
    if (part !== other) return part < other ? -1 : 1;
  }
  if (a.before.length === 0 || b.before.length === 0)
    return b.before.length - a.before.length > 0 ? 1 : a.before.length > b.before.length ? -1 : 0;
  for (const [index, part] of a.before.entries()) {
    const other = b.before[index];
    if (other === undefined) return 1;
    const order = compareIdentifier(part, other);
    if (order !== 0) return order;
  }
  return a.before.length < b.before.length ? -1 : 0;
}

/** Numbers come before words and compare as numbers. */
function compareIdentifier(left: string, right: string): number {
  const [a, b] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (a !== b) return a ? -1 : 1;
  if (a && left.length !== right.length) return left.length < right.length ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

const part = (index: number) => (value: CelValue) => versionOf(value).parts[index] ?? 0n;

/** Kubernetes' library of semantic versions. */
export const semverFunctions: readonly Overload[] = [
  plain("semver", ["text"], (text: string) => read(text, false)),
  plain("semver", ["text", "truth"], read),
  plain("isSemver", ["text"], (text: string) => parseVersion(text) !== undefined),
  plain(
    "isSemver",
    ["text", "truth"],
    (text: string, isNormalising: boolean) => parseVersion(isNormalising ? normalised(text) : text) !== undefined,
  ),
  method("major", ["semver"], part(0)),
  method("minor", ["semver"], part(1)),
  method("patch", ["semver"], part(2)),
  method("compareTo", ["semver", "semver"], (left: CelValue, right: CelValue) => BigInt(compare(left, right))),
  method("isLessThan", ["semver", "semver"], (left: CelValue, right: CelValue) => compare(left, right) < 0),
  method("isGreaterThan", ["semver", "semver"], (left: CelValue, right: CelValue) => compare(left, right) > 0),
];

import { isObject, type JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";

/** One kind as its schema declares it. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly disposition: "managed" | "reference" | "unmanaged";
  readonly schema: JsonObject;
  /** What the kind was called before, if it was. */
  readonly formerly?: string;
}

/** The kinds this program knows, by apiVersion and kind. */
export interface KindTable {
  find(apiVersion: string, kind: string): Kind | undefined;
  /** The known apiVersion and kind that were most likely meant. */
  suggest(apiVersion: string, kind: string): string | undefined;
  /** Says whether the group is one whose kinds are all ours to know. */
  isKnownGroup(apiVersion: string): boolean;
}

/** Reads the `x-plumbline` part of each schema. A schema without it is a broken installation. */
export function createKindTable(schemas: readonly JsonObject[]): KindTable {
  const kinds = schemas.flatMap(readKinds);
  const byName = new Map(kinds.map((kind) => [nameOf(apiVersionOf(kind), kind.kind), kind]));
  const managedFirst = [...kinds].sort((left, right) => rank(left) - rank(right));
  const groups = new Set(kinds.map(({ group }) => group));
  return {
    find: (apiVersion, kind) => byName.get(nameOf(apiVersion, kind)),
    suggest(apiVersion, kind) {
      // Another group's kind of the same name is no mistake; a group that is nearly one of ours is.
      const meant = groups.has(groupOf(apiVersion))
        ? groupOf(apiVersion)
        : (nearest(
            groupOf(apiVersion),
            [...groups].filter((group) => group !== ""),
          ) ?? "");
      if (meant === "" && groupOf(apiVersion) !== "") return undefined;
      const inGroup = kinds.filter(({ group }) => group === meant);
      const elsewhere = isOurs(groupOf(apiVersion)) ? managedFirst : inGroup;
      const exact =
        inGroup.find((known) => known.kind === kind || known.formerly === kind) ??
        elsewhere.find((known) => known.kind === kind);
      const near = nearest(
        kind,
        inGroup.map((known) => known.kind),
      );
      const found = exact ?? inGroup.find((known) => known.kind === near);
      return found === undefined ? undefined : nameOf(apiVersionOf(found), found.kind);
    },
    isKnownGroup: (apiVersion) =>
      groupOf(apiVersion) !== "" && (groups.has(groupOf(apiVersion)) || isOurs(groupOf(apiVersion))),
  };
}

/** Groups whose kinds are all ours to know, also those of which none is known yet. The platform beneath has many more. */
function isOurs(group: string): boolean {
  return /\.datumapis\.com$/.test(group);
}

function groupOf(apiVersion: string): string {
  // `compute.datumapis.com` without a version is the group; the core group's versions have no dots.
  return /[/.]/.test(apiVersion) ? (apiVersion.split("/")[0] ?? "") : "";
}

/** The kinds of one schema: one, or several that are known by name only. */
function readKinds(schema: JsonObject): readonly Kind[] {
  const facts = schema["x-plumbline"];
  if (!isObject(facts)) throw new Error(`The schema ${String(schema.title)} has no x-plumbline part.`);
  const all = Array.isArray(facts.kinds) ? facts.kinds : [facts];
  return all.map((one) => ({ ...(one as unknown as Omit<Kind, "schema">), schema }));
}

function rank(kind: Kind): number {
  return kind.disposition === "managed" ? 0 : 1;
}

function apiVersionOf(kind: Kind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

function nameOf(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

import { uidOf } from "../../core/identity.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { compareText, type Source } from "../../core/problem.ts";
import type { Resource } from "../../core/resource.ts";
import { type Document, type Path, pathText } from "../../datum/document.ts";
import { type Fleet, networkToken } from "../../datum/fleet.ts";
import type { ServedKind } from "./discovery.ts";
import { groupOf, type KnownKind, kindId } from "./kinds.ts";
import { fieldOf, omit, textOf } from "./object.ts";

/** Asks to overwrite fields that another manager owns. Kept on the object, so that everybody sees it. */
export const forceNote = "plumbline.dev/force-conflicts";
const adoptNote = "plumbline.dev/adopt";
const protectNote = "plumbline.dev/protect";

/** Realm of kinds that live in no namespace; no namespace can be called so. */
export const clusterRealm = "-";

/** The fleet's edge objects as resources, sorted by address. */
export function translateFleet(
  provider: string,
  kinds: readonly KnownKind[],
  fleet: Fleet,
  served: ReadonlyMap<string, Pick<ServedKind, "namespaced">> = new Map(),
): readonly Resource[] {
  const byId = new Map(kinds.map((kind) => [kindId(kind), kind]));
  const resources = documentsOf(fleet).flatMap((document) => {
    const kind = byId.get(kindId({ group: groupOf(document.apiVersion), kind: document.kind }));
    if (kind === undefined) return [];
    return [resourceOf(provider, kind, scoped(document, served.get(kindId(kind))?.namespaced), fleet)];
  });
  return resources.sort((left, right) => compareText(left.address, right.address));
}

/** Networks come with their defaults; whatever else is managed comes as written. */
function documentsOf(fleet: Fleet): readonly Document[] {
  const networks = fleet.networks.map((network) => network.document);
  const known = new Set(networks.map((document) => `${document.namespace}/${document.name}`));
  const others = fleet.documents.filter(
    (document) => document.kind !== "Network" || !known.has(`${document.namespace}/${document.name}`),
  );
  return [...networks, ...others];
}

/** The server decides whether a kind lives in namespaces: the same manifest is right for both. */
function scoped(document: Document, namespaced: boolean | undefined): Document {
  if (namespaced === undefined || namespaced === (document.namespace !== "")) return document;
  return {
    ...document,
    namespace: namespaced ? textOf(fieldOf(document.content, "metadata"), "namespace") || "default" : "",
  };
}

function resourceOf(provider: string, kind: KnownKind, document: Document, fleet: Fleet): Resource {
  const { namespace, name } = document;
  const realm = namespace === "" ? clusterRealm : namespace;
  const spec = wantedObject(document);
  const notes = fieldOf(fieldOf(document.content, "metadata"), "annotations");
  return {
    address: `${provider}/${kind.word}/${realm}/${name}`,
    provider,
    kind: kind.word,
    uid: uidOf(fleet.name, kindId(kind), namespace, name),
    key: keyOf(kind, namespace, name),
    realm,
    spec,
    provides: kindId(kind) === networkId ? [networkToken({ namespace, name })] : [],
    needs: needsOf(kind, document),
    source: document.at([]),
    fieldSources: sourcesOf(document, spec),
    owner: `${document.kind} ${namespace}/${name}`,
    location: "",
    protected: notes[protectNote] === "true",
    adopt: notes[adoptNote] === "true",
  };
}

const networkId = "network.networking.datumapis.com";

/** `network.networking.datumapis.com/default/prod`: the same for a wanted and for a living object. */
export function keyOf(kind: Pick<KnownKind, "group" | "kind">, namespace: string, name: string): string {
  return namespace === "" ? `${kindId(kind)}/${name}` : `${kindId(kind)}/${namespace}/${name}`;
}

/** The object as it is applied, without the marker and without the notes that speak to Plumbline alone. */
function wantedObject(document: Document): JsonObject {
  const { content, name, namespace } = document;
  const metadata = fieldOf(content, "metadata");
  const annotations = omit(fieldOf(metadata, "annotations"), (note) => note === adoptNote || note === protectNote);
  const labels = fieldOf(metadata, "labels");
  const rest = omit(content, (field) => field === "metadata" || field === "status");
  return {
    ...(withoutNulls(rest) as JsonObject),
    apiVersion: document.apiVersion,
    kind: document.kind,
    metadata: {
      name,
      ...(namespace === "" ? {} : { namespace }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

/** A null in an applied object asks to own nothing; leaving it out says the same and is never refused. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([field, inner]) => [field, withoutNulls(inner)]));
}

/** What an edge object refers to must stand first: its network, and for the rest the order of the kinds is enough. */
function needsOf(kind: KnownKind, document: Document): readonly string[] {
  if (kindId(kind) === networkId) return [];
  const network = fieldOf(fieldOf(document.content, "spec"), "network");
  const name = network.name;
  if (typeof name !== "string" || name === "") return [];
  const namespace = typeof network.namespace === "string" ? network.namespace : document.namespace;
  return [networkToken({ namespace, name })];
}

function sourcesOf(document: Document, spec: JsonObject): Readonly<Record<string, Source>> {
  const sources: Record<string, Source> = {};
  const walk = (value: Json, path: Path): void => {
    if (path.length > 0) sources[pathText(path)] = document.at(path);
    if (Array.isArray(value)) {
      for (const [index, inner] of (value as readonly Json[]).entries()) walk(inner, [...path, index]);
    } else if (isObject(value)) {
      for (const [field, inner] of Object.entries(value)) walk(inner, [...path, field]);
    }
  };
  walk(spec, []);
  return sources;
}

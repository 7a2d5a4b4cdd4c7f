import { uidOf } from "../../core/identity.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { compareText, type Problem, type Source } from "../../core/problem.ts";
import type { Resource } from "../../core/resource.ts";
import { controlPlaneNote, controlPlanesOf, namedControlPlanes } from "../../datum/control-planes.ts";
import { type Document, type Path, pathText } from "../../datum/document.ts";
import { type Fleet, networkToken } from "../../datum/fleet.ts";
import { linkToken } from "../../datum/links.ts";
import type { ServedKind } from "./discovery.ts";
import { fabricResources } from "./fabric.ts";
import { groupOf, type KnownKind, kindId } from "./kinds.ts";
import { protectNote } from "./marker.ts";
import { fieldOf, omit, textOf } from "./object.ts";
import { presenceResources } from "./presences.ts";

/** Asks to overwrite fields that another manager owns. Kept on the object, so that everybody sees it. */
export const forceNote = "plumbline.dev/force-conflicts";
const adoptNote = "plumbline.dev/adopt";
/** What speaks to Plumbline alone and is not written to the server. */
const ownNotes: ReadonlySet<string> = new Set([adoptNote, controlPlaneNote]);

/** Realm of kinds that live in no namespace; no namespace can be called so. */
export const clusterRealm = "-";

/** Who translates: one control plane among those that are configured, and what its server has said of its kinds. */
export interface Translator {
  readonly provider: string;
  readonly kinds: readonly KnownKind[];
  /** All control planes, the default one first. */
  readonly controlPlanes: readonly string[];
  /** Undefined before the server was first asked. */
  readonly served: ReadonlyMap<string, Pick<ServedKind, "namespaced">> | undefined;
}

/** The fleet's objects of one control plane as resources, sorted by address. */
export function translateFleet(translator: Translator, fleet: Fleet): readonly Resource[] {
  const { provider, kinds, controlPlanes, served } = translator;
  const planesOf = controlPlanesOf(fleet, controlPlanes[0] ?? provider);
  const byId = new Map(kinds.map((kind) => [kindId(kind), kind]));
  const resources = documentsOf(fleet).flatMap((document) => {
    const kind = byId.get(idOf(document));
    const planes = kind === undefined ? [] : planesOf(document);
    if (kind === undefined || !planes.includes(provider)) return [];
    const known = served?.get(kindId(kind))?.namespaced;
    const isDefault = controlPlanes[0] === provider;
    const resource = resourceOf(provider, kind, scoped(document, known), fleet, planes[0] === provider);
    // Locations that name no plane and those that name the default one are in one place.
    const { provides } = resource;
    return [
      isDefault && provides.length > 0
        ? { ...resource, provides: [...provides, linkToken(document, "", provider)] }
        : resource,
    ];
  });
  const planed = { ...translator, keyOf };
  const all = [...resources, ...presenceResources(planed, fleet), ...fabricResources(planed, fleet)];
  return all.sort((left, right) => compareText(left.address, right.address));
}

/** Manifests that name a control plane nobody configured: they would be applied nowhere. */
export function strayProblems({ kinds, controlPlanes }: Translator, fleet: Fleet): readonly Problem[] {
  const ids = new Set([...kinds.map(kindId), locationId]);
  return fleet.documents.flatMap((document) => {
    if (!ids.has(idOf(document))) return [];
    return namedControlPlanes(document)
      .filter((name) => !controlPlanes.includes(name))
      .map((name): Problem => {
        const at = document.at(["metadata", "annotations", controlPlaneNote]);
        const message = `There is no control plane ${name}.`;
        const hint = `Configured: ${controlPlanes.join(", ")}.`;
        const path = `metadata.annotations[${controlPlaneNote}]`;
        return { ...at, severity: "error", rule: "edge/unknown-control-plane", path, message, hint };
      });
  });
}

function idOf(document: Document): string {
  return kindId({ group: groupOf(document.apiVersion), kind: document.kind });
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

function resourceOf(provider: string, kind: KnownKind, document: Document, fleet: Fleet, isFirst: boolean): Resource {
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
    provides: kindId(kind) === networkId ? tokensOf(provider, document, isFirst) : [],
    needs: needsOf(provider, kind, document),
    source: document.at([]),
    fieldSources: sourcesOf(document, spec),
    owner: `${document.kind} ${namespace}/${name}`,
    location: "",
    protected: notes[protectNote] === "true",
    adopt: notes[adoptNote] === "true",
  };
}

/** Whoever needs the network at all waits for the first plane it stands on; whoever needs it on one plane, for that one. */
function tokensOf(provider: string, network: Document, isFirst: boolean): readonly string[] {
  return [...(isFirst ? [networkToken(network)] : []), networkToken(network, provider)];
}

const locationId = "location.networking.datumapis.com";
const networkId = "network.networking.datumapis.com";

/** `network.networking.datumapis.com/default/prod`: the same for a wanted and for a living object. */
export function keyOf(kind: Pick<KnownKind, "group" | "kind">, namespace: string, name: string): string {
  return namespace === "" ? `${kindId(kind)}/${name}` : `${kindId(kind)}/${namespace}/${name}`;
}

/** The object as it is applied, without the marker and without the notes that speak to Plumbline alone. */
function wantedObject(document: Document): JsonObject {
  const { content, name, namespace } = document;
  const metadata = fieldOf(content, "metadata");
  const annotations = omit(fieldOf(metadata, "annotations"), (note) => ownNotes.has(note));
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
function needsOf(provider: string, kind: KnownKind, document: Document): readonly string[] {
  if (kindId(kind) === networkId) return [];
  const network = fieldOf(fieldOf(document.content, "spec"), "network");
  const name = network.name;
  if (typeof name !== "string" || name === "") return [];
  const namespace = typeof network.namespace === "string" ? network.namespace : document.namespace;
  return [networkToken({ namespace, name }, provider)];
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

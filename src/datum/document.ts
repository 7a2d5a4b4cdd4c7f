import type { Json, JsonObject } from "../core/json.ts";
import type { Source } from "../core/problem.ts";

/** A path into a document: field names and list indexes. */
export type Path = readonly (string | number)[];

/** A field that nobody wrote, with the value it has then; its path as people read it. */
export interface Default {
  readonly path: string;
  readonly value: Json;
}

/** One YAML document of the repository with its identity and the place of every node. */
export interface Document {
  readonly file: string;
  /** Place in its file, from 0. */
  readonly index: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `default` when a namespaced kind names none; empty for cluster-scoped kinds. */
  readonly namespace: string;
  /** The content after defaults, JSON only. */
  readonly content: JsonObject;
  /** What nobody wrote: the defaults in the content. Absent where nothing was checked. */
  readonly defaults?: readonly Default[];
  /** How others find it; read off when it was checked. */
  readonly keys?: DocumentKeys;
  /** Where a node (its key, for a field) was written; the nearest parent when the path does not exist. */
  at(path: Path): Source;
}

/** What a document is known by in every commit. */
export function identityOf(document: Document): string {
  return keysOf(document).identity;
}

/** The words by which a document is found among all others of a commit. */
export interface DocumentKeys {
  /** What must not stand twice: version, kind, namespace and name. */
  readonly identity: string;
  /** What others refer to it by; empty where its group is not the one that its kind's word means. */
  readonly reference: string;
  readonly isLocation: boolean;
}

/** A document's keys. Each pass asks for those of all documents: they are read off once. */
export function keysOf(document: Document): DocumentKeys {
  return document.keys ?? readKeys(document);
}

/** Reads a document's keys off its identity. */
export function readKeys(document: Pick<Document, "apiVersion" | "kind" | "namespace" | "name">): DocumentKeys {
  const { apiVersion, kind, namespace, name } = document;
  return {
    identity: `${apiVersion} ${kind} ${namespace}/${name}`,
    reference: isOf(document, kind) ? referenceKey(kind, namespace, name) : "",
    isLocation: isOf(document, "Location"),
  };
}

/** The key of what a reference means. */
export function referenceKey(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

/** Reads a value out of a document's content; undefined where nothing is. */
export function valueAt(content: Json | undefined, path: Path): Json | undefined {
  let value: Json | undefined = content;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, Json>)[step];
  }
  return value;
}

/** Writes a path as people read it: `spec.placements[0].cityCodes[1]`, `metadata.annotations[a.b/c]`. */
export function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z0-9_-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${step}]`;
  }
  return text;
}

/** The group that a kind's plain word means here, where several groups have a kind of that name. */
const groups: Readonly<Record<string, string>> = {
  Workload: "compute.datumapis.com",
  Network: "networking.datumapis.com",
  Location: "networking.datumapis.com",
  Secret: "v1",
  ConfigMap: "v1",
};

/** Says whether a document is of a kind; `Location` means that of the networking group, not the platform's own. */
export function isOf(document: Pick<Document, "apiVersion" | "kind">, kind: string): boolean {
  return (
    document.kind === kind && document.apiVersion.split("/")[0] === (groups[kind] ?? document.apiVersion.split("/")[0])
  );
}

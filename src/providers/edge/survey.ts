import { isObject, type JsonObject } from "../../core/json.ts";
import { compareText } from "../../core/problem.ts";
import { controlPlaneNote } from "../../datum/control-planes.ts";
import { ProviderError, type Survey, type Surveyed, type SurveyedManifest } from "../provider.ts";
import type { Bench } from "./bench.ts";
import { pathOf, type ServedKind } from "./discovery.ts";
import { type KnownKind, kindId } from "./kinds.ts";
import { blockNote, fleetLabel, isMarkerField, presenceNote } from "./marker.ts";
import { fieldOf, textOf } from "./object.ts";
import { keyOf } from "./translate.ts";

type LeftOut = Surveyed["leftOut"][number];

/** What tools keep on objects for themselves; a manifest that said it would quarrel with them. */
const toolNote =
  /^(kubectl\.kubernetes\.io|deployment\.kubernetes\.io|meta\.helm\.sh|app\.kubernetes\.io\/managed-by)\b/;
const adoptNote = "plumbline.dev/adopt";

/**
 * Lists every kind that is served and known, and says what manifests would take it over as it is. Without realms, all namespaces.
 * `plane` is what those manifests have to name; empty for the plane of whatever names none.
 */
export async function surveyPlane(bench: Bench, plane: string, survey: Survey, signal: AbortSignal): Promise<Surveyed> {
  const served = await bench.discovery.all(signal);
  const manifests: SurveyedManifest[] = [];
  const leftOut: LeftOut[] = [];
  for (const kind of bench.kinds) {
    const how = served.get(kindId(kind));
    if (how === undefined) continue;
    const found = await objectsOf(bench, kind, how, survey.realms, signal).catch((error: unknown) => {
      if (!(error instanceof ProviderError) || error.code !== "permission") throw error;
      leftOut.push({ subject: how.id, reason: "these credentials may not list it" });
      return [];
    });
    for (const object of found) {
      const metadata = fieldOf(object, "metadata");
      const key = keyOf(kind, textOf(metadata, "namespace"), textOf(metadata, "name"));
      if (survey.known.has(key)) continue;
      const reason = reasonAgainst(object, survey.fleet);
      if (reason === undefined)
        manifests.push({ file: `${how.plural}.yaml`, content: manifestOf(object, plane), remarks: [] });
      else if (reason !== "") leftOut.push({ subject: key, reason });
    }
  }
  return {
    manifests: manifests.sort((left, right) => compareText(sortKey(left), sortKey(right))),
    catalogs: {},
    leftOut: leftOut.sort((left, right) => compareText(left.subject, right.subject)),
  };
}

async function objectsOf(
  { client }: Bench,
  kind: KnownKind,
  served: ServedKind,
  realms: readonly string[],
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const namespaces = served.namespaced && realms.length > 0 ? realms : [""];
  const found: JsonObject[] = [];
  for (const namespace of namespaces) {
    const path = pathOf(served, served.apiVersion, namespace);
    const { items } = await client.list(path, "", `list ${kind.kind}`, signal);
    // Items of a list leave out what the list says for all of them.
    found.push(...items.map((item) => ({ ...item, apiVersion: served.apiVersion, kind: kind.kind })));
  }
  return found;
}

/** Why no manifest should say it: empty where nobody needs to be told; undefined where nothing speaks against it. */
function reasonAgainst(object: JsonObject, fleet: string): string | undefined {
  const metadata = fieldOf(object, "metadata");
  const owner = textOf(fieldOf(metadata, "labels"), fleetLabel);
  if (owner === fleet) return "";
  if (owner !== "") return `it belongs to the fleet ${owner}`;
  if (textOf(metadata, "deletionTimestamp") !== "") return "it is being deleted";
  const owners = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences.filter(isObject) : [];
  const [first] = owners;
  if (first !== undefined) return `it is made for ${textOf(first, "kind")} ${textOf(first, "name")}`;
  return undefined;
}

/** The object as somebody would have written it: without what the server and its controllers keep on it. */
function manifestOf(object: JsonObject, plane: string): JsonObject {
  const { metadata: _metadata, status: _status, ...rest } = object;
  const metadata = fieldOf(object, "metadata");
  const namespace = textOf(metadata, "namespace");
  const labels = wordsOf(metadata, "labels");
  const annotations = {
    ...wordsOf(metadata, "annotations"),
    [adoptNote]: "true",
    ...(plane !== "" && { [controlPlaneNote]: plane }),
  };
  const { apiVersion = "", kind = "", ...fields } = rest;
  return {
    ...{ apiVersion, kind },
    metadata: {
      name: textOf(metadata, "name"),
      ...(namespace !== "" && { namespace }),
      ...(Object.keys(labels).length > 0 && { labels }),
      annotations,
    },
    ...fields,
  };
}

function wordsOf(metadata: JsonObject, field: "labels" | "annotations"): JsonObject {
  const words = Object.entries(fieldOf(metadata, field));
  return Object.fromEntries(
    words.filter(
      ([name]) => !isMarkerField(name) && name !== presenceNote && name !== blockNote && !toolNote.test(name),
    ),
  );
}

function sortKey({ file, content }: SurveyedManifest): string {
  const metadata = fieldOf(content, "metadata");
  return `${file} ${textOf(metadata, "namespace")}/${textOf(metadata, "name")}`;
}

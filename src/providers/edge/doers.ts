import type { Doer } from "../../core/drift.ts";
import type { JsonObject } from "../../core/json.ts";
import { type Bench, read } from "./bench.ts";
import { pathOf } from "./discovery.ts";
import { kindId } from "./kinds.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";
import { fieldManager } from "./options.ts";

/** Each object is read by itself: of more than these nobody asks who it was. */
const mostAsked = 20;

/**
 * The manager that wrote an object last after a moment, as managedFields tell. That is a program, such as `kubectl-edit`, and no person;
 * of what was deleted nothing is known.
 */
export async function whoChanged(
  bench: Bench,
  keys: readonly string[],
  sinceIso: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Doer>> {
  const found = new Map<string, Doer>();
  for (const key of keys.slice(0, mostAsked)) {
    const doer = await writerOf(bench, key, sinceIso, signal);
    if (doer !== undefined) found.set(key, doer);
  }
  return found;
}

async function writerOf(bench: Bench, key: string, sinceIso: string, signal: AbortSignal): Promise<Doer | undefined> {
  const [id = "", ...rest] = key.split("/");
  const name = rest.at(-1) ?? "";
  const namespace = rest.length > 1 ? (rest[0] ?? "") : "";
  const kind = bench.kinds.find((known) => kindId(known) === id);
  const served = kind === undefined ? undefined : await bench.discovery.find(id, signal);
  if (kind === undefined || served === undefined) return undefined;
  const path = pathOf(served, served.apiVersion, namespace, name);
  const object = await read(bench, { kind, path, title: `${kind.kind} ${name}`, key }, signal);
  const entries = objectsOf(fieldOf(object, "metadata"), "managedFields").filter(
    (entry) =>
      textOf(entry, "manager") !== fieldManager &&
      textOf(entry, "subresource") === "" &&
      saysSomething(entry) &&
      // The server keeps whole seconds.
      Date.parse(textOf(entry, "time")) >= Math.floor(Date.parse(sinceIso) / 1_000) * 1_000,
  );
  const newest = entries.sort((left, right) => Date.parse(textOf(right, "time")) - Date.parse(textOf(left, "time")))[0];
  if (newest === undefined) return undefined;
  const at = new Date(Date.parse(textOf(newest, "time"))).toISOString();
  return { by: textOf(newest, "manager"), at, what: textOf(newest, "operation") };
}

/** Controllers keep their finalizers, owners and status on what they look after: none of that is a change of anybody's wish. */
function saysSomething(entry: JsonObject): boolean {
  const owned = fieldOf(entry, "fieldsV1");
  const metadata = Object.keys(fieldOf(owned, "f:metadata"));
  const besides = Object.keys(owned).filter((field) => field !== "f:metadata" && field !== "f:status");
  return besides.length > 0 || metadata.some((field) => field !== "f:finalizers" && field !== "f:ownerReferences");
}

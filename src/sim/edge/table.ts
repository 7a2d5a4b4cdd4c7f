import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { EdgeKind } from "./kinds.ts";
import { type ApiObject, conditionOf, metadataOf, metadataText } from "./object.ts";

/** Whether the client would rather have a table, as kubectl does for `get`. */
export function wantsTable(accept: string): boolean {
  const first = accept.split(",")[0] ?? "";
  return /as=Table/.test(first) && /v=v1(;|$|,)/.test(first);
}

/** Objects as the rows of a table. */
export function tableBody(
  kind: EdgeKind,
  objects: readonly ApiObject[],
  metadata: JsonObject,
  nowMs: number,
  includeObject: string,
): JsonObject {
  const titles = ["Name", ...kind.columns.map(([title]) => title), "Age"];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: titles.map((name) => ({
      name,
      type: "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: 0,
    })),
    rows: objects.map((object) => ({
      cells: cellsOf(kind, object, nowMs),
      object: rowObject(object, includeObject),
    })),
  };
}

function rowObject(object: ApiObject, includeObject: string): Json {
  if (includeObject === "None") return null;
  if (includeObject === "Object") return object;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: metadataOf(object) };
}

function cellsOf(kind: EdgeKind, object: ApiObject, nowMs: number): readonly Json[] {
  const values = kind.columns.map(([, path]) => cell(object, path));
  return [
    metadataText(object, "name"),
    ...values,
    ageText(nowMs - Date.parse(metadataText(object, "creationTimestamp"))),
  ];
}

function cell(object: ApiObject, path: string): string {
  if (path.startsWith("?")) return String(conditionOf(object, path.slice(1))?.status ?? "");
  let value: Json | undefined = object;
  for (const step of path.split(/(?<!\\)\./)) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(step)];
    else value = isObject(value) ? value[step.replaceAll("\\.", ".")] : undefined;
  }
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function ageText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

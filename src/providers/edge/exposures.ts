import { isObject, type Json, type JsonObject } from "../../core/json.ts";

const publicKinds: readonly string[] = ["HTTPProxy", "HTTPRoute", "Gateway"];

/** What an edge object makes reachable for everybody: the names it answers to. */
export function exposuresOf(object: JsonObject): readonly string[] {
  const kind = typeof object.kind === "string" ? object.kind : "";
  if (!publicKinds.includes(kind) || !isObject(object.spec)) return [];
  const names = [...textsOf(object.spec.hostnames), ...listenersOf(object.spec.listeners)];
  return names.length === 0 ? [`${kind} for any name`] : names.map((name) => `${kind} for ${name}`);
}

function listenersOf(listeners: Json | undefined): readonly string[] {
  if (!Array.isArray(listeners)) return [];
  return listeners.flatMap((listener) =>
    isObject(listener) && typeof listener.hostname === "string" ? [listener.hostname] : [],
  );
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

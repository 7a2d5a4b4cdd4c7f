import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ApiFailure, badRequest } from "./failure.ts";

/** RFC 7386: null removes, objects merge, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/** RFC 6902: add, remove, replace, move, copy, test. All or nothing. */
export function jsonPatch(target: JsonObject, patch: Json): JsonObject {
  if (!Array.isArray(patch)) {
    const what = isObject(patch) ? "object" : typeof patch;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${what} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  let value: Json = target;
  for (const operation of patch as readonly Json[]) {
    if (!isObject(operation)) throw badRequest("an operation of a JSON patch is an object");
    value = operate(value, operation);
  }
  if (!isObject(value)) throw badRequest("the patch does not leave an object");
  return value;
}

function operate(document: Json, operation: JsonObject): Json {
  const path = pointer(operation.path);
  const given = operation.value ?? null;
  switch (operation.op) {
    case "add":
      return edit(document, path, "add", given);
    case "replace":
      return edit(document, path, "replace", given);
    case "remove":
      return edit(document, path, "remove", null);
    case "copy":
      return edit(document, path, "add", read(document, pointer(operation.from)));
    case "move": {
      const from = pointer(operation.from);
      return edit(edit(document, from, "remove", null), path, "add", read(document, from));
    }
    case "test":
      if (canonical(read(document, path)) === canonical(given)) return document;
      throw unprocessable();
    default:
      throw unprocessable();
  }
}

function pointer(value: Json | undefined): readonly string[] {
  if (typeof value !== "string" || (value !== "" && !value.startsWith("/"))) throw badRequest("invalid JSON pointer");
  if (value === "") return [];
  return value
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(document: Json, path: readonly string[]): Json {
  let value: Json | undefined = document;
  for (const step of path) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(step)];
    else if (isObject(value)) value = value[step];
    else value = undefined;
  }
  if (value === undefined) throw unprocessable();
  return value;
}

function edit(value: Json, path: readonly string[], how: "add" | "replace" | "remove", given: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return given;
  if (Array.isArray(value)) return editList(value as readonly Json[], step, rest, how, given);
  if (!isObject(value)) throw unprocessable();
  const copy: Record<string, Json> = { ...value };
  const inner = copy[step];
  if (rest.length > 0) {
    if (inner === undefined) throw unprocessable();
    copy[step] = edit(inner, rest, how, given);
    return copy;
  }
  if (how !== "add" && inner === undefined) throw unprocessable();
  if (how === "remove") delete copy[step];
  else copy[step] = given;
  return copy;
}

function editList(
  list: readonly Json[],
  step: string,
  rest: readonly string[],
  how: "add" | "replace" | "remove",
  given: Json,
): Json {
  const copy = [...list];
  const index = step === "-" ? copy.length : Number(step);
  const limit = how === "add" && rest.length === 0 ? copy.length : copy.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > limit) throw unprocessable();
  if (rest.length > 0) copy[index] = edit(copy[index] as Json, rest, how, given);
  else if (how === "add") copy.splice(index, 0, given);
  else if (how === "remove") copy.splice(index, 1);
  else copy[index] = given;
  return copy;
}

/** A server does not say which operation it was. */
function unprocessable(): ApiFailure {
  return new ApiFailure(422, "Invalid", "the server rejected our request due to an error in our request", {
    details: {},
  });
}

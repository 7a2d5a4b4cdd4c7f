import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { Json, JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import { type Path, pathText } from "./document.ts";
import type { Kind } from "./kinds.ts";
import { clipped } from "./report.ts";
import type { RawDocument } from "./yaml.ts";

/** Problems of one kind of error in one document that are told; the rest would be noise. */
const maxProblems = 100;

/** Limits of lists, numbers and texts: the rule and how it is said. */
const bounds: Readonly<Record<string, { readonly rule: string; readonly message: string }>> = {
  minItems: { rule: "schema/min-items", message: "must have at least LIMIT items" },
  maxItems: { rule: "schema/max-items", message: "must have at most LIMIT items" },
  uniqueItems: { rule: "schema/unique-items", message: "has the same item twice: places ITEMS" },
  minimum: { rule: "schema/minimum", message: "must be at least LIMIT" },
  maximum: { rule: "schema/maximum", message: "must be at most LIMIT" },
  minLength: { rule: "schema/min-length", message: "must have at least LIMIT characters" },
  maxLength: { rule: "schema/max-length", message: "must have at most LIMIT characters" },
};

/** Checks values against the schemas of their kinds; each is compiled when it is first needed. */
export interface SchemaChecker {
  /** Fills defaults into `value` in place and tells what the schema does not allow. */
  check(kind: Kind, value: JsonObject, raw: RawDocument): readonly Problem[];
}

/** Makes a checker. Schemas say `x-plumbline` beside the standard words. */
export function createSchemaChecker(): SchemaChecker {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false, verbose: true, allowUnionTypes: true });
  const compiled = new Map<JsonObject, ValidateFunction>();
  return {
    check(kind, value, raw) {
      const validate = compiled.get(kind.schema) ?? ajv.compile(kind.schema);
      compiled.set(kind.schema, validate);
      if (validate(value)) return [];
      return (validate.errors ?? []).slice(0, maxProblems).map((error) => problemOf(error, value, raw));
    },
  };
}

function problemOf(error: ErrorObject, value: JsonObject, raw: RawDocument): Problem {
  const path = pathIn(value, error.instancePath);
  const say = (rule: string, at: Path, message: string, hint = "", part: "key" | "value" = "value"): Problem => ({
    severity: "error",
    rule,
    ...raw.at(at, part),
    path: pathText(at),
    message: clipped(message),
    hint: clipped(hint),
  });
  const here = pathText(path) || "the document";
  switch (error.keyword) {
    case "additionalProperties": {
      const name = String(error.params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const near = nearest(name, known);
      const hint = near === undefined ? `Known here: ${known.sort().join(", ")}.` : `Did you mean ${near}?`;
      return say("schema/unknown-field", [...path, name], `The field ${name} is not known in ${here}.`, hint, "key");
    }
    case "required": {
      const name = String(error.params.missingProperty);
      return say(
        "schema/required",
        [...path, name],
        `The field ${pathText([...path, name])} is missing.`,
        `Add ${name}.`,
        "key",
      );
    }
    case "type": {
      const wanted = [error.params.type].flat().join(" or ");
      const hint = error.data === null ? "Fill it in, or remove the empty field." : "";
      return say(
        "schema/type",
        path,
        `${here} must be ${article(wanted)} ${wanted}, but is ${kindOf(error.data as Json)}.`,
        hint,
      );
    }
    case "enum": {
      const allowed = (error.params.allowedValues as readonly string[]).map(String);
      const near = nearest(String(error.data), allowed);
      const hint = near === undefined ? `Use ${allowed.join(", ")}.` : `Did you mean ${near}?`;
      return say(
        "schema/enum",
        path,
        `${here} is ${JSON.stringify(error.data)}, which is not one of ${allowed.join(", ")}.`,
        hint,
      );
    }
    case "pattern":
      return say(
        "schema/pattern",
        path,
        `${here} is ${JSON.stringify(error.data)}, which does not have the form ${String(error.params.pattern)}.`,
      );
    default: {
      const bound = bounds[error.keyword];
      if (bound === undefined) return say("schema/pattern", path, `${here} ${error.message ?? "is not allowed"}.`);
      const { limit, i, j } = error.params as { limit?: number; i?: number; j?: number };
      const message = bound.message.replace("LIMIT", String(limit)).replace("ITEMS", `${j} and ${i}`);
      return say(bound.rule, path, `${here} ${limit === 1 ? message.replace(/s$/, "") : message}.`);
    }
  }
}

/** `/spec/placements/0` → the path; list indexes become numbers where the value is a list. */
function pathIn(root: JsonObject, pointer: string): Path {
  const path: (string | number)[] = [];
  let value: unknown = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(value) ? Number(name) : name;
    path.push(step);
    value = (value as Record<string | number, unknown> | undefined)?.[step];
  }
  return path;
}

function kindOf(value: Json): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value)}`;
}

function article(noun: string): string {
  return /^[aeio]/.test(noun) ? "an" : "a";
}

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { Json, JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import { createDefaults, type FillDefaults } from "./defaults.ts";
import { type Default, type Path, pathText } from "./document.ts";
import type { Kind } from "./kinds.ts";
import { findDoubled, listKeys } from "./list-keys.ts";
import { meantField } from "./meant.ts";
import { clipped, clippedPath, isPlaceholder } from "./report.ts";
import { article, typeHint } from "./type-hint.ts";
import type { RawDocument } from "./yaml.ts";

/** Problems of one kind of error in one document that are told; the rest would be noise. */
const maxProblems = 100;
const maxQuoted = 80;

/** Limits of lists, numbers and texts: the rule and how it is said. */
const bounds: Readonly<Record<string, { readonly rule: string; readonly message: string; readonly hint: string }>> = {
  minItems: { rule: "schema/min-items", message: "must have at least LIMIT items", hint: "Add what is missing." },
  maxItems: {
    rule: "schema/max-items",
    message: "must have at most LIMIT items",
    hint: "Remove some, or split the manifest.",
  },
  uniqueItems: {
    rule: "schema/unique-items",
    message: "has the same item twice: places ITEMS",
    hint: "Remove one of the two.",
  },
  minimum: { rule: "schema/minimum", message: "must be at least LIMIT", hint: "Raise it." },
  maximum: { rule: "schema/maximum", message: "must be at most LIMIT", hint: "Lower it." },
  minLength: { rule: "schema/min-length", message: "must have at least LIMIT characters", hint: "Fill it in." },
  maxLength: { rule: "schema/max-length", message: "must have at most LIMIT characters", hint: "Shorten it." },
};

/** Checks values against the schemas of their kinds; each is compiled when it is first needed. */
export interface SchemaChecker {
  /** Fills defaults into `value` in place and tells which. */
  fill(kind: Kind, value: JsonObject): readonly Default[];
  /** Tells what the schema does not allow. */
  check(kind: Kind, value: JsonObject, raw: RawDocument): readonly Problem[];
}

interface Compiled {
  readonly fill: FillDefaults;
  readonly validate: ValidateFunction;
}

/** Makes a checker. Schemas say `x-plumbline` beside the standard words, and the word of Kubernetes for lists with keys. */
export function createSchemaChecker(): SchemaChecker {
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, allowUnionTypes: true });
  ajv.addKeyword({
    keyword: listKeys,
    type: "array",
    schemaType: "array",
    errors: false,
    validate: (keys: readonly string[], list: readonly Json[]) => findDoubled(keys, list).length === 0,
  });
  const compiled = new Map<JsonObject, Compiled>();
  const compiledOf = ({ schema }: Kind): Compiled => {
    const known = compiled.get(schema);
    if (known !== undefined) return known;
    const made = { fill: createDefaults(schema), validate: ajv.compile(schema) };
    compiled.set(schema, made);
    return made;
  };
  return {
    fill: (kind, value) => compiledOf(kind).fill(value),
    check(kind, value, raw) {
      const { validate } = compiledOf(kind);
      if (validate(value)) return [];
      const hides = kind.kind === "Secret";
      return (validate.errors ?? []).slice(0, maxProblems).flatMap((error) => problemsOf(error, value, raw, hides));
    },
  };
}

/** One problem for each error; for a list, one for each entry that repeats another. */
function problemsOf(error: ErrorObject, value: JsonObject, raw: RawDocument, hides: boolean): readonly Problem[] {
  if (error.keyword !== listKeys) return [problemOf(error, value, raw, hides)];
  const path = pathIn(value, error.instancePath);
  return findDoubled(error.schema as readonly string[], error.data as readonly Json[]).map(
    ({ index, first, key, text }): Problem => {
      const at = [...path, index, key];
      const message = `${pathText(at)} is ${JSON.stringify(text)}, as in ${pathText([...path, first])}.`;
      const hint = "Keep one of the two, or rename one.";
      return { severity: "error", rule: "schema/unique-items", ...raw.at(at), path: pathText(at), message, hint };
    },
  );
}

/** The validator's error in our words. A Secret's values are never quoted. */
function problemOf(error: ErrorObject, value: JsonObject, raw: RawDocument, hides: boolean): Problem {
  const path = pathIn(value, error.instancePath);
  const say = (rule: string, at: Path, message: string, hint = "", part: "key" | "value" = "value"): Problem => ({
    severity: "error",
    rule,
    ...raw.at(at, part),
    path: clippedPath(pathText(at)),
    message: clipped(message),
    hint: clipped(hint),
  });
  const here = pathText(path) || "the document";
  const shown = hides ? "a value" : quoted(error.data as Json);
  switch (error.keyword) {
    case "additionalProperties": {
      const name = String(error.params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const near = meantField(name, known);
      const all = known.length === 0 ? `Remove it: ${here} has no fields.` : `Known here: ${known.sort().join(", ")}.`;
      const hint = near === undefined ? all : `Did you mean ${near}?`;
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
      return say(
        "schema/type",
        path,
        `${here} must be ${article(wanted)} ${wanted}, but is ${kindOf(error.data as Json, hides)}.`,
        typeHint(wanted, error.data as Json, hides ? undefined : error.parentSchema),
      );
    }
    case "enum": {
      const allowed = (error.params.allowedValues as readonly string[]).map(String);
      const near = nearest(String(error.data), allowed);
      const hint = near === undefined ? `Use ${allowed.join(", ")}.` : `Did you mean ${near}?`;
      return say("schema/enum", path, `${here} is ${shown}, which is not one of ${allowed.join(", ")}.`, hint);
    }
    case "pattern": {
      const form: unknown = error.parentSchema?.["x-form"];
      const pattern = String(error.params.pattern);
      const wanted = typeof form === "string" ? `is no ${form}` : `does not have the form ${pattern}`;
      return say("schema/pattern", path, `${here} is ${shown}, which ${wanted}.`, patternHint(pattern, error.data));
    }
    default: {
      const bound = bounds[error.keyword];
      if (bound === undefined) {
        return say("schema/pattern", path, `${here} ${error.message ?? "is not allowed"}.`, "See the kind's schema.");
      }
      const { limit, i, j } = error.params as { limit?: number; i?: number; j?: number };
      const [first, second] = [i ?? 0, j ?? 0].sort((left, right) => left - right);
      const message = bound.message.replace("LIMIT", String(limit)).replace("ITEMS", `${first} and ${second}, from 0`);
      return say(bound.rule, path, `${here} ${limit === 1 ? message.replace(/s$/, "") : message}.`, bound.hint);
    }
  }
}

/** How to write a text in the form that its pattern wants, where only its letters' case or spaces around it are in the way. */
function patternHint(pattern: string, found: unknown): string {
  if (isPlaceholder(found)) return "Replace the placeholder by its value.";
  const meant = String(found).trim().toLowerCase();
  const isMeant = meant.length <= maxQuoted && new RegExp(pattern, "u").test(meant);
  return isMeant ? `Write ${meant}.` : "Write it in that form.";
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

function kindOf(value: Json, hides: boolean): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return hides ? `${article(typeof value)} ${typeof value}` : `the ${typeof value} ${quoted(value)}`;
}

function quoted(value: Json): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text;
}

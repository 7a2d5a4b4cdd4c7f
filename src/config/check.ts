import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import { type Problem, sortProblems } from "../core/problem.ts";
import type { Path, ReadFile } from "./read.ts";

type ValidationError = ErrorObject & { readonly parentSchema?: Readonly<Record<string, unknown>> };

/** Checks a read file against the schema, or the part of it that a pointer such as `#/$defs/limits` names. Values are never repeated in messages. */
export function checkSchema(read: ReadFile, schema: JsonObject, pointer = ""): readonly Problem[] {
  if (read.value === undefined) return read.problems;
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
  });
  ajv.addVocabulary(["x-message"]);
  ajv.addSchema(schema, "config");
  const validate = ajv.getSchema(`config${pointer}`);
  if (validate === undefined) throw new TypeError(`The schema has no ${pointer}.`);
  validate(read.value);
  const errors = (validate.errors ?? []) as readonly ValidationError[];
  return sortProblems(errors.filter(isTold).map((error) => problemOf(error, read)));
}

/** An `if` repeats what its `then` says, and `propertyNames` what is wrong with a name; the branches of a `oneOf` are told by the `oneOf` itself. */
function isTold(error: ValidationError): boolean {
  return error.keyword !== "if" && error.keyword !== "propertyNames" && !/\/oneOf\/\d+\//.test(error.schemaPath);
}

function problemOf(error: ValidationError, read: ReadFile): Problem {
  const name = error.propertyName;
  const path = [...pathOf(error.instancePath, read.value), ...(name === undefined ? [] : [name])];
  const field = textOf(path);
  const told = error.parentSchema?.["x-message"];
  const base = { severity: "error" as const, path: field };
  if (error.keyword === "additionalProperties") {
    const key = String(error.params.additionalProperty);
    const known = Object.keys((error.parentSchema?.properties ?? {}) as object);
    const meant = nearest(key, known);
    return {
      ...read.at([...path, key], "key"),
      ...base,
      path: textOf([...path, key]),
      rule: "config/unknown-key",
      message: `Unknown key ${JSON.stringify(key)}${field === "" ? "" : ` in ${field}`}.`,
      hint: meant === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${meant}?`,
    };
  }
  if (error.keyword === "required") {
    const key = String(error.params.missingProperty);
    return {
      ...read.at(path, "key"),
      ...base,
      rule: "config/missing",
      message: `${field === "" ? "The file" : field} needs ${key}.`,
      hint: "Configuration in the README says what goes there.",
    };
  }
  const isSecret = typeof told === "string" && /secret|password/.test(told);
  return {
    ...read.at(path, name === undefined ? "value" : "key"),
    ...base,
    rule: isSecret ? "config/secret" : "config/value",
    message: `${field === "" ? "The file" : field} ${typeof told === "string" ? told : meaning(error)}.`,
    hint: !isSecret
      ? "Configuration in the README says what may stand there."
      : told.includes("URL")
        ? "Give the plain URL; a token is named beside it, never written into it."
        : "Put the secret into an environment variable or a file, and name that here.",
  };
}

function meaning(error: ValidationError): string {
  const { keyword, params } = error;
  switch (keyword) {
    case "type":
      return `must be ${article(String(params.type))}`;
    case "enum":
      return `must be one of ${(params.allowedValues as readonly unknown[]).join(", ")}`;
    case "const":
      return `must be ${String(params.allowedValue)}`;
    case "minLength":
    case "minItems":
    case "minProperties":
      return "must not be empty";
    case "minimum":
      return `must be at least ${String(params.limit)}`;
    case "maximum":
      return `must be at most ${String(params.limit)}`;
    case "false schema":
      return "does not belong here";
    default:
      return error.message ?? "is not valid";
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function article(type: string): string {
  return typeNames[type] ?? type;
}

function pathOf(pointer: string, value: JsonObject | undefined): Path {
  let current: unknown = value;
  return pointer
    .split("/")
    .slice(1)
    .map((step) => {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      const isIndex = Array.isArray(current);
      current = (current as Record<string, unknown> | undefined)?.[key];
      return isIndex ? Number(key) : key;
    });
}

/** A path as people read it: `repositories[0].pollInterval`. */
export function textOf(path: Path): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
}

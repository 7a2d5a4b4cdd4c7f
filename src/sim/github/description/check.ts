import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { subsetText } from "./subset.ts";

/** What GitHub's own description says of one exchange. Compiled when first needed. */
export interface Description {
  /** Why a request body is none that GitHub would take, in its words; empty when it is one. */
  requestFaults(operation: string, body: Json | undefined): readonly string[];
  /** Why an answer is none that GitHub would give. */
  responseFaults(operation: string, code: number, body: Json | undefined): readonly string[];
  /** Compiles what an operation or a delivery is checked with, so that the first one is as quick as the next. */
  prepare(name: string): void;
  /** Why a delivery is none that GitHub would send. */
  deliveryFaults(name: string, body: JsonObject): readonly string[];
}

let loaded: Description | undefined;

/** The description, read once per process. */
export function loadDescription(): Description {
  loaded ??= createDescription();
  return loaded;
}

function createDescription(): Description {
  const subset = JSON.parse(subsetText.replaceAll("#/definitions/", "github#/definitions/")) as JsonObject;
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true, logger: false });
  (addFormats as unknown as (instance: Ajv) => void)(ajv);
  ajv.addSchema({ $id: "github", definitions: subset.definitions });
  const compiled = new Map<string, ValidateFunction>();
  const validate = (name: string, schema: Json | undefined, body: Json | undefined): readonly ErrorObject[] => {
    if (!isObject(schema)) return [];
    let check = compiled.get(name);
    if (check === undefined) {
      check = ajv.compile(schema);
      compiled.set(name, check);
    }
    return check(body ?? null) ? [] : (check.errors ?? []);
  };
  const described = (operation: string): JsonObject => (subset.operations as JsonObject)[operation] as JsonObject;
  return {
    prepare(name) {
      const schema = (subset.deliveries as JsonObject)[name];
      if (schema !== undefined) return void validate(`delivery ${name}`, schema, {});
      const { request, responses } = described(name);
      validate(`${name} request`, request, {});
      for (const [code, response] of Object.entries(responses as JsonObject))
        if (Number(code) < 300) validate(`${name} ${code}`, response, {});
    },
    requestFaults(operation, body) {
      const schema = described(operation).request;
      return validate(`${operation} request`, schema, body).map(inWordsOfGithub);
    },
    responseFaults(operation, code, body) {
      const responses = described(operation).responses as JsonObject;
      if (!Object.hasOwn(responses, String(code))) return code < 300 ? [`${code} is no answer of ${operation}`] : [];
      const errors = validate(`${operation} ${code}`, responses[String(code)], body);
      return errors.map(({ instancePath, message }) => `${operation} ${code}: ${instancePath} ${message}`);
    },
    deliveryFaults(name, body) {
      // Whatever address Git was told goes out as it is.
      const isAddress = ({ instancePath, keyword }: ErrorObject): boolean =>
        keyword === "format" && instancePath.endsWith("/email");
      const found = validate(`delivery ${name}`, (subset.deliveries as JsonObject)[name], body);
      const errors = found.filter((error) => !isAddress(error));
      return errors.map(({ instancePath, message }) => `delivery ${name}: ${instancePath} ${message}`);
    },
  };
}

function inWordsOfGithub({ keyword, params, instancePath, message }: ErrorObject): string {
  if (keyword === "required") return `"${String(params.missingProperty)}" wasn't supplied.`;
  if (keyword === "maxItems") return `No more than ${String(params.limit)} items are allowed.`;
  if (keyword === "type") return `For '${instancePath.slice(1)}', the value is not a ${String(params.type)}.`;
  return `'${instancePath.slice(1)}' ${message}.`;
}

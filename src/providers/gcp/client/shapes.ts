import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";

/** What a value may be: a plain type, a list, a map of names to one type, or an object of known fields. */
type Shape = "text" | "number" | { readonly list: Shape } | { readonly map: Shape } | Fields;
interface Fields {
  readonly fields: { readonly [name: string]: Shape };
}

const texts: Shape = { map: "text" };
const account: Shape = { fields: { displayName: "text", description: "text", etag: "text" } };
const binding: Shape = {
  fields: {
    ...{ role: "text", members: { list: "text" } },
    condition: { fields: { title: "text", description: "text", expression: "text", location: "text" } },
  },
};

/**
 * The bodies that are sent to IAM and Secret Manager, written down by hand: their descriptions are in no package of ours, and
 * what a server does not know it may drop in silence.
 */
const shapes = {
  CreateSecret: { fields: { replication: { fields: { automatic: { fields: {} } } }, labels: texts } },
  PatchSecret: { fields: { labels: texts, versionAliases: texts, etag: "text" } },
  AddSecretVersion: { fields: { payload: { fields: { data: "text" } } } },
  ChangeSecretVersion: { fields: { etag: "text" } },
  SetIamPolicy: {
    fields: { policy: { fields: { version: "number", etag: "text", bindings: { list: binding } } } },
  },
  CreateServiceAccount: { fields: { accountId: "text", serviceAccount: account } },
  PatchServiceAccount: { fields: { serviceAccount: account, updateMask: "text" } },
  EnableServiceAccount: { fields: {} },
} as const satisfies Readonly<Record<string, Shape>>;

/** A body by its name. */
export type ShapeName = keyof typeof shapes;

/** Throws where a body says what its service does not know. Values are never repeated: one of them may be a secret. */
export function checkShape(name: ShapeName, body: JsonObject, resource: string): void {
  const fault = faultOf(body, shapes[name], "");
  if (fault === undefined) return;
  throw new ProviderError(`${resource}: ${name} ${fault}.`, { code: "invalid", next: "person", resource });
}

function faultOf(value: Json, shape: Shape, path: string): string | undefined {
  const wrong = `has no ${path || "body"} of this type`;
  if (shape === "text") return typeof value === "string" ? undefined : wrong;
  if (shape === "number") return typeof value === "number" ? undefined : wrong;
  if ("list" in shape) {
    return Array.isArray(value) ? first(value.map((inner) => faultOf(inner, shape.list, `${path}[]`))) : wrong;
  }
  if (!isObject(value)) return wrong;
  if ("map" in shape) {
    return first(Object.entries(value).map(([name, inner]) => faultOf(inner, shape.map, `${path}.${name}`)));
  }
  return first(
    Object.entries(value).map(([name, inner]) => {
      const at = path === "" ? name : `${path}.${name}`;
      const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      return known === undefined ? `has no field ${at}` : faultOf(inner, known, at);
    }),
  );
}

function first(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}

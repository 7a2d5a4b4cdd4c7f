import { ApiFailure, badRequest } from "./failure.ts";
import { apiVersionOf, type EdgeKind } from "./kinds.ts";
import type { ApiObject } from "./object.ts";
import { strangeFields } from "./validation.ts";

/** What becomes of fields that the schema does not know: refused, told or silently dropped. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** Fields that nobody knows: an error when the request asks for it, else words to tell. */
export function judgeFields(kind: EdgeKind, validation: FieldValidation, body: ApiObject): readonly string[] {
  if (validation === "Ignore") return [];
  const words = strangeFields(kind, body).map((field) => `unknown field ${JSON.stringify(field)}`);
  if (words.length === 0 || validation === "Warn") return words;
  const title = `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}`;
  throw badRequest(`${title}: strict decoding error: ${words.join(", ")}`);
}

/** An applied configuration has to fit the schema whatever the request says of field validation. */
export function refuseStrange(kind: EdgeKind, namespace: string, name: string, patch: ApiObject): void {
  const [strange] = strangeFields(kind, patch);
  if (strange === undefined) return;
  const place = `${namespace === "" ? "" : `${namespace}/`}${name}; ${apiVersionOf(kind)}, Kind=${kind.kind}`;
  const message = `failed to create typed patch object (${place}): .${strange}: field not declared in schema`;
  throw new ApiFailure(500, "", message);
}

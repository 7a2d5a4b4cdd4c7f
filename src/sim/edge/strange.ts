import { badRequest } from "./failure.ts";
import type { EdgeKind } from "./kinds.ts";
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

import { isObject } from "../core/json.ts";
import { type Document, valueAt } from "./document.ts";
import type { Reporter } from "./report.ts";
import { secretValues } from "./secret.ts";

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A Secret's values are encrypted by SOPS, each of them, unless the configuration allows them in clear text. */
export function checkSecret(document: Document, allowsClearText: boolean, report: Reporter): void {
  const open = secretValues(document).filter(({ isEncrypted }) => !isEncrypted);
  const isSealed = document.content.sops !== undefined;
  const data = valueAt(document.content, ["data"]);
  for (const [key, value] of Object.entries(isObject(data) && !isSealed ? data : {})) {
    if (typeof value === "string" && base64.test(value.replace(/\s/g, ""))) continue;
    report.say("secret/base64", ["data", key], "The value is not base64.", "Encode it, or write it under stringData.");
  }
  for (const part of ["data", "stringData"] as const) {
    const [first] = open.filter((value) => value.part === part);
    if (first === undefined) continue;
    const message = isSealed
      ? `The value of ${first.key} stands in clear text beside encrypted ones, where everybody who reads the repository has it.`
      : "The secret stands in clear text in the repository, where everybody who reads it has it.";
    const hint = "Encrypt it with SOPS (sops encrypt --age RECIPIENT), and change what was committed.";
    const path = isSealed ? [part, first.key] : [part];
    report.say("secret/clear-text", path, message, hint, allowsClearText ? "warning" : "error");
  }
}

/** What a ConfigMap holds is laid down as it stands: what SOPS encrypted would arrive encrypted. */
export function checkConfigMap(document: Document, report: Reporter): void {
  if (document.content.sops === undefined) return;
  const message = "The ConfigMap is encrypted by SOPS, and only Secrets are decrypted.";
  report.say("secret/configmap", ["sops"], message, "Make it a Secret.");
}

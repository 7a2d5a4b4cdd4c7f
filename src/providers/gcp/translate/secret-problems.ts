import type { JsonObject } from "../../../core/json.ts";
import type { Problem } from "../../../core/problem.ts";
import { type Document, type Path, pathText } from "../../../datum/document.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { secretBytes, secretValues } from "../../../datum/secret.ts";
import { isVariableName } from "../boot/environment.ts";
import { keysOf, pullKeys } from "../boot/secrets.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import { secretsOf } from "../secrets/needs.ts";
import { longestPayloadBytes, payloadBytes } from "../secrets/payload.ts";
import { ownerOf } from "./served.ts";

type Say = (document: Document, path: Path, facts: Pick<Problem, "rule" | "message" | "hint">) => void;

/** What of a deployment's Secrets would not reach its machines, on the manifests' lines. */
export function secretProblems(deployment: Deployment): readonly Problem[] {
  const problems: Problem[] = [];
  const say: Say = (document, path, facts) =>
    problems.push({ severity: "error", ...document.at(path), path: pathText(path), ...facts });
  for (const document of secretsOf(deployment)) checkContent(document, say);
  checkVolumes(deployment, say);
  if (deployment.runtime === "sandbox") checkSandbox(deployment, say);
  return problems;
}

/** A key becomes a file's name, and all of a Secret one version. */
function checkContent(document: Document, say: Say): void {
  const values = secretValues(document);
  for (const { key, part } of values) {
    if (/^[-._A-Za-z0-9]{1,253}$/.test(key) && !/^\.\.?$/.test(key)) continue;
    const message = `${JSON.stringify(key)} cannot be the name of a file.`;
    say(document, [part, key], { rule: "gcp/secret-key", message, hint: "Use letters, digits, dots, dashes and _." });
  }
  const bytes = payloadBytes(values.map((value) => ({ key: value.key, bytes: secretBytes(value) })));
  if (bytes <= longestPayloadBytes) return;
  const message = `${ownerOf(document)} takes ${bytes} bytes; Secret Manager holds ${longestPayloadBytes} in one secret.`;
  say(document, [], { rule: "gcp/secret-too-large", message, hint: "Split it into several Secrets." });
}

const spec: Path = ["spec", "template", "spec"];

function checkVolumes(deployment: Deployment, say: Say): void {
  for (const [index, volume] of objectsAt(deployment.template, "volumes").entries()) {
    const source = objectAt(volume, "secret");
    if (source.optional === true) continue;
    for (const [at, item] of objectsAt(source, "items").entries()) {
      const path = [...spec, "volumes", index, "secret", "items", at, "key"];
      checkKey(deployment, textAt(source, "secretName"), textAt(item, "key"), path, say);
    }
  }
}

function checkKey({ document, secrets }: Deployment, name: string, key: string, path: Path, say: Say): void {
  const secret = secrets[name];
  if (secret === undefined || keysOf(secret).includes(key)) return;
  const known = keysOf(secret).join(", ") || "none";
  const message = `Secret ${name} has no key ${JSON.stringify(key)}.`;
  say(document, path, { rule: "gcp/secret-key-missing", message, hint: `Its keys are: ${known}.` });
}

function checkSandbox(deployment: Deployment, say: Say): void {
  const sandbox = objectAt(objectAt(deployment.template, "runtime"), "sandbox");
  const at: Path = [...spec, "runtime", "sandbox"];
  for (const [index, container] of objectsAt(sandbox, "containers").entries()) {
    checkVariables(deployment, container, [...at, "containers", index, "env"], say);
  }
  for (const [index, pull] of objectsAt(sandbox, "imagePullSecrets").entries()) {
    const secret = deployment.secrets[textAt(pull, "name")];
    if (secret === undefined || keysOf(secret).some((key) => pullKeys.includes(key))) continue;
    const message = `Secret ${secret.name} holds no credentials of registries.`;
    const hint = `Put docker's configuration under ${pullKeys[0]}.`;
    say(deployment.document, [...at, "imagePullSecrets", index], { rule: "gcp/pull-secret", message, hint });
  }
}

function checkVariables(deployment: Deployment, container: JsonObject, at: Path, say: Say): void {
  for (const [index, variable] of objectsAt(container, "env").entries()) {
    const reference = objectAt(objectAt(variable, "valueFrom"), "secretKeyRef");
    const name = textAt(reference, "name");
    if (name === "") continue;
    const path = [...at, index];
    const key = [...path, "valueFrom", "secretKeyRef", "key"];
    if (reference.optional !== true) checkKey(deployment, name, textAt(reference, "key"), key, say);
    if (isVariableName(textAt(variable, "name"))) continue;
    const message = `${JSON.stringify(textAt(variable, "name"))} cannot be handed on by a shell, as variables out of Secrets are.`;
    const hint = "Use letters, digits and _, and no digit first.";
    say(deployment.document, [...path, "name"], { rule: "gcp/secret-variable", message, hint });
  }
}

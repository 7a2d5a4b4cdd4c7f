import { isObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Document } from "../../../datum/document.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import { registryOf } from "../boot/unit.ts";

/** The Secrets whose contents a deployment's machines fetch, by name. */
export function secretsOf({ secrets }: Pick<Deployment, "secrets">): readonly Document[] {
  return Object.values(secrets).sort((left, right) => compareText(left.name, right.name));
}

/** Whether a deployment's machines need an account of their own: they fetch secrets, or images that Google's registries hold. */
export function needsAccount(deployment: Deployment): boolean {
  return secretsOf(deployment).length > 0 || imagesOf(deployment).some((image) => registryOf(image) !== undefined);
}

function imagesOf({ template }: Deployment): readonly string[] {
  const sandbox = objectAt(objectAt(template, "runtime"), "sandbox");
  return objectsAt(sandbox, "containers").map((container) => textAt(container, "image"));
}

/** The fields of a Secret that hold something, for the line that decides it. */
export function contentLine(document: Document) {
  const part = ["stringData", "data"].find((field) => isObject(document.content[field]));
  return document.at(part === undefined ? [] : [part]);
}

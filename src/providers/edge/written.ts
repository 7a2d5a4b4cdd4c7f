import type { FieldChange, Resource } from "../../core/resource.ts";
import { type Path, pathText } from "../../datum/document.ts";
import type { Written } from "../provider.ts";

/** How a live value would be written: objects on a control plane have the shape of their manifests. */
export function writtenOf(_resource: Resource, { path: text, before, after }: FieldChange): Written | undefined {
  const path = pathOf(text);
  if (path === undefined || path[0] !== "spec") return undefined;
  // A list's place on the server need not be its place in the manifest when the manifest does not know the item.
  if (after === undefined && path.some((step) => typeof step === "number")) return undefined;
  return { path, value: before };
}

/** The path that a text was written from; undefined when it does not read back as the same. */
function pathOf(text: string): Path | undefined {
  const path: (string | number)[] = [];
  for (const [, name, index] of text.matchAll(/\.?([A-Za-z0-9_-]+)|\[([^\]]*)\]/g)) {
    if (name !== undefined) path.push(name);
    else path.push(/^\d+$/.test(index ?? "") ? Number(index) : (index ?? ""));
  }
  return pathText(path) === text ? path : undefined;
}

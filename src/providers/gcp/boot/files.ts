import { Buffer } from "node:buffer";
import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { objectAt, objectsAt, textAt } from "./template.ts";

/** A file that is laid down at boot. */
export interface BootFile {
  readonly path: string;
  /** Base64 of its bytes. */
  readonly base64: string;
  /** Octal, four digits. */
  readonly mode: string;
}

/** Folder of everything that is laid down at boot. */
export const bootFolder = "/etc/plumbline";

const defaultMode = 0o644;

/** Folder in which a volume's files are laid down. */
export function volumeFolder(volume: string): string {
  return `${bootFolder}/volumes/${volume}`;
}

/** The files of every ConfigMap volume, by path, in a fixed order. */
export function configMapFiles(deployment: Deployment): readonly BootFile[] {
  const volumes = objectsAt(deployment.template, "volumes").filter((volume) => volume.configMap !== undefined);
  const files = volumes.flatMap((volume) => filesOf(volume, deployment));
  return [...files].sort((left, right) => compareText(left.path, right.path));
}

function filesOf(volume: JsonObject, deployment: Deployment): readonly BootFile[] {
  const source = objectAt(volume, "configMap");
  const content = deployment.configMaps[textAt(source, "name")]?.content;
  const data = encodedData(content);
  const fallback = typeof source.defaultMode === "number" ? source.defaultMode : defaultMode;
  const folder = volumeFolder(textAt(volume, "name"));
  const items = objectsAt(source, "items");
  if (items.length === 0) {
    return Object.entries(data).map(([key, base64]) => ({ path: `${folder}/${key}`, base64, mode: octal(fallback) }));
  }
  return items.flatMap((item) => {
    const base64 = data[textAt(item, "key")];
    const mode = typeof item.mode === "number" ? item.mode : fallback;
    return base64 === undefined ? [] : [{ path: `${folder}/${textAt(item, "path")}`, base64, mode: octal(mode) }];
  });
}

/** Keys of a ConfigMap → base64 of their bytes, whichever field they stand in. */
export function encodedData(content: JsonObject | undefined): Readonly<Record<string, string>> {
  const text = Object.entries(objectAt(content, "data")).map(([key, value]) => [
    key,
    Buffer.from(String(value), "utf8").toString("base64"),
  ]);
  const binary = Object.entries(objectAt(content, "binaryData")).map(([key, value]) => [key, String(value)]);
  return Object.fromEntries([...text, ...binary]);
}

/** A file's mode as four octal digits. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

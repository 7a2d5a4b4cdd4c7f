import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildDescription } from "./build.ts";
import { type Description, descriptionForm } from "./description.ts";

/** The file that the build writes, beside the compiled code. */
export const descriptionFile = "gce-description.json";

let loaded: Description | undefined;

/**
 * The published description of the Compute Engine API. Reads the generated file when it belongs to the installed
 * package, because parsing the package's own 11 MB costs more than a whole start; makes it in memory otherwise.
 */
export function loadDescription(): Description {
  loaded ??= readGenerated(installedVersion()) ?? makeDescription();
  return loaded;
}

/** Makes the description from the installed package; slow, see `loadDescription`. */
export function makeDescription(): Description {
  const protos = join(packageDirectory(), "build", "protos");
  const parsed: unknown = JSON.parse(readFileSync(join(protos, "protos.json"), "utf8"));
  const text = readFileSync(join(protos, "google", "cloud", "compute", "v1", "compute.proto"), "utf8");
  return buildDescription(parsed, text, installedVersion());
}

function packageDirectory(): string {
  return dirname(createRequire(import.meta.url).resolve("@google-cloud/compute/package.json"));
}

function installedVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageDirectory(), "package.json"), "utf8")) as { version: string };
  return version;
}

/** From compiled code the file is three folders up; from the sources it is in the build's folder. */
function readGenerated(version: string): Description | undefined {
  for (const place of [`../../../${descriptionFile}`, `../../../../dist/${descriptionFile}`]) {
    try {
      const text = readFileSync(fileURLToPath(new URL(place, import.meta.url)), "utf8");
      const found = JSON.parse(text) as Description;
      if (found.form === descriptionForm && found.version === version) return found;
    } catch {
      // Not built, or half written by a build that was stopped: the next place, or the package itself.
    }
  }
  return undefined;
}

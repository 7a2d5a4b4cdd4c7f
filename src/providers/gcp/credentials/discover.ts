import { open } from "node:fs/promises";
import { join } from "node:path";
import { ProviderError } from "../../provider.ts";
import { textAt } from "../boot/template.ts";
import { readDocument } from "./document.ts";
import { type Source, sourceOf } from "./grants.ts";
import { metadataSource } from "./metadata.ts";
import type { Wire } from "./wire.ts";

/** What Application Default Credentials are looked up in; without it only the metadata server is asked. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

const maxFileBytes = 262_144;

/** The source of one credentials file. With `types`, any other kind of file is refused with its name. */
export async function fileSource(path: string, label: string, types?: readonly string[], quota = ""): Promise<Source> {
  const text = await readBounded(path, label);
  const place = `${label} ${path}`;
  const document = readDocument(text, place);
  if (types !== undefined && !types.includes(document.type)) {
    const kind =
      document.type === "external_account"
        ? "federation"
        : document.type === "service_account"
          ? "key-file"
          : "default";
    throw faulty(`${place}: it is of the type ${document.type}. Use the credentials kind ${kind} for it.`);
  }
  const quotaProject = quota || textAt(JSON.parse(text), "quota_project_id");
  return sourceOf(document, place, quotaProject);
}

/**
 * Application Default Credentials in Google's order: the file that GOOGLE_APPLICATION_CREDENTIALS names, the file that
 * `gcloud auth application-default login` writes, the metadata server. No program is run to find them.
 */
export async function defaultSource({ variables, homeDirectory }: Surroundings, wire: Wire): Promise<Source> {
  const quota = variables.GOOGLE_CLOUD_QUOTA_PROJECT ?? "";
  const named = variables.GOOGLE_APPLICATION_CREDENTIALS ?? "";
  if (named !== "") return await fileSource(named, "The file of GOOGLE_APPLICATION_CREDENTIALS", undefined, quota);
  const wellKnown = wellKnownFile(variables, homeDirectory);
  const label = "The file of gcloud";
  const written =
    wellKnown === "" ? undefined : await fileSource(wellKnown, label, undefined, quota).catch(unlessMissing);
  if (written !== undefined) return written;
  const isAsked = !["1", "true"].includes((variables.NO_GCE_CHECK ?? "").toLowerCase());
  const machine = isAsked ? await metadataSource(variables, wire).catch(unlessUnreachable) : undefined;
  if (machine !== undefined) return machine;
  const looked = [
    "GOOGLE_APPLICATION_CREDENTIALS is not set",
    ...(wellKnown === "" ? [] : [`${wellKnown} does not exist`]),
    isAsked ? "no metadata server answers" : "NO_GCE_CHECK keeps the metadata server out",
  ];
  const mend = "Run `gcloud auth application-default login`, or name a key file in providers.gcp.credentials";
  throw faulty(`Application Default Credentials were not found: ${looked.join(", ")}. ${mend}.`);
}

function wellKnownFile(variables: Surroundings["variables"], homeDirectory: string): string {
  const name = "application_default_credentials.json";
  const own = variables.CLOUDSDK_CONFIG ?? "";
  if (own !== "") return join(own, name);
  const roaming = variables.APPDATA ?? "";
  if (roaming !== "") return join(roaming, "gcloud", name);
  return homeDirectory === "" ? "" : join(homeDirectory, ".config", "gcloud", name);
}

class MissingFile extends ProviderError {}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof MissingFile)) throw error;
  return undefined;
}

function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof ProviderError && error.code === "unavailable")) throw error;
  return undefined;
}

async function readBounded(path: string, label: string): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size > maxFileBytes) throw faulty(`${label} ${path}: it is too large for a credentials file.`);
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const message = `${label} ${path} cannot be read (${code}). Name a file that exists and that Plumbline may read.`;
    const facts = { code: "unauthenticated", next: "person" } as const;
    throw code === "ENOENT" ? new MissingFile(message, facts) : new ProviderError(message, facts);
  }
}

function faulty(message: string): ProviderError {
  return new ProviderError(message, { code: "unauthenticated", next: "person" });
}

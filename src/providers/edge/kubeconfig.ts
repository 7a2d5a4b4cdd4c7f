import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { isObject, type JsonObject } from "../../core/json.ts";
import { readYaml } from "../../datum/yaml.ts";
import { ProviderError } from "../provider.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";
import type { EdgeCredentials } from "./options.ts";

/** What a kubeconfig's context says. */
export interface KubeAccess {
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly certificate: { readonly certificate: string; readonly key: string } | undefined;
  readonly certificateAuthority: string | undefined;
}

/** Reads one context. Whatever would run a program or skip checking the server is refused. */
export function readKubeconfig(credentials: Extract<EdgeCredentials, { kind: "kubeconfig" }>): KubeAccess {
  const content = load(credentials.path);
  const directory = dirname(credentials.path);
  const contextName = credentials.context ?? textOf(content, "current-context");
  const context = fieldOf(named(content, "contexts", contextName), "context");
  const cluster = fieldOf(named(content, "clusters", textOf(context, "cluster")), "cluster");
  const userName = textOf(context, "user");
  const user = userName === "" ? {} : fieldOf(named(content, "users", userName), "user");
  for (const field of ["exec", "auth-provider"]) {
    if (user[field] !== undefined) {
      throw unusable(
        `user ${userName} logs in through "${field}", which would run a program. Use a token or certificate`,
      );
    }
  }
  if (user.username !== undefined)
    throw unusable(`user ${userName} has a password, which API servers no longer accept`);
  if (cluster["insecure-skip-tls-verify"] === true) {
    throw unusable("it skips verifying the server. Name its certificate-authority instead");
  }
  const endpoint = textOf(cluster, "server");
  if (!URL.canParse(endpoint)) throw unusable(`context ${contextName} names no server`);
  const certificate = pem(user, "client-certificate", directory);
  const key = pem(user, "client-key", directory);
  if ((certificate === undefined) !== (key === undefined)) {
    throw unusable(`user ${userName} has only one of client-certificate and client-key`);
  }
  const tokenFile = textOf(user, "tokenFile");
  return {
    endpoint,
    token: textOf(user, "token") || undefined,
    tokenFile: tokenFile === "" ? undefined : resolved(directory, tokenFile),
    certificate: certificate === undefined || key === undefined ? undefined : { certificate, key },
    certificateAuthority: pem(cluster, "certificate-authority", directory),
  };
}

function load(path: string): JsonObject {
  const { documents, problems } = readYaml("kubeconfig", readBytes(path, "the file"));
  const value = documents.length === 1 ? documents[0]?.value : undefined;
  // The reader's messages quote the text, which holds secrets here.
  if (!isObject(value) || problems.some(({ severity }) => severity === "error")) {
    throw unusable("the file is not one YAML object");
  }
  return value;
}

function readBytes(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unusable(`${what} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}

function named(content: JsonObject, list: string, name: string): JsonObject {
  const found = objectsOf(content, list).find((entry) => textOf(entry, "name") === name);
  if (found === undefined) throw unusable(`it has no entry "${name}" in ${list}`);
  return found;
}

/** `<field>-data` holds base64; `<field>` names a file, relative to the kubeconfig. */
function pem(from: JsonObject, field: string, directory: string): string | undefined {
  const data = textOf(from, `${field}-data`);
  if (data !== "") return Buffer.from(data, "base64").toString("utf8");
  const path = textOf(from, field);
  if (path === "") return undefined;
  return readBytes(resolved(directory, path), field).toString("utf8");
}

function resolved(directory: string, path: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}

function unusable(why: string): ProviderError {
  return new ProviderError(`The kubeconfig cannot be used: ${why}.`, { code: "unauthenticated", next: "person" });
}

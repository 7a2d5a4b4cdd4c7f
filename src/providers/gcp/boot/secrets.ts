import type { JsonObject } from "../../../core/json.ts";
import type { Document } from "../../../datum/document.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { secretValues } from "../../../datum/secret.ts";
import { aliasPrefix } from "../secrets/kinds.ts";
import { shellText } from "./disks.ts";
import type { Part } from "./expansion.ts";
import { bootFolder, octal } from "./files.ts";
import { objectAt, objectsAt, textAt } from "./template.ts";

/** Metadata that says which content of each secret a machine is to use: digests, never what is in them. */
export const secretsNote = "plumbline-secrets";

/** A Secret of the manifests and the secret of the project that holds it. */
export interface SecretSource {
  readonly name: string;
  /** `projects/p/secrets/s`. */
  readonly key: string;
}

/** Memory alone: what is here is gone when the machine stops, and on no disk. */
const folder = "/run/plumbline";
/** The script that fetches secrets. */
export const secretsScript = `${bootFolder}/secrets.sh`;
/** The unit that runs it, before everything that needs a secret. */
export const secretsUnit = "plumbline-secrets.service";

/** Folder in which the files of a volume out of a Secret stand. */
export function secretVolumeFolder(volume: string): string {
  return `${folder}/volumes/${volume}`;
}

/** File that holds one value. */
export function valueFile(secret: string, key: string): string {
  return `${folder}/secrets/${secret}/${key}`;
}

/** Folder that docker reads one pull secret from. */
export function pullFolder(secret: string): string {
  return `${folder}/pull/${secret}`;
}

const defaultMode = 0o644;

/**
 * The script that fetches what a machine's workload was given, with the machine's own account, and lays it down in memory.
 * Rights take minutes until they hold everywhere, so that it goes on trying until it has all of it. Nothing secret is ever
 * part of a command line.
 */
export function secretsText(deployment: Deployment, sources: readonly SecretSource[]): string {
  const fetches = sources.map(({ name, key }) => `until fetch ${shellText(name)} ${shellText(key)}; do sleep 5; done`);
  const places = [...volumeLines(deployment), ...pullLines(deployment)];
  return `${[prelude, ...fetches, ...places].join("\n")}\n`;
}

const prelude = `# Fetches the secrets of this machine's workload into memory.
set -eu
umask 077
metadata=http://169.254.169.254/computeMetadata/v1/instance
api=https://secretmanager.googleapis.com/v1
root=${folder}
mkdir -p "$root/secrets" "$root/volumes" "$root/pull"
chmod 711 "$root" "$root/volumes"
ask() { curl -sSf --max-time 20 -H 'Metadata-Flavor: Google' "$metadata/$1"; }
wanted() { for pair in $(ask attributes/${secretsNote}); do
  case $pair in "$1="*) echo "\${pair#*=}" ;; esac
done; }
text() { sed -n 's/.*"'"$1"'" *: *"\\([^"]*\\)".*/\\1/p'; }
fetch() {
  digest=$(wanted "$1") && [ -n "$digest" ] || return 1
  token=$(ask service-accounts/default/token | text access_token) && [ -n "$token" ] || return 1
  answer=$(printf 'header = "Authorization: Bearer %s"\\n' "$token" |
    curl -sSf --max-time 20 --config - "$api/$2/versions/${aliasPrefix}$digest:access") || return 1
  payload=$(printf '%s\\n' "$answer" | text data | base64 -d) || return 1
  case $payload in '{'*'}') ;; *) return 1 ;; esac
  rm -rf "$root/fresh"; mkdir "$root/fresh" || return 1
  printf '%s\\n' "$payload" | sed -n 's/^"\\([-._A-Za-z0-9]*\\)":"\\([A-Za-z0-9+/=]*\\)",\\{0,1\\}$/\\1 \\2/p' |
    while read -r key value; do printf %s "$value" | base64 -d >"$root/fresh/$key" || exit 1; done || return 1
  rm -rf "$root/secrets/$1"; mv "$root/fresh" "$root/secrets/$1"
}
place() { mkdir -p "\${2%/*}"; cp "$1" "$2"; chmod "$3" "$2"; }`;

/** Files of volumes, each with its mode; the folders are open to whoever the machine lets in, as the files' modes say. */
function volumeLines(deployment: Deployment): readonly string[] {
  return objectsAt(deployment.template, "volumes").flatMap((volume) => {
    if (volume.secret === undefined) return [];
    const target = secretVolumeFolder(textAt(volume, "name"));
    const files = filesOf(objectAt(volume, "secret"), deployment);
    const lines = files.map(({ from, to, mode }) => `place ${shellText(from)} ${shellText(`${target}/${to}`)} ${mode}`);
    const open = `find ${shellText(target)} -type d -exec chmod 755 {} +`;
    return [`rm -rf ${shellText(target)}`, `mkdir -p ${shellText(target)}`, ...lines, open];
  });
}

interface Placed {
  readonly from: string;
  readonly to: string;
  readonly mode: string;
}

function filesOf(source: JsonObject, deployment: Deployment): readonly Placed[] {
  const name = textAt(source, "secretName");
  const document = deployment.secrets[name];
  if (document === undefined) return [];
  const fallback = typeof source.defaultMode === "number" ? source.defaultMode : defaultMode;
  const items = objectsAt(source, "items");
  const keys = keysOf(document);
  const chosen =
    items.length === 0
      ? keys.map((key) => ({ key, path: key, mode: fallback }))
      : items.map((item) => ({
          key: textAt(item, "key"),
          path: textAt(item, "path"),
          mode: typeof item.mode === "number" ? item.mode : fallback,
        }));
  return chosen
    .filter(({ key }) => keys.includes(key))
    .map(({ key, path, mode }) => ({ from: valueFile(name, key), to: path, mode: octal(mode) }));
}

/** The keys of a Secret, sorted. They stand in clear text also where the values are encrypted. */
export function keysOf(document: Document): readonly string[] {
  return secretValues(document).map(({ key }) => key);
}

/** The pull secrets of a sandbox that can be used, in manifest order. */
export function pullSecretsOf(deployment: Deployment): readonly { readonly name: string; readonly key: string }[] {
  const sandbox = objectAt(objectAt(deployment.template, "runtime"), "sandbox");
  const names = [...new Set(objectsAt(sandbox, "imagePullSecrets").map((pull) => textAt(pull, "name")))];
  return names.flatMap((name) => {
    const document = deployment.secrets[name];
    const key = document === undefined ? undefined : keysOf(document).find((one) => pullKeys.includes(one));
    return key === undefined ? [] : [{ name, key }];
  });
}

/** Docker's configuration, and the older form of it that lists registries alone. */
export const pullKeys: readonly string[] = [".dockerconfigjson", ".dockercfg"];

function pullLines(deployment: Deployment): readonly string[] {
  return pullSecretsOf(deployment).map(({ name, key }) => {
    const from = shellText(valueFile(name, key));
    const to = shellText(`${pullFolder(name)}/config.json`);
    if (key === ".dockerconfigjson") return `place ${from} ${to} 0600`;
    return `mkdir -p ${shellText(pullFolder(name))}; { printf '{"auths":'; cat ${from}; printf '}'; } >${to}`;
  });
}

/** The unit that runs the script once at each boot, before every container that needs it. */
export const secretsUnitText = [
  "[Unit]",
  "Description=Fetch secrets into memory",
  "Wants=network-online.target",
  "After=network-online.target",
  "",
  "[Service]",
  "Type=oneshot",
  "RemainAfterExit=yes",
  `ExecStart=/bin/sh ${secretsScript}`,
  "",
].join("\n");

/** A variable of a container that Secrets' values stand in. */
export interface SecretVariable {
  readonly name: string;
  readonly parts: readonly Part[];
}

/**
 * The script that puts values into the environment of the command that follows it; docker hands them on by name alone. `words` follow the
 * command where secrets stand in them.
 */
export function environmentText(
  variables: readonly SecretVariable[],
  words: readonly (readonly Part[])[] = [],
): string {
  const values = new Map<string, string>();
  const reading: string[] = [];
  const shell = (part: Part): string => {
    if (typeof part === "string") return shellText(part);
    const file = shellText(valueFile(part.secret, part.key));
    const known = values.get(file) ?? `value_${values.size + 1}`;
    // The x keeps line feeds at the end, which the shell would drop.
    if (!values.has(file)) reading.push(`${known}=$(cat ${file} && printf x); ${known}="\${${known}%x}"`);
    values.set(file, known);
    return `"\${${known}}"`;
  };
  const exports = variables.map(({ name, parts }) => `export ${name}=${parts.map(shell).join("")}`);
  const command = ['exec "$@"', ...words.map((parts) => parts.map(shell).join(""))].join(" ");
  return `${["set -eu", ...reading, ...exports, command].join("\n")}\n`;
}

/** The script that fetches an image with one pull secret after the other, and last without any. */
export function pullText(deployment: Deployment): string {
  const tries = pullSecretsOf(deployment).map(
    ({ name }) => `docker --config ${shellText(pullFolder(name))} pull "$1" && exit 0`,
  );
  return `${['docker image inspect "$1" >/dev/null 2>&1 && exit 0', ...tries, 'exec docker pull "$1"'].join("\n")}\n`;
}

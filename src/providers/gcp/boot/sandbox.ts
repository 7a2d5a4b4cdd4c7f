import { Buffer } from "node:buffer";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { Deployment } from "../../../datum/fleet.ts";
import { dataDisksOf, deviceOf, diskLines } from "./disks.ts";
import { environmentOf, wordsOf } from "./environment.ts";
import { type Part, plainText } from "./expansion.ts";
import { type BootFile, bootFolder, configMapFiles, volumeFolder } from "./files.ts";
import {
  environmentText,
  pullSecretsOf,
  pullText,
  type SecretSource,
  type SecretVariable,
  secretsScript,
  secretsText,
  secretsUnit,
  secretsUnitText,
  secretVolumeFolder,
} from "./secrets.ts";
import { objectAt, objectsAt, textAt, textsAt } from "./template.ts";
import { type Unit, unitName, unitText } from "./unit.ts";
import { yamlText } from "./yaml.ts";

const disksUnit = "plumbline-disks.service";
const disksScript = `${bootFolder}/disks.sh`;

/**
 * The cloud-config of a machine that runs containers: one systemd unit each, all on the host's network. The operating
 * system keeps nothing of this over a restart and reads it again at every boot, so that a restart takes a change over.
 */
export function sandboxUserData(deployment: Deployment, instance: string, secrets: readonly SecretSource[]): string {
  const containers = objectsAt(objectAt(objectAt(deployment.template, "runtime"), "sandbox"), "containers");
  const units = containers.map((container) => unitOf(container, deployment, instance));
  const disks = dataDisksOf(deployment);
  const diskFiles = disks.length === 0 ? [] : [lay(disksScript, diskScript(deployment), "0644")];
  const diskUnits = disks.length === 0 ? [] : [lay(unitPath(disksUnit), disksUnitText, "0644")];
  const unitFiles = units.map((unit) => lay(unitPath(unitName(unit.container)), unitText(unit), "0644"));
  const secretFiles = secrets.length === 0 ? [] : secretBootFiles(deployment, containers, instance, secrets);
  const files = [...configMapFiles(deployment), ...diskFiles, ...diskUnits, ...secretFiles, ...unitFiles];
  const names = units.map((unit) => unitName(unit.container));
  return `#cloud-config\n${yamlText({
    write_files: files.map(writeFile),
    // The network's own firewall is the policy; the image's would let nothing but SSH in.
    runcmd: [
      ["iptables", "-w", "-I", "INPUT", "1", "-j", "ACCEPT"],
      ["ip6tables", "-w", "-I", "INPUT", "1", "-j", "ACCEPT"],
      ["systemctl", "daemon-reload"],
      ["systemctl", "start", "--no-block", ...names],
    ],
  })}`;
}

function lay(path: string, text: string, mode: string): BootFile {
  return { path, base64: Buffer.from(text, "utf8").toString("base64"), mode };
}

/** The scripts that fetch secrets and hand them on; what is in them names secrets and holds none. */
function secretBootFiles(
  deployment: Deployment,
  containers: readonly JsonObject[],
  instance: string,
  secrets: readonly SecretSource[],
): readonly BootFile[] {
  const environments = containers.flatMap((container) => {
    const { secretly, words } = commandOf(container, deployment, instance);
    const path = environmentScript(textAt(container, "name"));
    if (secretly === undefined) return [];
    return [lay(path, environmentText(secretly, words.every(isPlain) ? [] : words), "0644")];
  });
  const pulls = pullSecretsOf(deployment).length === 0 ? [] : [lay(pullScript, pullText(deployment), "0644")];
  return [
    lay(secretsScript, secretsText(deployment, secrets), "0644"),
    lay(unitPath(secretsUnit), secretsUnitText, "0644"),
    ...environments,
    ...pulls,
  ];
}

const pullScript = `${bootFolder}/pull.sh`;

function environmentScript(container: string): string {
  return `${bootFolder}/environment-${container}.sh`;
}

/** What a container runs: the entry, its words, and the variables and words that take a script because secrets stand in them. */
function commandOf(container: JsonObject, deployment: Deployment, instance: string) {
  const variables = environmentOf(container, deployment, instance);
  const all = (words: readonly string[]) => wordsOf(words, container, deployment, instance);
  const [first, ...command] = all(textsAt(container, "command"));
  // A program's path that holds a secret is none: it stays as it is written.
  const entry = first && (plainText(first) ?? textsAt(container, "command")[0]);
  const words = [...command, ...all(textsAt(container, "args"))];
  const secret = variables.flatMap((variable): readonly SecretVariable[] => ("parts" in variable ? [variable] : []));
  const isSecret = secret.length > 0 || !words.every(isPlain);
  return { variables, entry, words, secretly: isSecret ? secret : undefined };
}

function isPlain(parts: readonly Part[]): boolean {
  return plainText(parts) !== undefined;
}

/** A file as cloud-init writes it: as text where a person can read it, else in base64. */
export function writeFile({ path, base64, mode }: BootFile): JsonObject {
  const text = Buffer.from(base64, "base64").toString("utf8");
  const isText =
    Buffer.from(text, "utf8").toString("base64") === base64 && !/[^\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff]/.test(text);
  const content: Record<string, Json> = isText ? { content: text } : { encoding: "b64", content: base64 };
  return { path, permissions: mode, owner: "root:root", ...content };
}

function unitPath(name: string): string {
  return `/etc/systemd/system/${name}`;
}

function unitOf(container: JsonObject, deployment: Deployment, instance: string): Unit {
  const { variables, entry, words, secretly } = commandOf(container, deployment, instance);
  const attachments = objectsAt(container, "volumeAttachments");
  const mounts = attachments.flatMap((attachment) => mountOf(attachment, deployment));
  return {
    container: textAt(container, "name"),
    image: textAt(container, "image"),
    options: [
      ...(entry === undefined ? [] : [`--entrypoint=${entry}`]),
      // Without a value docker takes it from its own environment.
      ...variables.map((one) => ("parts" in one ? `--env=${one.name}` : `--env=${one.name}=${one.value}`)),
      ...mounts.map((mount) => `--volume=${mount}`),
      ...attachments.flatMap((attachment) => deviceOptions(attachment, deployment)),
    ],
    // Words that hold a secret are added by the script.
    words: words.every(isPlain) ? words.map((parts) => plainText(parts) ?? "") : [],
    after: [
      ...(dataDisksOf(deployment).length === 0 ? [] : [disksUnit]),
      ...(Object.keys(deployment.secrets).length === 0 ? [] : [secretsUnit]),
    ],
    environment: secretly === undefined ? undefined : environmentScript(textAt(container, "name")),
    pull: pullSecretsOf(deployment).length === 0 ? undefined : pullScript,
  };
}

function mountOf(attachment: JsonObject, deployment: Deployment): readonly string[] {
  const name = textAt(attachment, "name");
  const target = textAt(attachment, "mountPath");
  const volume = objectsAt(deployment.template, "volumes").find((one) => one.name === name);
  if (target === "" || volume === undefined) return [];
  if (volume.configMap !== undefined) return [`${volumeFolder(name)}:${target}:ro`];
  if (volume.secret !== undefined) return [`${secretVolumeFolder(name)}:${target}:ro`];
  return volume.disk === undefined ? [] : [`${diskFolder(name)}:${target}`];
}

/** A disk that is attached without a mount path is handed on as the device it is, under the name it has on the machine. */
function deviceOptions(attachment: JsonObject, deployment: Deployment): readonly string[] {
  if (textAt(attachment, "mountPath") !== "") return [];
  const disk = dataDisksOf(deployment).find(({ volume }) => volume === attachment.name);
  return disk === undefined ? [] : [`--device=${deviceOf(disk)}`];
}

/** The only place on the read-only image where a disk may be mounted and written to. */
function diskFolder(volume: string): string {
  return `/mnt/disks/${volume}`;
}

function diskScript(deployment: Deployment): string {
  const containers = objectsAt(objectAt(objectAt(deployment.template, "runtime"), "sandbox"), "containers");
  const attachments = containers.flatMap((container) => objectsAt(container, "volumeAttachments"));
  const mounted = new Set(attachments.filter((one) => textAt(one, "mountPath") !== "").map(({ name }) => name));
  const lines = dataDisksOf(deployment).flatMap((disk) =>
    diskLines(disk, mounted.has(disk.volume) ? diskFolder(disk.volume) : undefined),
  );
  return `${["set -eu", ...lines].join("\n")}\n`;
}

const disksUnitText = [
  "[Unit]",
  "Description=Format and mount data disks",
  "",
  "[Service]",
  "Type=oneshot",
  "RemainAfterExit=yes",
  `ExecStart=/bin/sh ${disksScript}`,
  "",
].join("\n");

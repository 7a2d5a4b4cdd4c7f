import { Buffer } from "node:buffer";
import type { Deployment } from "../../../datum/fleet.ts";
import { dataDisksOf, diskLines, shellText } from "./disks.ts";
import { type BootFile, configMapFiles, volumeFolder } from "./files.ts";
import { type SecretSource, secretsScript, secretsText, secretVolumeFolder } from "./secrets.ts";
import { objectAt, objectsAt, textAt } from "./template.ts";
import { yamlText } from "./yaml.ts";

/**
 * The cloud-config of a virtual machine; undefined when there is nothing to prepare. Everything happens in `bootcmd`,
 * which alone runs at every boot, so that a restart takes a change over.
 */
export function machineUserData(deployment: Deployment, secrets: readonly SecretSource[]): string | undefined {
  const attachments = objectsAt(
    objectAt(objectAt(deployment.template, "runtime"), "virtualMachine"),
    "volumeAttachments",
  );
  const targets = new Map(
    attachments
      .map((attachment) => [textAt(attachment, "name"), textAt(attachment, "mountPath")] as const)
      .filter(([, target]) => target !== ""),
  );
  const lines = [
    ...fileLines(configMapFiles(deployment)),
    ...linkLines(deployment, targets),
    ...preparations(deployment, targets),
    ...secretLines(deployment, secrets),
  ];
  if (lines.length === 0) return undefined;
  return `#cloud-config\n${yamlText({ bootcmd: [["sh", "-c", `${["set -eu", ...lines].join("\n")}\n`]] })}`;
}

/** How long the boot waits for secrets; after that they are still tried for, beside it. */
const patienceS = 300;

function secretLines(deployment: Deployment, secrets: readonly SecretSource[]): readonly string[] {
  if (secrets.length === 0) return [];
  const base64 = Buffer.from(secretsText(deployment, secrets), "utf8").toString("base64");
  const script = `sh ${secretsScript}`;
  return [
    ...fileLines([{ path: secretsScript, base64, mode: "0644" }]),
    `timeout ${patienceS} ${script} || { setsid ${script} </dev/null >/dev/null 2>&1 & }`,
  ];
}

function fileLines(files: readonly BootFile[]): readonly string[] {
  return files.flatMap(({ path, base64, mode }) => [
    `mkdir -p ${shellText(path.slice(0, path.lastIndexOf("/")))}`,
    `echo ${shellText(base64)} | base64 -d > ${shellText(path)}`,
    `chmod ${mode} ${shellText(path)}`,
  ]);
}

function linkLines(deployment: Deployment, targets: ReadonlyMap<string, string>): readonly string[] {
  return objectsAt(deployment.template, "volumes").flatMap((volume) => {
    const name = textAt(volume, "name");
    const target = targets.get(name);
    if (target === undefined || volume.disk !== undefined) return [];
    const folder = volume.secret === undefined ? volumeFolder(name) : secretVolumeFolder(name);
    const parent = target.slice(0, target.lastIndexOf("/")) || "/";
    return [`mkdir -p ${shellText(parent)}`, `ln -sfn ${shellText(folder)} ${shellText(target)}`];
  });
}

/** A disk without a mount path and a file system needs nothing. */
function preparations(deployment: Deployment, targets: ReadonlyMap<string, string>): readonly string[] {
  return dataDisksOf(deployment).flatMap((disk) => {
    const target = targets.get(disk.volume);
    return target === undefined && disk.filesystem === undefined ? [] : diskLines(disk, target);
  });
}

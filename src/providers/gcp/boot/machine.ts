import type { Deployment } from "../../../datum/fleet.ts";
import { dataDisksOf, mountLines, shellText } from "./disks.ts";
import { configMapFiles, volumeFolder } from "./files.ts";
import { objectAt, objectsAt, textAt } from "./template.ts";
import { yamlText } from "./yaml.ts";

/**
 * The cloud-config of a virtual machine; undefined when there is nothing to prepare. Everything happens in `bootcmd`,
 * which alone runs at every boot, so that a restart takes a change over.
 */
export function machineUserData(deployment: Deployment): string | undefined {
  const attachments = objectsAt(
    objectAt(objectAt(deployment.template, "runtime"), "virtualMachine"),
    "volumeAttachments",
  );
  const targets = new Map(
    attachments
      .map((attachment) => [textAt(attachment, "name"), textAt(attachment, "mountPath")] as const)
      .filter(([, target]) => target !== ""),
  );
  const lines = [...fileLines(deployment), ...linkLines(deployment, targets), ...diskLines(deployment, targets)];
  if (lines.length === 0) return undefined;
  return `#cloud-config\n${yamlText({ bootcmd: [["sh", "-c", `${["set -eu", ...lines].join("\n")}\n`]] })}`;
}

function fileLines(deployment: Deployment): readonly string[] {
  return configMapFiles(deployment).flatMap(({ path, base64, mode }) => [
    `mkdir -p ${shellText(path.slice(0, path.lastIndexOf("/")))}`,
    `echo ${shellText(base64)} | base64 -d > ${shellText(path)}`,
    `chmod ${mode} ${shellText(path)}`,
  ]);
}

function linkLines(deployment: Deployment, targets: ReadonlyMap<string, string>): readonly string[] {
  const volumes = objectsAt(deployment.template, "volumes").filter((volume) => volume.configMap !== undefined);
  return volumes.flatMap((volume) => {
    const name = textAt(volume, "name");
    const target = targets.get(name);
    if (target === undefined) return [];
    const parent = target.slice(0, target.lastIndexOf("/")) || "/";
    return [`mkdir -p ${shellText(parent)}`, `ln -sfn ${shellText(volumeFolder(name))} ${shellText(target)}`];
  });
}

function diskLines(deployment: Deployment, targets: ReadonlyMap<string, string>): readonly string[] {
  return dataDisksOf(deployment).flatMap((disk) => {
    const target = targets.get(disk.volume);
    return target === undefined ? [] : mountLines(disk, target);
  });
}

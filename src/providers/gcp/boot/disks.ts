import type { Deployment, DiskIntent } from "../../../datum/fleet.ts";

/**
 * Shell lines that format a data disk when it is empty, mount it where it is asked for, and let it grow; safe to run at every
 * boot. A disk that nobody fills or mounts is left as it is: a file system on it, or none, is its user's own affair.
 */
export function diskLines(disk: DiskIntent, target: string | undefined): readonly string[] {
  const device = deviceOf(disk);
  const format =
    disk.filesystem === undefined ? [] : [`blkid ${device} >/dev/null || mkfs.${disk.filesystem} -q -m 0 ${device}`];
  return [
    `udevadm settle --timeout=30 --exit-if-exists=${device} || true`,
    ...format,
    ...(target === undefined ? [] : mountLines(disk, shellText(target))),
  ];
}

function mountLines(disk: DiskIntent, target: string): readonly string[] {
  const device = deviceOf(disk);
  const mount = (source: string) => `mountpoint -q ${target} || mount -o discard,defaults ${source} ${target}`;
  if (disk.filesystem !== undefined)
    return [`mkdir -p ${target}`, mount(device), `resize2fs ${device} >/dev/null 2>&1 || true`];
  // What an image holds mostly stands in a partition.
  return [`mkdir -p ${target}`, `part=${device}-part1; [ -e $part ] || part=${device}`, mount("$part")];
}

/** Where the machine finds a disk, whatever letter it gave it. */
export function deviceOf({ deviceName }: DiskIntent): string {
  return shellText(`/dev/disk/by-id/google-${deviceName}`);
}

/** The disks besides the one that boots, in manifest order. */
export function dataDisksOf(deployment: Deployment): readonly DiskIntent[] {
  return deployment.disks.filter((disk) => !disk.boot);
}

/** One word of a shell command, whatever it contains. */
export function shellText(text: string): string {
  return /^[\w./:=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

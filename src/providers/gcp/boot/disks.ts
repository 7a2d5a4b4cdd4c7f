import type { Deployment, DiskIntent } from "../../../datum/fleet.ts";

/** Shell lines that format a data disk when it is empty, mount it, and let it grow; safe to run at every boot. */
export function mountLines(disk: DiskIntent, target: string): readonly string[] {
  const device = `/dev/disk/by-id/google-${disk.deviceName}`;
  const format =
    disk.filesystem === undefined ? [] : [`blkid ${device} >/dev/null || mkfs.${disk.filesystem} -q -m 0 ${device}`];
  const grow = disk.filesystem === undefined ? [] : [`resize2fs ${device} >/dev/null 2>&1 || true`];
  return [
    `udevadm settle --timeout=30 --exit-if-exists=${device} || true`,
    ...format,
    `mkdir -p ${shellText(target)}`,
    `mountpoint -q ${shellText(target)} || mount -o discard,defaults ${device} ${shellText(target)}`,
    ...grow,
  ];
}

/** The disks besides the one that boots, in manifest order. */
export function dataDisksOf(deployment: Deployment): readonly DiskIntent[] {
  return deployment.disks.filter((disk) => !disk.boot);
}

/** One word of a shell command, whatever it contains. */
export function shellText(text: string): string {
  return /^[\w./:=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

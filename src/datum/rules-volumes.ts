import { isObject, type JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Catalogs } from "./catalogs.ts";
import { type Path, valueAt } from "./document.ts";
import { isNewer } from "./generations.ts";
import { quantityMillis } from "./quantity.ts";
import { isLabel, objectsAt, type Reporter, textAt } from "./report.ts";

const spec = ["spec", "template", "spec"] as const;
const gib = 1000n << 30n;

/** Disks, files and secrets of a template, and where they are attached. */
export function checkVolumes(content: JsonObject, catalogs: Catalogs, report: Reporter): void {
  const volumes = objectsAt(content, [...spec, "volumes"]);
  const attached = checkAttachments(
    content,
    new Map(volumes.map(({ value }) => [textAt(value, ["name"]), value])),
    report,
  );
  const names = new Set<string>();
  const devices = new Set<string>();
  for (const [index, { path, value }] of volumes.entries()) {
    const name = textAt(value, ["name"]);
    if (!isLabel(name))
      report.say(
        "workload/volume-name",
        [...path, "name"],
        `${JSON.stringify(name)} is no DNS label.`,
        "Use lower-case letters, digits and dashes.",
      );
    if (names.has(name))
      report.say(
        "workload/volume-duplicate",
        [...path, "name"],
        `A volume ${name} stands above already.`,
        "Rename one of the two.",
      );
    else if (!attached.has(name))
      report.say(
        "workload/volume-unattached",
        [...path, "name"],
        `${name === "" ? "A volume without a name" : `The volume ${name}`} is attached nowhere.`,
        "Attach it, or remove it.",
      );
    names.add(name);
    const sources = ["disk", "configMap", "secret"].filter((source) => value[source] !== undefined);
    if (sources.length === 0)
      report.say("workload/volume-source", path, `The volume ${name} has no source.`, "Add disk, configMap or secret.");
    for (const source of sources.slice(1))
      report.say(
        "workload/volume-source",
        [...path, source],
        `The volume ${name} has a source already: ${sources[0]}.`,
        "Keep one.",
      );
    if (isObject(value.disk)) {
      const device = textAt(value.disk, ["deviceName"]) || `persistent-disk-${index}`;
      if (devices.has(device))
        report.say(
          "workload/device-name",
          [...path, "disk", "deviceName"],
          `The device name ${device} is taken.`,
          "Give each disk a deviceName of its own.",
        );
      devices.add(device);
      checkDisk(value.disk, [...path, "disk"], catalogs, report);
    }
    checkItems(content, value, path, report);
    if (isObject(value.configMap)) checkFiles(value.configMap, "name", [...path, "configMap"], report);
    if (isObject(value.secret)) checkFiles(value.secret, "secretName", [...path, "secret"], report);
  }
}

function checkAttachments(
  content: JsonObject,
  volumes: ReadonlyMap<string, JsonObject>,
  report: Reporter,
): ReadonlySet<string> {
  const machine = [...spec, "runtime", "virtualMachine"];
  // A template that says both runtimes is told so once; what its virtual machine says does not count.
  const isSandbox = valueAt(content, [...spec, "runtime", "sandbox"]) !== undefined;
  const holders: Path[] = [
    ...(isSandbox ? [] : [machine]),
    ...objectsAt(content, [...spec, "runtime", "sandbox", "containers"]).map(({ path }) => path),
  ];
  const attached = new Set<string>();
  for (const holder of holders) {
    const mounts = new Set<string>();
    for (const [index, { path, value }] of objectsAt(content, [...holder, "volumeAttachments"]).entries()) {
      const name = textAt(value, ["name"]);
      const volume = volumes.get(name);
      attached.add(name);
      if (volume === undefined) {
        const near = nearest(name, [...volumes.keys()]);
        report.say(
          "workload/attachment-volume",
          [...path, "name"],
          `There is no volume ${JSON.stringify(name)}.`,
          near === undefined ? "Add it to volumes." : `Did you mean ${near}?`,
        );
        continue;
      }
      const isBoot = textAt(volume, ["disk", "template", "spec", "populator", "image", "name"]) !== "";
      if (holder === machine && index === 0 && !isBoot)
        report.say(
          "workload/boot-disk",
          [...path, "name"],
          "The first volume of a virtual machine must be a disk with an image to boot from.",
          "Attach such a disk first.",
        );
      checkMount(value, path, volume, mounts, report);
    }
  }
  return attached;
}

function checkMount(
  attachment: JsonObject,
  path: Path,
  volume: JsonObject,
  mounts: Set<string>,
  report: Reporter,
): void {
  const mount = textAt(attachment, ["mountPath"]);
  if (mount === "") return;
  const at = [...path, "mountPath"];
  if (!mount.startsWith("/"))
    report.say(
      "workload/mount-path",
      at,
      `The mount path ${JSON.stringify(mount)} is not absolute.`,
      `Write /${mount}.`,
    );
  if (mounts.has(mount))
    report.say(
      "workload/mount-duplicate",
      at,
      `Something is mounted at ${mount} already.`,
      "Mount one of the two elsewhere.",
    );
  mounts.add(mount);
  const disk = valueAt(volume, ["disk", "template", "spec"]);
  const isRaw = isObject(disk) && disk.populator === undefined;
  if (isRaw)
    report.say(
      "workload/mount-raw",
      at,
      "A disk without a populator has no file system to mount.",
      "Add populator.filesystem, or remove mountPath.",
    );
}

function checkDisk(disk: JsonObject, path: Path, catalogs: Catalogs, report: Reporter): void {
  const at = [...path, "template", "spec"];
  const type = textAt(disk, ["template", "spec", "type"]);
  const image = textAt(disk, ["template", "spec", "populator", "image", "name"]);
  known("workload/disk-type", "disk type", type, catalogs["disk-types"], [...at, "type"], report);
  if (image !== "")
    known("workload/disk-image", "image", image, catalogs.images, [...at, "populator", "image", "name"], report);
  if (image !== "" && valueAt(disk, ["template", "spec", "populator", "filesystem"]) !== undefined) {
    report.say(
      "workload/populator",
      [...at, "populator", "filesystem"],
      "A disk is filled from an image or formatted, not both.",
      "Keep one populator.",
    );
  }
  checkSize(disk, [...at, "resources"], image !== "", report);
}

/** A disk without an image must say its size; with one it may. */
function checkSize(disk: JsonObject, at: Path, hasImage: boolean, report: Reporter): void {
  const resources = valueAt(disk, ["template", "spec", "resources"]);
  const absent = [[], ["requests"], ["requests", "storage"]].find((path) => valueAt(resources, path) === undefined);
  if (absent !== undefined) {
    if (absent.length === 0 && hasImage) return;
    const message = absent.length === 0 ? "The disk has neither an image nor a size." : "The disk says no size.";
    report.say("workload/disk-size", [...at, ...absent], message, "Add resources.requests.storage, such as 20Gi.");
    return;
  }
  const sizeAt = [...at, "requests", "storage"];
  const storage = valueAt(resources, ["requests", "storage"]) ?? null;
  const size = quantityMillis(storage);
  if (size === undefined || size <= 0n) {
    report.say(
      "workload/disk-size",
      sizeAt,
      `${JSON.stringify(storage)} is no size.`,
      "Write a quantity such as 20Gi.",
    );
    return;
  }
  const say = (message: string, hint: string): void => report.say("workload/disk-size", sizeAt, message, hint);
  const text = String(storage);
  if (size % gib !== 0n) say(`${text} is no whole number of Gi (2^30 bytes).`, "Write a size such as 20Gi.");
  if (size < 10n * gib || size > 100n * gib) say(`${text} is not between 10Gi and 100Gi.`, "Write a size in between.");
  else if (hasImage && size < 25n * gib)
    say(`A disk with an image needs 25Gi at least, not ${text}.`, "Write 25Gi or more, or remove resources.");
}

function known(rule: string, noun: string, name: string, catalog: JsonObject, path: Path, report: Reporter): void {
  const names = Object.keys(catalog);
  if (names.includes(name)) return;
  const near = nearest(name, names);
  report.say(
    rule,
    path,
    `The ${noun} ${JSON.stringify(name)} is not known.`,
    near === undefined ? `Known: ${names.join(", ")}. The configuration's catalogs add more.` : `Did you mean ${near}?`,
  );
}

/** The older generation has no choice of keys from a ConfigMap; it refuses what it would not carry out. */
function checkItems(content: JsonObject, volume: JsonObject, path: Path, report: Reporter): void {
  if (objectsAt(volume, ["configMap", "items"]).length === 0 || isNewer(content)) return;
  const message = "The generation of the API that the workload is written in cannot choose keys of a ConfigMap.";
  const hint = "Remove items: every key becomes a file.";
  report.say("workload/configmap-items", [...path, "configMap", "items"], message, hint);
}

function checkFiles(files: JsonObject, nameField: string, path: Path, report: Reporter): void {
  if (textAt(files, [nameField]) === "")
    report.say(
      "workload/volume-reference",
      [...path, nameField],
      `The volume says no ${nameField}.`,
      `Add ${nameField}.`,
    );
  const modes: [Path, unknown][] = [[[...path, "defaultMode"], files.defaultMode]];
  for (const item of objectsAt(files, ["items"])) {
    modes.push([[...path, ...item.path, "mode"], item.value.mode]);
    const target = textAt(item.value, ["path"]);
    if (target === "" || target.startsWith("/") || target.split("/").includes("..")) {
      report.say(
        "workload/item-path",
        [...path, ...item.path, "path"],
        `${JSON.stringify(target)} is no relative path without "..".`,
        "Write a path below the mount path, such as conf/app.yaml.",
      );
    }
  }
  for (const [at, mode] of modes) {
    if (typeof mode === "number" && (mode < 0 || mode > 0o777))
      report.say(
        "workload/file-mode",
        at,
        `${mode} is no file mode between 0 and 0777 (511).`,
        "Write it as 0o644, or 420.",
      );
  }
}

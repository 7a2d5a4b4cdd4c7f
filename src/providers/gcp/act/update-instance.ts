import type { Json, JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../boot/template.ts";
import { placeOf, requestAt } from "../kinds.ts";
import { type Bench, doingText, operate, readLive } from "./bench.ts";
import { accessConfig, attachedDisk, ipv6AccessConfig, mergedLabels, metadataItems, zonePath } from "./bodies.ts";
import { started } from "./insert.ts";
import type { Task } from "./task.ts";

const bootNote = "plumbline-boot";

/** One step of an update: a method of the instances service with its request beside the place. */
interface Step {
  readonly method: string;
  readonly request: JsonObject;
}

/** Brings a living instance to what is wanted: live fields first, then what needs it stopped, the marker last. */
export async function updateInstance(bench: Bench, task: Task, signal: AbortSignal): Promise<void> {
  const { place, key } = task;
  const changed = (path: string): boolean =>
    task.fields.some((field) => field.path === path || field.path.startsWith(`${path}.`));
  const run = (step: Step): Promise<void> => {
    const { instance, ...where } = requestAt(place);
    // One method of the service calls the instance by another word.
    const name = step.method === "setDeletionProtection" ? { resource: instance } : { instance };
    const request = { ...where, ...name, ...step.request };
    const doing = doingText(step.method, place);
    return operate(
      bench,
      { service: "instance", method: step.method, request, doing },
      { project: place.project, key },
      signal,
    );
  };
  for (const step of liveSteps(task, changed)) await run(step);
  await growBootDisk(bench, task, changed, signal);
  const restarts = task.fields.some((field) => field.forces === "restart");
  let status = textAt(task.live, "status");
  if (restarts && status !== "TERMINATED") {
    await run({ method: "stop", request: {} });
    status = "TERMINATED";
  }
  for (const step of stoppedSteps(task, changed)) await run(step);
  if (status !== "RUNNING") await start(bench, task, status, run, signal);
  const { live, spec, marker } = task;
  const body = { labels: mergedLabels(live, spec, marker), labelFingerprint: textAt(live, "labelFingerprint") };
  await run({ method: "setLabels", request: { instancesSetLabelsRequestResource: body } });
}

/** What can change while the instance runs. */
function liveSteps(task: Task, changed: (path: string) => boolean): readonly Step[] {
  const { spec, live } = task;
  const steps: Step[] = [];
  const isAdoption = task.order.change.action === "adopt";
  if (changed("deletionProtection")) {
    const request = { deletionProtection: spec.deletionProtection === true };
    steps.push({ method: "setDeletionProtection", request });
  }
  if (changed("tags") || (isAdoption && leaves(task, "tags"))) {
    const fingerprint = textAt(objectAt(live, "tags"), "fingerprint");
    const others = leaves(task, "tags") ? textsAt(objectAt(live, "tags"), "items") : [];
    const items = [...new Set([...others, ...textsAt(spec, "tags")])];
    steps.push({ method: "setTags", request: { tagsResource: { items, fingerprint } } });
  }
  if (changed("metadata") || isAdoption) {
    const fingerprint = textAt(objectAt(live, "metadata"), "fingerprint");
    const items = leaves(task, "metadata") ? withBootNote(task) : metadataItems(spec);
    steps.push({ method: "setMetadata", request: { metadataResource: { items, fingerprint } } });
  }
  return [
    ...steps,
    ...(leaves(task, "dataDisks") ? [] : diskSteps(task)),
    ...stackSteps(task),
    ...(leaves(task, "networkInterfaces") ? [] : addressSteps(task)),
  ];
}

/** Whether the manifest leaves that field of the instance as it is. */
function leaves({ spec }: Task, field: string): boolean {
  return textsAt(spec, "leave").includes(field);
}

/** Everybody's metadata as it is, and what the boot disk was made from. */
function withBootNote({ spec, live }: Task): Json {
  const others = objectsAt(objectAt(live, "metadata"), "items").filter(({ key }) => key !== bootNote);
  return [...others, { key: bootNote, value: objectAt(spec, "metadata")[bootNote] ?? "" }];
}

/** Disks whose volume left are detached and stay; new ones are attached. */
function diskSteps({ spec, live }: Task): readonly Step[] {
  const wanted = objectsAt(spec, "dataDisks");
  const disks = objectsAt(live, "disks");
  const there = disks.filter((disk) => disk.boot !== true);
  const isSame = (left: JsonObject, right: JsonObject): boolean =>
    left.deviceName === right.deviceName && textAt(right, "source").endsWith(textAt(left, "source"));
  const gone = there.filter((disk) => !wanted.some((one) => isSame(one, disk)));
  const fresh = wanted.filter((disk) => !there.some((one) => isSame(disk, one)));
  return [
    ...gone.map((disk) => ({ method: "detachDisk", request: { deviceName: textAt(disk, "deviceName") } })),
    ...fresh.map((disk) => ({ method: "attachDisk", request: { attachedDiskResource: attachedDisk(disk) } })),
  ];
}

/** Interfaces that get IPv6 beside IPv4, or lose it. */
function stackSteps({ spec, live, fields }: Task): readonly Step[] {
  const there = objectsAt(live, "networkInterfaces");
  return objectsAt(spec, "networkInterfaces").flatMap((nic, index): readonly Step[] => {
    const paths = [`networkInterfaces[${index}].stackType`, `networkInterfaces[${index}].externalIpv6Address`];
    if (!fields.some(({ path }) => paths.includes(path))) return [];
    const networkInterface = textAt(there[index], "name") || `nic${index}`;
    const networkInterfaceResource: JsonObject = {
      stackType: textAt(nic, "stackType") || "IPV4_ONLY",
      ...(nic.externalIpv6Address === true ? { ipv6AccessConfigs: [ipv6AccessConfig] } : {}),
      fingerprint: textAt(there[index], "fingerprint"),
    };
    return [{ method: "updateNetworkInterface", request: { networkInterface, networkInterfaceResource } }];
  });
}

function addressSteps({ spec, live }: Task): readonly Step[] {
  const there = objectsAt(live, "networkInterfaces");
  return objectsAt(spec, "networkInterfaces").flatMap((nic, index): readonly Step[] => {
    const configs = objectsAt(there[index], "accessConfigs");
    const networkInterface = textAt(there[index], "name") || `nic${index}`;
    if (nic.externalAddress === true) {
      if (configs.length > 0) return [];
      return [{ method: "addAccessConfig", request: { networkInterface, accessConfigResource: accessConfig } }];
    }
    return configs.map((config) => ({
      method: "deleteAccessConfig",
      request: { networkInterface, accessConfig: textAt(config, "name") },
    }));
  });
}

/** What can only change while the instance is stopped. */
function stoppedSteps(task: Task, changed: (path: string) => boolean): readonly Step[] {
  const { spec, resource } = task;
  const steps: Step[] = [];
  if (changed("machineType")) {
    const machineType = `${zonePath(resource)}/machineTypes/${textAt(spec, "machineType")}`;
    steps.push({ method: "setMachineType", request: { instancesSetMachineTypeRequestResource: { machineType } } });
  }
  if (changed("serviceAccount")) {
    const email = textAt(spec, "serviceAccount");
    const scopes: Json = email === "" ? [] : ["https://www.googleapis.com/auth/cloud-platform"];
    steps.push({
      method: "setServiceAccount",
      request: { instancesSetServiceAccountRequestResource: { email, scopes } },
    });
  }
  if (changed("minCpuPlatform")) {
    const minCpuPlatform = textAt(spec, "minCpuPlatform");
    steps.push({
      method: "setMinCpuPlatform",
      request: { instancesSetMinCpuPlatformRequestResource: { minCpuPlatform } },
    });
  }
  return steps;
}

async function start(
  bench: Bench,
  task: Task,
  status: string,
  run: (step: Step) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { place, key } = task;
  if (status === "TERMINATED" || status === "STOPPED") await run({ method: "start", request: {} });
  else if (status === "SUSPENDED") await run({ method: "resume", request: {} });
  else if (["STOPPING", "SUSPENDING", "DEPROVISIONING"].includes(status)) {
    // Neither here nor there: the next try finds out where it went.
    const message = `${doingText("start", place)}: it is ${status}.`;
    throw new ProviderError(message, { code: "not-ready", next: "retry", resource: key });
  }
  await started(bench, place, key, signal);
}

async function growBootDisk(
  bench: Bench,
  task: Task,
  changed: (path: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  if (!changed("bootDisk.sizeGib")) return;
  const boot = objectsAt(task.live, "disks").find((disk) => disk.boot === true);
  const source = textAt(boot, "source");
  const place = placeOf(source.slice(source.indexOf("projects/")));
  const sizeGb = String(objectAt(task.spec, "bootDisk").sizeGib);
  // A try before this one may have grown it, its answer lost; asking again for the same size is refused.
  const disk = await readLive(bench, place, task.key, signal);
  if (Number(textAt(disk, "sizeGb")) >= Number(sizeGb)) return;
  const request = { ...requestAt(place), disksResizeRequestResource: { sizeGb } };
  const target = { project: place.project, key: task.key };
  await operate(bench, { service: "disk", method: "resize", request, doing: doingText("grow", place) }, target, signal);
}

import { withoutReferences } from "../../../core/identity.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Observed, Resource } from "../../../core/resource.ts";
import { type Order, ProviderError } from "../../provider.ts";
import { textAt, textsAt } from "../boot/template.ts";
import { compareThings } from "../compare.ts";
import { type Place, placeOf, requestAt } from "../kinds.ts";
import { type Bench, checkOurs, doingText, markerOf, operate, readLive, seenAs } from "./bench.ts";
import { firewallBody, flowLogsBody, mergedLabels, natBodies } from "./bodies.ts";
import type { Task } from "./task.ts";
import { updateInstance } from "./update-instance.ts";

const tries = 4;

/** Brings a living thing to what is wanted, restarting it when a field asks for that. Works from what is there now, so that it may be repeated. */
export async function updateThing(
  bench: Bench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const place = placeOf(resource.key);
  const { key } = resource;
  for (let attempt = 1; ; attempt += 1) {
    const live = await readLive(bench, place, key, signal);
    if (live === undefined) {
      const message = `${doingText("update", place)}: it is gone.`;
      throw new ProviderError(message, { code: "changed", next: "retry", resource: key });
    }
    checkOurs(bench, order, place, live, key);
    const fields = compareThings(resource, seenAs(bench, place, live));
    const spec = withoutReferences(resource.spec) as JsonObject;
    const task = { order, resource, place, key, spec, marker: markerOf(order, resource), live, fields };
    refuseReplacing(task);
    try {
      await updates[place.kind](bench, task, signal);
    } catch (error) {
      // Somebody else wrote in between: what is there now decides anew.
      if (error instanceof ProviderError && error.code === "changed" && attempt < tries) continue;
      throw error;
    }
    const after = await readLive(bench, place, key, signal);
    if (after !== undefined) return seenAs(bench, place, after);
  }
}

type Update = (bench: Bench, task: Task, signal: AbortSignal) => Promise<void>;

const updates: Readonly<Record<Place["kind"], Update>> = {
  network: updateNetwork,
  subnetwork: updateSubnetwork,
  router: updateRouter,
  // Whatever differs in a route is made anew; taking one over writes nothing.
  route: async () => undefined,
  firewall: updateFirewall,
  disk: updateDisk,
  instance: updateInstance,
};

/** The world moved since the plan: what would now need a replacement is left to the next plan. */
function refuseReplacing({ fields, place, key }: Task): void {
  const names = fields.filter((field) => field.forces === "replace").map((field) => field.path);
  if (names.length === 0) return;
  const message = `${doingText("update", place)}: ${names.join(", ")} changed since the plan and cannot change in place.`;
  throw new ProviderError(message, { code: "conflict", next: "person", resource: key });
}

async function updateNetwork(bench: Bench, task: Task, signal: AbortSignal): Promise<void> {
  if (task.fields.length === 0) return;
  const { place, key, spec } = task;
  const families = ["enableUlaInternalIpv6", "internalIpv6Range"].filter((field) => spec[field] !== undefined);
  const left = textsAt(spec, "leave");
  const whole: JsonObject = {
    ...{ mtu: spec.mtu ?? 1460, routingConfig: { routingMode: spec.routingMode ?? "REGIONAL" } },
    ...Object.fromEntries(families.map((field) => [field, spec[field] ?? ""])),
  };
  const kept = Object.entries(whole).filter(
    ([name]) => !left.includes(name === "routingConfig" ? "routingMode" : name),
  );
  const body = Object.fromEntries(kept);
  const request = { ...requestAt(place), networkResource: body };
  const doing = doingText("update", place);
  await operate(
    bench,
    { service: "network", method: "patch", request, doing },
    { project: place.project, key },
    signal,
  );
}

async function updateSubnetwork(bench: Bench, task: Task, signal: AbortSignal): Promise<void> {
  const { place, key, spec, live } = task;
  const target = { project: place.project, key };
  const changed = new Set(task.fields.map((field) => field.path));
  const doing = doingText("update", place);
  if (changed.has("ipCidrRange")) {
    const body = { ipCidrRange: spec.ipCidrRange ?? "" };
    const request = { ...requestAt(place), subnetworksExpandIpCidrRangeRequestResource: body };
    await operate(bench, { service: "subnetwork", method: "expandIpCidrRange", request, doing }, target, signal);
  }
  if (changed.has("stackType")) {
    // Widening changes the fingerprint.
    const now = changed.has("ipCidrRange") ? await readLive(bench, place, key, signal) : live;
    const access: JsonObject = spec.ipv6AccessType === undefined ? {} : { ipv6AccessType: spec.ipv6AccessType };
    const body = { stackType: spec.stackType ?? "", ...access, fingerprint: textAt(now, "fingerprint") };
    const request = { ...requestAt(place), subnetworkResource: body };
    try {
      await operate(bench, { service: "subnetwork", method: "patch", request, doing }, target, signal);
    } catch (error) {
      // While interfaces have IPv6 the subnetwork keeps it. They lose it after this; the next pass takes it from here.
      if (!(error instanceof ProviderError) || error.code !== "in-use" || spec.stackType !== "IPV4_ONLY") throw error;
    }
  }
  if ([...changed].some((path) => path.startsWith("flowLogs"))) await updateFlowLogs(bench, task, signal);
}

/** The fingerprint may be another one after what was changed before. */
async function updateFlowLogs(bench: Bench, { place, key, spec }: Task, signal: AbortSignal): Promise<void> {
  const now = await readLive(bench, place, key, signal);
  const body = { logConfig: flowLogsBody(spec), fingerprint: textAt(now, "fingerprint") };
  const request = { ...requestAt(place), subnetworkResource: body };
  const doing = doingText("update", place);
  const target = { project: place.project, key };
  await operate(bench, { service: "subnetwork", method: "patch", request, doing }, target, signal);
}

async function updateRouter(bench: Bench, task: Task, signal: AbortSignal): Promise<void> {
  const { place, key, spec, fields } = task;
  if (fields.length === 0) return;
  const body = { nats: natBodies(spec) };
  const request = { ...requestAt(place), routerResource: body };
  const doing = doingText("update", place);
  await operate(bench, { service: "router", method: "patch", request, doing }, { project: place.project, key }, signal);
}

async function updateFirewall(bench: Bench, task: Task, signal: AbortSignal): Promise<void> {
  const { place, key, spec, marker } = task;
  const left = textsAt(spec, "leave");
  const whole = Object.entries(firewallBody(spec, marker));
  // Where nothing differs the marker alone is written.
  const isWritten = (name: string): boolean =>
    task.fields.length === 0 ? name === "description" : !left.includes(name);
  const body = Object.fromEntries(whole.filter(([name]) => isWritten(name)));
  const request = { ...requestAt(place), firewallResource: body };
  const doing = doingText("update", place);
  await operate(
    bench,
    { service: "firewall", method: "patch", request, doing },
    { project: place.project, key },
    signal,
  );
}

async function updateDisk(bench: Bench, task: Task, signal: AbortSignal): Promise<void> {
  const { place, key, spec, live, marker } = task;
  const target = { project: place.project, key };
  const doing = doingText("update", place);
  if (task.fields.some((field) => field.path === "sizeGib")) {
    const request = { ...requestAt(place), disksResizeRequestResource: { sizeGb: String(spec.sizeGib) } };
    await operate(bench, { service: "disk", method: "resize", request, doing }, target, signal);
  }
  const { disk, ...rest } = requestAt(place);
  const body = { labels: mergedLabels(live, spec, marker), labelFingerprint: textAt(live, "labelFingerprint") };
  const request = { ...rest, resource: disk, zoneSetLabelsRequestResource: body };
  await operate(bench, { service: "disk", method: "setLabels", request, doing }, target, signal);
}

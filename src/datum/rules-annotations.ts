import { isObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import { type Document, type Path, valueAt } from "./document.ts";
import { existingNames, existingNamesNote, existingNetwork, isLeave, leaveNote } from "./existing.ts";
import { flowLogsWish } from "./flow-logs.ts";
import { gatewayAddress } from "./links.ts";
import { peeredRanges } from "./range-facts.ts";
import type { Reporter } from "./report.ts";
import { natWish, routeWishes } from "./routing.ts";
import { spanMs } from "./span.ts";

const ownAnnotations = [
  "adopt",
  "protect",
  "force-conflicts",
  "rollout-width",
  "progress-deadline",
  "external-addresses",
  "policy-exception",
  "control-plane",
  "ipv6-access",
  "nat",
  "routes",
  "peered-ranges",
  "flow-logs",
  "fabric-gateway",
  "existing-names",
  "leave",
];

/** Annotations of our own are a closed set: a misspelled one would be ignored in silence. Templates may carry them too. */
export function checkAnnotations(document: Document, report: Reporter): void {
  for (const holder of [["metadata"], ["spec", "template", "metadata"]]) {
    const path = [...holder, "annotations"];
    const annotations = valueAt(document.content, path);
    for (const [key, value] of Object.entries(isObject(annotations) ? annotations : {})) {
      if (!key.startsWith("plumbline.dev/")) continue;
      checkAnnotation(key, value, [...path, key], report);
      checkExisting(document.kind, key, String(value), [...path, key], report);
    }
  }
}

function checkAnnotation(key: string, value: unknown, path: Path, report: Reporter): void {
  const known = ownAnnotations.map((name) => `plumbline.dev/${name}`);
  if (!known.includes(key)) {
    const near = nearest(key, known);
    const hint = near === undefined ? `Known: ${known.join(", ")}.` : `Did you mean ${near}?`;
    report.say("annotations/unknown", path, `The annotation ${key} is not known.`, hint);
  }
  if (/\/(adopt|protect|force-conflicts)$/.test(key) && value !== "true" && value !== "false") {
    const message = `${JSON.stringify(value)} is neither "true" nor "false".`;
    report.say("annotations/flag", path, message, 'Write "true".');
  }
  if (key.endsWith("/control-plane") && !/^[a-z][-a-z0-9]*( *, *[a-z][-a-z0-9]*)*$/.test(String(value))) {
    const message = `${JSON.stringify(value)} names no control plane.`;
    report.say("annotations/control-plane", path, message, "Write a name of the configuration, several with commas.");
  }
  if (key.endsWith("/rollout-width") && !/^([1-9]\d{0,3}|([1-9]\d?|100)%)$/.test(String(value))) {
    const message = `${JSON.stringify(value)} is no width of a rollout.`;
    report.say("annotations/rollout-width", path, message, 'Write a count such as "3" or a share such as "25%".');
  }
  if (key.endsWith("/nat") && natWish(String(value)) === undefined) {
    const message = `${JSON.stringify(value)} says nothing of address translation.`;
    report.say("annotations/nat", path, message, 'Write "true", or settings such as "ports=128,log=errors".');
  }
  if (key.endsWith("/routes") && routeWishes(String(value)) === undefined) {
    const message = `${JSON.stringify(String(value).slice(0, 80))} holds something that is no route.`;
    const hint =
      "Write routes such as 10.9.0.0/16 via 10.128.0.5 priority 900, or via internet, or via instance web-main-dfw-0; a semicolon between two.";
    report.say("annotations/routes", path, message, hint);
  }
  if (key.endsWith("/fabric-gateway") && gatewayAddress(String(value)) === undefined) {
    const message = `${JSON.stringify(String(value).slice(0, 40))} is no IPv4 address.`;
    report.say("annotations/fabric-gateway", path, message, "Write an address of the network such as 10.128.0.5.");
  }
  if (key.endsWith("/flow-logs") && flowLogsWish(String(value)) === undefined) {
    const message = `${JSON.stringify(String(value).slice(0, 80))} is no wish for flow logs.`;
    const hint =
      'Write "true", or settings such as "sampling=0.1,interval=30s,metadata=none": sampling from 0.001 to 1; interval 5s, 30s, 1m, 5m, 10m or 15m; metadata all or none.';
    report.say("annotations/flow-logs", path, message, hint);
  }
  if (key.endsWith("/peered-ranges") && peeredRanges(String(value)) === undefined) {
    const message = `${JSON.stringify(String(value).slice(0, 80))} holds something that is no range.`;
    report.say(
      "annotations/peered-ranges",
      path,
      message,
      "Write ranges such as 10.9.0.0/16, with commas between them.",
    );
  }
  if (key.endsWith("/ipv6-access") && value !== "internal" && value !== "external") {
    const message = `${JSON.stringify(value)} is neither "internal" nor "external".`;
    report.say("annotations/ipv6-access", path, message, 'Write "internal" or "external".');
  }
  if (key.endsWith("/progress-deadline") && spanMs(String(value)) === undefined) {
    const message = `${JSON.stringify(value)} is no time from a second to a day.`;
    report.say("annotations/progress-deadline", path, message, 'Write a time such as "90s", "10m" or "1h30m".');
  }
}

/** What was there before: its names, and what of it stays as it is. */
function checkExisting(kind: string, key: string, value: string, path: Path, report: Reporter): void {
  const shown = JSON.stringify(value.slice(0, 80));
  if (key === existingNamesNote) {
    const isNetwork = kind === "Network";
    if ((isNetwork ? existingNetwork(value) : existingNames(value)) !== undefined) return;
    const hint = isNetwork
      ? "Write network=NAME and LOCATION=SUBNETWORK RANGE, a semicolon between two."
      : "Write names in the order of the copies, a semicolon between two; the last may count on, as web-{1}; a rule as net-0-0=allow-web.";
    report.say("annotations/existing-names", path, `${shown} holds something that is no name.`, hint);
  }
  if (key === leaveNote && !isLeave(value)) {
    const message = `${shown} names no fields.`;
    report.say("annotations/leave", path, message, 'Write fields such as "instance.tags, instance.metadata".');
  }
}

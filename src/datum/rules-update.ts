import { canonical, isObject } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { type Document, type Path, valueAt } from "./document.ts";
import type { Earlier } from "./earlier.ts";
import { createReporter, type Reporter } from "./report.ts";

/** Fields that a kind's control plane refuses to change once they are set, and what happens here when one does. */
interface Fixed {
  readonly fields: readonly Path[];
  readonly effect: string;
  readonly hint: string;
}

const replaceHint = "To keep the old one until the new one stands, give the new one another name.";
const refused = "The control plane refuses the change.";
const refusedHint = "Write it under another name, or put the old value back.";

/** By `group/Kind`. Kinds that are replaced first; the others are only known. */
const table: Readonly<Record<string, Fixed>> = {
  "networking.datumapis.com/NetworkBinding": {
    fields: [
      ["spec", "network"],
      ["spec", "location"],
    ],
    effect: "The binding is deleted and made anew; what needs it waits until it is ready again.",
    hint: replaceHint,
  },
  "networking.datumapis.com/Domain": {
    fields: [["spec", "domainName"]],
    effect: "The domain is deleted and made anew, and has to be verified again.",
    hint: replaceHint,
  },
  "dns.networking.miloapis.com/DNSZone": {
    fields: [["spec", "domainName"]],
    effect: "The zone is deleted and made anew: nothing of it is answered in between.",
    hint: replaceHint,
  },
  "networking.datumapis.com/NetworkInterfaceClaim": {
    fields: [
      "network",
      "interfaceName",
      "attachmentMode",
      "ipFamilies",
      "reclaimPolicy",
      "addresses",
      "networkInterfaceName",
    ].map((field) => ["spec", field]),
    effect: refused,
    hint: refusedHint,
  },
  "networking.datumapis.com/NetworkInterface": { fields: [["spec", "network"]], effect: refused, hint: refusedHint },
  "resourcemanager.miloapis.com/Organization": { fields: [["spec", "type"]], effect: refused, hint: refusedHint },
  "compute.datumapis.com/RuntimeClass": {
    fields: [["spec", "controllerName"]],
    effect: refused,
    hint: refusedHint,
  },
  "locations.miloapis.com/LocationClass": {
    fields: [["spec", "controllerName"]],
    effect: refused,
    hint: refusedHint,
  },
};

/** Fields of a template that the newer generation fixes: of each interface, and of the runtime once it is set. */
const interfaceFields = ["name", "ipFamilies", "addresses", "reclaimPolicy"] as const;
const templateEffect =
  "The control plane refuses that; here the copies are brought to what the template says, and the plan shows what that takes.";

/** Tells of fields that cannot change in place and differ from the document of the last applied commit. */
export function checkUpdates(documents: readonly Document[], before: Pick<Earlier, "of">): readonly Problem[] {
  return documents.flatMap((document) => {
    const old = before.of(document);
    return old === undefined || old === document ? [] : checkUpdate(document, old);
  });
}

function checkUpdate(document: Document, old: Document): readonly Problem[] {
  const report = createReporter(document);
  const say = (path: Path, effect: string, hint: string): void => {
    const name = path.filter((step) => typeof step === "string").at(-1);
    const message = `${name} of ${article(document.kind)} cannot change in place. ${effect}`;
    report.say("update/immutable", path, message, hint, "warning");
  };
  const group = document.apiVersion.split("/")[0] ?? "";
  const fixed = table[`${group}/${document.kind}`];
  for (const path of fixed?.fields ?? []) {
    if (isChanged(document, old, path)) say(path, fixed?.effect ?? "", fixed?.hint ?? "");
  }
  if (group === "networking.datumapis.com" && document.kind === "Domain") checkRefresh(document, old, report);
  if (group === "compute.datumapis.com") {
    for (const path of templatePaths(document)) {
      if (isChanged(document, old, path)) say(path, templateEffect, "Put the old value back, unless that is meant.");
    }
  }
  return report.problems;
}

/** How far apart two wishes to look at a domain anew must be. */
const refreshGapMs = 5 * 60_000;

function checkRefresh(document: Document, old: Document, report: Reporter): void {
  for (const field of ["desiredRegistrationRefreshAttempt", "desiredVerificationRefreshAttempt"]) {
    const path = ["spec", field];
    const [was, wish] = [valueAt(old.content, path), valueAt(document.content, path)];
    if (typeof was !== "string" || typeof wish !== "string" || was === wish) continue;
    if (!(Date.parse(wish) - Date.parse(was) < refreshGapMs)) continue;
    const message = `${field} was ${was}; it may only move forward, by five minutes or more.`;
    report.say("update/refresh", path, message, "Write a later time.");
  }
}

function templatePaths(document: Document): readonly Path[] {
  if (document.kind !== "Workload" && document.kind !== "Instance") return [];
  const spec: Path = document.kind === "Instance" ? ["spec"] : ["spec", "template", "spec"];
  const interfaces = valueAt(document.content, [...spec, "networkInterfaces"]);
  const count = Array.isArray(interfaces) ? interfaces.length : 0;
  return [
    [...spec, "runtime", "class"],
    ...Array.from({ length: count }, (_, index) =>
      interfaceFields.map((field): Path => [...spec, "networkInterfaces", index, field]),
    ).flat(),
  ];
}

/** Fields that may not even be added later. */
const closed: ReadonlySet<string | number | undefined> = new Set(["addresses", "networkInterfaceName"]);

/** What was not set may be set, but for closed fields; what was set may neither change nor go, unless all around it went. */
function isChanged(document: Document, old: Document, path: Path): boolean {
  const around = path.slice(0, -1);
  if (!isObject(valueAt(old.content, around)) || !isObject(valueAt(document.content, around))) return false;
  const was = valueAt(old.content, path);
  if (was === undefined && !closed.has(path.at(-1))) return false;
  return canonical(valueAt(document.content, path) ?? null) !== canonical(was ?? null);
}

function article(noun: string): string {
  return `${/^[AEIOU]/.test(noun) ? "an" : "a"} ${noun}`;
}

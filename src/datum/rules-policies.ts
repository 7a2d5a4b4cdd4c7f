import type { JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import { cidrHolds, cidrProblem } from "./cidr.ts";
import { type Path, valueAt } from "./document.ts";
import { objectsAt, type Reporter, textAt } from "./report.ts";

const spec = ["spec", "template", "spec"] as const;

/** Named ports of a template: what a policy may call by name. The first of a name counts. */
export function namedPorts(
  content: JsonObject,
): ReadonlyMap<string, { readonly port: number; readonly protocol: string }> {
  const holders: Path[] = [
    [...spec, "runtime", "virtualMachine"],
    ...objectsAt(content, [...spec, "runtime", "sandbox", "containers"]).map(({ path }) => path),
  ];
  const found = new Map<string, { port: number; protocol: string }>();
  for (const holder of holders) {
    for (const { value } of objectsAt(content, [...holder, "ports"])) {
      const name = textAt(value, ["name"]);
      if (!found.has(name))
        found.set(name, { port: Number(value.port), protocol: textAt(value, ["protocol"]) || "TCP" });
    }
  }
  return found;
}

/** What is let in: blocks, exceptions, ports. */
export function checkPolicies(content: JsonObject, report: Reporter): void {
  const names = namedPorts(content);
  for (const nic of objectsAt(content, [...spec, "networkInterfaces"])) {
    for (const rule of objectsAt(content, [...nic.path, "networkPolicy", "ingress"])) {
      for (const from of objectsAt(content, [...rule.path, "from"])) checkFrom(from.value, from.path, report);
      for (const port of objectsAt(content, [...rule.path, "ports"])) checkPort(port.value, port.path, names, report);
    }
  }
}

function checkFrom(from: JsonObject, path: Path, report: Reporter): void {
  const at = [...path, "ipBlock", "cidr"];
  const cidr = textAt(from, ["ipBlock", "cidr"]);
  if (from.ipBlock === undefined) {
    report.say(
      "policy/source",
      path,
      "The source says no ipBlock.",
      "Add ipBlock.cidr, or remove from to let in everybody.",
    );
    return;
  }
  const wrong = cidrProblem(cidr);
  if (wrong !== undefined) report.say("policy/cidr", at, wrong, cidrHint);
  const except = valueAt(from, ["ipBlock", "except"]);
  if (!Array.isArray(except)) return;
  for (const [index, inner] of except.entries()) {
    const place = [...path, "ipBlock", "except", index];
    const broken = cidrProblem(String(inner));
    if (broken !== undefined) report.say("policy/cidr", place, broken, cidrHint);
    else if (wrong === undefined && !cidrHolds(cidr, String(inner)))
      report.say(
        "policy/except",
        place,
        `${String(inner)} is not inside ${cidr}.`,
        "Narrow the exception, or widen cidr.",
      );
  }
}

function portHint(port: string, names: readonly string[]): string {
  if (/^\d+$/.test(port)) return `Write ${port} without quotes.`;
  const meant = nearest(port, names);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return names.length > 0 ? `Named here: ${names.join(", ")}.` : "Write the number.";
}

/** Protocols are written in capitals. */
export function protocolHint(protocol: string): string {
  const meant = protocol.toUpperCase();
  return ["TCP", "UDP", "SCTP"].includes(meant) ? `Write ${meant}.` : "Use TCP, UDP or SCTP.";
}

/** Blocks are written by their first address. */
const cidrHint = "Write the first address and the prefix length, such as 10.0.0.0/8.";

function checkPort(entry: JsonObject, path: Path, names: ReadonlyMap<string, unknown>, report: Reporter): void {
  const { port, endPort } = entry;
  const protocol = textAt(entry, ["protocol"]);
  if (!["", "TCP", "UDP", "SCTP"].includes(protocol))
    report.say(
      "policy/protocol",
      [...path, "protocol"],
      `${JSON.stringify(protocol)} is no protocol.`,
      protocolHint(protocol),
    );
  if (typeof port === "string" && !names.has(port)) {
    report.say(
      "policy/port-name",
      [...path, "port"],
      `No port of the template is named ${JSON.stringify(port)}.`,
      portHint(port, [...names.keys()]),
    );
  }
  if (typeof port === "number" && (port < 1 || port > 65_535))
    report.say("policy/port", [...path, "port"], `${port} is no port.`, "Use a number from 1 to 65535.");
  if (endPort === undefined) return;
  const at = [...path, "endPort"];
  if (typeof port !== "number")
    report.say("policy/end-port", at, "endPort needs a numeric port to start from.", "Write port as a number.");
  else if (Number(endPort) < port || Number(endPort) > 65_535)
    report.say(
      "policy/end-port",
      at,
      `endPort ${String(endPort)} is not between port ${port} and 65535.`,
      "Write the larger number as endPort.",
    );
}

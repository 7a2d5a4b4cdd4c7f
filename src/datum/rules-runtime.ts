import type { JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Catalogs } from "./catalogs.ts";
import { type Path, valueAt } from "./document.ts";
import { isLabel, isPortName, objectsAt, type Reporter, textAt } from "./report.ts";
import { checkVariables } from "./rules-environment.ts";
import { checkKeys } from "./rules-keys.ts";
import { protocolHint } from "./rules-policies.ts";

const template = ["spec", "template"] as const;
const runtime = [...template, "spec", "runtime"] as const;

/** What runs: instance type, virtual machine or containers, ports, keys. */
export function checkRuntime(content: JsonObject, catalogs: Catalogs, report: Reporter): void {
  const type = textAt(content, [...runtime, "resources", "instanceType"]);
  const types = Object.keys(catalogs["instance-types"]);
  if (!types.includes(type)) {
    const near = nearest(type, types);
    report.say(
      "workload/instance-type",
      [...runtime, "resources", "instanceType"],
      type === "" ? "The workload names no instance type." : `The instance type ${JSON.stringify(type)} is not known.`,
      near === undefined
        ? `Known: ${types.join(", ")}. The configuration's catalogs add more.`
        : `Did you mean ${near}?`,
    );
  }
  const runtimeClass = textAt(content, [...runtime, "class"]);
  const classes = Object.keys(catalogs["runtime-classes"]);
  if (runtimeClass !== "" && !classes.includes(runtimeClass)) {
    const message = `The runtime class ${JSON.stringify(runtimeClass)} is not known.`;
    const meant = nearest(runtimeClass, classes);
    const hint =
      meant === undefined
        ? `Known: ${classes.join(", ")}. The configuration's catalogs add more.`
        : `Did you mean ${meant}?`;
    report.say("workload/runtime-class", [...runtime, "class"], message, hint);
  }
  if (valueAt(content, [...runtime, "resources", "requests"]) !== undefined) {
    report.say(
      "workload/resource-requests",
      [...runtime, "resources", "requests"],
      "Resource requests are not carried out.",
      "The instance type says how large a copy is.",
    );
  }
  const sandbox = valueAt(content, [...runtime, "sandbox"]);
  const machine = valueAt(content, [...runtime, "virtualMachine"]);
  if (sandbox !== undefined && machine !== undefined) {
    report.say(
      "workload/runtime",
      [...runtime, "virtualMachine"],
      "A workload runs containers or a virtual machine, not both.",
      "Remove sandbox or virtualMachine.",
    );
  } else if (sandbox === undefined && machine === undefined) {
    report.say(
      "workload/runtime",
      runtime,
      "The workload says neither sandbox nor virtualMachine.",
      "Add one of the two.",
    );
  }
  if (sandbox !== undefined) checkSandbox(content, report);
  else if (machine !== undefined) checkMachine(content, report);
  checkInterfaces(content, report);
}

function checkSandbox(content: JsonObject, report: Reporter): void {
  const names = new Set<string>();
  for (const { path, value } of objectsAt(content, [...runtime, "sandbox", "containers"])) {
    const name = textAt(value, ["name"]);
    if (!isLabel(name))
      report.say(
        "workload/container-name",
        [...path, "name"],
        `${JSON.stringify(name)} is no DNS label.`,
        "Use lower-case letters, digits and dashes.",
      );
    if (names.has(name))
      report.say(
        "workload/container-duplicate",
        [...path, "name"],
        `A container ${name} stands above already.`,
        "Rename one of the two.",
      );
    names.add(name);
    if (textAt(value, ["image"]) === "")
      report.say(
        "workload/container-image",
        [...path, "image"],
        "The container names no image.",
        "Name one, such as docker.io/library/nginx:1.27.",
      );
    if (value.resources !== undefined)
      report.say(
        "workload/container-resources",
        [...path, "resources"],
        "Resources of a container are not carried out.",
        "The instance type says how large a copy is.",
      );
    checkVariables(value, path, report);
    checkPorts(value, path, report);
  }
  for (const { path, value } of objectsAt(content, [...runtime, "sandbox", "imagePullSecrets"])) {
    if (textAt(value, ["name"]) === "")
      report.say(
        "workload/pull-secret",
        [...path, "name"],
        "The pull secret has no name.",
        "Name a Secret of the workload's namespace.",
      );
  }
}

function checkMachine(content: JsonObject, report: Reporter): void {
  checkKeys(content, report);
  checkPorts(valueAt(content, [...runtime, "virtualMachine"]) as JsonObject, [...runtime, "virtualMachine"], report);
}

function checkPorts(holder: JsonObject, path: Path, report: Reporter): void {
  const names = new Set<string>();
  for (const port of objectsAt(holder, ["ports"])) {
    const at = [...path, ...port.path];
    const name = textAt(port.value, ["name"]);
    if (!isPortName(name))
      report.say(
        "workload/port-name",
        [...at, "name"],
        `${JSON.stringify(name)} is no port name.`,
        "Use at most 15 lower-case letters, digits and dashes, one letter at least.",
      );
    if (names.has(name))
      report.say(
        "workload/port-duplicate",
        [...at, "name"],
        `A port ${name} stands above already.`,
        "Rename one of the two.",
      );
    names.add(name);
    const protocol = textAt(port.value, ["protocol"]);
    if (!["", "TCP", "UDP", "SCTP"].includes(protocol))
      report.say(
        "workload/port-protocol",
        [...at, "protocol"],
        `${JSON.stringify(protocol)} is no protocol.`,
        protocolHint(protocol),
      );
  }
}

/** Interfaces: each in a network of its own. */
export function checkInterfaces(content: JsonObject, report: Reporter): void {
  const names = new Set<string>();
  for (const { path, value } of objectsAt(content, [...template, "spec", "networkInterfaces"])) {
    const name = textAt(value, ["network", "name"]);
    const at = [...path, "network", "name"];
    if (!isLabel(name))
      report.say(
        "workload/network-name",
        at,
        `${JSON.stringify(name)} is no DNS label.`,
        "Write the name of a Network of the workload's namespace.",
      );
    if (names.has(name))
      report.say(
        "workload/network-duplicate",
        at,
        `The interface above stands in the network ${name} already.`,
        "A copy has one interface in a network.",
      );
    names.add(name);
  }
}

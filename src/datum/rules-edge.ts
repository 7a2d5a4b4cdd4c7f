import ipaddr from "ipaddr.js";
import { isObject, type JsonObject } from "../core/json.ts";
import { cidrProblem } from "./cidr.ts";
import { type Document, isOf, type Path, valueAt } from "./document.ts";
import { objectsAt, type Reporter, textAt } from "./report.ts";
import { checkProxy, checkRule } from "./rules-http.ts";
import { checkServed } from "./rules-routes.ts";
import { checkService } from "./rules-service.ts";

/** The class of gateways that the edge itself serves; what it takes is narrower than the kind. */
const edgeClass = "datum-external-global-proxy";

/** Rules of the kinds that the edge serves. */
export function checkEdge(document: Document, report: Reporter): void {
  const { content, kind } = document;
  if (kind === "HTTPProxy") checkProxy(content, report);
  if (kind === "NetworkService") checkService(content, report);
  if (kind === "HTTPRoute") {
    for (const { path, value } of objectsAt(content, ["spec", "rules"])) checkRule(value, path, report);
    for (const { path, value } of objectsAt(content, ["spec", "parentRefs"]))
      checkParent(document, value, path, report);
    checkServed(content, report);
  }
  if (kind === "TrafficProtectionPolicy") checkProtection(document, report);
  if (isOf(document, "Gateway") && textAt(content, ["spec", "gatewayClassName"]) === edgeClass)
    checkGateway(document, report);
  if (kind === "DNSRecordSet") checkRecords(document, report);
  if (kind === "VPC" || kind === "VPCAttachment") checkAttachment(document, report);
  if (kind === "Subnet" || kind === "SubnetClaim") checkSubnet(document, report);
}

/** Routes hang on gateways of their own namespace. */
function checkParent({ namespace }: Document, parent: JsonObject, path: Path, report: Reporter): void {
  const wanted = { group: "gateway.networking.k8s.io", kind: "Gateway", namespace };
  for (const [field, right] of Object.entries(wanted)) {
    const value = parent[field];
    if (typeof value !== "string" || value === right) continue;
    const message = `A route hangs on a Gateway of its own namespace; ${field} is ${JSON.stringify(value)}.`;
    report.say("gateway/parent", [...path, field], message, `Write ${right}, or remove ${field}.`);
  }
}

function checkProtection({ content }: Document, report: Reporter): void {
  for (const { path, value } of objectsAt(content, ["spec", "targetRefs"])) {
    if (value.group !== "gateway.networking.k8s.io")
      report.say(
        "protection/target",
        [...path, "group"],
        `${String(value.group)} has nothing to protect.`,
        "Use gateway.networking.k8s.io.",
      );
    if (value.kind !== "Gateway" && value.kind !== "HTTPRoute")
      report.say(
        "protection/target",
        [...path, "kind"],
        `${String(value.kind)} is no kind that can be protected.`,
        value.kind === "HTTPProxy"
          ? "Use HTTPRoute: a proxy makes a route of its own name."
          : "Use Gateway or HTTPRoute.",
      );
  }
  const sets = objectsAt(content, ["spec", "ruleSets"]);
  for (const [index, { path, value }] of sets.entries()) {
    if (sets.findIndex((other) => other.value.type === value.type) < index)
      report.say(
        "protection/rule-set",
        path,
        `A rule set ${String(value.type)} stands above already.`,
        "Join the two.",
      );
    const levels = [...path, "owaspCoreRuleSet", "paranoiaLevels"];
    const blocking = Number(valueAt(content, [...levels, "blocking"]) ?? 1);
    const detection = Number(valueAt(content, [...levels, "detection"]) ?? 1);
    if (detection < blocking) {
      const message = `The detection level ${detection} is below the blocking level ${blocking}.`;
      report.say("protection/paranoia", [...levels, "detection"], message, "Raise detection or lower blocking.");
    }
    const ranges = [...path, "owaspCoreRuleSet", "ruleExclusions", "idRanges"];
    const list = valueAt(content, ranges);
    for (const [place, range] of Array.isArray(list) ? list.entries() : []) {
      const [from, to] = String(range).split("-").map(Number);
      if (from === undefined || to === undefined || to > from) continue;
      report.say(
        "protection/id-range",
        [...ranges, place],
        `${String(range)} ends before it starts.`,
        "Write it as low-high.",
      );
    }
  }
}

function checkGateway({ content }: Document, report: Reporter): void {
  const refuse = (path: Path, message: string): void =>
    report.say("gateway/unsupported", path, message, `Gateways of the class ${edgeClass} leave it out.`);
  for (const field of ["addresses", "infrastructure", "tls", "backendTLS", "allowedListeners"]) {
    if (valueAt(content, ["spec", field]) !== undefined) refuse(["spec", field], `The edge does not serve ${field}.`);
  }
  const names = new Set<string>();
  for (const { path, value } of objectsAt(content, ["spec", "listeners"])) {
    const name = textAt(value, ["name"]);
    if (names.has(name))
      report.say("gateway/listener", [...path, "name"], `A listener ${name} stands above already.`, "Rename one.");
    names.add(name);
    const { port, protocol } = value;
    if (!((port === 80 && protocol === "HTTP") || (port === 443 && protocol === "HTTPS")))
      report.say(
        "gateway/listener",
        [...path, "port"],
        `The edge does not listen to ${String(protocol)} at port ${String(port)}.`,
        "Use HTTP at 80 or HTTPS at 443.",
      );
    const hostname = textAt(value, ["hostname"]);
    if (hostname === "" && !injectedListeners.includes(name))
      report.say("gateway/listener", path, "The listener says no hostname.", "Add hostname, such as www.example.com.");
    else if (hostname !== "" && !hostname.includes("."))
      report.say(
        "gateway/listener",
        [...path, "hostname"],
        `${hostname} is not fully qualified.`,
        `Write it with its domain, ${hostname}.example.com.`,
      );
    checkTls(value, path, refuse);
    if (protocol === "HTTPS" && !injectedListeners.includes(name) && !isObject(valueAt(value, ["tls", "options"]))) {
      const hint = `Add tls.options with ${tlsOptions[0]}.`;
      report.say("gateway/issuer", path, "The listener does not say who issues its certificate.", hint, "warning");
    }
    if (objectsAt(value, ["allowedRoutes", "kinds"]).length > 0)
      refuse([...path, "allowedRoutes", "kinds"], "The edge does not choose routes by their kind.");
    const from = textAt(value, ["allowedRoutes", "namespaces", "from"]);
    if (from !== "" && from !== "Same")
      refuse(
        [...path, "allowedRoutes", "namespaces", "from"],
        `The edge takes routes of the same namespace, not from ${from}.`,
      );
  }
}

/** Listeners that the edge adds itself; it gives them their hostname. */
const injectedListeners: readonly string[] = ["default-http", "default-https"];
const tlsOptions: readonly string[] = ["gateway.networking.datumapis.com/certificate-issuer"];

function checkTls(listener: JsonObject, path: Path, refuse: (path: Path, message: string) => void): void {
  const mode = textAt(listener, ["tls", "mode"]);
  if (mode !== "" && mode !== "Terminate")
    refuse([...path, "tls", "mode"], `The edge does not serve the TLS mode ${mode}.`);
  if (valueAt(listener, ["tls", "certificateRefs"]) !== undefined)
    refuse([...path, "tls", "certificateRefs"], "The edge makes its own certificates.");
  const options = valueAt(listener, ["tls", "options"]);
  for (const option of Object.keys(isObject(options) ? options : {}))
    if (!tlsOptions.includes(option))
      refuse([...path, "tls", "options", option], `The edge knows no TLS option ${option}.`);
}

function checkRecords({ content }: Document, report: Reporter): void {
  const type = textAt(content, ["spec", "recordType"]);
  const field = type.toLowerCase();
  for (const { path, value } of objectsAt(content, ["spec", "records"])) {
    if (value[field] === undefined)
      report.say("dns/record-body", path, `The record has no ${field}.`, `Records of type ${type} say ${field}.`);
    for (const other of Object.keys(value)) {
      if (other === field || other === "name" || other === "ttl") continue;
      report.say(
        "dns/record-body",
        [...path, other],
        `A record of type ${type} has no ${other}.`,
        "Write a record set for each type.",
      );
    }
    const address = textAt(value, [field, "content"]);
    const isRight = type === "A" ? ipaddr.IPv4.isValidFourPartDecimal(address) : ipaddr.IPv6.isValid(address);
    if ((type === "A" || type === "AAAA") && isObject(value[field]) && !isRight)
      report.say(
        "dns/address",
        [...path, field, "content"],
        `${JSON.stringify(address)} is no ${type === "A" ? "IPv4" : "IPv6"} address.`,
        "Correct the address, or the record's type.",
      );
  }
}

function checkAttachment({ content }: Document, report: Reporter): void {
  const lists: readonly Path[] = [
    ["spec", "networks"],
    ["spec", "interface", "addresses"],
  ];
  const say = (at: Path, text: string, isHost: boolean): void => {
    const wrong = cidrProblem(text);
    if (wrong !== undefined && !(isHost && ipaddr.isValidCIDR(text)))
      report.say("vpc/cidr", at, wrong, "Write the first address and the prefix length, such as 10.1.0.0/16.");
  };
  for (const path of lists) {
    const list = valueAt(content, path);
    for (const [index, text] of Array.isArray(list) ? list.entries() : [])
      say([...path, index], String(text), path.length > 2);
  }
  for (const { path, value } of objectsAt(content, ["spec", "routes"])) {
    say([...path, "destination"], textAt(value, ["destination"]), false);
    const via = textAt(value, ["via"]);
    if (via !== "" && !ipaddr.isValid(via))
      report.say(
        "vpc/cidr",
        [...path, "via"],
        `${JSON.stringify(via)} is no address.`,
        "Write one address, such as 10.1.0.1.",
      );
  }
}

function checkSubnet({ content }: Document, report: Reporter): void {
  const isOld = textAt(content, ["spec", "ipFamily"]) === "IPv4";
  const start = textAt(content, ["spec", "startAddress"]);
  const isRight = isOld ? ipaddr.IPv4.isValidFourPartDecimal(start) : ipaddr.IPv6.isValid(start);
  if (start !== "" && !isRight)
    report.say(
      "subnet/address",
      ["spec", "startAddress"],
      `${JSON.stringify(start)} is no ${isOld ? "IPv4" : "IPv6"} address.`,
      "Correct startAddress or ipFamily.",
    );
  if (isOld && Number(valueAt(content, ["spec", "prefixLength"]) ?? 0) > 32)
    report.say(
      "subnet/address",
      ["spec", "prefixLength"],
      "An IPv4 prefix has 32 bits at most.",
      "Write a number up to 32.",
    );
}

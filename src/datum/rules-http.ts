import { isObject, type JsonObject } from "../core/json.ts";
import { type Path, valueAt } from "./document.ts";
import { endpointProblem, isAddress, isHostname } from "./endpoint.ts";
import { isLabel, isSubdomain, objectsAt, type Reporter, textAt } from "./report.ts";

const maxMatches = 128;
/** Field of the body of each type of filter. */
const bodies: Readonly<Record<string, string>> = {
  RequestHeaderModifier: "requestHeaderModifier",
  ResponseHeaderModifier: "responseHeaderModifier",
  RequestMirror: "requestMirror",
  RequestRedirect: "requestRedirect",
  URLRewrite: "urlRewrite",
  ExtensionRef: "extensionRef",
  CORS: "cors",
};
const repeatable = ["RequestMirror", "ExtensionRef"];

/** A site at the edge: names, hostnames, rules, where they lead. */
export function checkProxy(content: JsonObject, report: Reporter): void {
  const name = textAt(content, ["metadata", "name"]);
  // What is no name at all is told already.
  if (isSubdomain(name) && !isLabel(name))
    report.say("proxy/name", ["metadata", "name"], `${JSON.stringify(name)} is no DNS label.`, "Leave out dots.");
  checkHostnames(content, report);
  const names = new Set<string>();
  let matches = 0;
  for (const { path, value } of objectsAt(content, ["spec", "rules"])) {
    const rule = textAt(value, ["name"]);
    if (rule !== "" && names.has(rule))
      report.say("proxy/rule-name", [...path, "name"], `A rule ${rule} stands above already.`, "Rename one.");
    names.add(rule);
    matches += Math.max(1, objectsAt(value, ["matches"]).length);
    checkRule(value, path, report);
    checkBackends(value, path, report);
  }
  checkBalance(content, report);
  if (matches > maxMatches)
    report.say(
      "proxy/matches",
      ["spec", "rules"],
      `The rules have ${matches} matches; at most ${maxMatches} are possible.`,
      "Split the proxy in two.",
    );
}

/** What rules of a proxy and of an HTTPRoute share: paths and filters. */
export function checkRule(rule: JsonObject, path: Path, report: Reporter): void {
  for (const match of objectsAt(rule, ["matches"])) {
    const type = textAt(match.value, ["path", "type"]) || "PathPrefix";
    const value = valueAt(match.value, ["path", "value"]);
    const wrong = type === "RegularExpression" || typeof value !== "string" ? undefined : pathProblem(value);
    if (wrong !== undefined)
      report.say("proxy/path", [...path, ...match.path, "path", "value"], wrong, "Write a path such as /api/v1.");
  }
  const seen = new Set<string>();
  for (const filter of objectsAt(rule, ["filters"])) {
    const at = [...path, ...filter.path];
    const type = textAt(filter.value, ["type"]);
    // What is no type is told already.
    if (bodies[type] === undefined) continue;
    if (filter.value[bodies[type]] === undefined)
      report.say("proxy/filter", at, `The filter ${type} says nothing.`, `Add ${bodies[type]}.`);
    for (const field of Object.values(bodies)) {
      if (field !== bodies[type] && filter.value[field] !== undefined)
        report.say("proxy/filter", [...at, field], `A filter ${type} has no ${field}.`, "Remove it.");
    }
    if (seen.has(type) && !repeatable.includes(type))
      report.say("proxy/filter", at, `A filter ${type} stands above already.`, "Join the two.");
    seen.add(type);
    checkPrefix(rule, filter.value, at, report);
    checkHost(filter.value, at, report);
  }
  if (seen.has("RequestRedirect") && seen.has("URLRewrite"))
    report.say("proxy/filter", [...path, "filters"], "A rule redirects or rewrites, not both.", "Keep one of the two.");
}

/** Filters that override the Host header name a precise hostname. */
function checkHost(filter: JsonObject, path: Path, report: Reporter): void {
  for (const part of ["set", "add"]) {
    for (const header of objectsAt(filter, ["requestHeaderModifier", part])) {
      const value = textAt(header.value, ["value"]);
      if (textAt(header.value, ["name"]).toLowerCase() !== "host" || isHostname(value)) continue;
      const message = `${JSON.stringify(value)} is no precise hostname.`;
      report.say("proxy/host", [...path, ...header.path, "value"], message, "Write it in lower case, without a port.");
    }
  }
}

function checkPrefix(rule: JsonObject, filter: JsonObject, path: Path, report: Reporter): void {
  for (const field of ["urlRewrite", "requestRedirect"]) {
    if (textAt(filter, [field, "path", "type"]) !== "ReplacePrefixMatch") continue;
    const matches = objectsAt(rule, ["matches"]);
    const types = matches.map(({ value }) => textAt(value, ["path", "type"]) || "PathPrefix");
    if (types.length === 0 || (types.length === 1 && types[0] === "PathPrefix")) continue;
    const message = "ReplacePrefixMatch needs a rule with exactly one match, of type PathPrefix.";
    report.say("proxy/prefix-match", [...path, field, "path"], message, "Split the rule.");
  }
}

function checkHostnames(content: JsonObject, report: Reporter): void {
  const hostnames = valueAt(content, ["spec", "hostnames"]);
  for (const [index, entry] of Array.isArray(hostnames) ? hostnames.entries() : []) {
    const host = String(entry);
    const say = (message: string, hint: string): void =>
      report.say("proxy/hostname", ["spec", "hostnames", index], message, hint);
    if (Array.isArray(hostnames) && hostnames.indexOf(entry) < index) say(`${host} stands twice.`, "Remove one.");
    else if (host.startsWith("*.")) say(`${host} is a wildcard.`, "Name each hostname.");
    else if (isAddress(host)) say(`${host} is an address, not a hostname.`, "Use a name.");
    else if (!host.includes("."))
      say(`${host} is not fully qualified.`, `Write it with its domain, ${host}.example.com.`);
  }
}

function checkBackends(rule: JsonObject, path: Path, report: Reporter): void {
  const backends = objectsAt(rule, ["backends"]);
  const redirects = objectsAt(rule, ["filters"]).some(({ value }) => value.type === "RequestRedirect");
  if (backends.length === 0 && !redirects)
    report.say("proxy/backend", path, "The rule leads nowhere.", "Add a backend, or a filter RequestRedirect.");
  if (backends.length > 0 && redirects)
    report.say("proxy/backend", [...path, "backends"], "A rule that redirects has no backend.", "Keep one of the two.");
  for (const { path: inner, value } of backends) {
    const at = [...path, ...inner];
    const given = ["endpoint", "instance", "networkService"].filter((field) => value[field] !== undefined);
    if (given.length !== 1) {
      const message = "A backend is exactly one of endpoint, instance and networkService.";
      report.say("proxy/backend", at, message, "Keep or add one.");
    }
    for (const field of ["connector", ...(given[0] === "networkService" ? ["tls"] : [])]) {
      if (given.length !== 1 || given[0] === "endpoint" || value[field] === undefined) continue;
      report.say("proxy/backend", [...at, field], `A backend ${given[0]} has no ${field}.`, "Remove it.");
    }
    if (isObject(value.connector) && backends.length > 1) {
      const message = "A backend behind a connector is the only one of its rule.";
      report.say("proxy/backend", [...at, "connector"], message, "Give it a rule of its own.");
    }
    const secureName = textAt(value, ["tls", "hostname"]);
    if (secureName !== "" && !isHostname(secureName)) {
      const message = `${JSON.stringify(secureName)} is no precise hostname.`;
      report.say("proxy/host", [...at, "tls", "hostname"], message, "Write it in lower case, without a port.");
    }
    if (typeof value.endpoint !== "string") continue;
    const wrong = endpointProblem(value.endpoint, { isPrivate: isObject(value.connector), secureName });
    if (wrong !== undefined)
      report.say(
        "proxy/endpoint",
        [...at, "endpoint"],
        wrong,
        "Write it as https://origin.example.com or http://192.0.2.1:8080.",
      );
  }
}

/** What chooses a backend says what it hashes, and only that does. */
function checkBalance(content: JsonObject, report: Reporter): void {
  const at: Path = ["spec", "loadBalancer"];
  const pairs: readonly (readonly [path: Path, type: string, field: string])[] = [
    [at, "ConsistentHash", "consistentHash"],
    [[...at, "consistentHash"], "Header", "header"],
  ];
  for (const [path, type, field] of pairs) {
    const given = valueAt(content, path);
    if (!isObject(given) || typeof given.type !== "string") continue;
    const has = given[field] !== undefined;
    if (given.type === type && !has)
      report.say("proxy/balance", path, `The type ${type} says no ${field}.`, `Add ${field}.`);
    if (given.type !== type && has)
      report.say("proxy/balance", [...path, field], `The type ${given.type} has no ${field}.`, "Remove it.");
  }
  for (const { path, value } of objectsAt(content, ["spec", "rules"])) {
    const backends = objectsAt(value, ["backends"]);
    if (backends.length === 0 || backends.some((backend) => backend.value.weight !== 0)) continue;
    const message = "Every backend of the rule has the weight 0: nothing is served.";
    report.say("proxy/balance", [...path, "backends"], message, "Give one a weight above 0.", "warning");
  }
}

function pathProblem(value: string): string | undefined {
  if (!value.startsWith("/")) return `The path ${JSON.stringify(value)} does not start with a slash.`;
  const part = ["//", "/./", "/../", "%2f", "%2F", "#"].find((bad) => value.includes(bad));
  if (part !== undefined) return `The path ${JSON.stringify(value)} contains ${part}.`;
  return /\/\.\.?$/.test(value) ? `The path ${JSON.stringify(value)} ends in a dot segment.` : undefined;
}

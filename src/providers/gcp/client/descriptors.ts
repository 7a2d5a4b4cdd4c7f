import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { invariant } from "../../../core/invariant.ts";
import type { Service } from "../kinds.ts";

/** The file that the build writes, beside the compiled code. */
export const descriptorFile = "gce-client.json";

/** The services whose descriptors are kept. */
export const services: readonly Service[] = [
  "Disks",
  "Firewalls",
  "GlobalOperations",
  "Instances",
  "Networks",
  "RegionOperations",
  "Routers",
  "Routes",
  "Subnetworks",
  "ZoneOperations",
];

/** The library's descriptors cut down to our services, and the version they were cut from. */
export interface Descriptors {
  readonly version: string;
  readonly services: readonly string[];
  readonly json: object;
}

interface Node {
  readonly fields?: Readonly<Record<string, { readonly type: string }>>;
  readonly methods?: Readonly<Record<string, { readonly requestType: string; readonly responseType: string }>>;
  readonly nested?: Record<string, Node>;
}

const load = createRequire(import.meta.url);

/** The version of the official library that is installed. */
export function installedVersion(): string {
  const text = readFileSync(load.resolve("@google-cloud/compute/package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Cuts the installed library's descriptors down to our services and every message they can reach. */
export function makeDescriptors(): Descriptors {
  const path = load.resolve("@google-cloud/compute/build/protos/protos.json");
  const json = JSON.parse(readFileSync(path, "utf8")) as Node;
  const compute = ["google", "cloud", "compute"].reduce<Node | undefined>((node, name) => node?.nested?.[name], json);
  const version1 = compute?.nested?.v1;
  invariant(compute?.nested !== undefined && version1?.nested !== undefined, `${path} has another form`);
  const kept = reachable(version1.nested, services);
  const cut = Object.fromEntries(Object.entries(version1.nested).filter(([name]) => kept.has(name)));
  for (const name of Object.keys(compute.nested)) delete compute.nested[name];
  compute.nested.v1 = { ...version1, nested: cut };
  return { version: installedVersion(), services, json };
}

function reachable(all: Readonly<Record<string, Node>>, from: readonly string[]): ReadonlySet<string> {
  const kept = new Set<string>();
  function visit(type: string): void {
    const name = type.slice(type.lastIndexOf(".") + 1);
    const node = all[name];
    if (node === undefined || kept.has(name)) return;
    kept.add(name);
    walk(node);
  }
  function walk(node: Node): void {
    for (const { type } of Object.values(node.fields ?? {})) visit(type);
    for (const method of Object.values(node.methods ?? {})) {
      visit(method.requestType);
      visit(method.responseType);
    }
    for (const inner of Object.values(node.nested ?? {})) walk(inner);
  }
  for (const name of from) visit(name);
  return kept;
}

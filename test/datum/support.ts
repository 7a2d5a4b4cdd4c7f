import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { parse, stringify } from "yaml";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { Problem } from "../../src/core/problem.ts";
import type { Checker, CheckResult } from "../../src/datum/check.ts";
import { createChecker } from "../../src/datum/checker.ts";
import type { Suite } from "../support/suite.ts";

const policies = new URL("../../policies/", import.meta.url);

/** The objects of a folder of policies/, by file name without its ending. */
export function policyFolder(name: string): Readonly<Record<string, JsonObject>> {
  const folder = new URL(`${name}/`, policies);
  const files = readdirSync(fileURLToPath(folder)).filter((file) => file.endsWith(".json"));
  return Object.fromEntries(
    files.sort().map((file) => [file.slice(0, -5), JSON.parse(readFileSync(new URL(file, folder), "utf8"))]),
  );
}

/** The checker as it is shipped. */
export const checker: Checker = createChecker({
  schemas: Object.values(policyFolder("schemas")),
  catalogs: policyFolder("catalogs"),
});

/** Checks files given as text (or bytes) by their names. */
export function checkFiles(files: Readonly<Record<string, string | Uint8Array>>): CheckResult {
  return checker.check(
    Object.entries(files).map(([file, content]) =>
      checker.parse(file, typeof content === "string" ? new TextEncoder().encode(content) : content),
    ),
  );
}

/** `rule@line:column` of each problem: what a table compares. */
export function told(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ rule, line, column }) => `${rule}@${line}:${column}`);
}

/** `rule path` of each problem. */
export function placed(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ rule, path }) => (path === "" ? rule : `${rule} ${path}`)).sort();
}

/** A network and locations that the workloads of the tests refer to. */
export const surroundings = `
apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: default }
spec: { ipam: { mode: Auto } }
${["DFW us-south1", "DLS us-west1", "LHR europe-west2"]
  .map((line) => {
    const [city = "", region = ""] = line.split(" ");
    return `---
apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: { name: ${city.toLowerCase()} }
spec:
  locationClassName: self-managed
  topology: { topology.datum.net/city-code: ${city} }
  provider: { gcp: { projectId: example, region: ${region}, zone: ${region}-a } }
`;
  })
  .join("")}`;

const container = `
apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: web }
spec:
  placements:
    - name: us
      cityCodes: [DFW]
      scaleSettings: { minReplicas: 1 }
  template:
    spec:
      networkInterfaces:
        - network: { name: default }
          networkPolicy:
            ingress:
              - from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }]
                ports: [{ port: http }, { protocol: UDP, port: 5000, endPort: 5010 }]
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        sandbox:
          containers:
            - name: main
              image: docker.io/library/nginx:1.27
              ports: [{ name: http, port: 8080 }]
              env: [{ name: MODE, value: plain }]
              volumeAttachments: [{ name: data, mountPath: /data }]
      volumes:
        - name: data
          disk:
            template:
              spec:
                populator: { filesystem: { type: ext4 } }
                resources: { requests: { storage: 10Gi } }
`;

const machine = `
apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: vm }
spec:
  placements:
    - name: us
      cityCodes: [DFW, LHR]
      scaleSettings: { minReplicas: 2 }
  template:
    metadata:
      annotations:
        compute.datumapis.com/ssh-keys: "admin:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJiNLwMxnTzbVNmHnWNfJlYxTxyv8sHlT9EJqqfXNbVz a@b"
    spec:
      networkInterfaces: [{ network: { name: default } }]
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        virtualMachine:
          ports: [{ name: ssh, port: 22 }]
          volumeAttachments: [{ name: boot }, { name: extra }]
      volumes:
        - name: boot
          disk: { template: { spec: { populator: { image: { name: datumcloud/ubuntu-2204-lts } } } } }
        - name: extra
          disk: { template: { spec: { resources: { requests: { storage: 20Gi } } } } }
`;

/** A step of a change: the path of a field and its new value; undefined removes it. */
export type Edit = readonly [path: string, value: unknown];

/** A valid sandbox Workload with some fields changed, as text. Paths are dotted; numbers are list indexes. */
export function sandbox(...edits: readonly Edit[]): string {
  return edited(container, edits);
}

/** A valid virtual machine Workload with some fields changed, as text. */
export function virtualMachine(...edits: readonly Edit[]): string {
  return edited(machine, edits);
}

/** A manifest with some fields changed, as text. */
export function edited(text: string, edits: readonly Edit[]): string {
  const root = parse(text) as Record<string, Json>;
  for (const [path, value] of edits) {
    const steps = path.split(/(?<!\\)\./).map((step) => step.replaceAll("\\.", "."));
    let holder: Record<string, unknown> = root;
    for (const step of steps.slice(0, -1)) {
      holder[step] ??= {};
      holder = holder[step] as Record<string, unknown>;
    }
    const last = steps.at(-1) as string;
    if (value !== undefined) holder[last] = value;
    else if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  }
  return stringify(root);
}

/** The problems of one manifest among the surroundings it needs. */
export function problemsOf(text: string, more: Readonly<Record<string, string>> = {}): readonly Problem[] {
  return checkFiles({ "base.yaml": surroundings, "it.yaml": text, ...more }).problems;
}

/** A row of a table: edits of a valid workload, and the `rule path` of each problem they give. Numbers in paths are list indexes. */
export type Row = readonly [title: string, make: typeof sandbox, edits: readonly Edit[], ...wanted: string[]];

/** Tests that each row gives its problems and no other. */
export function table(test: Suite, rows: readonly Row[]): void {
  for (const [title, make, edits, ...wanted] of rows) {
    test(title, () => {
      assert.equal(placed(problemsOf(make(...edits))), wanted.map((text) => text.replace(/\.(\d+)/g, "[$1]")).sort());
    });
  }
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "../../../src/core/json.ts";
import { createChecker } from "../../../src/datum/checker.ts";
import { expandFleet } from "../../../src/datum/expand.ts";
import type { Fleet } from "../../../src/datum/fleet.ts";

/** Two places in Dallas and one in London. */
export const locationsText = `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: { name: dallas }
spec:
  locationClassName: self-managed
  topology: { topology.datum.net/city-code: DFW }
  provider: { gcp: { projectId: test-project, region: us-south1, zone: us-south1-a } }
---
apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: { name: london }
spec:
  locationClassName: self-managed
  topology: { topology.datum.net/city-code: LHR }
  provider: { gcp: { projectId: test-project, region: europe-west2, zone: europe-west2-b } }
`;

/** One network. */
export const networkText = `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: main }
spec: { ipam: { mode: Auto } }
`;

/** A virtual machine with a data disk, open to everybody but one range. */
export const machineText = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: web }
spec:
  placements:
    - name: main
      cityCodes: [DFW]
      scaleSettings: { minReplicas: 2 }
  template:
    metadata:
      annotations:
        compute.datumapis.com/ssh-keys: "ops:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHBsdW1ibGluZS1leGFtcGxlLWtleS0wMDAwMDAwMDAw ops@example.com"
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        virtualMachine:
          volumeAttachments:
            - name: boot
            - { name: data, mountPath: /srv/data }
            - { name: settings, mountPath: /etc/web }
          ports: [{ name: http, port: 80 }]
      volumes:
        - name: boot
          disk:
            template:
              spec:
                populator: { image: { name: datumcloud/ubuntu-2204-lts } }
        - name: data
          disk:
            template:
              spec:
                populator: { filesystem: { type: ext4 } }
                resources: { requests: { storage: 20Gi } }
        - name: settings
          configMap: { name: web-settings }
      networkInterfaces:
        - network: { name: main }
          networkPolicy:
            ingress:
              - ports: [{ port: http }, { port: 443, endPort: 444 }]
                from:
                  - ipBlock: { cidr: 0.0.0.0/0, except: [10.1.0.0/16] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: web-settings }
data: { motd: "hello 'you'\\n" }
`;

/** Two containers that share a machine, with their configuration beside them. */
export const sandboxText = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: cache }
spec:
  placements:
    - name: main
      cityCodes: [DFW]
      scaleSettings: { minReplicas: 1 }
  template:
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        sandbox:
          containers:
            - name: redis
              image: docker.io/library/redis:7.4
              env:
                - { name: MODE, value: "50% $HOME" }
                - name: LIMIT
                  valueFrom: { configMapKeyRef: { name: cache-settings, key: limit } }
              volumeAttachments: [{ name: settings, mountPath: /etc/redis }]
            - name: probe
              image: us-docker.pkg.dev/p/r/probe:1
      volumes:
        - name: settings
          configMap: { name: cache-settings }
      networkInterfaces:
        - network: { name: main }
          networkPolicy:
            ingress:
              - ports: [{ port: 6379 }]
                from: [{ ipBlock: { cidr: 10.128.0.0/9 } }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: cache-settings }
data: { limit: "512mb", redis.conf: "maxmemory 512mb\\n" }
`;

const rules = fileURLToPath(new URL("../../../policies", import.meta.url));

function readObject(path: string): JsonObject {
  return JSON.parse(readFileSync(join(rules, path), "utf8")) as JsonObject;
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(join(rules, folder)).sort();
}

/** The fleet `test` of some manifests, checked and expanded as the daemon does it. */
export function fleetOf(...texts: readonly string[]): Fleet {
  const schemas = namesIn("schemas").map((name) => readObject(`schemas/${name}`));
  const catalogs = Object.fromEntries(
    namesIn("catalogs").map((name) => [name.replace(/\.json$/, ""), readObject(`catalogs/${name}`)]),
  );
  const checker = createChecker({ schemas, catalogs, allowsClearTextSecrets: true });
  const parsed = texts.map((text, index) => checker.parse(`${index}.yaml`, Buffer.from(text)));
  const { documents, problems } = checker.check(parsed);
  const [first] = problems.filter(({ severity }) => severity === "error");
  if (first !== undefined) throw new Error(`${first.file}:${first.line}: ${first.message}`);
  return expandFleet(documents, { fleet: "test", allocations: new Map() });
}

/** Everything above. */
export function wholeFleet(): Fleet {
  return fleetOf(locationsText, networkText, machineText, sandboxText);
}

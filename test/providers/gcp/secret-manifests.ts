import type { Fleet } from "../../../src/datum/fleet.ts";
import { secretDigest } from "../../../src/datum/secret.ts";
import type { SecretLookup } from "../../../src/providers/provider.ts";
import { fleetOf, locationsText, networkText } from "./manifests.ts";

/** What must never be seen anywhere but in Secret Manager. */
export const canary = "canary-7Fq2";

/** Three Secrets: values, files of any bytes, docker's configuration. */
export function secretsText(password = `${canary} 'quoted' $HOME "x"\nline two\n`): string {
  return `apiVersion: v1
kind: Secret
metadata: { name: db }
stringData: { password: ${JSON.stringify(password)}, user: app, not.a.variable: "${canary}" }
---
apiVersion: v1
kind: Secret
metadata: { name: tls.example }
data: { tls.key: ${Buffer.from([0, 1, 254, 255, 10]).toString("base64")}, tls.crt: "" }
---
apiVersion: v1
kind: Secret
metadata: { name: registry }
type: kubernetes.io/dockerconfigjson
stringData: { .dockerconfigjson: '{"auths":{"example.com":{"auth":"${canary}"}}}' }
`;
}

const workloadText = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: shop }
spec:
  placements:
    - name: main
      cityCodes: [DFW]
      scaleSettings: { minReplicas: 2 }
  template:
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        sandbox:
          imagePullSecrets: [{ name: registry }]
          containers:
            - name: app
              image: example.com/shop/app:1
              env:
                - { name: MODE, value: live }
                - name: PASSWORD
                  valueFrom: { secretKeyRef: { name: db, key: password } }
              envFrom: [{ prefix: DB_, secretRef: { name: db } }]
              volumeAttachments: [{ name: certificates, mountPath: /etc/tls }]
      volumes:
        - name: certificates
          secret:
            secretName: tls.example
            defaultMode: 288
            items: [{ key: tls.key, path: private/key.pem, mode: 256 }, { key: tls.crt, path: crt.pem }]
      networkInterfaces: [{ network: { name: main } }]
`;

const machineText = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: vm }
spec:
  placements: [{ name: main, cityCodes: [DFW], scaleSettings: { minReplicas: 1 } }]
  template:
    metadata:
      annotations:
        compute.datumapis.com/ssh-keys: "ops:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHBsdW1ibGluZS1leGFtcGxlLWtleS0wMDAwMDAwMDAw ops@example.com"
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        virtualMachine:
          volumeAttachments: [{ name: boot }, { name: login, mountPath: /etc/login }]
      volumes:
        - name: boot
          disk: { template: { spec: { populator: { image: { name: datumcloud/ubuntu-2204-lts } } } } }
        - name: login
          secret: { secretName: db }
      networkInterfaces: [{ network: { name: main } }]
`;

/** A workload of containers that uses secrets in every way there is. */
export function shopFleet(password?: string): Fleet {
  return fleetOf(locationsText, networkText, workloadText, secretsText(password));
}

/** The same with a virtual machine that reads one of the secrets too. */
export function shopAndMachineFleet(): Fleet {
  return fleetOf(locationsText, networkText, workloadText, machineText, secretsText());
}

/** The workload's manifest with something replaced. */
export function shopWith(from: string, to: string): Fleet {
  if (!workloadText.includes(from)) throw new Error(`the workload has no ${from}`);
  return fleetOf(locationsText, networkText, workloadText.replace(from, to), secretsText());
}

/** Looks secrets up in some fleets, which stand in clear text here. */
export function lookupIn(...fleets: readonly Fleet[]): SecretLookup {
  const documents = fleets.flatMap(({ deployments }) => deployments.flatMap(({ secrets }) => Object.values(secrets)));
  return async (name, digest) => {
    const found = documents.find((one) => `${one.namespace}/${one.name}` === name && secretDigest(one) === digest);
    if (found === undefined) return undefined;
    const { data, stringData } = found.content as Record<string, Record<string, string> | undefined>;
    const encoded = Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text, "base64")] as const);
    const plain = Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const);
    return Object.fromEntries([...encoded, ...plain]);
  };
}

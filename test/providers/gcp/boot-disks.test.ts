import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { createGcpProvider } from "../../../src/providers/gcp/index.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText, sandboxText } from "./manifests.ts";
import { byName } from "./scene.ts";

const test = suite("gcp disks at boot");
const provider = createGcpProvider({ ...shippedNames, name: "gcp", credentials: { kind: "none" } });

const disks = `      volumes:
        - name: data
          disk: { template: { spec: { populator: { filesystem: { type: ext4 } }, resources: { requests: { storage: 20Gi } } } } }
        - name: raw
          disk: { template: { spec: { resources: { requests: { storage: 10Gi } } } } }
        - name: image
          disk: { template: { spec: { populator: { image: { name: datumcloud/ubuntu-2204-lts } } } } }
`;

function bootText(name: string, workload: string): string {
  const { spec } = byName(provider.translate(fleetOf(locationsText, networkText, workload)), name);
  return String((spec.metadata as JsonObject)["user-data"]);
}

function sandbox(attachments: string): string {
  const attached = sandboxText.replace("volumeAttachments: [", `volumeAttachments: [${attachments}, `);
  return bootText("cache-main-dfw-0", attached.replace("      volumes:\n", disks));
}

test("a disk without a file system is handed to its container as a device, and never mounted", () => {
  const text = sandbox("{ name: data, mountPath: /data }, { name: raw }, { name: image }");
  assert.match(text, /mount -o discard,defaults \/dev\/disk\/by-id\/google-persistent-disk-0 \/mnt\/disks\/data/);
  assert.match(text, /--exit-if-exists=\/dev\/disk\/by-id\/google-persistent-disk-1 /, "it is waited for");
  assert.not.match(text, /\/mnt\/disks\/raw/, "mounting it fails, and no container would ever start");
  assert.not.match(text, /\/mnt\/disks\/image/);
  assert.match(text, / --device=\/dev\/disk\/by-id\/google-persistent-disk-1 /);
  assert.match(text, / --device=\/dev\/disk\/by-id\/google-persistent-disk-2 /);
});

test("a disk filled from an image is mounted by its first partition, where it has some", () => {
  const text = sandbox("{ name: data }, { name: raw }, { name: image, mountPath: /image }");
  assert.match(text, /part=(\S+google-persistent-disk-2)-part1; \[ -e \$part \] \|\| part=\1\\n/);
  assert.match(text, /mount -o discard,defaults \$part \/mnt\/disks\/image/);
  assert.match(text, /mkfs\.ext4 -q -m 0 \/dev\/disk\/by-id\/google-persistent-disk-0/, "formatted all the same");
  assert.not.match(text, /\/mnt\/disks\/data/);
});

test("a machine's disk that it mounts by itself is formatted all the same", () => {
  const text = bootText("web-main-dfw-0", machineText.replace("{ name: data, mountPath: /srv/data }", "name: data"));
  assert.match(text, /mkfs\.ext4 -q -m 0 \/dev\/disk\/by-id\/google-persistent-disk-1/);
  assert.not.match(text, /mount -o/);
});

test.run();

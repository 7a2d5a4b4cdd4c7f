import type { JsonObject } from "../../../core/json.ts";
import type { Description } from "../../../providers/gcp/description/description.ts";
import { readableBody } from "../../../providers/gcp/description/validate.ts";
import { lastSegment, parsePath, pathIn } from "../reference.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";

/** What a preparation may use. */
export interface Parts {
  readonly description: Description;
  /** Makes a resource unless there is one. */
  insert(path: string, body: JsonObject): Promise<void>;
  network(path: string): Promise<void>;
}

type Preparation = (path: string, recorded: JsonObject, parts: Parts) => Promise<void>;

/** The image that stands for every recorded one that is not there. */
export const image = "projects/debian-cloud/global/images/family/debian-12";

/** How what is made from something else, or needs something else, comes to be there, by collection. */
export const preparations: Readonly<Record<string, Preparation>> = {
  images: async (path, recorded, { insert }) => {
    const { family, labels, description } = recorded;
    const source = await sourceOf(path, recorded, insert);
    await insert(path, { name: lastSegment(path), ...given({ family, labels, description }), ...source });
  },
  snapshots: async (path, recorded, { insert }) => {
    const { labels, description } = recorded;
    const disk = textOf(recorded, "sourceDisk");
    const sourceDisk = disk === undefined ? anyDisk(path) : pathIn(disk);
    await insertDisk(sourceDisk, insert, textOf(recorded, "diskSizeGb"));
    await insert(path, { name: lastSegment(path), ...given({ labels, description }), sourceDisk });
  },
  instanceTemplates: async (path, recorded, parts) => {
    const properties = await propertiesOf(recorded, parts);
    const { description } = recorded;
    await parts.insert(path, { name: lastSegment(path), ...given({ description }), properties });
  },
  instanceGroupManagers: async (path, recorded, parts) => {
    const template = pathIn(textOf(recorded, "instanceTemplate") ?? "");
    const properties = {
      machineType: "e2-medium",
      disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage: image } }],
      networkInterfaces: [{ network: "global/networks/default" }],
    };
    await parts.insert(template, { name: lastSegment(template), properties });
    const {
      baseInstanceName = "",
      targetSize = 0,
      instanceLifecyclePolicy = {},
      listManagedInstancesResults = "PAGELESS",
    } = recorded;
    const sent = { baseInstanceName, targetSize, instanceLifecyclePolicy, listManagedInstancesResults };
    await parts.insert(path, { name: lastSegment(path), ...sent, instanceTemplate: template });
  },
};

/** Where the content of an image is taken from: its disk, another image, or an uploaded file. */
async function sourceOf(path: string, recorded: JsonObject, insert: Parts["insert"]): Promise<JsonObject> {
  const disk = textOf(recorded, "sourceDisk");
  if (disk !== undefined) {
    await insertDisk(pathIn(disk), insert, textOf(recorded, "diskSizeGb"));
    return { sourceDisk: pathIn(disk) };
  }
  if (recorded.sourceImage !== undefined) return { sourceImage: image };
  if (recorded.licenses === undefined) {
    return { rawDisk: { source: "https://storage.googleapis.com/replayed/image.tar.gz", containerType: "TAR" } };
  }
  const any = anyDisk(path);
  await insertDisk(any, insert, undefined);
  return { sourceDisk: any };
}

async function insertDisk(path: string, insert: Parts["insert"], sizeGb: string | undefined): Promise<void> {
  await insert(path, { name: lastSegment(path), sourceImage: image, ...given({ sizeGb }) });
}

function anyDisk(path: string): string {
  return `projects/${parsePath(path)?.project}/zones/us-central1-a/disks/replayed`;
}

/** A template's machine, as a client would have described it. */
async function propertiesOf(recorded: JsonObject, { description, network }: Parts): Promise<JsonObject> {
  const body = objectOf(readableBody(description, "InstanceTemplate", recorded), "properties");
  for (const nic of objectsOf(body, "networkInterfaces")) await network(pathIn(textOf(nic, "network") ?? ""));
  const { fingerprint: _, ...metadata } = objectOf(body, "metadata");
  const disks = objectsOf(body, "disks").map((disk) => {
    const parameters = objectOf(disk, "initializeParams");
    return parameters.sourceImage === undefined
      ? disk
      : { ...disk, initializeParams: { ...parameters, sourceImage: image } };
  });
  const networkInterfaces = objectsOf(body, "networkInterfaces").map(({ name: __, ...nic }) => nic as JsonObject);
  return { machineType: "n1-standard-1", ...body, disks, networkInterfaces, metadata };
}

/** Without what was not recorded. */
function given(fields: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}

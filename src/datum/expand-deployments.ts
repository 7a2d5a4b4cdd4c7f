import { isObject, type JsonObject } from "../core/json.ts";
import { type Document, valueAt } from "./document.ts";
import type { Deployment, DiskIntent, Location, Network } from "./fleet.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import { quantityGib } from "./quantity.ts";
import { objectsAt, textAt } from "./report.ts";
import { spanMs } from "./span.ts";
import { targetsOf } from "./targets.ts";

/** What a workload is expanded against. */
export interface Surroundings {
  readonly locations: ReadonlyMap<Document, Location>;
  readonly networks: ReadonlyMap<Document, Network>;
  readonly lookup: Lookup;
}

/** Gathers once what all workloads of a commit are expanded against. */
export function surroundingsOf(
  documents: readonly Document[],
  locations: readonly Location[],
  networks: readonly Network[],
): Surroundings {
  return {
    lookup: createLookup(documents),
    locations: new Map(locations.map((location) => [location.document, location])),
    networks: new Map(networks.map((network) => [network.document, network])),
  };
}

const spec = ["spec", "template", "spec"] as const;

type Content = Omit<
  Deployment,
  "name" | "workload" | "placement" | "cityCode" | "location" | "replicas" | "rolloutWidth"
>;

/** What all deployments of one template have in common. */
export function contentOf(workload: Document, around: Surroundings): Content {
  const { content, namespace } = workload;
  const template = objectOf(valueAt(content, spec));
  const metadata = objectOf(valueAt(content, ["spec", "template", "metadata"]));
  return {
    namespace,
    runtime: isObject(valueAt(template, ["runtime", "sandbox"])) ? ("sandbox" as const) : ("virtualMachine" as const),
    instanceType: textAt(template, ["runtime", "resources", "instanceType"]),
    networks: networksOf(workload, around),
    disks: disksOf(workload),
    template,
    templateMetadata: metadata,
    annotations: {
      ...objectOf(valueAt(content, ["metadata", "annotations"])),
      ...objectOf(metadata.annotations),
    } as Record<string, string>,
    configMaps: documentsOf(
      "ConfigMap",
      namespace,
      around.lookup,
      referred(template, "configMap", "name", "configMapKeyRef"),
    ),
    secrets: documentsOf("Secret", namespace, around.lookup, [
      ...referred(template, "secret", "secretName", "secretKeyRef"),
      ...objectsAt(template, ["runtime", "sandbox", "imagePullSecrets"]).map(({ value }) => textAt(value, ["name"])),
    ]),
    document: workload,
  };
}

/** Workload × placement × location: one deployment for each location that the placement chooses. */
export function deploymentsOf(workload: Document, around: Surroundings): readonly Deployment[] {
  const { content } = workload;
  const common = { ...contentOf(workload, around), workload: workload.name };
  return objectsAt(content, ["spec", "placements"]).flatMap(({ value }) => {
    const placement = textAt(value, ["name"]);
    const replicas = Number(valueAt(value, ["scaleSettings", "minReplicas"]) ?? 0);
    return targetsOf(value, around.lookup.places).flatMap(({ place, word }): readonly Deployment[] => {
      const location = around.locations.get(place.document);
      if (location === undefined) return [];
      const name = `${workload.name}-${placement}-${word}`;
      const { cityCode } = place;
      return [{ ...common, ...rolloutOf(workload, replicas), name, placement, cityCode, location, replicas }];
    });
  });
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function networksOf(workload: Document, { lookup, networks }: Surroundings): readonly Network[] {
  return objectsAt(workload.content, [...spec, "networkInterfaces"]).flatMap(({ value }) => {
    const found = lookup.find("Network", workload.namespace, textAt(value, ["network", "name"]));
    const network = found === undefined ? undefined : networks.get(found);
    return network ?? [];
  });
}

/** How wide and how patient a rollout of so many copies is, as far as the manifest says. */
export function rolloutOf(
  workload: Document,
  replicas: number,
): Pick<Deployment, "rolloutWidth" | "progressDeadlineMs"> {
  const deadline = textAt(workload.content, ["metadata", "annotations", "plumbline.dev/progress-deadline"]);
  const progressDeadlineMs = spanMs(deadline);
  return {
    rolloutWidth: widthOf(workload, replicas),
    ...(progressDeadlineMs === undefined ? {} : { progressDeadlineMs }),
  };
}

/** `plumbline.dev/rollout-width`: a count, or a share of the copies, rounded up; 1 unless said. */
function widthOf(workload: Document, replicas: number): number {
  const width = textAt(workload.content, ["metadata", "annotations", "plumbline.dev/rollout-width"]);
  if (width.endsWith("%")) return Math.max(1, Math.ceil((replicas * Number(width.slice(0, -1))) / 100));
  return Math.max(1, Number(width) || 1);
}

function disksOf(workload: Document): readonly DiskIntent[] {
  const boot = objectsAt(workload.content, [...spec, "runtime", "virtualMachine", "volumeAttachments"])[0];
  const bootName = boot === undefined ? undefined : textAt(boot.value, ["name"]);
  return objectsAt(workload.content, [...spec, "volumes"]).flatMap(({ path, value }, index): readonly DiskIntent[] => {
    if (!isObject(value.disk)) return [];
    const volume = textAt(value, ["name"]);
    const disk = objectOf(valueAt(value.disk, ["template", "spec"]));
    return [
      {
        volume,
        deviceName: textAt(value.disk, ["deviceName"]) || `persistent-disk-${index}`,
        type: textAt(disk, ["type"]),
        sizeGib: quantityGib(valueAt(disk, ["resources", "requests", "storage"])),
        image: textAt(disk, ["populator", "image", "name"]) || undefined,
        filesystem: textAt(disk, ["populator", "filesystem", "type"]) || undefined,
        boot: volume === bootName,
        source: workload.at([...path, "disk"]),
        fieldSources: {
          image: workload.at([...path, "disk", "template", "spec", "populator", "image", "name"]),
          type: workload.at([...path, "disk", "template", "spec", "type"]),
          sizeGib: workload.at([...path, "disk", "template", "spec", "resources", "requests", "storage"]),
          deviceName: workload.at([...path, "disk", "deviceName"]),
        },
      },
    ];
  });
}

/** Names of ConfigMaps or Secrets that a template mounts or reads into its environment. */
function referred(template: JsonObject, volumeSource: string, nameField: string, envSource: string): readonly string[] {
  const mounted = objectsAt(template, ["volumes"]).map(({ value }) => textAt(value, [volumeSource, nameField]));
  const read = objectsAt(template, ["runtime", "sandbox", "containers"]).flatMap(({ path }) =>
    objectsAt(template, [...path, "env"]).map(({ value }) => textAt(value, ["valueFrom", envSource, "name"])),
  );
  const listed = objectsAt(template, ["runtime", "sandbox", "containers"]).flatMap(({ path }) =>
    objectsAt(template, [...path, "envFrom"]).map(({ value }) =>
      textAt(value, [envSource.replace("KeyRef", "Ref"), "name"]),
    ),
  );
  return [...mounted, ...read, ...listed].filter((name) => name !== "");
}

function documentsOf(
  kind: string,
  namespace: string,
  lookup: Lookup,
  names: readonly string[],
): Readonly<Record<string, Document>> {
  const found = [...new Set(names)].sort().flatMap((name) => lookup.find(kind, namespace, name) ?? []);
  return Object.fromEntries(found.map((document) => [document.name, document]));
}

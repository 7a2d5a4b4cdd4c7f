import { compareText, type Source } from "../../../core/problem.ts";
import type { Observed, Resource } from "../../../core/resource.ts";
import type { Deployment, DiskIntent, Fleet } from "../../../datum/fleet.ts";
import { legalName } from "../names.ts";
import type { Settings } from "../options.ts";
import { isServed, type Naming, ownerOf, type ServedLocation, wishesOf } from "./served.ts";

/** One deployment where it stands. */
export interface Stand {
  readonly deployment: Deployment;
  readonly location: ServedLocation;
  readonly settings: Settings;
  readonly naming: Naming;
}

/** What everything of a deployment has in common. */
export function commonOf({ deployment, location, settings }: Stand) {
  const { document } = deployment;
  return {
    ...{ provider: settings.name, realm: location.gcp.projectId, location: location.name },
    ...{ owner: ownerOf(document), source: document.at([]), ...wishesOf(document) },
  };
}

/** A data disk of one instance. What it holds is worth more than the instance: it is never replaced. */
export function diskResource(stand: Stand, instance: string, disk: DiskIntent): Resource {
  const { deployment, location, naming, settings } = stand;
  const made = naming.disk(deployment, location, instance, disk.volume);
  const image = disk.image === undefined ? undefined : settings.images[disk.image];
  return {
    ...{ ...commonOf(stand), kind: "disk", address: made.address, uid: made.uid, key: made.key },
    spec: {
      ...{ name: made.name, zone: location.gcp.zone, type: disk.type },
      ...(disk.sizeGib === undefined ? {} : { sizeGib: disk.sizeGib }),
      ...(image === undefined ? {} : { image }),
      labels: { "plumbline-volume": legalName([disk.volume], made.uid) },
    },
    ...{ provides: [], needs: [] },
    source: disk.source,
    fieldSources: { zone: zoneLine(location) },
    irreplaceable: true,
  };
}

/** The line that says in which zone a location is. */
export function zoneLine(location: ServedLocation): Source {
  return location.document.at(["spec", "provider", "gcp", "zone"]);
}

/**
 * Data disks of copies that a deployment has no more: they stay as long as their volume stands in the manifest, so that fewer
 * copies lose nothing and more copies find it again.
 */
export function retainedDisks(
  fleet: Fleet,
  settings: Settings,
  naming: Naming,
  observed: readonly Observed[],
): readonly Resource[] {
  const ours = observed.filter(({ kind, marker }) => kind === "disk" && marker?.fleet === fleet.name);
  const standing = new Map(ours.map(({ marker }) => [marker?.uid ?? "", marker?.address.split("/").at(-1) ?? ""]));
  const wanted = new Set(fleet.instances.map(({ deployment, name }) => `${deployment.namespace}/${name}`));
  const found = fleet.deployments.flatMap((deployment) => {
    const { location, disks, name, namespace } = deployment;
    if (!isServed(location, settings)) return [];
    const stand = { deployment, location, settings, naming };
    return disks
      .filter((disk) => !disk.boot)
      .flatMap((disk) =>
        [...standing].flatMap(([uid, text]) => {
          const [start, end] = [`${name}-`, `-${disk.volume}`];
          const ordinal = text.slice(start.length, -end.length);
          if (!text.startsWith(start) || !text.endsWith(end) || !/^\d+$/.test(ordinal)) return [];
          if (wanted.has(`${namespace}/${start}${ordinal}`)) return [];
          const resource = diskResource(stand, `${start}${ordinal}`, disk);
          return resource.uid === uid ? [resource] : [];
        }),
      );
  });
  return found.sort((left, right) => compareText(left.address, right.address));
}

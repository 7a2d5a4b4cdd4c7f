import { withoutReferences } from "../../../core/identity.ts";
import { isObject } from "../../../core/json.ts";
import type { Problem, Source } from "../../../core/problem.ts";
import { sortProblems } from "../../../core/problem.ts";
import { type Path, pathText } from "../../../datum/document.ts";
import type { Deployment, Fleet } from "../../../datum/fleet.ts";
import type { Settings } from "../options.ts";
import { externalNote, isExternalWish } from "./external.ts";
import { familyProblems } from "./family-problems.ts";
import { bootDiskOf, instanceResources } from "./instance.ts";
import { routingProblems } from "./routing.ts";
import { secretProblems } from "./secret-problems.ts";
import { isServed, namingOf, ownerOf } from "./served.ts";

/** The longest value of one metadata entry that Compute Engine takes. */
const longestMetadataBytes = 256 * 1024;

/** What Compute Engine has no word for or would refuse, on the manifest's line. */
export function problemsOf(fleet: Fleet, settings: Settings): readonly Problem[] {
  const served = fleet.deployments.filter((deployment) => isServed(deployment.location, settings));
  const found = served.flatMap((deployment) => [
    ...typeProblems(deployment, settings),
    ...imageProblems(deployment, settings),
    ...externalProblems(deployment),
    ...secretProblems(deployment),
  ]);
  return sortProblems([
    ...found,
    ...familyProblems(fleet, settings),
    ...routingProblems(fleet, settings),
    ...sizeProblems(fleet, settings),
  ]);
}

function problem(source: Source, facts: Pick<Problem, "rule" | "path" | "message" | "hint">): Problem {
  return { ...source, severity: "error", ...facts };
}

function typeProblems({ document, instanceType }: Deployment, settings: Settings): readonly Problem[] {
  if (settings.machineTypes[instanceType] !== undefined) return [];
  const path = ["spec", "template", "spec", "runtime", "resources", "instanceType"];
  return [
    problem(document.at(path), {
      rule: "gcp/unknown-instance-type",
      path: pathText(path),
      message: `Provider ${settings.name} has no machine type for instance type ${instanceType}.`,
      hint: `Known are ${listOf(settings.machineTypes)}; add others under providers.gcp.machineTypes.`,
    }),
  ];
}

function imageProblems(deployment: Deployment, settings: Settings): readonly Problem[] {
  const boot = bootDiskOf(deployment, settings);
  const { document } = deployment;
  const none = problem(document.at(["spec", "template", "spec", "volumes"]), {
    rule: "gcp/no-boot-disk",
    path: "spec.template.spec.volumes",
    message: `${ownerOf(document)} has no disk to boot from.`,
    hint: "Attach a disk volume with an image populator as the first volume.",
  });
  const disks = boot === undefined ? deployment.disks : [boot, ...deployment.disks.filter((disk) => !disk.boot)];
  const unknown = disks
    .filter((disk) => disk.image !== undefined && settings.images[disk.image] === undefined)
    .map((disk) =>
      problem(disk.source, {
        rule: "gcp/unknown-image",
        path: "spec.template.spec.volumes",
        message: `Provider ${settings.name} has no image for ${disk.image}.`,
        hint: `Known are ${listOf(settings.images)}; add others under providers.gcp.images.`,
      }),
    );
  return boot === undefined ? [none, ...unknown] : unknown;
}

function externalProblems({ annotations, document }: Deployment): readonly Problem[] {
  const wish = annotations[externalNote];
  if (wish === undefined || isExternalWish(wish)) return [];
  const path: Path = ["metadata", "annotations", externalNote];
  return [
    problem(document.at(path), {
      rule: "gcp/external-addresses",
      path: pathText(path),
      message: `${externalNote} is ${JSON.stringify(wish.slice(0, 40))}, which names no interfaces.`,
      hint: "Write all, none, or the places of interfaces such as 0,1.",
    }),
  ];
}

function sizeProblems(fleet: Fleet, settings: Settings): readonly Problem[] {
  // All instances of a deployment are as large as its first.
  const first = { ...fleet, instances: fleet.instances.filter(({ ordinal }) => ordinal === 0) };
  const instances = instanceResources(first, settings, namingOf(first, settings));
  return instances.flatMap(({ spec, source, owner }) => {
    const metadata = isObject(spec.metadata) ? (withoutReferences(spec.metadata) as Record<string, string>) : {};
    const large = Object.entries(metadata).find(([, value]) => value.length > longestMetadataBytes);
    if (large === undefined) return [];
    return [
      problem(source, {
        rule: "gcp/metadata-too-large",
        path: "spec.template.spec",
        message: `The ${large[0]} of ${owner} has ${large[1].length} characters; Compute Engine takes ${longestMetadataBytes}.`,
        hint: "Move large ConfigMaps out of the instance's start.",
      }),
    ];
  });
}

function listOf(map: Readonly<Record<string, string>>): string {
  return Object.keys(map).sort().join(", ");
}

import type { JsonObject } from "../../core/json.ts";
import { linkOf } from "./reference.ts";

/** A family's shapes: processors and memory per processor, as its documentation has them. */
interface Family {
  readonly name: string;
  readonly classes: readonly (readonly [suffix: string, gbPerProcessor: number, processors: readonly number[]])[];
  readonly architecture: "X86_64" | "ARM64";
  readonly platform: string;
}

const usual = [2, 4, 8, 16, 32, 48, 64, 80, 96] as const;

const families: readonly Family[] = [
  {
    name: "e2",
    classes: [
      ["standard", 4, [2, 4, 8, 16, 32]],
      ["highmem", 8, [2, 4, 8, 16]],
      ["highcpu", 1, [2, 4, 8, 16, 32]],
    ],
    architecture: "X86_64",
    platform: "Intel Broadwell",
  },
  {
    name: "n1",
    classes: [
      ["standard", 3.75, [1, 2, 4, 8, 16, 32, 64, 96]],
      ["highmem", 6.5, [2, 4, 8, 16, 32, 64, 96]],
      ["highcpu", 0.9, [2, 4, 8, 16, 32, 64, 96]],
    ],
    architecture: "X86_64",
    platform: "Intel Haswell",
  },
  {
    name: "n2",
    classes: [
      ["standard", 4, [...usual, 128]],
      ["highmem", 8, [...usual, 128]],
      ["highcpu", 1, usual],
    ],
    architecture: "X86_64",
    platform: "Intel Cascade Lake",
  },
  {
    name: "n2d",
    classes: [
      ["standard", 4, [...usual, 128, 224]],
      ["highmem", 8, usual],
      ["highcpu", 1, [...usual, 128, 224]],
    ],
    architecture: "X86_64",
    platform: "AMD Rome",
  },
  {
    name: "c2",
    classes: [["standard", 4, [4, 8, 16, 30, 60]]],
    architecture: "X86_64",
    platform: "Intel Cascade Lake",
  },
  {
    name: "c3",
    classes: [
      ["standard", 4, [4, 8, 22, 44, 88, 176]],
      ["highmem", 8, [4, 8, 22, 44, 88, 176]],
      ["highcpu", 2, [4, 8, 22, 44, 88, 176]],
    ],
    architecture: "X86_64",
    platform: "Intel Sapphire Rapids",
  },
  {
    name: "n4",
    classes: [["standard", 4, [2, 4, 8, 16, 32, 48, 64, 80]]],
    architecture: "X86_64",
    platform: "Intel Emerald Rapids",
  },
  {
    name: "t2d",
    classes: [["standard", 4, [1, 2, 4, 8, 16, 32, 48, 60]]],
    architecture: "X86_64",
    platform: "AMD Milan",
  },
  {
    name: "t2a",
    classes: [["standard", 4, [1, 2, 4, 8, 16, 32, 48]]],
    architecture: "ARM64",
    platform: "Ampere Altra",
  },
  {
    name: "c4a",
    classes: [["standard", 4, [1, 2, 4, 8, 16, 32, 48, 64, 72]]],
    architecture: "ARM64",
    platform: "Google Axion",
  },
];

/** A machine type without its place. */
export interface Machine {
  readonly name: string;
  readonly processors: number;
  readonly memoryMb: number;
  readonly shared: boolean;
  readonly architecture: "X86_64" | "ARM64";
  readonly platform: string;
}

const small: readonly (readonly [string, number, number])[] = [
  ["e2-micro", 2, 1024],
  ["e2-small", 2, 2048],
  ["e2-medium", 2, 4096],
  ["f1-micro", 1, 614],
  ["g1-small", 1, 1740],
];

/** Every machine type by name; each zone has all of them. */
export const machines: ReadonlyMap<string, Machine> = new Map(
  [...sharedMachines(), ...families.flatMap(machinesOf)]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map((machine) => [machine.name, machine]),
);

/** The machine of a name, custom shapes such as `n2-custom-4-8192` included. */
export function machineNamed(name: string): Machine | undefined {
  const known = machines.get(name);
  if (known !== undefined) return known;
  const custom = /^(?:(e2|n1|n2|n2d|n4)-)?custom-(\d{1,3})-(\d{3,7})(?:-ext)?$/.exec(name);
  if (custom === null) return undefined;
  const family = families.find((one) => one.name === (custom[1] ?? "n1"));
  const processors = Number(custom[2]);
  const memoryMb = Number(custom[3]);
  if (family === undefined || processors < 1 || memoryMb % 256 !== 0) return undefined;
  const { architecture, platform } = family;
  return { name, processors, memoryMb, shared: false, architecture, platform };
}

/** A machine type as the API shows it in one zone. */
export function machineTypeBody(project: string, zone: string, machine: Machine): JsonObject {
  const memoryGb = machine.memoryMb / 1024;
  return {
    kind: "compute#machineType",
    id: String(100_000 + machine.processors * 1000 + Math.round(memoryGb)),
    creationTimestamp: "1969-12-31T16:00:00.000-08:00",
    name: machine.name,
    description: `${machine.processors} vCPU${machine.processors === 1 ? "" : "s"}, ${memoryGb} GB RAM`,
    guestCpus: machine.processors,
    memoryMb: machine.memoryMb,
    imageSpaceGb: 0,
    maximumPersistentDisks: machine.shared ? 16 : 128,
    maximumPersistentDisksSizeGb: machine.shared ? "3072" : "263168",
    zone,
    selfLink: linkOf(`projects/${project}/zones/${zone}/machineTypes/${machine.name}`),
    isSharedCpu: machine.shared,
    architecture: machine.architecture,
  };
}

function sharedMachines(): readonly Machine[] {
  return small.map(([name, processors, memoryMb]) => ({
    name,
    processors,
    memoryMb,
    shared: true,
    architecture: "X86_64" as const,
    platform: name.startsWith("e2") ? "Intel Broadwell" : "Intel Haswell",
  }));
}

function machinesOf(family: Family): readonly Machine[] {
  return family.classes.flatMap(([suffix, gb, counts]) =>
    counts.map((processors) => ({
      name: `${family.name}-${suffix}-${processors}`,
      processors,
      memoryMb: Math.round(processors * gb * 1024),
      shared: false,
      architecture: family.architecture,
      platform: family.platform,
    })),
  );
}

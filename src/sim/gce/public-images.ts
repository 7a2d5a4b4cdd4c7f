import type { JsonObject } from "../../core/json.ts";
import { emptyFingerprint, fingerprintOf } from "./identity.ts";
import { linkOf } from "./reference.ts";

interface PublicImage {
  readonly project: string;
  readonly family: string;
  readonly name: string;
  readonly description: string;
  readonly diskSizeGb: number;
  readonly license: string;
  readonly architecture: "X86_64" | "ARM64";
  readonly createdAt: string;
  readonly features: readonly string[];
}

const plain = ["UEFI_COMPATIBLE", "VIRTIO_SCSI_MULTIQUEUE", "GVNIC"];
const confidential = [...plain, "SEV_CAPABLE", "SEV_LIVE_MIGRATABLE_V2", "IDPF"];

type Row = readonly [family: string, name: string, description: string, gb: number, license: string, createdAt: string];

const debian: readonly Row[] = [
  [
    "debian-11",
    "debian-11-bullseye-v20261013",
    "Debian GNU/Linux, 11 (bullseye)",
    10,
    "debian-11-bullseye",
    "2026-10-13",
  ],
  [
    "debian-12",
    "debian-12-bookworm-v20260915",
    "Debian GNU/Linux, 12 (bookworm)",
    10,
    "debian-12-bookworm",
    "2026-09-15",
  ],
  [
    "debian-12",
    "debian-12-bookworm-v20261013",
    "Debian GNU/Linux, 12 (bookworm)",
    10,
    "debian-12-bookworm",
    "2026-10-13",
  ],
  ["debian-13", "debian-13-trixie-v20261013", "Debian GNU/Linux, 13 (trixie)", 10, "debian-13-trixie", "2026-10-13"],
];

const ubuntu: readonly Row[] = [
  [
    "ubuntu-2204-lts",
    "ubuntu-2204-jammy-v20240927",
    "Canonical, Ubuntu, 22.04 LTS",
    10,
    "ubuntu-2204-lts",
    "2024-09-27",
  ],
  [
    "ubuntu-2204-lts",
    "ubuntu-2204-jammy-v20261014",
    "Canonical, Ubuntu, 22.04 LTS",
    10,
    "ubuntu-2204-lts",
    "2026-10-14",
  ],
  [
    "ubuntu-2404-lts-amd64",
    "ubuntu-2404-noble-amd64-v20260916",
    "Canonical, Ubuntu, 24.04 LTS",
    10,
    "ubuntu-2404-lts",
    "2026-09-16",
  ],
  [
    "ubuntu-2404-lts-amd64",
    "ubuntu-2404-noble-amd64-v20261014",
    "Canonical, Ubuntu, 24.04 LTS",
    10,
    "ubuntu-2404-lts",
    "2026-10-14",
  ],
  [
    "ubuntu-2604-lts-amd64",
    "ubuntu-2604-amd64-v20261014",
    "Canonical, Ubuntu, 26.04 LTS",
    10,
    "ubuntu-2604-lts",
    "2026-10-14",
  ],
];

const cos: readonly Row[] = [
  [
    "cos-117-lts",
    "cos-stable-117-18613-0-79",
    "Google, Container-Optimized OS, 117-18613.0.79 stable",
    10,
    "cos-117",
    "2024-10-01",
  ],
  [
    "cos-stable",
    "cos-stable-125-19216-104-25",
    "Google, Container-Optimized OS, 125-19216.104.25 stable",
    10,
    "cos",
    "2026-10-20",
  ],
  [
    "cos-beta",
    "cos-beta-129-19506-0-30",
    "Google, Container-Optimized OS, 129-19506.0.30 beta",
    10,
    "cos",
    "2026-10-21",
  ],
  ["cos-dev", "cos-dev-133-19688-0-0", "Google, Container-Optimized OS, 133-19688.0.0 dev", 10, "cos", "2026-10-22"],
  [
    "cos-117-lts",
    "cos-117-18613-339-62",
    "Google, Container-Optimized OS, 117-18613.339.62 lts",
    10,
    "cos-117",
    "2026-10-12",
  ],
  [
    "cos-121-lts",
    "cos-121-18867-199-38",
    "Google, Container-Optimized OS, 121-18867.199.38 lts",
    10,
    "cos-121",
    "2026-10-12",
  ],
  [
    "cos-125-lts",
    "cos-125-19216-104-25",
    "Google, Container-Optimized OS, 125-19216.104.25 lts",
    10,
    "cos-125",
    "2026-10-20",
  ],
];

const arm: readonly Row[] = [
  [
    "ubuntu-2404-lts-arm64",
    "ubuntu-2404-noble-arm64-v20261014",
    "Canonical, Ubuntu, 24.04 LTS",
    10,
    "ubuntu-2404-lts",
    "2026-10-14",
  ],
];

const images: readonly PublicImage[] = [
  ...rows("debian-cloud", debian, "X86_64", plain),
  ...rows("ubuntu-os-cloud", ubuntu, "X86_64", confidential),
  ...rows("ubuntu-os-cloud", arm, "ARM64", plain),
  ...rows("cos-cloud", cos, "X86_64", confidential),
];

function rows(
  project: string,
  list: readonly Row[],
  architecture: "X86_64" | "ARM64",
  features: readonly string[],
): readonly PublicImage[] {
  return list.map(([family, name, description, diskSizeGb, license, createdAt]) => ({
    ...{ project, family, name, description, diskSizeGb, license, architecture, createdAt, features },
  }));
}

/** The projects whose images every project may read. */
export const publicProjects: ReadonlySet<string> = new Set(images.map((image) => image.project));

const bodies = new Map<string, readonly JsonObject[]>();

/** The images of a public project as the API shows them; none for other projects. */
export function publicImages(project: string): readonly JsonObject[] {
  const known = bodies.get(project);
  if (known !== undefined) return known;
  const made = images.filter((image) => image.project === project).map(imageBody);
  bodies.set(project, made);
  return made;
}

function imageBody(image: PublicImage): JsonObject {
  const digest = Buffer.from(fingerprintOf(image.name), "base64url").readBigUInt64BE(0) % 900_000_000_000_000_000n;
  const labelled = image.project === "debian-cloud" ? { "public-image": "true" } : undefined;
  return {
    kind: "compute#image",
    id: String(digest + 1_000_000_000_000_000_000n),
    creationTimestamp: `${image.createdAt}T09:32:17.417-07:00`,
    name: image.name,
    description: image.description,
    sourceType: "RAW",
    rawDisk: { source: "", containerType: "TAR" },
    status: "READY",
    archiveSizeBytes: "1241513984",
    diskSizeGb: String(image.diskSizeGb),
    licenses: [linkOf(`projects/${image.project}/global/licenses/${image.license}`)],
    licenseCodes: [String((digest % 9_000_000_000_000_000n) + 1_000_000_000_000_000n)],
    family: image.family,
    selfLink: linkOf(`projects/${image.project}/global/images/${image.name}`),
    ...(labelled === undefined ? {} : { labels: labelled }),
    labelFingerprint: labelled === undefined ? emptyFingerprint : fingerprintOf(labelled),
    guestOsFeatures: image.features.map((type) => ({ type })),
    architecture: image.architecture,
    storageLocations: ["asia", "us", "eu"],
    enableConfidentialCompute: false,
  };
}

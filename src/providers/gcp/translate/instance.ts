import { reference } from "../../../core/identity.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { compareText, type Source } from "../../../core/problem.ts";
import type { Ingredient, Resource } from "../../../core/resource.ts";
import { controlPlaneOf } from "../../../datum/control-planes.ts";
import { identityOf } from "../../../datum/document.ts";
import {
  type Deployment,
  type DiskIntent,
  type Fleet,
  type Instance,
  type Network,
  networkToken,
  type Presence,
  presenceToken,
} from "../../../datum/fleet.ts";
import { namesInstance } from "../boot/environment.ts";
import { machineUserData } from "../boot/machine.ts";
import { sandboxUserData } from "../boot/sandbox.ts";
import { secretsNote } from "../boot/secrets.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import { deploymentTag, legalName, workloadTag } from "../names.ts";
import type { Settings } from "../options.ts";
import { secretNamingOf } from "../secrets/naming.ts";
import { contentLine } from "../secrets/needs.ts";
import { type InstanceSecrets, instanceSecretsOf, versionOf } from "../secrets/translate.ts";
import { commonOf, diskResource, zoneLine } from "./disk.ts";
import { interfaceFamilies } from "./families.ts";
import { isServed, leaveOf, type Naming, type ServedLocation, wishesOf } from "./served.ts";

/** Annotation of a virtual machine's template with the keys that may log in. */
const sshKeysNote = "compute.datumapis.com/ssh-keys";
const bootVolume = "datum-boot";
const domain = "cloud.datum-dns.net";

/** Every instance with its data disks. A deployment that cannot be made is left out; `problemsOf` says why. */
export function instanceResources(fleet: Fleet, settings: Settings, naming: Naming): readonly Resource[] {
  const presences = new Map(
    fleet.presences.map((presence) => [placeKey(presence.network, presence.location), presence]),
  );
  const byDeployment = new Map<Deployment, Instance[]>();
  for (const instance of fleet.instances) {
    const known = byDeployment.get(instance.deployment);
    if (known === undefined) byDeployment.set(instance.deployment, [instance]);
    else known.push(instance);
  }
  const secretNaming = secretNamingOf(fleet, settings);
  return [...byDeployment].flatMap(([deployment, instances]) => {
    const { location } = deployment;
    if (!isServed(location, settings)) return [];
    const secrets = instanceSecretsOf(deployment, location.gcp.projectId, secretNaming);
    const plan = planOf({ deployment, location, settings, naming, secrets }, presences);
    if (plan === undefined) return [];
    return instances.flatMap((instance) => [
      ...plan.dataDisks.map((disk) => diskResource(plan, instance.name, disk)),
      instanceResource(plan, instance),
    ]);
  });
}

/** What all instances of one deployment share. */
interface Plan {
  readonly deployment: Deployment;
  readonly location: ServedLocation;
  readonly settings: Settings;
  readonly naming: Naming;
  readonly machineType: string;
  readonly boot: DiskIntent;
  readonly bootImage: string;
  readonly dataDisks: readonly DiskIntent[];
  readonly presences: readonly Presence[];
  /** Undefined when the machines need no account. */
  readonly secrets: InstanceSecrets | undefined;
  userData(instance: string): string | undefined;
  /** What the boot text is rendered from. */
  readonly bootIngredients: readonly Ingredient[];
}

function planOf(
  given: Pick<Plan, "deployment" | "location" | "settings" | "naming" | "secrets">,
  all: ReadonlyMap<string, Presence>,
): Plan | undefined {
  const { deployment, location, settings, secrets } = given;
  const machineType = settings.machineTypes[deployment.instanceType];
  const boot = bootDiskOf(deployment, settings);
  const bootImage = boot?.image === undefined ? undefined : settings.images[boot.image];
  const networks = networksOf(deployment);
  const presences = networks.map((network) => all.get(placeKey(network, location)));
  if (machineType === undefined || boot === undefined || bootImage === undefined) return undefined;
  if (presences.length === 0 || presences.includes(undefined)) return undefined;
  const shared = namesInstance(deployment) ? undefined : userDataOf(deployment, "", secrets);
  return {
    ...{ ...given, machineType, boot, bootImage },
    dataDisks: deployment.disks.filter((disk) => !disk.boot),
    presences: presences as readonly Presence[],
    userData: (instance) => shared ?? userDataOf(deployment, instance, secrets),
    bootIngredients: bootIngredientsOf(deployment),
  };
}

/** Secrets are none: of them the machine's metadata says a digest, which is a field of its own. */
function bootIngredientsOf({ document, runtime, configMaps }: Deployment): readonly Ingredient[] {
  const template = ["spec", "template", "spec"];
  return [
    ...[["runtime", runtime], ["volumes"]].map((path) => ({
      manifest: identityOf(document),
      path: [...template, ...path],
    })),
    ...Object.values(configMaps).flatMap((map) =>
      ["data", "binaryData"].map((field) => ({ manifest: identityOf(map), path: [field] })),
    ),
  ];
}

function userDataOf(
  deployment: Deployment,
  instance: string,
  secrets: InstanceSecrets | undefined,
): string | undefined {
  const sources = (secrets?.secrets ?? []).map(({ document, secret }) => ({ name: document.name, key: secret.key }));
  return deployment.runtime === "sandbox"
    ? sandboxUserData(deployment, instance, sources)
    : machineUserData(deployment, sources);
}

/** The disk that boots: the manifest's, or for containers the image they run on. */
export function bootDiskOf(deployment: Deployment, settings: Settings): DiskIntent | undefined {
  const written = deployment.disks.find((disk) => disk.boot);
  if (written !== undefined || deployment.runtime !== "sandbox") return written;
  const source = deployment.document.at(["spec", "template", "spec", "runtime", "sandbox"]);
  return {
    ...{ volume: bootVolume, deviceName: bootVolume, type: "pd-standard", sizeGib: undefined },
    ...{ image: settings.containerImage, filesystem: undefined, boot: true, source },
    fieldSources: { image: source, type: source, sizeGib: source, deviceName: source },
  };
}

/** The network of each interface, in order. */
export function networksOf(deployment: Deployment): readonly Network[] {
  const interfaces = objectsAt(deployment.template, "networkInterfaces");
  return interfaces.flatMap((nic) => {
    const wanted = objectAt(nic, "network");
    const namespace = textAt(wanted, "namespace") || deployment.namespace;
    const found = deployment.networks.find((one) => one.name === wanted.name && one.namespace === namespace);
    return found === undefined ? [] : [found];
  });
}

/** Where a network is present, for looking presences up. */
export function placeKey(
  network: Pick<Network, "namespace" | "name">,
  location: { namespace: string; name: string },
): string {
  return `${network.namespace}/${network.name}@${location.namespace}/${location.name}`;
}

function instanceResource(plan: Plan, instance: Instance): Resource {
  const { deployment, location, naming, presences } = plan;
  const made = naming.instance(deployment, location, instance.name);
  const wishes = wishesOf(deployment.document);
  const tokens = presences.flatMap((presence) => [
    networkToken(presence.network, controlPlaneOf(presence.location)),
    presenceToken(presence),
  ]);
  return {
    ...{ ...commonOf(plan), kind: "instance", address: made.address, uid: made.uid, key: made.key },
    spec: {
      name: made.name,
      zone: location.gcp.zone,
      status: "RUNNING",
      machineType: plan.machineType,
      hostname: `${made.name}.${domain}`,
      canIpForward: true,
      deletionProtection: wishes.protected,
      tags: tagsOf(plan),
      labels: {
        "plumbline-workload": legalName([deployment.workload], made.uid),
        "plumbline-deployment": legalName([deployment.name], made.uid),
      },
      metadata: metadataOf(plan, instance),
      ...secretSpec(plan),
      bootDisk: bootSpec(plan),
      dataDisks: plan.dataDisks.map((disk) => dataDiskSpec(plan, instance, disk)),
      networkInterfaces: presences.map((presence, index) => interfaceSpec(plan, presence, index)),
      ...leaveOf(deployment.document, "instance"),
    },
    provides: [],
    needs: [...new Set(tokens)].sort(compareText),
    fieldSources: sourcesOf(plan),
    fieldIngredients: { "metadata.user-data": plan.bootIngredients },
    group: {
      name: `${deployment.namespace}/${deployment.name}`,
      ordinal: instance.ordinal,
      width: deployment.rolloutWidth,
      ...(deployment.progressDeadlineMs !== undefined && { progressDeadlineMs: deployment.progressDeadlineMs }),
    },
  };
}

function tagsOf({ deployment, naming }: Plan): Json {
  const { namespace, name, workload } = deployment;
  const { fleet } = naming;
  return [workloadTag(fleet, namespace, workload), deploymentTag(fleet, namespace, name)].sort(compareText);
}

/** The account a machine runs as, and what has to stand before it boots; the digests in its metadata are what is compared. */
function secretSpec({ secrets, settings }: Plan): JsonObject {
  if (secrets === undefined) return {};
  const { account } = secrets;
  const needed = secrets.secrets.flatMap(({ secret, digest }) => {
    const version = versionOf(settings.name, secret, digest);
    return [reference(secret.address, secret.key), reference(version.address, version.key)];
  });
  return {
    serviceAccount: reference(account.address, account.email),
    ...(needed.length === 0 ? {} : { secrets: needed }),
  };
}

function metadataOf({ deployment, boot, bootImage, secrets, userData }: Plan, { name }: Instance): JsonObject {
  const digests = (secrets?.secrets ?? []).map(({ document, digest }) => `${document.name}=${digest}`);
  const text = userData(name);
  const keys = textAt(objectAt(deployment.templateMetadata, "annotations"), sshKeysNote);
  return {
    // A living boot disk no longer says what it was made from, so that the instance has to.
    "plumbline-boot": `${boot.type} ${bootImage}`,
    // Read at each boot, so that a new digest is a reason to restart.
    ...(digests.length === 0 ? {} : { [secretsNote]: digests.join(" ") }),
    ...(keys === "" || deployment.runtime === "sandbox" ? {} : { "ssh-keys": keys }),
    ...(text === undefined ? {} : { "user-data": text }),
  };
}

function bootSpec({ boot, bootImage }: Plan): JsonObject {
  return {
    ...{ deviceName: boot.deviceName, image: bootImage, type: boot.type },
    ...(boot.sizeGib === undefined ? {} : { sizeGib: boot.sizeGib }),
  };
}

function dataDiskSpec({ deployment, location, naming }: Plan, { name }: Instance, disk: DiskIntent): JsonObject {
  const made = naming.disk(deployment, location, name, disk.volume);
  return { deviceName: disk.deviceName, source: reference(made.address, made.key) };
}

function interfaceSpec({ deployment, naming, location }: Plan, presence: Presence, index: number): JsonObject {
  const network = naming.network(presence.network, location.gcp.projectId);
  const subnetwork = naming.subnetwork(presence, location);
  return {
    network: reference(network.address, network.key),
    subnetwork: reference(subnetwork.address, subnetwork.key),
    ...interfaceFamilies(deployment, index, presence.network),
  };
}

function sourcesOf({ deployment, location, boot, dataDisks, secrets }: Plan): Readonly<Record<string, Source>> {
  const at = (...path: readonly (string | number)[]) => deployment.document.at(["spec", "template", "spec", ...path]);
  const interfaces = objectsAt(deployment.template, "networkInterfaces").map((_, index) => index);
  const containers = at("runtime", deployment.runtime, ...(deployment.runtime === "sandbox" ? ["containers"] : []));
  const first = dataDisks[0];
  const secret = secrets?.secrets[0];
  return {
    ...(secret === undefined ? {} : { [`metadata.${secretsNote}`]: contentLine(secret.document) }),
    machineType: at("runtime", "resources", "instanceType"),
    zone: zoneLine(location),
    "metadata.user-data": containers,
    "metadata.ssh-keys": deployment.document.at(["spec", "template", "metadata", "annotations", sshKeysNote]),
    "metadata.plumbline-boot": boot.source,
    bootDisk: boot.source,
    ...Object.fromEntries(Object.entries(boot.fieldSources).map(([field, source]) => [`bootDisk.${field}`, source])),
    ...(first === undefined ? {} : { dataDisks: first.source }),
    ...Object.fromEntries(
      interfaces.map((index) => [`networkInterfaces[${index}]`, at("networkInterfaces", index, "network")]),
    ),
    deletionProtection: deployment.document.at(["metadata", "annotations", "plumbline.dev/protect"]),
  };
}

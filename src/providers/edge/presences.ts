import { uidOf } from "../../core/identity.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Observed, Resource } from "../../core/resource.ts";
import { namedControlPlanes } from "../../datum/control-planes.ts";
import type { Document } from "../../datum/document.ts";
import { type Fleet, type Location, networkToken, type Presence, presenceToken } from "../../datum/fleet.ts";
import type { RangeFact } from "../../datum/range-facts.ts";
import type { ServedKind } from "./discovery.ts";
import { type KnownKind, kindId } from "./kinds.ts";
import { blockNote, presenceNote } from "./marker.ts";
import { fieldOf, textOf } from "./object.ts";

const group = "networking.datumapis.com";
const apiVersion = `${group}/v1alpha`;

/** Makes keys and addresses as for every other object. */
export type KeyOf = (kind: Pick<KnownKind, "group" | "kind">, namespace: string, name: string) => string;

/** What presences are made of on one control plane. */
export interface PresenceTranslator {
  readonly provider: string;
  readonly kinds: readonly KnownKind[];
  /** All control planes, the default one first. */
  readonly controlPlanes: readonly string[];
  readonly served: ReadonlyMap<string, Pick<ServedKind, "namespaced">> | undefined;
  readonly keyOf: KeyOf;
}

/**
 * The control plane on which a location's networks are made present: the one it names, and the default one for a location that
 * nobody else serves. Undefined where Compute Engine serves it alone.
 */
export function planeOf(location: Location, byDefault: string): string | undefined {
  const [named] = namedControlPlanes(location.document);
  return named ?? (location.gcp === undefined ? byDefault : undefined);
}

/**
 * The objects that make networks present in the locations of this plane, as long as an interface needs them there: a binding for each
 * interface of each deployment. Where contexts would outlive the last binding (Locations live in namespaces there), the context and the
 * claim of its block are ours too and go with it; elsewhere the control plane makes and removes them.
 */
export function presenceResources(translator: PresenceTranslator, fleet: Fleet): readonly Resource[] {
  const { provider, controlPlanes, served } = translator;
  const isOld = served?.get(`location.${group}`)?.namespaced !== false;
  return fleet.presences.flatMap((presence) => {
    if (planeOf(presence.location, controlPlanes[0] ?? provider) !== provider) return [];
    const interfaces = interfacesOf(fleet, presence);
    if (interfaces.length === 0) return [];
    const make = maker(translator, fleet, presence, isOld);
    const bindings = interfaces.map(({ name, document, deployment }) =>
      make("NetworkBinding", name, document, {
        network: { name: presence.network.name, namespace: presence.network.namespace },
        ...(isOld
          ? {}
          : { consumer: { apiGroup: "compute.datumapis.com", kind: "WorkloadDeployment", name: deployment } }),
      }),
    );
    return [...(isOld ? contextResources(presence, make) : []), ...bindings].flat();
  });
}

type Make = (kind: PresenceKind, name: string, cause: Document, spec: JsonObject) => readonly Resource[];
type PresenceKind = "NetworkContext" | "SubnetClaim" | "NetworkBinding";

function contextResources(presence: Presence, make: Make): readonly Resource[] {
  const { network, block } = presence;
  const context = contextNameOf(presence);
  const [startAddress = "", prefixLength = ""] = block.split("/");
  const claim = { subnetClass: "private", networkContext: { name: context }, ipFamily: "IPv4" };
  const carriesIpv4 = network.ipFamilies.includes("IPv4") && block !== "";
  return [
    ...make("NetworkContext", context, network.document, { network: { name: network.name } }),
    ...(carriesIpv4
      ? make("SubnetClaim", `${context}-0`, network.document, {
          ...claim,
          startAddress,
          prefixLength: Number(prefixLength),
        })
      : []),
  ];
}

/** Names a context as the control plane itself would. */
function contextNameOf({ network, location }: Presence): string {
  return [network.name, location.namespace, location.name].filter((part) => part !== "").join("-");
}

/** Every interface of the network in the location, with the name of its binding. */
function interfacesOf({ deployments }: Fleet, { network, location }: Presence) {
  return deployments.flatMap((deployment) =>
    deployment.location !== location
      ? []
      : deployment.networks.flatMap((one, index) =>
          one === network
            ? [{ name: `${deployment.name}-net-${index}`, deployment: deployment.name, document: deployment.document }]
            : [],
        ),
  );
}

/** Each step waits for the one before it, so that no two write the same object. */
const steps: readonly PresenceKind[] = ["NetworkContext", "SubnetClaim", "NetworkBinding"];

function maker(translator: PresenceTranslator, fleet: Fleet, presence: Presence, isOld: boolean): Make {
  const { provider, kinds, keyOf } = translator;
  const { network, location, key, block } = presence;
  const place = isOld ? { name: location.name, namespace: location.namespace || "default" } : { name: location.name };
  const token = (step: PresenceKind): string => `${step} of ${presenceToken(presence)} on ${provider}`;
  return (kind, name, cause, spec) => {
    const known = kinds.find((one) => one.group === group && one.kind === kind);
    const { namespace } = kind === "NetworkBinding" ? cause : network;
    const remembers = kind === "NetworkBinding" && block !== "";
    const annotations = { [presenceNote]: key, ...(remembers && { [blockNote]: block }) };
    const isWritten = fleet.documents.some(
      (document) => document.kind === kind && document.name === name && document.namespace === namespace,
    );
    if (known === undefined || isWritten) return [];
    return [
      {
        ...{ address: `${provider}/${known.word}/${namespace}/${name}`, provider, kind: known.word, realm: namespace },
        uid: uidOf(fleet.name, kindId(known), namespace, name),
        key: keyOf(known, namespace, name),
        spec: {
          apiVersion,
          kind,
          metadata: { name, namespace, annotations },
          spec: { ...spec, location: place },
        },
        provides: [presenceToken(presence), token(kind)],
        needs: [networkToken(network, provider), ...steps.slice(0, steps.indexOf(kind)).map(token)],
        ...{ source: cause.at([]), fieldSources: {}, owner: `${cause.kind} ${cause.namespace}/${cause.name}` },
        ...{ location: location.name, protected: false, adopt: false },
      },
    ];
  };
}

/** Kinds that a control plane, or whoever works on it, makes for a presence as well as we do. */
const shared: ReadonlySet<string> = new Set(["networkcontext", "subnetclaim"]);

/** Whether what somebody else made under this name serves as well. What a manifest says itself never yields. */
export function yieldsTo({ kind, provides }: Pick<Resource, "kind" | "provides">): boolean {
  return shared.has(kind) && provides.length > 0;
}

/** The block that a claim of ours asks for, or a binding keeps in mind, live or remembered; undefined for everything else. */
export function claimedBlock(object: JsonObject): Observed["allocation"] {
  const annotations = fieldOf(fieldOf(object, "metadata"), "annotations");
  const key = textOf(annotations, presenceNote);
  const block = textOf(annotations, blockNote);
  if (key !== "" && block !== "") return { key, block, meant: true };
  const spec = fieldOf(object, "spec");
  const start = textOf(spec, "startAddress");
  return key === "" || start === "" ? undefined : { key, block: `${start}/${String(spec.prefixLength)}` };
}

const fabricRange = /^fd2[0-9a-f](:|[0-9a-f])/i;

/** Blocks and prefixes that a control plane chose for presences on it, whatever was asked for. */
export function presenceFacts(
  translator: PresenceTranslator,
  fleet: Fleet,
  observed: readonly Observed[],
): readonly RangeFact[] {
  const { provider, controlPlanes, keyOf } = translator;
  const byKey = new Map(observed.map((thing) => [thing.key, thing.status.addresses]));
  return fleet.presences.flatMap((presence): readonly RangeFact[] => {
    if (planeOf(presence.location, controlPlanes[0] ?? provider) !== provider) return [];
    const { network, key } = presence;
    const context = contextNameOf(presence);
    const claim = byKey.get(keyOf({ group, kind: "SubnetClaim" }, network.namespace, `${context}-0`));
    const prefix = byKey.get(keyOf({ group, kind: "Network" }, network.namespace, network.name))?.ipv6;
    const name = `${network.namespace}/${network.name}`;
    return [
      ...(claim?.range === undefined
        ? []
        : [{ kind: "given" as const, presence: key, block: claim.range, by: provider }]),
      ...(prefix === undefined || !fabricRange.test(prefix)
        ? []
        : [{ kind: "prefix" as const, network: name, block: prefix, by: provider }]),
    ];
  });
}

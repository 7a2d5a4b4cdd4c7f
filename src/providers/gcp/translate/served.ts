import { uidOf } from "../../../core/identity.ts";
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { Address } from "../../../core/resource.ts";
import type { Document } from "../../../datum/document.ts";
import { existingNames, existingNamesNote, existingNetwork, leaveNote, leftFields } from "../../../datum/existing.ts";
import type { Deployment, Fleet, Location, Network, Presence } from "../../../datum/fleet.ts";
import { type Kind, keyOf } from "../kinds.ts";
import { addressOf, legalName, namespacePart } from "../names.ts";
import type { Settings } from "../options.ts";

/** A Location that this provider serves. */
export type ServedLocation = Location & { readonly gcp: NonNullable<Location["gcp"]> };

/** Whether this provider serves the location: it is of Compute Engine and of the configured class. */
export function isServed(location: Location, settings: Settings): location is ServedLocation {
  return location.gcp !== undefined && location.className === settings.locationClass;
}

/** Identity of one thing before its spec is known. */
export interface Named {
  readonly address: Address;
  readonly uid: string;
  readonly key: string;
  readonly name: string;
  readonly project: string;
  /** Whether it had the name before Plumbline took it over. */
  readonly isExisting?: boolean;
}

/** Names things of one fleet; the same commit always gives the same names. */
export interface Naming {
  readonly fleet: string;
  network(network: Network, project: string): Named;
  subnetwork(presence: Presence, location: ServedLocation): Named;
  router(network: Network, location: ServedLocation): Named;
  /** `what` tells the routes of one network apart. */
  route(network: Network, project: string, what: string): Named;
  instance(deployment: Deployment, location: ServedLocation, instance: string): Named;
  disk(deployment: Deployment, location: ServedLocation, instance: string, volume: string): Named;
  firewall(deployment: Deployment, location: ServedLocation, rule: string): Named;
}

/** The naming of one fleet under one provider. */
export function namingOf(fleet: Fleet, settings: Settings): Naming {
  const projects = projectsOf(fleet, settings);
  const make = (kind: Kind, place: Where, words: Words): Named => {
    const uid = uidOf(fleet.name, kind, words.namespace, words.identity);
    const name = words.existing || legalName(words.parts, uid);
    const address = addressOf(settings.name, kind, words.namespace, readable(kind, words.shown, uid));
    const isExisting = Boolean(words.existing);
    return { address, uid, name, project: place.project, key: keyOf({ kind, ...place, name }), isExisting };
  };
  /** Says the project where a network stands in several. */
  const inProject = (namespace: string, name: string, shown: string, project: string): string =>
    (projects.get(`${namespace}/${name}`) ?? 0) > 1 ? `${shown}@${project}` : shown;
  return {
    fleet: fleet.name,
    network(network, project) {
      const { namespace, name } = network;
      const existing = existingOf(network)?.name;
      const identity = `${name}@${project}`;
      const shown = inProject(namespace, name, name, project);
      const parts = [fleet.name, namespacePart(namespace), name];
      return make("network", { project, area: "" }, { namespace, identity, shown, parts, existing });
    },
    subnetwork({ network }, location) {
      const { namespace, name } = network;
      const place = [namespacePart(location.namespace), location.name.toLowerCase()].filter((part) => part !== "");
      const shown = [name, ...place].join("-");
      const parts = [fleet.name, namespacePart(namespace), name, ...place];
      const { projectId: project, region: area } = location.gcp;
      const existing = existingOf(network)?.subnetworks.get(location.name)?.name;
      if (existing !== undefined) {
        // Locations in one region may share what was there.
        const whole = `${name}-${area}-${existing}`;
        return make("subnetwork", { project, area }, { namespace, identity: whole, shown: whole, parts, existing });
      }
      return make("subnetwork", { project, area }, { namespace, identity: `${name}@${place.join("/")}`, shown, parts });
    },
    router({ namespace, name }, { gcp: { projectId: project, region: area } }) {
      const shown = `${name}-${area}`;
      const parts = [fleet.name, namespacePart(namespace), name];
      const identity = `${name}@${project}/${area}`;
      return make(
        "router",
        { project, area },
        { namespace, identity, shown: inProject(namespace, name, shown, project), parts },
      );
    },
    route({ namespace, name }, project, what) {
      const shown = `${name}-${what.replace("/", "_").replaceAll(" ", "-")}`;
      const parts = [fleet.name, namespacePart(namespace), name, what];
      const identity = `${name}@${project} ${what}`;
      return make(
        "route",
        { project, area: "" },
        { namespace, identity, shown: inProject(namespace, name, shown, project), parts },
      );
    },
    instance({ namespace, annotations }, location, instance) {
      const { projectId: project, zone: area } = location.gcp;
      const parts = [namespacePart(namespace), instance];
      const ordinal = Number(/-(\d+)$/.exec(instance)?.[1] ?? 0);
      const existing = existingNames(annotations[existingNamesNote] ?? "")?.copy(ordinal);
      return make("instance", { project, area }, { namespace, identity: instance, shown: instance, parts, existing });
    },
    disk({ namespace }, location, instance, volume) {
      const { projectId: project, zone: area } = location.gcp;
      const shown = `${instance}-${volume}`;
      const parts = [namespacePart(namespace), instance, volume];
      return make("disk", { project, area }, { namespace, identity: `${instance}/${volume}`, shown, parts });
    },
    firewall({ namespace, name, annotations }, { gcp: { projectId: project } }, rule) {
      const shown = `${name}-${rule}`;
      const existing = existingNames(annotations[existingNamesNote] ?? "")?.rules.get(rule);
      const parts = [fleet.name, namespacePart(namespace), name, rule];
      return make("firewall", { project, area: "" }, { namespace, identity: shown, shown, parts, existing });
    },
  };
}

interface Where {
  readonly project: string;
  readonly area: string;
}

interface Words {
  readonly namespace: string;
  /** What the uid is made of, beside fleet, kind and namespace. */
  readonly identity: string;
  /** Last part of the address. */
  readonly shown: string;
  readonly parts: readonly string[];
  /** What it was called before Plumbline took it over. */
  readonly existing?: string | undefined;
}

function existingOf({ document }: Pick<Network, "document">) {
  return existingNetwork(annotationOf(document, existingNamesNote) ?? "");
}

const longestLabel = 63;

/** Kinds with labels keep the last part of their address in one, so that it has to be short and label-safe. */
function readable(kind: Kind, name: string, uid: string): string {
  return kind === "instance" || kind === "disk" ? readableLabel(name, uid) : name;
}

/** A name as a label can hold it; what is changed or cut gets the beginning of the uid. */
export function readableLabel(name: string, uid: string, longest = longestLabel): string {
  const safe = name.toLowerCase().replace(/[^a-z0-9_-]+/g, "-");
  return safe === name && safe.length <= longest ? safe : `${safe.slice(0, longest - 9)}-${uid.slice(0, 8)}`;
}

/** In how many projects each network is present. */
function projectsOf(fleet: Fleet, settings: Settings): ReadonlyMap<string, number> {
  const found = new Map<string, Set<string>>();
  for (const { network, location } of fleet.presences) {
    if (!isServed(location, settings)) continue;
    const name = `${network.namespace}/${network.name}`;
    found.set(name, (found.get(name) ?? new Set()).add(location.gcp.projectId));
  }
  return new Map([...found].map(([name, projects]) => [name, projects.size]));
}

/** `Network default/prod`: how people call a manifest. */
export function ownerOf(document: Document): string {
  return document.namespace === ""
    ? `${document.kind} ${document.name}`
    : `${document.kind} ${document.namespace}/${document.name}`;
}

/** What an annotation of a manifest says; undefined where it is not. */
export function annotationOf({ content: { metadata } }: Document, name: string): string | undefined {
  const annotations: JsonObject = isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {};
  const value = annotations[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * The same for what nobody can mark after it was made (its description stays for good). What was taken over is protected unless
 * the manifest says that it is not.
 */
export function unmarkableWishesOf(document: Document) {
  const wishes = wishesOf(document);
  const isSpared = wishes.adopt && annotationOf(document, "plumbline.dev/protect") !== "false";
  return { ...wishes, protected: wishes.protected || isSpared, unmarkable: true };
}

/** Whether the manifest asks to be protected, and to take over what stands under its name. */
export function wishesOf(document: Document): { readonly protected: boolean; readonly adopt: boolean } {
  return {
    protected: annotationOf(document, "plumbline.dev/protect") === "true",
    adopt: annotationOf(document, "plumbline.dev/adopt") === "true",
  };
}

/** The fields of this kind that the manifest leaves as they are, as a part of a spec. */
export function leaveOf(document: Document, kind: Kind): { readonly leave?: readonly string[] } {
  const leave = leftFields(annotationOf(document, leaveNote), kind);
  return leave.length === 0 ? {} : { leave };
}

import type { JsonObject } from "../../core/json.ts";
import { pathIn } from "./reference.ts";
import { objectOf, objectsOf, textOf } from "./values.ts";

/** The key under which an address of a subnetwork counts as used. */
export function addressKey(subnetwork: string, address: string): string {
  return `${subnetwork} ${address}`;
}

/** The key under which an external address counts as used. */
export function externalKey(address: string): string {
  return `external ${address}`;
}

interface Linked {
  readonly project: string;
  readonly collection: string;
  readonly name: string;
  readonly body: JsonObject;
}

/** What a resource uses: paths of other resources, and addresses. In-use rules and address choice stand on this. */
export function usedBy(resource: Linked): readonly string[] {
  const { collection, body } = resource;
  switch (collection) {
    case "instances":
      return [
        ...interfacesUse(body),
        ...objectsOf(body, "disks").flatMap((disk) => paths(disk, "source")),
        ...managerOf(resource),
      ];
    case "subnetworks":
    case "firewalls":
      return paths(body, "network");
    case "routes":
      // The routes that the API makes for a network go with the network and never keep it.
      return resource.name.startsWith("default-route-") ? [] : paths(body, "network", "nextHopInstance");
    case "routers":
      return [...paths(body, "network"), ...objectsOf(body, "nats").flatMap(natUses)];
    case "addresses":
      return addressUses(body);
    case "instanceGroupManagers":
      return [
        ...paths(body, "instanceTemplate"),
        ...objectsOf(body, "versions").flatMap((one) => paths(one, "instanceTemplate")),
      ];
    default:
      return [];
  }
}

/** The key under which the instances of a group manager are found; a manager is no user of theirs. */
export function memberKey(manager: string): string {
  return `members ${manager}`;
}

/** A managed instance says in its metadata who made it, with the number of the project in place of its name. */
function managerOf(instance: Linked): readonly string[] {
  const items = objectsOf(objectOf(instance.body, "metadata"), "items");
  const maker = textOf(
    items.find((item) => item.key === "created-by"),
    "value",
  );
  return maker === undefined ? [] : [memberKey(maker.replace(/^projects\/[^/]+/, `projects/${instance.project}`))];
}

function paths(body: JsonObject, ...fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => {
    const link = textOf(body, field);
    return link === undefined ? [] : [pathIn(link)];
  });
}

function interfacesUse(body: JsonObject): readonly string[] {
  return objectsOf(body, "networkInterfaces").flatMap((nic) => {
    const subnetwork = textOf(nic, "subnetwork");
    const address = textOf(nic, "networkIP");
    const inside = subnetwork === undefined || address === undefined ? [] : [addressKey(pathIn(subnetwork), address)];
    const outside = objectsOf(nic, "accessConfigs").flatMap((config) => {
      const external = textOf(config, "natIP");
      return external === undefined ? [] : [externalKey(external)];
    });
    return [...paths(nic, "network", "subnetwork"), ...inside, ...outside];
  });
}

function addressUses(body: JsonObject): readonly string[] {
  const address = textOf(body, "address");
  const subnetwork = textOf(body, "subnetwork");
  if (address === undefined) return paths(body, "subnetwork", "network");
  if (textOf(body, "addressType") === "EXTERNAL") return [externalKey(address)];
  const inside = subnetwork === undefined ? [] : [addressKey(pathIn(subnetwork), address)];
  return [...paths(body, "subnetwork", "network"), ...inside];
}

function natUses(nat: JsonObject): readonly string[] {
  return objectsOf(nat, "subnetworks").flatMap((subnetwork) => paths(subnetwork, "name"));
}

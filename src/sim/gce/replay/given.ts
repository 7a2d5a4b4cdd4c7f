import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { Description } from "../../../providers/gcp/description/description.ts";
import { readableBody } from "../../../providers/gcp/description/validate.ts";
import { lastSegment, parsePath, pathIn } from "../reference.ts";
import { objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { image, type Parts, preparations } from "./given-storage.ts";

/** Sends a request to the simulator and lets it come to its end. */
export type Send = (
  method: string,
  path: string,
  body?: JsonObject,
) => Promise<{ readonly status: number; readonly body: JsonObject }>;

/** Makes through the API what a recorded resource needs to have been there before. */
export interface Given {
  /** Makes a resource like a recorded one, under its own name. */
  resource(path: string, recorded: JsonObject): Promise<void>;
  /** Makes a network unless there is one. */
  network(path: string, recorded?: JsonObject): Promise<void>;
}

const messages: Readonly<Record<string, string>> = {
  addresses: "Address",
  disks: "Disk",
  firewalls: "Firewall",
  instances: "Instance",
  networks: "Network",
  routes: "Route",
  routers: "Router",
  subnetworks: "Subnetwork",
};

/** Fields that the server gives although a client could name them. */
const serverFields = [
  "fingerprint",
  "labelFingerprint",
  "selfLinkWithId",
  "subnetworks",
  "gatewayAddress",
  "users",
  "architecture",
];

/** Makes the preconditions of a session. */
export function createGiven(description: Description, send: Send): Given {
  const exists = async (path: string): Promise<boolean> => (await send("GET", path)).status === 200;
  const insert = async (path: string, body: JsonObject): Promise<void> => {
    if (await exists(path)) return;
    const { status, body: answer } = await send("POST", path.slice(0, path.lastIndexOf("/")), body);
    if (status >= 400) {
      const why = textOf(objectOf(answer, "error"), "message") ?? String(status);
      throw new Error(`A precondition cannot be made: ${path}: ${why}`);
    }
  };
  const network = async (path: string, recorded?: JsonObject): Promise<void> => {
    const isAutomatic = recorded?.autoCreateSubnetworks === true;
    const description = textOf(recorded, "description");
    const more = description === undefined ? {} : { description };
    await insert(path, { name: lastSegment(path), autoCreateSubnetworks: isAutomatic, ...more });
  };
  const subnetwork = async (path: string, networkPath: string, address: string): Promise<void> => {
    await network(networkPath);
    const ipCidrRange = address.replace(/\.\d+$/, ".0/24");
    await insert(path, { name: lastSegment(path), network: networkPath, ipCidrRange });
  };
  const instance = async (path: string, recorded: JsonObject): Promise<void> => {
    for (const nic of objectsOf(recorded, "networkInterfaces")) {
      const networkPath = pathIn(textOf(nic, "network") ?? "");
      const subnetworkPath = pathIn(textOf(nic, "subnetwork") ?? "");
      await subnetwork(subnetworkPath, networkPath, textOf(nic, "networkIP") ?? "10.0.0.2");
    }
    await insert(path, instanceRequest(description, { ...recorded, name: lastSegment(path) }));
    if (recorded.status === "TERMINATED") await send("POST", `${path}/stop`);
  };
  const parts: Parts = { description, insert, network };
  return {
    network,
    resource: async (path, recorded) => {
      const collection = parsePath(path)?.collection ?? "";
      if (collection === "networks") return await network(path, recorded);
      if (collection === "instances") return await instance(path, recorded);
      const prepare = preparations[collection];
      if (prepare !== undefined) return await prepare(path, recorded, parts);
      const message = messages[collection];
      if (message === undefined) return;
      if (typeof recorded.network === "string") await network(pathIn(recorded.network));
      await insert(path, requestOf(description, message, { ...recorded, name: lastSegment(path) }));
    },
  };
}

/** What a client would have sent to get a resource. */
export function requestOf(description: Description, message: string, recorded: JsonObject): JsonObject {
  const sent = readableBody(description, message, recorded);
  const kept = Object.entries(sent).filter(([key]) => !serverFields.includes(key));
  const { sourceImage, licenses: _, licenseCodes: __, guestOsFeatures: ___, ...others } = Object.fromEntries(kept);
  // Snapshots are not in the recordings of their disks.
  const { sourceSnapshot: ____, ...rest } = others;
  return sourceImage === undefined ? rest : { ...rest, sourceImage: image };
}

function instanceRequest(description: Description, recorded: JsonObject): JsonObject {
  const sent = requestOf(description, "Instance", recorded);
  const disks = objectsOf(sent, "disks").map((disk) => ({
    boot: disk.boot ?? false,
    autoDelete: disk.autoDelete ?? false,
    deviceName: disk.deviceName ?? "",
    initializeParams: { sourceImage: image },
  }));
  const { shieldedInstanceInitialState: _, cpuPlatform: __, ...rest } = sent;
  return {
    ...rest,
    disks,
    metadata: { items: objectsOf(objectOf(sent, "metadata"), "items").filter((item) => item.key !== undefined) },
    tags: { items: textsOf(objectOf(sent, "tags"), "items") },
    networkInterfaces: objectsOf(sent, "networkInterfaces").map(nicRequest),
  };
}

function nicRequest(nic: JsonObject): JsonObject {
  const { fingerprint: _, networkIP: __, ...rest } = nic;
  const configs = objectsOf(nic, "accessConfigs").map(({ natIP: _natIP, ...config }) => config as JsonObject);
  return { ...rest, ...(configs.length === 0 ? {} : { accessConfigs: configs }) };
}

/** Every resource in a recorded list, of one scope or of all. */
export function listedResources(body: JsonObject): readonly JsonObject[] {
  const { items } = body;
  if (Array.isArray(items)) return (items as readonly Json[]).filter(isObject);
  if (!isObject(items)) return [];
  return Object.values(items).flatMap((scope) =>
    isObject(scope) ? Object.values(scope).flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : [])) : [],
  ) as readonly JsonObject[];
}

import type { JsonObject } from "../../../core/json.ts";
import type { Description } from "../../../providers/gcp/description/description.ts";
import { type GceSimulator, startGceSimulator } from "../index.ts";
import { lastSegment, parsePath, pathIn } from "../reference.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import { createGiven, type Given, listedResources, type Send } from "./given.ts";
import { image } from "./given-storage.ts";
import { replayLog } from "./log-session.ts";
import type { Replayed, Session } from "./recordings.ts";

/** Replays one session against a simulator of its own, whose time runs only when it is let. */
export async function replaySession(session: Session, description: Description): Promise<readonly Replayed[]> {
  const simulator = await startGceSimulator({
    operationMs: [60_000, 60_000],
    defaultNetwork: !session.answersOnly,
  });
  try {
    const send = sender(simulator);
    const settled: Send = async (method, path, body) => {
      const answer = await send(method, path, body);
      simulator.control.settle();
      return answer;
    };
    const given = createGiven(description, settled);
    if (session.answersOnly) return [await replayAnswer(session, given, send, simulator)];
    return await replayLog(session, given, send, () => simulator.control.settle());
  } finally {
    await simulator.close();
  }
}

function sender(simulator: GceSimulator): Send {
  return async (method, path, body) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${simulator.url}/compute/v1/${path}`, init);
    return { status: response.status, body: (await response.json()) as JsonObject };
  };
}

/** A single answer: what it tells of is made first, then it is asked for. */
async function replayAnswer(session: Session, given: Given, send: Send, simulator: GceSimulator): Promise<Replayed> {
  const [exchange] = session.exchanges;
  if (exchange === undefined) throw new Error(`${session.file} holds no exchange.`);
  const { method, path, response } = exchange;
  try {
    if (method === "GET") {
      const listed = listedResources(response);
      for (const one of listed) await given.resource(pathIn(textOf(one, "selfLink") ?? ""), one);
      if (listed.length === 0) await given.resource(path, response);
    } else await given.resource(targetOf(path), plainTarget(targetOf(path)));
  } catch (error) {
    // One recording that cannot be prepared must not hide what the others show.
    return { exchange, sent: path, status: 0, body: { error: { message: (error as Error).message } } };
  }
  const { body, query } = method === "GET" ? plainRequest : await requestFor(method, path, send);
  simulator.control.settle();
  await stopAgain(response, send);
  const answer = await send(method, `${path}${query}`, body);
  return { exchange, sent: path, ...answer };
}

/** Instances that were seen on their way down are put there last, because the preparation goes to its end. */
async function stopAgain(response: JsonObject, send: Send): Promise<void> {
  for (const one of listedResources(response)) {
    if (one.status === "STOPPING") await send("POST", `${pathIn(textOf(one, "selfLink") ?? "")}/stop`);
  }
}

function targetOf(path: string): string {
  return parsePath(path) === undefined ? path.slice(0, path.lastIndexOf("/")) : path;
}

/** A small resource for an operation whose own request was not recorded. */
function plainTarget(path: string): JsonObject {
  const place = parsePath(path);
  const project = `projects/${place?.project}`;
  switch (place?.collection) {
    case "instances": {
      const zone = lastSegment(place.scope);
      const region = zone.slice(0, zone.lastIndexOf("-"));
      return {
        machineType: `${project}/zones/${zone}/machineTypes/n1-standard-1`,
        disks: [{ boot: true, autoDelete: true }],
        networkInterfaces: [
          {
            network: `${project}/global/networks/default`,
            subnetwork: `${project}/regions/${region}/subnetworks/default`,
            networkIP: "10.128.0.2",
          },
        ],
      };
    }
    case "firewalls":
      return { network: `${project}/global/networks/default`, allowed: [{ IPProtocol: "tcp" }] };
    case "networks":
      return { autoCreateSubnetworks: false };
    case "subnetworks":
      return { network: `${project}/global/networks/replayed`, ipCidrRange: "10.200.0.0/24" };
    case "routers":
      return { network: `${project}/global/networks/default` };
    case "routes": {
      const hop = { nextHopGateway: `${project}/global/gateways/default-internet-gateway` };
      return { network: `${project}/global/networks/default`, destRange: "10.250.0.0/24", ...hop };
    }
    case "disks":
      return { sizeGb: "10" };
    case "instanceTemplates":
      return {
        properties: {
          disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage: image } }],
          networkInterfaces: [{ network: `${project}/global/networks/default` }],
        },
      };
    default:
      return {};
  }
}

interface Request {
  readonly body: JsonObject | undefined;
  readonly query: string;
}

const plainRequest: Request = { body: undefined, query: "" };

/** What a client may have sent: the least that the route takes. */
async function requestFor(method: string, path: string, send: Send): Promise<Request> {
  const verb = parsePath(path) === undefined ? lastSegment(path) : "";
  const { body } = await send("GET", targetOf(path));
  const asked = (sent: JsonObject): Request => ({ body: sent, query: "" });
  switch (verb) {
    case "setLabels":
      return asked({ labels: { replayed: "yes" }, labelFingerprint: textOf(body, "labelFingerprint") ?? "" });
    case "setMetadata": {
      const fingerprint = textOf(objectOf(body, "metadata"), "fingerprint") ?? "";
      return asked({ items: [{ key: "replayed", value: "yes" }], fingerprint });
    }
    case "setTags":
      return asked({ items: ["replayed"], fingerprint: textOf(objectOf(body, "tags"), "fingerprint") ?? "" });
    case "createSnapshot":
      return asked({ name: "replayed" });
    case "setPrivateIpGoogleAccess":
      return asked({ privateIpGoogleAccess: true });
    case "detachDisk":
      return { body: undefined, query: `?deviceName=${textOf(objectsOf(body, "disks").at(-1), "deviceName") ?? ""}` };
    case "": {
      if (method !== "PATCH" && method !== "PUT") return plainRequest;
      const fingerprint = textOf(body, "fingerprint");
      return asked({ description: "replayed", ...(fingerprint === undefined ? {} : { fingerprint }) });
    }
    default:
      return plainRequest;
  }
}

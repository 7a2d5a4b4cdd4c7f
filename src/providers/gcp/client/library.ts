import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { AuthClient } from "google-auth-library";
import type { Service } from "../kinds.ts";
import type { Endpoint } from "../options.ts";
import { type Descriptors, descriptorFile, installedVersion, services } from "./descriptors.ts";

/** A client of the official library, cut down to what is called. */
export interface LibraryClient {
  readonly innerApiCalls: Readonly<Record<string, (request: object, options: object) => Promise<readonly unknown[]>>>;
  initialize(): Promise<unknown>;
}

/** Gives the official library's client of one service, made once. */
export type Library = (service: Service) => Promise<LibraryClient>;

/** The parts of google-gax that are touched: its second, lighter door is the `fallback` one that speaks REST. */
interface Gax {
  readonly fallback: { readonly GrpcClient: new (options: object) => { loadProtoJSON(json: object): object } };
  readonly protobuf: { readonly Root: { fromJSON(json: object): object } };
}

type ClientClass = new (options: object, gax: object) => LibraryClient;

/**
 * Loads the official library by its single files, and only those of the services that are asked for: the whole of it
 * takes over a second and 160 MB. Nothing is loaded before the first call.
 */
export function openLibrary(endpoint: Endpoint, authClient: () => Promise<AuthClient>): Library {
  const clients = new Map<Service, Promise<LibraryClient>>();
  let ready: Promise<object> | undefined;

  async function optionsOf(): Promise<object> {
    const { protocol, host, port } = endpoint;
    return {
      ...{ apiEndpoint: host, protocol, port, fallback: true },
      ...{ authClient: await authClient(), projectId: "unused" },
    };
  }

  async function open(service: Service): Promise<LibraryClient> {
    ready ??= optionsOf();
    const options = await ready;
    modules ??= loadModules();
    const { load, gax } = modules;
    const file = service.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
    const module = load(`./build/src/v1/${file}_client.js`) as Record<string, ClientClass>;
    const Client = module[`${service}Client`] as ClientClass;
    const client = new Client({ ...options }, gax);
    await client.initialize();
    return client;
  }

  return (service) => {
    const known = clients.get(service);
    if (known !== undefined) return known;
    const opening = open(service);
    clients.set(service, opening);
    return opening;
  };
}

/** The library's modules; they are loaded once, however many providers there are. */
let modules: { readonly load: NodeJS.Require; readonly gax: object } | undefined;

function loadModules() {
  const load = createRequire(createRequire(import.meta.url).resolve("@google-cloud/compute/package.json"));
  seedDescriptors(load);
  return { load, gax: withSharedRoot(load("google-gax") as Gax) };
}

/** Each client would otherwise build and hash the whole description again. The second parameter of a client is made for this. */
function withSharedRoot(gax: Gax): object {
  const roots = new WeakMap<object, object>();
  class SharedRoot extends gax.fallback.GrpcClient {
    override loadProtoJSON(json: object): object {
      const known = roots.get(json);
      if (known !== undefined) return known;
      const root = gax.protobuf.Root.fromJSON(json);
      roots.set(json, root);
      return root;
    }
  }
  return { ...gax, fallback: { ...gax.fallback, GrpcClient: SharedRoot } };
}

/**
 * Puts the descriptors of our few services where the library looks for those of all: 0.3 MB instead of 12, which is
 * most of a start's time and memory. Without the generated file, or with one of another version, the library reads its own.
 */
function seedDescriptors(load: NodeJS.Require): void {
  const found = readGenerated();
  if (found === undefined || found.version !== installedVersion() || found.services.join() !== services.join()) return;
  const path = load.resolve("./build/protos/protos.json");
  if (load.cache[path] !== undefined) return;
  load.cache[path] = { id: path, filename: path, loaded: true, exports: found.json, children: [], paths: [] } as never;
}

/** From compiled code the file is three folders up; from the sources it is in the build's folder. */
function readGenerated(): Descriptors | undefined {
  for (const place of [`../../../${descriptorFile}`, `../../../../dist/${descriptorFile}`]) {
    try {
      return JSON.parse(readFileSync(fileURLToPath(new URL(place, import.meta.url)), "utf8")) as Descriptors;
    } catch {
      // Not built: the next place, or the library's own file.
    }
  }
  return undefined;
}

import { isIP } from "node:net";
import type { SecretLookup } from "../provider.ts";
import type { RequestLimits } from "./client/limiter.ts";
import type { Surroundings } from "./credentials/discover.ts";
import type { Road } from "./credentials/wire.ts";

/** How Google is asked who we are. `none` sends no credentials and asks nobody for any. */
export type GcpCredentials =
  | { readonly kind: "none" }
  | ((
      | { readonly kind: "default" | "metadata" }
      | { readonly kind: "key-file" | "federation"; readonly path: string }
      | { readonly kind: "token"; readonly token: string }
    ) & {
      /** Service account that is spoken for with these credentials. */
      readonly impersonate?: string;
    });

/** How one Compute Engine world is reached and what its words are. What is left out is in `gcpDefaults`. */
export interface GcpOptions {
  /** The provider's name in the configuration; it leads every address. */
  readonly name: string;
  /** `http://127.0.0.1:PORT` of another server that speaks the API; absent: Google's own. */
  readonly endpoint?: string;
  readonly credentials: GcpCredentials;
  /** Variables and home folder that Application Default Credentials are found by. */
  readonly surroundings?: Surroundings;
  /** PEM of a private certificate authority, trusted beside the public ones. */
  readonly certificateAuthority?: string;
  /** URL of an HTTP proxy that carries everything, tokens too. */
  readonly proxy?: string;
  /** Only Locations of this class are served. */
  readonly locationClass?: string;
  /** Image names of manifests → what Compute Engine calls them. */
  readonly images: Readonly<Record<string, string>>;
  /** Instance types of manifests → machine types. */
  readonly machineTypes: Readonly<Record<string, string>>;
  /** Image that containers run on, in the manifests' words. */
  readonly containerImage?: string;
  /** Where the contents of Secrets are asked for when they are written; absent: there are none. */
  readonly secrets?: SecretLookup;
  /** How long one request may take. */
  readonly requestTimeoutMs?: number;
  /** How long one operation, or one walk to RUNNING, may take. */
  readonly operationTimeoutMs?: number;
  /** Longest pause between two looks at running operations; the first looks come sooner. */
  readonly pollIntervalMs?: number;
  /** Requests per minute before the client slows itself down; what is left out stays below the documented quotas. */
  readonly requestsPerMinute?: Partial<RequestLimits>;
}

/** Every option, filled in. */
export interface Settings extends Required<Omit<GcpOptions, "endpoint" | "requestsPerMinute" | keyof Road>>, Road {
  readonly requestsPerMinute: RequestLimits;
  readonly endpoint: Endpoint;
}

/** Where requests go. */
export interface Endpoint {
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly port: number;
}

/** What holds when the options do not say otherwise. */
export const gcpDefaults = {
  endpoint: "https://compute.googleapis.com",
  surroundings: { variables: {}, homeDirectory: "" },
  certificateAuthority: undefined,
  proxy: undefined,
  locationClass: "self-managed",
  containerImage: "datumcloud/cos-stable-117-18613-0-79",
  secrets: async () => undefined,
  requestTimeoutMs: 30_000,
  operationTimeoutMs: 600_000,
  pollIntervalMs: 1_000,
  requestsPerMinute: { reads: 1_200, writes: 1_200, aggregated: 600, operations: 1_200, region: 1_000 },
} as const;

/** Fills in the defaults. Throws a TypeError on an endpoint that cannot be one. */
export function settingsOf(options: GcpOptions): Settings {
  const { endpoint, requestsPerMinute, ...given } = options;
  return {
    ...{ ...gcpDefaults, ...given, endpoint: endpointOf(endpoint ?? gcpDefaults.endpoint) },
    requestsPerMinute: { ...gcpDefaults.requestsPerMinute, ...requestsPerMinute },
  };
}

/** Where a server is. Throws a TypeError on a URL that cannot be one. */
export function endpointOf(text: string): Endpoint {
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError(`${url.protocol} is not HTTP`);
  if (url.username !== "" || url.password !== "") throw new TypeError("An endpoint must not carry credentials.");
  if (url.pathname !== "/") throw new TypeError("An endpoint must not have a path.");
  const protocol = url.protocol === "http:" ? "http" : "https";
  const port = url.port === "" ? (protocol === "http" ? 80 : 443) : Number(url.port);
  return { protocol, host: url.hostname, port };
}

/** Whether a bearer token may travel there: over TLS, or in the clear to this machine alone. */
export function isPrivateChannel({ protocol, host }: Endpoint): boolean {
  if (protocol === "https" || host === "localhost" || host === "[::1]") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** Where a service beside Compute Engine is: a host of its own at Google's, the same server elsewhere. */
export function neighbourUrl({ protocol, host, port }: Endpoint, service: string): string {
  return host.endsWith(".googleapis.com") ? `https://${service}.googleapis.com` : `${protocol}://${host}:${port}`;
}

import { isIP } from "node:net";

/** How the provider proves who it is. Secrets arrive as text or as files; nothing here is ever printed. */
export type EdgeCredentials =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: string }
  /** Read again when it changes, as mounted tokens are rotated. */
  | { readonly kind: "token-file"; readonly path: string }
  /** A service-account key: JSON text, or the file that holds it. */
  | { readonly kind: "service-account"; readonly json?: string; readonly path?: string }
  /** PEM text. */
  | { readonly kind: "client-certificate"; readonly certificate: string; readonly key: string }
  /** A kubeconfig file; files it names are relative to it. */
  | { readonly kind: "kubeconfig"; readonly path: string; readonly context?: string };

/** How one edge control plane is reached. */
export interface EdgeOptions {
  /** The provider's name in the configuration; it leads every address. */
  readonly name: string;
  /** Base URL of the API server. Empty only with credentials that name it themselves. */
  readonly endpoint: string;
  /** Project whose control plane is meant; absent: the base URL itself is the control plane. */
  readonly project?: string;
  readonly credentials: EdgeCredentials;
  /** PEM text of a private certificate authority. */
  readonly certificateAuthority?: string;
  /** URL of an HTTP proxy. */
  readonly proxy?: string;
  /** How long one request may take. */
  readonly timeoutMs?: number;
  /** How long a thing may take to become ready or to be gone. */
  readonly readyTimeoutMs?: number;
  readonly pollIntervalMs?: number;
  /** How long to wait for first conditions before a thing without any counts as ready. */
  readonly settleTimeoutMs?: number;
  /** Take back fields that other managers changed; without it they are conflicts, unless a manifest asks for itself. */
  readonly forceConflicts?: boolean;
  /** Objects per page of a list. */
  readonly pageSize?: number;
  /** Further kinds to apply as written, `Kind.group` (`Location.networking.datumapis.com`). */
  readonly kinds?: readonly string[];
  /** Names of all control planes that are configured side by side, the default one first. Absent: this is the only one. */
  readonly controlPlanes?: readonly string[];
}

/** The limits and delays that hold when the options do not say otherwise. */
export const edgeDefaults = {
  timeoutMs: 30_000,
  readyTimeoutMs: 120_000,
  pollIntervalMs: 250,
  settleTimeoutMs: 2_000,
  pageSize: 500,
} as const;

/** Name under which the provider owns fields. */
export const fieldManager = "plumbline";

const namePattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Origin and path prefix of the control plane. Throws a TypeError on an endpoint that cannot be one. */
export function controlPlaneUrl(endpoint: string, project: string | undefined): { origin: string; prefix: string } {
  const url = new URL(endpoint);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError(`${url.protocol} is not HTTP`);
  if (url.username !== "" || url.password !== "") throw new TypeError("An endpoint must not carry credentials.");
  if (project !== undefined && !namePattern.test(project)) throw new TypeError(`${project} is not a project name`);
  const base = url.pathname.replace(/\/+$/, "");
  const path =
    project === undefined ? "" : `/apis/resourcemanager.miloapis.com/v1alpha1/projects/${project}/control-plane`;
  return { origin: url.origin, prefix: `${base}${path}` };
}

/** Whether a bearer token may travel to this URL: over TLS, or in the clear to this machine alone. */
export function isPrivateChannel(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  if (protocol === "https:" || hostname === "localhost" || hostname === "[::1]") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}

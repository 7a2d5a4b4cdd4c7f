import type { DriftPolicy } from "../core/drift.ts";
import type { JsonObject } from "../core/json.ts";
import type { Limits } from "../core/limits.ts";
import type { GcpConfig, LogConfig, SecretReference } from "./types.ts";

/** One repository as the file says it, after the schema agreed. */
export interface RawRepository {
  readonly name?: string;
  readonly url?: string;
  readonly path?: string;
  readonly branch?: string;
  readonly prefix?: string;
  readonly policies?: string;
  readonly pollInterval?: string;
  readonly pollJitter?: number;
  readonly token?: SecretReference;
  readonly github?: RawGithub;
  readonly requireSigned?: { readonly allowedSigners?: string; readonly pgpKeys?: string };
}

/** A repository at GitHub as the file says it. */
export interface RawGithub {
  readonly repository: string;
  readonly apiUrl?: string;
  readonly credentials: {
    readonly kind: "token" | "app";
    readonly token?: SecretReference;
    readonly appId?: number | string;
    readonly privateKey?: SecretReference;
    readonly installationId?: number;
  };
  readonly webhookSecrets?: readonly SecretReference[];
  readonly context?: string;
  readonly deployments?: boolean;
  readonly proxy?: string;
  readonly certificateAuthority?: string;
  readonly timeout?: string;
}

/** Credentials as the file says them. */
export interface RawCredentials {
  readonly kind: "none" | "default" | "key-file" | "federation" | "metadata" | "token";
  readonly file?: string;
  readonly token?: SecretReference;
  readonly impersonate?: string;
}

/** Credentials of a control plane as the file says them. */
export interface RawEdgeCredentials {
  readonly kind: "none" | "token" | "service-account" | "client-certificate" | "kubeconfig";
  readonly token?: SecretReference;
  readonly key?: SecretReference;
  readonly certificate?: SecretReference;
  readonly file?: string;
  readonly context?: string;
}

/** One control plane of the edge as the file says it. */
export interface RawControlPlane {
  readonly name?: string;
  readonly endpoint?: string;
  readonly project?: string;
  readonly credentials?: RawEdgeCredentials;
  readonly certificateAuthority?: string;
  readonly proxy?: string;
  readonly timeout?: string;
  readonly readyTimeout?: string;
  readonly kinds?: readonly string[];
  readonly forceConflicts?: boolean;
}

/** The edge: one control plane, or a list of them. */
export interface RawEdge extends RawControlPlane {
  readonly controlPlanes?: readonly RawControlPlane[];
}

/** Catalogs as a file says them: names → facts. */
export interface RawCatalogs {
  readonly instanceTypes?: JsonObject;
  readonly images?: JsonObject;
  readonly diskTypes?: JsonObject;
  readonly cityCodes?: JsonObject;
  readonly runtimeClasses?: JsonObject;
}

/** Somebody who is told what happens, as the file says it. */
export interface RawAnnouncer {
  readonly kind: "console" | "webhook";
  readonly name?: string;
  readonly format?: "text" | "json" | "slack";
  readonly events?: readonly string[];
  readonly url?: string | SecretReference;
  readonly secret?: SecretReference;
  readonly proxy?: string;
  readonly certificateAuthority?: string;
  readonly timeout?: string;
}

/** The file's own shape, after the schema agreed. */
export interface RawConfig {
  readonly fleet: string;
  readonly state?: string;
  readonly repositories: readonly RawRepository[];
  readonly providers: {
    readonly gcp?: {
      readonly endpoint?: string;
      readonly credentials?: RawCredentials;
      readonly certificateAuthority?: string;
      readonly proxy?: string;
      readonly locationClass?: string;
      readonly images?: Readonly<Record<string, string>>;
      readonly machineTypes?: Readonly<Record<string, string>>;
      readonly requestsPerMinute?: GcpConfig["requestsPerMinute"];
    };
    readonly edge?: RawEdge;
  };
  readonly hub?: RawControlPlane;
  readonly drift?: {
    readonly schedule?: string;
    readonly policy?: DriftPolicy;
    readonly afterChange?: string;
    readonly quiet?: string;
  };
  readonly policies?: readonly string[];
  readonly catalogs?: RawCatalogs & { readonly files?: readonly string[] };
  readonly secrets?: { readonly ageKeys?: SecretReference; readonly allowClearText?: boolean };
  readonly announcers?: readonly RawAnnouncer[];
  readonly limits?: Partial<Limits>;
  readonly store?: { readonly path?: string };
  readonly server?: {
    readonly enabled?: boolean;
    readonly host?: string;
    readonly port?: number;
    readonly publicUrl?: string;
  };
  readonly apply?: {
    readonly concurrency?: number;
    readonly attempts?: number;
    readonly firstDelay?: string;
    readonly maxDelay?: string;
    readonly progressDeadline?: string;
  };
  readonly retry?: { readonly firstDelay?: string; readonly maxDelay?: string };
  readonly log?: Partial<LogConfig>;
}

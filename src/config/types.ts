import type { DriftPolicy } from "../core/drift.ts";
import type { JsonObject } from "../core/json.ts";
import type { Limits } from "../core/limits.ts";

/** Where a secret is found when it is needed. The secret itself never stands in a Config. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** One watched repository: a unit of ownership of its own. */
export interface RepositoryConfig {
  /** Empty when it is the only one. */
  readonly name: string;
  /** Fleet that stands in the markers: the configuration's fleet, with the name appended when there is one. */
  readonly fleet: string;
  /** A path of this machine or an http(s) URL without credentials. */
  readonly location: string;
  readonly branch: string;
  /** Folder that holds the manifests; empty for the whole repository. */
  readonly prefix: string;
  /** Folder or file of the branch that holds further policies; empty for none. */
  readonly policies: string;
  readonly pollIntervalMs: number;
  /** Share of the interval by which each poll is moved at random, 0 to 1. */
  readonly pollJitter: number;
  readonly token: SecretReference | undefined;
  /** Where it is reviewed; undefined for nowhere. */
  readonly github: GithubConfig | undefined;
  /** Files of keys that the head of the branch must be signed by; undefined lets unsigned commits pass. */
  readonly requireSigned:
    | { readonly allowedSigners: string | undefined; readonly pgpKeys: string | undefined }
    | undefined;
}

/** Who Plumbline is at GitHub. */
export type GithubCredentialsConfig =
  | { readonly kind: "token"; readonly token: SecretReference }
  | {
      readonly kind: "app";
      readonly appId: string;
      readonly privateKey: SecretReference;
      readonly installationId: number | undefined;
    };

/** One repository at GitHub. */
export interface GithubConfig {
  readonly owner: string;
  readonly repository: string;
  readonly apiUrl: string;
  /** Where people read, without a slash at the end. */
  readonly webUrl: string;
  readonly credentials: GithubCredentialsConfig;
  readonly webhookSecrets: readonly SecretReference[];
  /** Word in the names of marks; empty for a fleet that has its project to itself. */
  readonly context: string;
  /** Whether applied commits are told as deployments. */
  readonly deployments: boolean;
  readonly proxy: string | undefined;
  /** PEM file of a private certificate authority. */
  readonly certificateAuthority: string | undefined;
  readonly timeoutMs: number;
}

/** How Compute Engine is asked who we are. */
export type GcpCredentials =
  | { readonly kind: "none" }
  | ((
      | { readonly kind: "default" | "metadata" }
      | { readonly kind: "key-file" | "federation"; readonly file: string }
      | { readonly kind: "token"; readonly token: SecretReference }
    ) & {
      /** Service account that is spoken for with these credentials. */
      readonly impersonate?: string;
    });

/** The Compute Engine provider. */
export interface GcpConfig {
  /** Another server that speaks the API; undefined is Google's own. */
  readonly endpoint: string | undefined;
  readonly credentials: GcpCredentials;
  /** PEM file of a private certificate authority. */
  readonly certificateAuthority: string | undefined;
  readonly proxy: string | undefined;
  /** Locations of this class are served. */
  readonly locationClass: string;
  /** Image names of manifests → what Compute Engine calls them, over what the catalogs say. */
  readonly images: Readonly<Record<string, string>>;
  /** Instance types of manifests → machine types, over what the catalogs say. */
  readonly machineTypes: Readonly<Record<string, string>>;
  /** Requests per minute of each quota, where they are not the usual ones. */
  readonly requestsPerMinute: Readonly<
    Partial<Record<"reads" | "writes" | "aggregated" | "operations" | "region", number>>
  >;
}

/** How a control plane is asked who we are. */
export type EdgeCredentials =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: SecretReference }
  | { readonly kind: "service-account"; readonly key: SecretReference }
  | { readonly kind: "client-certificate"; readonly certificate: SecretReference; readonly key: SecretReference }
  | { readonly kind: "kubeconfig"; readonly file: string; readonly context: string | undefined };

/** One control plane of the edge: a provider of its own. */
export interface EdgeConfig {
  /** The provider's name; it leads every address. */
  readonly name: string;
  /** Undefined only where the credentials name the server. */
  readonly endpoint: string | undefined;
  readonly project: string | undefined;
  readonly credentials: EdgeCredentials;
  /** PEM file of a private certificate authority. */
  readonly certificateAuthority: string | undefined;
  readonly proxy: string | undefined;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** How long a thing may take to become ready or to be gone; undefined leaves it to its kind. */
  readonly readyTimeoutMs: number | undefined;
  /** Further kinds that are applied as written, `Kind.group`. */
  readonly kinds: readonly string[];
  /** Whether fields that another manager took over are taken back. */
  readonly forceConflicts: boolean;
}

/** Somebody who is told what happens. */
export type AnnouncerConfig = { readonly name: string; readonly events: readonly string[] } & (
  | { readonly kind: "console"; readonly format: "text" | "json" }
  | {
      readonly kind: "webhook";
      readonly format: "json" | "slack";
      /** An address in plain, or where the secret one is found. */
      readonly url: string | SecretReference;
      /** Undefined leaves letters unsigned. */
      readonly secret: SecretReference | undefined;
      readonly proxy: string | undefined;
      /** PEM file of a private certificate authority. */
      readonly certificateAuthority: string | undefined;
      readonly timeoutMs: number;
    }
);

/** How much the log says and how it looks. */
export interface LogConfig {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** `auto`: text on a terminal, JSON elsewhere. */
  readonly format: "auto" | "text" | "json";
}

/** What one daemon runs on, complete: every default is filled in, every duration is in milliseconds. */
export interface Config {
  readonly fleet: string;
  /** Folder for the store and the clones; undefined leaves it to the user's state home. */
  readonly stateDirectory: string | undefined;
  readonly repositories: readonly RepositoryConfig[];
  /** The edge has a provider for each of its control planes; the first is the default. */
  readonly providers: { readonly gcp: GcpConfig | undefined; readonly edge: readonly EdgeConfig[] };
  /** The control plane on which Workloads and Networks show their status; undefined for none. */
  readonly hub: EdgeConfig | undefined;
  readonly drift: {
    readonly schedule: string;
    readonly policy: DriftPolicy;
    /** Pause before the first look that follows a change. */
    readonly afterChangeMs: number;
    /** How long nothing must have happened before looks become seldom; undefined for never. */
    readonly quietMs: number | undefined;
  };
  /** Files and folders of policies. They are the daemon's own: no watched commit changes one. */
  readonly policies: readonly string[];
  readonly catalogs: {
    /** Files of further catalogs; a later one wins. */
    readonly files: readonly string[];
    /** What the configuration itself adds, by the names of the shipped catalogs; it wins over files. */
    readonly own: JsonObject;
  };
  readonly secrets: {
    /** Where the age keys are that open encrypted Secrets, beside those of SOPS's own environment variables. */
    readonly ageKeys: SecretReference | undefined;
    /** Whether Secrets may stand in clear text in a repository. */
    readonly allowClearText: boolean;
  };
  readonly announcers: readonly AnnouncerConfig[];
  /** What the file overrides of policies/limits.yaml. */
  readonly limits: Partial<Limits>;
  /** The store's folder; undefined takes the state folder. */
  readonly store: { readonly path: string | undefined };
  readonly server: {
    readonly enabled: boolean;
    readonly host: string;
    readonly port: number;
    /** Where people reach it from outside, without a slash at the end; undefined: nothing links there. */
    readonly publicUrl: string | undefined;
  };
  readonly apply: {
    readonly concurrency: number;
    readonly attempts: number;
    readonly firstDelayMs: number;
    readonly maxDelayMs: number;
    /** How long one instance of a rollout may take to run, unless its manifest says otherwise. */
    readonly progressDeadlineMs: number;
  };
  /** How soon a failed pass is repeated. */
  readonly retry: { readonly firstDelayMs: number; readonly maxDelayMs: number };
  readonly log: LogConfig;
}

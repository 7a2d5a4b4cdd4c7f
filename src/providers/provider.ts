import type { Change } from "../core/change.ts";
import type { Finding } from "../core/checkup.ts";
import type { Doer } from "../core/drift.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import type { FieldChange, Observed, Resource } from "../core/resource.ts";
import type { Path } from "../datum/document.ts";
import type { Fleet } from "../datum/fleet.ts";
import type { RangeFact } from "../datum/range-facts.ts";

/** What to list: the fleet whose markers are ours and the realms (projects, namespaces) that may hold something of it. */
export interface Scope {
  readonly fleet: string;
  readonly realms: readonly string[];
  /**
   * Kinds the inventory still knows of. A provider with many kinds may then list only these and the wanted ones;
   * absent (the inventory is empty or lost), it lists them all.
   */
  readonly kinds?: readonly string[];
}

/** A live value in the manifests' words. */
export interface Written {
  /** Where in the manifest; absent: the field that the difference names as its source. */
  readonly path?: Path;
  /** What to write; undefined takes the field away. */
  readonly value: Json | undefined;
}

/** What apply hands to a provider: the step, and the identity to write into the marker. */
export interface Order {
  readonly change: Change;
  readonly fleet: string;
  readonly commit: string;
  /** specHash(change.resource.spec), for the marker; empty for a delete. */
  readonly specHash: string;
}

/**
 * One outside world. It lists and it applies; it never orders, decides, retries a pass, logs or reports.
 * `realms`, `translate` and `compare` are pure.
 */
export interface Provider {
  /** The name it is configured under; every Resource and Observed of it carries it. */
  readonly name: string;
  /** Whether it is the control plane of whatever names no other. */
  readonly servesByDefault?: boolean;
  /** Its kinds in the order they are made; deletes go the other way. */
  readonly kinds: readonly string[];
  /** The realms this fleet needs, whatever else the inventory still knows of. */
  realms(fleet: Fleet): readonly string[];
  /** What this provider cannot make of the fleet (an image or instance type it has no word for), on the manifest's line. Pure. */
  problems?(fleet: Fleet): readonly Problem[];
  /** What its world says of addresses beside what our own things hold: ranges of others, prefixes and blocks it chose. Pure. */
  ranges?(fleet: Fleet, observed: readonly Observed[]): readonly RangeFact[];
  /** The block that a remembered spec holds, for when its world cannot be seen. Pure. */
  allocation?(spec: JsonObject): { readonly key: string; readonly block: string } | undefined;
  /** The provider's share of the fleet as resources, sorted by address. Throws nothing: what it cannot make is in `fleet.problems` already. */
  translate(fleet: Fleet): readonly Resource[];
  /** What nothing asks for any more and yet has to stay, for what it holds: wanted as long as it stands. Pure. */
  retained?(fleet: Fleet, observed: readonly Observed[]): readonly Resource[];
  /**
   * Everything in the realms that carries a marker or stands under a name we could use.
   * Listing calls only. It must throw, never end early, when a page or a scope could not be read: a partial list would delete.
   */
  observe(scope: Scope, signal: AbortSignal): AsyncIterable<Observed>;
  /** What differs between wanted and live, in the provider's normal form, with what each difference costs. Empty: nothing to do. */
  compare(resource: Resource, observed: Observed): readonly FieldChange[];
  /** What a spec or a live state of this kind opens to everybody, in words such as `tcp:443 from 0.0.0.0/0`. Pure. */
  exposures?(kind: string, spec: JsonObject): readonly string[];
  /** Keys of the things that this one stands in, such as its networks, the closest first; empty where nobody has to know of it. Pure. */
  standsIn?(observed: Observed): readonly string[];
  /**
   * What the world itself says to these creates, updates and adoptions, without a change: problems on the manifests' lines.
   * Bounded in its calls. Throws ProviderError when the world cannot be asked, which no plan hangs on.
   */
  rehearse?(orders: readonly Order[], signal: AbortSignal): Promise<readonly Problem[]>;
  /** How the live value of a field would be written into the manifest that decides it; undefined where manifests cannot say it. Pure. */
  written?(resource: Resource, field: FieldChange): Written | undefined;
  /**
   * Carries out one create, update, restart, replace, delete or adopt and waits until the world has settled.
   * Idempotent: already there with our marker and gone already are success. Resolves to what now is; undefined after a delete.
   */
  apply(order: Order, signal: AbortSignal): Promise<Observed | undefined>;
  /**
   * Who changed these things after a moment (ISO 8601), by key, as far as the world keeps a record; what it does not know is left
   * out. A few calls at most. Throws ProviderError when it cannot be asked, which nothing hangs on.
   */
  whoChanged?(keys: readonly string[], sinceIso: string, signal: AbortSignal): Promise<ReadonlyMap<string, Doer>>;
  /** Calls back when something in the scope may have changed, until the given function is called. A hint carries no truth; losing one costs time only. */
  watch?(scope: Scope, onHint: () => void): () => Promise<void>;
  /**
   * Looks at what has to be right before anything of these fleets can be applied: reachable, known, permitted, enough of
   * everything. Changes nothing; what fails is a finding, not an error.
   */
  checkup?(fleets: readonly Fleet[], signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * What stands in these realms and belongs to nobody, as manifests that take it over without a change, and what they cannot say.
   * Nothing is lost in silence: whatever is found is in the one list or the other. Throws when a listing is not whole.
   */
  survey?(survey: Survey, signal: AbortSignal): Promise<Surveyed>;
  /** Ends connections. */
  close(): Promise<void>;
}

/** What is surveyed. */
export interface Survey {
  /** Fleet that will own it. */
  readonly fleet: string;
  /** Projects or namespaces; empty leaves the choice to the provider. */
  readonly realms: readonly string[];
  /** Regions or zones; empty is everywhere. */
  readonly places: readonly string[];
  /** Keys that manifests ask for already. */
  readonly known: ReadonlySet<string>;
}

/** A manifest to be written into a file, with remarks that stand above it as comments. */
export interface SurveyedManifest {
  /** Name of the file; several manifests may share one. */
  readonly file: string;
  readonly content: JsonObject;
  readonly remarks: readonly string[];
}

/** What a survey found. */
export interface Surveyed {
  readonly manifests: readonly SurveyedManifest[];
  /** What the configuration's catalogs have to be extended with, in the form of a catalogs file; empty when nothing is missing. */
  readonly catalogs: JsonObject;
  /** What no manifest says, with the reason: `instance zones/z/x`, `it belongs to a group`. */
  readonly leftOut: readonly { readonly subject: string; readonly reason: string }[];
}

/** The bytes under each key of a Secret. They are written where they belong and kept nowhere else. */
export type SecretPayload = Readonly<Record<string, Uint8Array>>;

/**
 * Gives what a Secret (`namespace/name`) holds under the digest that stands in a spec; undefined when that content is not at
 * hand (any more). Providers ask when they write, so that no spec, plan or memory ever holds a secret.
 */
export type SecretLookup = (name: string, digest: string) => Promise<SecretPayload | undefined>;

/** Sorted by what happens next: `retry` with backoff, `wait` for a known time, or a `person` has to change something. */
export type NextStep = "retry" | "wait" | "person";

/** A failing world. The message is free of secrets and says the resource and the reason. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  /** Stable word for the failure: `quota`, `rate-limit`, `stock-out`, `permission`, `not-found`, `conflict`, `in-use`, `unavailable`, `invalid`, `timeout`, `overdue` (a wait used up its own deadline, and the pass does not wait for it again), … */
  readonly code: string;
  readonly next: NextStep;
  /** How long to wait at least before trying again; absent leaves it to the backoff. */
  readonly retryAfterMs: number | undefined;
  /** Key or address of the resource; empty when it is about the whole provider. */
  readonly resource: string;

  constructor(
    message: string,
    facts: { code: string; next: NextStep; retryAfterMs?: number; resource?: string; cause?: unknown },
  ) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
    this.next = facts.next;
    this.retryAfterMs = facts.retryAfterMs;
    this.resource = facts.resource ?? "";
  }

  get retryable(): boolean {
    return this.next !== "person";
  }
}

import type { Path } from "./document.ts";

/** Another object that must stand in the repository. */
export interface WantedObject {
  readonly kind: (typeof kinds)[number];
  /** Other kinds that stand for it. */
  readonly others: readonly (typeof kinds)[number][];
  readonly rule: string;
  readonly name: string;
  /** The namespace it is named in; that of what refers to it where nothing is said. */
  readonly namespace?: string;
  readonly path: Path;
  readonly severity: "error" | "warning";
}

/** A location that must stand in the repository. */
export interface WantedPlace {
  readonly path: Path;
  readonly name: string;
  /** The namespace it must stand in, where one is said. */
  readonly namespace?: string;
}

/** The presence of a network in a location that a subnet belongs to. */
export interface WantedContext {
  readonly path: Path;
  readonly name: string;
  readonly location: string;
}

const kinds = [
  ...(["Network", "ConfigMap", "Secret", "DNSZone", "Connector"] as const),
  ...(["VPC", "Gateway", "HTTPRoute", "HTTPProxy", "NetworkService"] as const),
] as const;

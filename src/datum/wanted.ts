import type { Path } from "./document.ts";

/** Another object of the same namespace that must stand in the repository. */
export interface WantedObject {
  readonly kind: (typeof kinds)[number];
  /** Other kinds that stand for it. */
  readonly others: readonly (typeof kinds)[number][];
  readonly rule: string;
  readonly name: string;
  readonly path: Path;
  readonly severity: "error" | "warning";
}

const kinds = [
  ...(["Network", "ConfigMap", "Secret", "DNSZone", "Connector"] as const),
  ...(["VPC", "Gateway", "HTTPRoute", "HTTPProxy"] as const),
] as const;

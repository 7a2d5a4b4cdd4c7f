/** What of one object stands in one location, whoever made it there. */
export interface MemberPlace {
  /** Empty: in no location, as a network itself. */
  readonly location: string;
  /** Providers that have a part in it. */
  readonly at: readonly string[];
  readonly wanted: number;
  /** How many of them stand, ready or not. */
  readonly standing: number;
  readonly ready: number;
  readonly drifted: number;
  /** The first few of its addresses or blocks. */
  readonly addresses: readonly string[];
  /** What the first of what is not ready waits for, or what drifted; empty when all is well. */
  readonly waits: string;
  /** A provider of it cannot be seen now: what is told is how it was last seen. */
  readonly unseen: boolean;
}

/** One workload, network or location over all clouds and control planes. */
export interface MemberStatus {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly wanted: number;
  readonly standing: number;
  readonly ready: number;
  readonly drifted: number;
  readonly unseen: boolean;
  readonly places: readonly MemberPlace[];
}
